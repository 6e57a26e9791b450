-- An agent's lease has lapsed: their page has not answered the server's ask. What is unanswered goes back to the
-- line, at its place; what is parked stays, for nobody waits for it. Or the agent may not work here any more: then
-- all goes back.
-- id, agent, lease (ms since the agent was last seen), left (entries), gone (true: all goes back)
-- returns {lapsed: true or false}; false where the agent is back, or nothing is unanswered any more
return run(function()
  load(A.id)
  local vanished = A.gone or (C.unanswered_since and not present(A.agent))
  if C.state ~= 'agent' or C.owner ~= A.agent or not vanished then return {lapsed = false} end
  move('waiting')
  append_all(A.left)
  tap()
  return {lapsed = true}
end)
