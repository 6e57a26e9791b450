-- The customer leaves the line and is with the bot again.
-- id, entries
-- returns {state}
return run(function()
  load(A.id)
  require_that(C.state == 'waiting', 'wrong_move', 'A conversation that is ' .. C.state .. ' cannot become bot.')
  answered()
  move('bot')
  append_all(A.entries)
  tap()
  return {state = C.state}
end)
