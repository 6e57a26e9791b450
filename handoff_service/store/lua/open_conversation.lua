-- A new conversation, with the bot.
-- id, token_hash, widget, channel, page (may be "")
-- returns {conversation}
return run(function()
  require_that(redis.call('EXISTS', key('c:' .. A.id)) == 0, 'wrong_move', 'This conversation exists already.')
  ID, C = A.id, {}
  set({state = 'bot', epoch = 1, rev = 1, seq = 0, digest = '', lane = 'general', created = NOW, last_time = NOW,
    token_hash = A.token_hash, widget = A.widget, channel = A.channel, page = A.page})
  redis.call('ZADD', key('open'), NOW, ID)
  return {conversation = ID}
end)
