-- The customer's yes or no to a proposal.
-- id, proposal, solved (true or false), yes (entries), no (entries)
-- lease (ms since an agent was last seen), reservation (ms)
-- returns {state}
return run(function()
  load(A.id)
  require_that(C.state == 'confirming' and C.proposal == A.proposal, 'proposal_gone',
    'This question is not open any more.')
  if A.solved then
    append_all(A.yes)
    move('closed')
    set({outcome = 'solved'})
  else
    append_all(A.no)
    unanswered(C.seq)
    -- Due now: before everything that came in later.
    set({front = 1})
    back_to_owner()
  end
  tap()
  return {state = C.state}
end)
