-- A message of the customer, and the move it causes, in one step.
-- id, client_id, text, body (JSON of the entry), text_hash
-- choice (id of a button of the bot's last answer, or absent)
-- turn (id for the bot turn it may start), patience (ms the bot has), turn_lease (ms this process holds the turn)
-- reopen (ms within which a closed conversation goes back to its agent), lease (ms since an agent was last seen)
-- reservation, word (ms), reopened (entries)
-- returns {seq, state, turn or absent}
return run(function()
  load(A.id)
  local before = sent_before('customer')
  if before then return {seq = before, state = C.state} end
  local payload
  if A.choice then
    local choice = C.choices and cjson.decode(C.choices)[A.choice]
    require_that(choice, 'unknown_choice', 'That button is not on offer any more.')
    payload = choice.payload
  end

  local seq = append_once('customer', 'customer', payload)
  if C.choices then set({choices = false}) end
  unanswered(seq)
  if C.state == 'closed' then
    local asked_again = C.last_owner and NOW - number('closed_at') <= A.reopen and not UNWANTED[C.outcome]
    if asked_again then
      to_line()
      append_all(A.reopened)
    else
      move('bot')
    end
  elseif C.state == 'confirming' then
    back_to_owner()
  else
    place()
  end

  local turn
  if C.state == 'bot' then
    turn = start_turn(seq)
  else
    score(seq)
  end
  tap()
  return {seq = seq, state = C.state, turn = turn}
end)
