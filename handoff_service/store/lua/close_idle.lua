-- A conversation with the bot in which nobody has said anything for the announced time.
-- id, idle (ms), entries
-- returns {closed: true or false}
return run(function()
  load(A.id)
  if C.state ~= 'bot' or C.turn or number('last_time') + A.idle > NOW then
    redis.call('ZADD', key('idle'), 'XX', NOW, ID)
    return {closed = false}
  end
  if number('seq') > 0 then append_all(A.entries) end
  move('closed')
  set({outcome = 'idle'})
  tap()
  return {closed = true}
end)
