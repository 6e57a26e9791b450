-- An agent takes a conversation that waits: the one named, or the first in line that this agent may take.
-- id (or absent), agent, name, lanes (that this agent may take from), capacity (conversations), fence (random)
-- joined (entries)
-- returns {conversation, fence, epoch}
local function first_in_line()
  local best, best_due
  for _, lane in ipairs(A.lanes) do
    local line = redis.call('ZRANGE', key('line:' .. lane), 0, 49, 'WITHSCORES')
    for i = 1, #line, 2 do
      local due = tonumber(line[i + 1])
      if best and due >= best_due then break end
      load(line[i])
      if not kept_for_another(A.agent) then
        best, best_due = line[i], due
        break
      end
    end
  end
  return best
end

return run(function()
  local id = A.id or first_in_line()
  require_that(id, 'line_empty', 'Nobody is waiting.')
  load(id)
  local may = false
  for _, lane in ipairs(A.lanes) do may = may or lane == C.lane end
  require_that(may, 'not_found', 'There is no such conversation.')
  require_that(not C.owner, 'taken', (C.owner == A.agent and 'You have' or (C.owner_name or '') .. ' has') .. ' this conversation already.')
  require_that(C.state == 'waiting', 'wrong_move', 'This conversation is not waiting for a person any more.')
  require_that(not kept_for_another(A.agent), 'taken', 'This conversation is kept for the colleague who had it before.')
  require_that(redis.call('SCARD', capacity_key(A.agent)) < A.capacity, 'no_capacity',
    'You have ' .. A.capacity .. ' conversations to answer; answer one before you take the next.')
  own(A.agent, A.name, A.fence)
  -- The lease starts here; from now on answering the server's ask renews it.
  redis.call('ZADD', key('presence'), 'GT', NOW, A.agent)
  move('agent')
  append_all(A.joined)
  tap()
  return {conversation = ID, fence = C.fence, epoch = number('epoch')}
end)
