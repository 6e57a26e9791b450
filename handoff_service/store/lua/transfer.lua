-- An agent passes a conversation on, with a note: to a colleague, for whom it is kept for a while, or to a lane.
-- id, fence, note (JSON), to (agent, or absent), reservation (ms), lane (or absent), left (entries)
-- reasons, target (ms), lane, word (ms): only where it becomes an incident
-- returns {state}
return run(function()
  load(A.id)
  require_fence()
  note(A.note)
  if A.reasons then
    join_reasons(A.reasons, A.target, A.lane)
    unanswered(C.seq)
  elseif A.lane then
    no_incident()
  end
  move('waiting')
  if A.to then reserve(A.to, A.reservation) end
  append_all(A.left)
  tap()
  return {state = C.state}
end)
