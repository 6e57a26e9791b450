-- A supervisor undoes spam or abuse: back to the line, at the place it had.
-- id, note (JSON), entries, word (ms)
-- returns {state}
return run(function()
  load(A.id)
  require_that(C.state == 'closed' and UNWANTED[C.outcome], 'wrong_move', 'This conversation was not closed as spam or abuse.')
  note(A.note)
  set({unanswered_since = C.undo_since or NOW, unanswered_seq = C.undo_seq or C.seq, undo_since = false, undo_seq = false})
  move('waiting')
  append_all(A.entries)
  tap()
  return {state = C.state}
end)
