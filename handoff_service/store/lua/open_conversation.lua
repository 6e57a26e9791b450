-- A new conversation, with the bot.
-- id, token_hash, widget, channel, page (may be "")
-- returns {conversation}
return run(function()
  require_that(redis.call('EXISTS', key('c:' .. A.id)) == 0, 'wrong_move', 'This conversation exists already.')
  open_conversation()
  tap()
  return {conversation = ID}
end)
