-- An agent does not want what was offered; it is anybody's again, at its place.
-- id, agent
-- returns {declined: true or false}
return run(function()
  load(A.id)
  if not C.offered or C.reserved_for ~= A.agent then return {declined = false} end
  unreserve()
  redis.call('ZREM', key('wants'), A.agent)
  tap()
  return {declined = true}
end)
