-- An agent takes a conversation that waits: the one named, or the first in line that this agent may take.
-- id (or absent), agent, name, lanes (that this agent may take from), capacity (conversations), fence (random)
-- joined (entries)
-- returns {conversation, fence, epoch}
return run(function()
  local id = A.id or first_in_line()
  require_that(id, 'line_empty', 'Nobody is waiting.')
  load(id)
  require_that(may_take(), 'not_found', 'There is no such conversation.')
  require_that(not C.owner, 'taken', (C.owner == A.agent and 'You have' or (C.owner_name or '') .. ' has') .. ' this conversation already.')
  require_that(C.state == 'waiting', 'wrong_move', 'This conversation is not waiting for a person any more.')
  require_that(not kept_for_another(A.agent), 'taken', 'This conversation is kept for a colleague at the moment.')
  -- What is parked costs nothing; what was offered to this agent holds its slot already.
  local costs = (C.unanswered_since and not (C.offered and C.reserved_for == A.agent)) and 1 or 0
  require_that(busy(A.agent) + costs <= A.capacity, 'no_capacity',
    'You have ' .. A.capacity .. ' conversations to answer; answer one before you take the next.')
  own(A.agent, A.name, A.fence)
  -- The lease starts here; from now on answering the server's ask renews it.
  redis.call('ZADD', key('presence'), 'GT', NOW, A.agent)
  move('agent')
  append_all(A.joined)
  tap()
  return {conversation = ID, fence = C.fence, epoch = number('epoch')}
end)
