-- An agent's message to the customer.
-- id, agent, fence, client_id, text, body (JSON of the entry), text_hash, seen (seq the agent had read up to)
-- word (ms)
-- returns {seq}
return run(function()
  load(A.id)
  local before = sent_before('agent ' .. A.agent)
  if before then return {seq = before} end
  require_fence()
  local seq = append_once('agent ' .. A.agent, 'agent')
  answered_up_to(A.seen)
  word_given()
  place()
  tap()
  return {seq = seq}
end)
