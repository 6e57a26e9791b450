-- The customer's yes or no to a proposal.
-- id, proposal, solved (true or false), yes (entries), no (entries)
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
    move('agent')
    unanswered(C.seq)
    place()
  end
  tap()
  return {state = C.state}
end)
