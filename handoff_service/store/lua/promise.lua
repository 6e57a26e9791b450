-- An agent says when the customer hears from us next.
-- id, fence, at (ms since 1970), longest (ms from now), word (ms; about security no later than that), entries
-- returns {at}
return run(function()
  load(A.id)
  require_fence()
  require_that(A.at > NOW, 'bad_time', 'That time is over already.')
  local longest = is_security() and A.word or A.longest
  require_that(A.at <= NOW + longest, 'bad_time',
    'That is too late: within ' .. math.floor(longest / 3600000) .. ' hours, please.')
  promise(A.at)
  append_all(A.entries)
  tap()
  return {at = A.at}
end)
