-- A note for colleagues; never part of what the customer can read.
-- id, body (JSON of the note)
-- returns {note}
return run(function()
  load(A.id)
  local id = note(A.body)
  tap()
  return {note = id}
end)
