-- The agent thinks that it is solved, and asks; only the customer can say so.
-- id, fence, seen (seq the agent had read up to), entries (what the agent says with it), patience (ms until silence
-- closes it as unconfirmed), proposed (entries that announce it), proposed_open (the same where it does not time out)
-- word (ms)
-- returns {state, seq}
return run(function()
  load(A.id)
  require_fence()
  require_that(C.state == 'agent', 'wrong_move', 'A conversation that is ' .. C.state .. ' cannot become confirming.')
  require_that((number('last_customer') or 0) <= A.seen,
    'unread', 'The customer has written since; read it before you propose.')
  append_all(A.entries)
  answered()
  word_given()
  move('confirming')
  set({proposal = C.epoch, snoozed_until = false})
  timer('snooze', false)
  if C.lane == 'security' then
    append_all(A.proposed_open)
  else
    set({confirm_until = NOW + A.patience})
    timer('confirm', C.confirm_until)
    append_all(A.proposed)
  end
  tap()
  return {state = C.state, seq = number('seq')}
end)
