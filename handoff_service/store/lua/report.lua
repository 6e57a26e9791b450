-- The customer reports a security problem: one message, and the move to the line, in one step.
-- id, client_id, text, body (JSON of the entry), text_hash, reasons (an incident), target (ms), lane, word (ms)
-- packet (JSON, made by the service), handed_over (entries), reopen, lease, reservation (ms)
-- returns {seq, state}
return run(function()
  load(A.id)
  local before = sent_before('customer')
  if before then return {seq = before, state = C.state} end
  local seq = append_once('customer', 'customer')
  join_reasons(A.reasons, A.target, A.lane)
  score(seq)
  if C.state == 'bot' or C.state == 'closed' then
    set({packet = A.packet, choices = false})
    score_unanswered()
    unanswered(seq)
    to_line()
    append_all(A.handed_over)
  else
    unanswered(seq)
    if C.state == 'confirming' then back_to_owner() else place() end
  end
  tap()
  return {seq = seq, state = C.state}
end)
