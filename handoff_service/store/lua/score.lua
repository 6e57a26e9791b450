-- What the bot's NLU made of a message that a customer wrote to people: a new reason joins, nothing is answered.
-- id, seq, seen (JSON, or absent where the NLU could not be asked any more), reasons (may be empty), target, lane, word
-- returns {joined: true or false}
return run(function()
  load(A.id)
  -- Two replicas may have asked; the one that finds it unscored keeps what it heard.
  if redis.call('ZREM', key('unscored'), ID .. ' ' .. A.seq) == 0 then return {joined = false} end
  if A.seen then redis.call('HSET', key('nlu:' .. ID), A.seq, A.seen) end
  local with_people = C.state == 'waiting' or C.state == 'agent' or C.state == 'confirming'
  local joined = with_people and #A.reasons > 0
  if joined then
    join_reasons(A.reasons, A.target, A.lane)
    place()
  end
  tap()
  return {joined = joined}
end)
