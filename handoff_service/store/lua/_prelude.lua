-- Put before every script. One key is passed, the workspace's prefix with its hash tag; every other key is made
-- from it here, so all of a script's keys live in one slot.
-- KEYS[1]  prefix, "{workspace}:"
-- ARGV[1]  JSON object: op (id of the operation), clock (ms, added to the server's time; only tests set it), and
--          the script's own arguments, named in its header
-- returns  JSON: {"ok": result} or {"refused": code, "detail": sentence}; a repeat of an op gets the first answer
local A = cjson.decode(ARGV[1])
local UNWANTED = {spam = true, abuse = true}
local OP_MEMORY_MS = 60000
local MAX_ENTRIES = 5000
local MAX_EVIDENCE = 50

local function key(name) return KEYS[1] .. name end

local time = redis.call('TIME')
local NOW = time[1] * 1000 + math.floor(time[2] / 1000) + A.clock

local function refuse(code, detail) error({code = code, detail = detail}) end
local function require_that(holds, code, detail)
  if not holds then refuse(code, detail) end
end

-- A conversation is a hash; C reads it whole once and writes through.
local C, ID
local function conv_key() return key('c:' .. ID) end
local function load(id)
  ID = id
  C = {}
  local flat = redis.call('HGETALL', conv_key())
  for i = 1, #flat, 2 do C[flat[i]] = flat[i + 1] end
  require_that(C.state, 'not_found', 'There is no such conversation.')
end
local function set(fields)
  local flat = {}
  for name, value in pairs(fields) do
    if value == false then
      redis.call('HDEL', conv_key(), name)
      C[name] = nil
    else
      C[name] = tostring(value)
      flat[#flat + 1] = name
      flat[#flat + 1] = C[name]
    end
  end
  if #flat > 0 then redis.call('HSET', conv_key(), unpack(flat)) end
end
local function number(name) return tonumber(C[name]) end

-- One more entry of the log. body: JSON object of what the entry says; kind and text are in it too, and are given
-- apart because the digest is made of them. payload: what a pressed button means to the bot, or nil. at: ms, where
-- it was said before and elsewhere.
local function append(kind, text, body, payload, at)
  local seq = number('seq') + 1
  local digest = redis.sha1hex(C.digest .. '\n' .. seq .. '\n' .. kind .. '\n' .. text)
  local fields = {'t', at or NOW, 'k', kind, 'd', string.sub(digest, 1, 12), 'b', body}
  if payload then
    fields[9] = 'p'
    fields[10] = payload
  end
  redis.call('XADD', key('log:' .. ID), seq .. '-0', unpack(fields))
  set({seq = seq, digest = digest, last_time = NOW, ['last_' .. kind] = seq})
  return seq
end
local function open_conversation()
  ID, C = A.id, {}
  set({state = 'bot', epoch = 1, rev = 1, seq = 0, digest = '', lane = 'general', created = NOW, last_time = NOW,
    token_hash = A.token_hash, widget = A.widget, channel = A.channel, page = A.page})
  redis.call('ZADD', key('open'), NOW, ID)
end
local function append_all(entries)
  for _, entry in ipairs(entries or {}) do append(entry.kind, entry.text, entry.body) end
end
-- Notes and internal events are a stream of their own; the customer's side has no code that reads it.
local function note(body)
  local id = redis.call('XADD', key('notes:' .. ID), '*', 't', NOW, 'after', C.seq, 'b', body)
  return id
end

-- Timers and alarms are members "<what> <id>" of a sorted set; due.lua re-checks a timer before anything comes of it.
local function timer(what, at)
  if at then redis.call('ZADD', key('timers'), at, what .. ' ' .. ID)
  else redis.call('ZREM', key('timers'), what .. ' ' .. ID) end
end
local ALARMS = {'overdue', 'word', 'given_back', 'incident_alone'}
local function alarm(what, rings)
  if rings then redis.call('ZADD', key('alarms'), 'NX', NOW, what .. ' ' .. ID)
  else redis.call('ZREM', key('alarms'), what .. ' ' .. ID) end
end

-- The line. Nothing unanswered: parked, in no line, costing no capacity.
local function leave_line()
  redis.call('ZREM', key('line:general'), ID)
  redis.call('ZREM', key('line:security'), ID)
  redis.call('SREM', key('parked'), ID)
end
local function busy(agent) return redis.call('SCARD', key('busy:' .. agent)) + redis.call('SCARD', key('offered:' .. agent)) end
local function place()
  leave_line()
  if C.owner then redis.call('SREM', key('busy:' .. C.owner), ID) end
  local with_people = C.state == 'waiting' or C.state == 'agent'
  if not C.unanswered_since or not with_people then
    set({due = false})
    if C.state == 'waiting' then redis.call('SADD', key('parked'), ID) end
  else
    set({due = number('unanswered_since') + (C.front and 0 or number('target'))})
    if C.state == 'waiting' then redis.call('ZADD', key('line:' .. C.lane), C.due, ID) end
    if C.state == 'agent' then redis.call('SADD', key('busy:' .. C.owner), ID) end
  end
  timer('overdue', C.due)
  if not C.due or number('due') > NOW then alarm('overdue', false) end
  if C.state ~= 'waiting' or C.lane ~= 'security' then alarm('incident_alone', false) end
end
local function unanswered(seq)
  if not C.unanswered_since then set({unanswered_since = NOW, unanswered_seq = seq}) end
  set({snoozed_until = false, woken = false})
  timer('snooze', false)
end
local function answered() set({unanswered_since = false, unanswered_seq = false, front = false}) end
-- A person who had read up to seq `seen` has answered; the first message after it, if any, is now the oldest open one.
local function answered_up_to(seen)
  if not C.unanswered_seq or number('unanswered_seq') > seen then return end
  answered()
  for _, entry in ipairs(redis.call('XRANGE', key('log:' .. ID), (seen + 1) .. '-0', '+')) do
    if entry[2][4] == 'customer' then
      set({unanswered_since = entry[2][2], unanswered_seq = string.match(entry[1], '^%d+')})
      return
    end
  end
end

local function stop_turn()
  redis.call('ZREM', key('turns'), ID)
  set({turn = false, turn_through = false, turn_digest = false, turn_deadline = false})
end

-- What arrives while a turn runs starts it again with both; the first one's answer then comes too late.
local function start_turn(through)
  set({turn = A.turn, turn_through = through, turn_digest = C.digest, turn_deadline = NOW + A.patience})
  redis.call('ZADD', key('turns'), NOW + A.turn_lease, ID)
  return A.turn
end

-- When the customer hears from us next; false: nothing is promised.
local function promise(at)
  set({next_word = at})
  timer('word', at)
  if not at or at > NOW then alarm('word', false) end
end
local function is_security()
  for _, reason in ipairs(C.reasons and cjson.decode(C.reasons) or {}) do
    if reason.reason == 'security' then return true end
  end
  return false
end
-- A person has spoken: what was promised is kept. About security the next word is promised at once.
local function word_given()
  promise(is_security() and NOW + A.word)
  alarm('given_back', false)
  set({give_backs = false, woken = false})
end

-- A reservation keeps a conversation in line for one agent; one that was offered holds a slot of theirs too.
local function unreserve()
  if C.offered then
    redis.call('SREM', key('offered:' .. C.reserved_for), ID)
    timer('offer', false)
  end
  set({reserved_for = false, reserved_until = false, offered = false})
end
local function reserve(agent, ms)
  unreserve()
  set({reserved_for = agent, reserved_until = NOW + ms})
end
local function kept_for_another(agent)
  return C.reserved_for and C.reserved_for ~= agent and NOW < number('reserved_until')
end
local function present(agent)
  return tonumber(redis.call('ZSCORE', key('presence'), agent) or 0) + A.lease > NOW
end

-- The one gate of every change of state. Whoever owned the conversation before loses it here.
local function move(to)
  local from = C.state
  require_that(MOVES[from] and MOVES[from][to], 'wrong_move',
    'A conversation that is ' .. from .. ' cannot become ' .. to .. '.')
  if from == 'bot' then stop_turn() end
  if from == 'confirming' then
    timer('confirm', false)
    set({proposal = false, confirm_until = false})
  end
  if from == 'closed' then
    set({outcome = false})
    redis.call('ZREM', key('closed'), ID)
  end
  if C.owner and to ~= 'agent' and to ~= 'confirming' then
    redis.call('SREM', key('busy:' .. C.owner), ID)
    redis.call('SREM', key('owned:' .. C.owner), ID)
    set({last_owner = C.owner, owner = false, owner_name = false, fence = false, snoozed_until = false, woken = false})
    timer('snooze', false)
  end
  unreserve()
  set({state = to, epoch = number('epoch') + 1})
  if to == 'closed' then
    set({closed_at = NOW})
    redis.call('ZADD', key('closed'), NOW, ID)
    redis.call('ZREM', key('open'), ID)
    answered()
  else
    redis.call('ZADD', key('open'), NOW, ID)
  end
  if to == 'bot' then
    -- What counted towards a handoff counts afresh.
    set({reasons = false, target = false, lane = 'general', packet = false, last_owner = false, give_backs = false})
  end
  if from == 'closed' and to == 'waiting' and is_security() then promise(NOW + A.word) end
  if to == 'bot' or to == 'closed' then
    promise(false)
    for _, what in ipairs(ALARMS) do alarm(what, false) end
  end
  place()
end

local function own(agent, name, fence)
  set({owner = agent, owner_name = name, fence = fence})
  redis.call('SADD', key('owned:' .. agent), ID)
end
-- Back to the person who asked "is it solved?", or to the line with that person first, where they have gone.
local function back_to_owner()
  local owner = C.owner
  if present(owner) then move('agent') return end
  move('waiting')
  reserve(owner, A.reservation)
end
-- One sender's message once: returns the seq it got the first time, if it was here before.
local function sent_before(sender)
  local before = redis.call('HGET', key('sent:' .. ID), sender .. ' ' .. A.client_id)
  if not before then return nil end
  local seq, hash = string.match(before, '^(%d+) (.*)$')
  require_that(hash == A.text_hash, 'other_text', 'This id was used for another message.')
  return tonumber(seq)
end
local function append_once(sender, kind, payload)
  require_that(number('seq') < MAX_ENTRIES, 'too_many_messages', 'This conversation is full; please start a new one.')
  local seq = append(kind, A.text, A.body, payload)
  redis.call('HSET', key('sent:' .. ID), sender .. ' ' .. A.client_id, seq .. ' ' .. A.text_hash)
  return seq
end
local function require_fence()
  require_that(C.fence and C.fence == A.fence, 'not_yours', 'This conversation is not yours (any more).')
end

-- The line, from an agent's side.
local function may_take()
  for _, lane in ipairs(A.lanes) do
    if lane == C.lane then return true end
  end
  return false
end
-- The first that this agent may take; `unreserved`: that is kept for nobody, not even for this agent.
local function first_in_line(unreserved)
  local best, best_due
  for _, lane in ipairs(A.lanes) do
    local line = redis.call('ZRANGE', key('line:' .. lane), 0, 49, 'WITHSCORES')
    for i = 1, #line, 2 do
      local due = tonumber(line[i + 1])
      if best and due >= best_due then break end
      load(line[i])
      if not kept_for_another(unreserved and '' or A.agent) then
        best, best_due = line[i], due
        break
      end
    end
  end
  return best
end

-- More reasons join those there; the earliest due time and the stricter lane win. word: ms a next word may take.
local function join_reasons(reasons, target, lane)
  local merged = C.reasons and cjson.decode(C.reasons) or {}
  for _, new in ipairs(reasons) do
    local twin
    for _, old in ipairs(merged) do
      if old.reason == new.reason and old.kind == new.kind then twin = old end
    end
    if twin then
      twin.score = math.max(twin.score, new.score)
      for _, evidence in ipairs(new.evidence or {}) do
        if #twin.evidence < MAX_EVIDENCE then twin.evidence[#twin.evidence + 1] = evidence end
      end
    else
      merged[#merged + 1] = new
    end
  end
  set({reasons = cjson.encode(merged), target = math.min(number('target') or target, target),
    lane = (C.lane == 'security') and 'security' or lane})
  if is_security() then promise(math.min(number('next_word') or math.huge, NOW + A.word)) end
end
-- An agent has looked: no incident, so it goes by the general lane.
local function no_incident()
  local reasons = C.reasons and cjson.decode(C.reasons) or {}
  for _, reason in ipairs(reasons) do
    if reason.reason == 'security' then reason.kind = 'question' end
  end
  set({reasons = cjson.encode(reasons), lane = 'general'})
end
-- Into the line. Who had it within the reopening time is asked first; where it comes from the bot, nobody had it.
local function to_line()
  local again = C.last_owner and NOW - number('closed_at') <= A.reopen and C.last_owner
  move('waiting')
  if again then reserve(again, A.reservation) end
end

-- What the customer writes to people is still read for signals, beside the conversation: sweep.py asks the bot.
local function score(seq) redis.call('ZADD', key('unscored'), 'NX', NOW, ID .. ' ' .. seq) end
local function score_unanswered()
  if not C.unanswered_seq then return end
  for _, entry in ipairs(redis.call('XRANGE', key('log:' .. ID), C.unanswered_seq .. '-0', '+')) do
    if entry[2][4] == 'customer' then score(string.match(entry[1], '^%d+')) end
  end
end

-- A tap on the shoulder, without text: whoever watches reads again.
local function tap()
  set({rev = number('rev') + 1})
  -- Only what is with the bot can fall asleep.
  if C.state == 'bot' then redis.call('ZADD', key('idle'), NOW, ID) else redis.call('ZREM', key('idle'), ID) end
  redis.call('PUBLISH', key('tap'), ID)
end

local function run(script)
  local op_key = A.op and key('op:' .. A.op)
  if op_key then
    local first = redis.call('GET', op_key)
    if first then return first end
  end
  local fine, result = pcall(script)
  local answer
  if fine then
    answer = cjson.encode({ok = result})
    if op_key then redis.call('SET', op_key, answer, 'PX', OP_MEMORY_MS) end
  elseif type(result) == 'table' and result.code then
    answer = cjson.encode({refused = result.code, detail = result.detail})
  else
    error(result)
  end
  return answer
end
