-- An agent gives a conversation back to the line; its place is kept, for the due time does not change.
-- id, fence, note (JSON, or absent), left (entries), patience (times until supervisors are told)
-- returns {state}
return run(function()
  load(A.id)
  require_fence()
  if A.note then note(A.note) end
  local times = (number('give_backs') or 0) + 1
  set({give_backs = times})
  if times >= A.patience then alarm('given_back', true) end
  move('waiting')
  append_all(A.left)
  tap()
  return {state = C.state}
end)
