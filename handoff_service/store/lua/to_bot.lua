-- An agent hands a conversation back to the bot; what the customer wrote and nobody answered, the bot answers now.
-- id, fence, note (JSON, or absent), entries, turn, patience (ms), turn_lease (ms)
-- returns {state, turn or absent}
return run(function()
  load(A.id)
  require_fence()
  require_that(C.state == 'agent', 'wrong_move', 'A conversation that is ' .. C.state .. ' cannot become bot.')
  require_that(C.lane ~= 'security', 'wrong_move', 'A security incident stays with people until the customer calls it solved.')
  if A.note then note(A.note) end
  move('bot')
  append_all(A.entries)
  local asked = C.unanswered_seq and C.last_customer and number('last_customer') >= number('unanswered_seq')
  local turn = asked and start_turn(number('seq'))
  if not asked then answered() end
  tap()
  return {state = C.state, turn = turn or nil}
end)
