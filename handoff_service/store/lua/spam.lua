-- An agent closes what is no request for help. A supervisor can undo it (undo_spam.lua).
-- id, fence, outcome ("spam" or "abuse"), note (JSON), entries
-- returns {state}
return run(function()
  load(A.id)
  require_fence()
  note(A.note)
  local open = {since = C.unanswered_since, seq = C.unanswered_seq}
  move('closed')
  set({outcome = A.outcome, undo_since = open.since or false, undo_seq = open.seq or false})
  append_all(A.entries)
  tap()
  return {state = C.state}
end)
