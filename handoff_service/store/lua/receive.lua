-- A conversation that another bot led comes to the line, with everything that was said.
-- id, operation, token_hash, widget, channel, page, entries (each with time, ms), packet (JSON), reasons, target (ms)
-- lane, word (ms), handed_over (entries), reopen, reservation, lease (ms)
-- returns {state, again (true where this operation was here before)}
local function bring()
  local until_ = number('brought_until') or 0
  for _, entry in ipairs(A.entries) do
    if entry.time > until_ then append(entry.kind, entry.text, entry.body, nil, entry.time) end
  end
  local last = A.entries[#A.entries]
  set({brought_until = math.max(until_, last and last.time or 0)})
  redis.call('HSET', key('sent:' .. ID), 'handoff ' .. A.operation, C.seq)
end

return run(function()
  if redis.call('EXISTS', key('c:' .. A.id)) == 0 then
    open_conversation()
  else
    load(A.id)
    if redis.call('HEXISTS', key('sent:' .. ID), 'handoff ' .. A.operation) == 1 then
      return {state = C.state, again = true}
    end
  end
  bring()
  join_reasons(A.reasons, A.target, A.lane)
  unanswered(C.seq)
  set({packet = A.packet})
  if C.state == 'bot' or C.state == 'closed' then
    to_line()
    append_all(A.handed_over)
  elseif C.state == 'confirming' then
    back_to_owner()
  else
    place()
  end
  tap()
  return {state = C.state}
end)
