-- A proposal that was announced to time out has timed out.
-- id, entries
-- returns {closed: true or false}; false where the timer's own proposal is no longer open or not yet due
return run(function()
  load(A.id)
  if not C.confirm_until or number('confirm_until') > NOW then return {closed = false} end
  append_all(A.entries)
  move('closed')
  set({outcome = 'unconfirmed'})
  tap()
  return {closed = true}
end)
