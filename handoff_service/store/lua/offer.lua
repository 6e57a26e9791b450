-- The next in line is offered to an agent who asked for offers: kept for them, in one of their slots, for a while.
-- One at a time, so that others are offered the rest.
-- agent, lanes, capacity, accept (ms)
-- returns {conversation} or {} where there is nothing to offer, or no room
return run(function()
  if not redis.call('ZSCORE', key('wants'), A.agent) or busy(A.agent) >= A.capacity
    or redis.call('SCARD', key('offered:' .. A.agent)) > 0 then
    return {none = true}
  end
  local id = first_in_line(true)
  if not id then return {none = true} end
  load(id)
  reserve(A.agent, A.accept)
  set({offered = 1})
  redis.call('SADD', key('offered:' .. A.agent), ID)
  timer('offer', NOW + A.accept)
  -- Who got one goes behind the others.
  redis.call('ZADD', key('wants'), NOW, A.agent)
  tap()
  return {conversation = ID}
end)
