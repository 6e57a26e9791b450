-- A timer has run out. What it meant is checked again, for much may have happened since it was set.
-- id, what ("overdue": a person should have answered; "word": a promised word has not come; "snooze"; "offer"),
-- unaccepted (JSON of a note)
-- returns {happened: true or false}
local happens = {
  overdue = function() return C.due and number('due') <= NOW, function() alarm('overdue', true) end end,
  word = function() return C.next_word and number('next_word') <= NOW, function() alarm('word', true) end end,
  snooze = function() return C.snoozed_until and number('snoozed_until') <= NOW, function()
    set({snoozed_until = false, woken = NOW})
  end end,
  offer = function() return C.offered and number('reserved_until') <= NOW, function()
    -- Who is not there is not asked again and again.
    redis.call('ZREM', key('wants'), C.reserved_for)
    note(A.unaccepted)
    unreserve()
  end end,
}

return run(function()
  if redis.call('EXISTS', key('c:' .. A.id)) == 0 then
    redis.call('ZREM', key('timers'), A.what .. ' ' .. A.id)
    return {happened = false}
  end
  load(A.id)
  local holds, act = happens[A.what]()
  if not holds then return {happened = false} end
  timer(A.what, false)
  act()
  tap()
  return {happened = true}
end)
