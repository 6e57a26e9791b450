-- An agent sets aside what needs no answer now; it comes back by itself, or with the customer's next text.
-- id, fence, until_ (ms since 1970)
-- returns {until_}
return run(function()
  load(A.id)
  require_fence()
  require_that(C.state == 'agent', 'wrong_move', 'A conversation that is ' .. C.state .. ' cannot be snoozed.')
  require_that(not C.unanswered_since, 'unread', 'The customer waits for an answer; give one before you set it aside.')
  require_that(A.until_ > NOW, 'bad_time', 'That time is over already.')
  set({snoozed_until = A.until_, woken = false})
  timer('snooze', A.until_)
  tap()
  return {until_ = A.until_}
end)
