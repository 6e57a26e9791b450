-- An agent's lease has lapsed: their page has not answered the server's ask. What is unanswered goes back to the
-- line, at its place; what is parked stays, for nobody waits for it.
-- id, agent, lease (ms since the agent was last seen), left (entries)
-- returns {lapsed: true or false}; false where the agent is back, or nothing is unanswered any more
return run(function()
  load(A.id)
  local seen = tonumber(redis.call('ZSCORE', key('presence'), A.agent) or 0)
  if C.state ~= 'agent' or C.owner ~= A.agent or not C.unanswered_since or seen + A.lease > NOW then
    return {lapsed = false}
  end
  move('waiting')
  append_all(A.left)
  tap()
  return {lapsed = true}
end)
