-- The bot's answer: what it says, its new state and, where it hands over, packet and move, in one step.
-- id, turn, entries, state (JSON), choices (JSON object, id to {title, payload}, or absent), seen (object, seq to JSON)
-- packet (JSON, or absent) with reasons, target (ms), lane, word (ms), digest (of its transcript), handed_over (entries)
-- late (JSON of a note, kept where the turn is over; the customer is not shown the answer)
-- returns {state, late or absent}
local function keep_seen()
  for seq, nlu in pairs(A.seen) do
    redis.call('HSET', key('nlu:' .. ID), seq, nlu)
    redis.call('ZREM', key('unscored'), ID .. ' ' .. seq)
  end
end

return run(function()
  load(A.id)
  if C.state ~= 'bot' or C.turn ~= A.turn then
    -- Overtaken by a turn that carries this one's messages too: nobody misses this answer.
    if C.turn then return {state = C.state, late = true} end
    note(A.late)
    -- A packet whose turn was given up informs the person who got the conversation in its place, once.
    if A.packet and C.failed_turn == A.turn and (C.state == 'waiting' or C.state == 'agent') then
      keep_seen()
      set({packet = A.packet, failed_turn = false})
      join_reasons(A.reasons, A.target, A.lane)
      place()
    end
    tap()
    return {state = C.state, late = true}
  end
  if A.packet then
    require_that(A.digest == C.turn_digest, 'packet_digest', 'The packet does not cover the log of this turn.')
  end

  append_all(A.entries)
  redis.call('SET', key('bot:' .. ID), A.state)
  keep_seen()
  set({choices = A.choices or false})
  stop_turn()
  if A.packet then
    set({packet = A.packet})
    join_reasons(A.reasons, A.target, A.lane)
    to_line()
    append_all(A.handed_over)
  else
    answered()
  end
  set({bot_seq = C.seq})
  tap()
  return {state = C.state}
end)
