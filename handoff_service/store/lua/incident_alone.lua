-- Whether nobody on duty may take an incident that waits: rings, or falls silent.
-- id, rings (true or false)
-- returns {rings}
return run(function()
  load(A.id)
  local rings = A.rings and C.state == 'waiting' and C.lane == 'security' and C.due ~= nil
  alarm('incident_alone', rings)
  tap()
  return {rings = rings}
end)
