-- A message of the customer, and the move it causes, in one step.
-- id, client_id, text, body (JSON of the entry), text_hash
-- choice (id of a button of the bot's last answer, or absent)
-- turn (id for the bot turn it may start), patience (ms the bot has), lease (ms this process holds the turn)
-- reopen (ms within which a closed conversation goes back to its agent), reservation (ms), reopened (entries)
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
  if C.state == 'closed' then
    if C.last_owner and NOW - number('closed_at') <= A.reopen then
      local agent = C.last_owner
      move('waiting')
      reserve(agent)
      append_all(A.reopened)
    else
      move('bot')
    end
  elseif C.state == 'confirming' then
    move('agent')
  end
  unanswered(seq)
  place()

  local turn
  if C.state == 'bot' then
    -- What arrives while a turn runs starts it again with both; the first one's answer then comes too late.
    turn = A.turn
    set({turn = turn, turn_through = seq, turn_digest = C.digest, turn_deadline = NOW + A.patience})
    redis.call('ZADD', key('turns'), NOW + A.lease, ID)
  end
  tap()
  return {seq = seq, state = C.state, turn = turn}
end)
