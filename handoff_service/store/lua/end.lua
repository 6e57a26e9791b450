-- The customer ends the conversation.
-- id, entries
-- returns {state}
return run(function()
  load(A.id)
  move('closed')
  set({outcome = 'ended'})
  append_all(A.entries)
  tap()
  return {state = C.state}
end)
