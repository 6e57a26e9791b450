-- Holds a bot turn for this process: renews its own lease (turn given), or takes over one whose lease lapsed.
-- id, turn (or absent), lease (ms)
-- returns {turn, left (ms until its deadline)} or {gone} where there is nothing to hold
return run(function()
  load(A.id)
  if A.turn then
    if C.turn ~= A.turn then return {gone = true} end
  elseif tonumber(redis.call('ZSCORE', key('turns'), ID) or NOW + 1) > NOW then
    return {gone = true}
  end
  redis.call('ZADD', key('turns'), NOW + A.lease, ID)
  return {turn = C.turn, left = number('turn_deadline') - NOW}
end)
