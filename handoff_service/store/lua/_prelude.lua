-- Put before every script. One key is passed, the workspace's prefix with its hash tag; every other key is made
-- from it here, so all of a script's keys live in one slot.
-- KEYS[1]  prefix, "{workspace}:"
-- ARGV[1]  JSON object: op (id of the operation), clock (ms, added to the server's time; only tests set it), and
--          the script's own arguments, named in its header
-- returns  JSON: {"ok": result} or {"refused": code, "detail": sentence}; a repeat of an op gets the first answer
local A = cjson.decode(ARGV[1])
local OP_MEMORY_MS = 60000
local MAX_ENTRIES = 5000

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
-- apart because the digest is made of them. payload: what a pressed button means to the bot, or nil.
local function append(kind, text, body, payload)
  local seq = number('seq') + 1
  local digest = redis.sha1hex(C.digest .. '\n' .. seq .. '\n' .. kind .. '\n' .. text)
  local fields = {'t', NOW, 'k', kind, 'd', string.sub(digest, 1, 12), 'b', body}
  if payload then
    fields[9] = 'p'
    fields[10] = payload
  end
  redis.call('XADD', key('log:' .. ID), seq .. '-0', unpack(fields))
  set({seq = seq, digest = digest, last_time = NOW, ['last_' .. kind] = seq})
  return seq
end
local function append_all(entries)
  for _, entry in ipairs(entries or {}) do append(entry.kind, entry.text, entry.body) end
end
-- Notes and internal events are a stream of their own; the customer's side has no code that reads it.
local function note(body)
  local id = redis.call('XADD', key('notes:' .. ID), '*', 't', NOW, 'after', C.seq, 'b', body)
  return id
end

-- The line. Nothing unanswered: parked, in no line, costing no capacity.
local function leave_line()
  redis.call('ZREM', key('line:general'), ID)
  redis.call('ZREM', key('line:security'), ID)
end
local function capacity_key(agent) return key('busy:' .. agent) end
local function place()
  leave_line()
  if C.owner then redis.call('SREM', capacity_key(C.owner), ID) end
  if not C.unanswered_since then set({due = false}) return end
  if C.target then set({due = number('unanswered_since') + number('target')}) end
  if C.state == 'waiting' then redis.call('ZADD', key('line:' .. C.lane), C.due, ID) end
  if C.state == 'agent' then redis.call('SADD', capacity_key(C.owner), ID) end
end
local function unanswered(seq)
  if not C.unanswered_since then set({unanswered_since = NOW, unanswered_seq = seq}) end
end
local function answered() set({unanswered_since = false, unanswered_seq = false}) end
-- A person who had read up to seq `seen` has answered; the first message after it, if any, is now the oldest open one.
local function answered_up_to(seen)
  if not C.unanswered_seq then return end
  local from = math.max(number('unanswered_seq'), seen + 1)
  answered()
  for _, entry in ipairs(redis.call('XRANGE', key('log:' .. ID), from .. '-0', '+')) do
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

-- The one gate of every change of state. Whoever owned the conversation before loses it here.
local function move(to)
  local from = C.state
  require_that(MOVES[from] and MOVES[from][to], 'wrong_move',
    'A conversation that is ' .. from .. ' cannot become ' .. to .. '.')
  if from == 'bot' then stop_turn() end
  if from == 'confirming' then
    redis.call('ZREM', key('timers'), 'confirm ' .. ID)
    set({proposal = false, confirm_until = false})
  end
  if from == 'closed' then
    set({outcome = false})
    redis.call('ZREM', key('closed'), ID)
  end
  if C.owner and to ~= 'agent' and to ~= 'confirming' then
    redis.call('SREM', capacity_key(C.owner), ID)
    redis.call('SREM', key('owned:' .. C.owner), ID)
    set({last_owner = C.owner, owner = false, owner_name = false, fence = false})
  end
  set({state = to, epoch = number('epoch') + 1})
  if to == 'closed' then
    set({closed_at = NOW, reserved_for = false, reserved_until = false})
    redis.call('ZADD', key('closed'), NOW, ID)
    redis.call('ZREM', key('open'), ID)
    answered()
  else
    redis.call('ZADD', key('open'), NOW, ID)
  end
  if to == 'bot' then
    -- What counted towards a handoff counts afresh.
    set({reasons = false, target = false, lane = 'general', packet = false, last_owner = false})
  end
  place()
end

local function own(agent, name, fence)
  set({owner = agent, owner_name = name, fence = fence, reserved_for = false, reserved_until = false})
  redis.call('SADD', key('owned:' .. agent), ID)
end
local function kept_for_another(agent)
  return C.reserved_for and C.reserved_for ~= agent and NOW < number('reserved_until')
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
local function reserve(agent)
  set({reserved_for = agent, reserved_until = NOW + A.reservation})
end

-- More reasons join those there; the earliest due time and the stricter lane win.
local function join_reasons(reasons, target, lane)
  local merged = C.reasons and cjson.decode(C.reasons) or {}
  for _, new in ipairs(reasons) do
    local twin
    for _, old in ipairs(merged) do
      if old.reason == new.reason and old.kind == new.kind then twin = old end
    end
    if twin then
      twin.score = math.max(twin.score, new.score)
      for _, evidence in ipairs(new.evidence or {}) do twin.evidence[#twin.evidence + 1] = evidence end
    else
      merged[#merged + 1] = new
    end
  end
  set({reasons = cjson.encode(merged), target = math.min(number('target') or target, target),
    lane = (C.lane == 'security') and 'security' or lane})
end

-- A tap on the shoulder, without text: whoever watches reads again.
local function tap()
  set({rev = number('rev') + 1})
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
