-- To the line, without the bot: the customer asked for a person, or the bot failed.
-- id, reasons, target (ms), lane, word (ms), packet (JSON, made by the service), handed_over (entries)
-- reopen, lease, reservation (ms)
-- turn (only where the bot failed: that turn must still be in flight)
-- returns {state, already or absent}
return run(function()
  load(A.id)
  if A.turn and (C.state ~= 'bot' or C.turn ~= A.turn) then return {state = C.state, already = true} end
  local already = C.state ~= 'bot' and C.state ~= 'closed'
  join_reasons(A.reasons, A.target, A.lane)
  if already then
    unanswered(C.seq)
    if C.state == 'confirming' then back_to_owner() else place() end
  else
    set({packet = A.packet, failed_turn = A.turn or false, choices = false})
    score_unanswered()
    unanswered(C.seq)
    to_line()
    append_all(A.handed_over)
  end
  tap()
  return {state = C.state, already = already or nil}
end)
