"""The calls of customers and agents: the same models for HTTP bodies and socket frames."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from handoff_service.domain.agents import Agent, may_see
from handoff_service.domain.conversation import Lane
from handoff_service.flows import agent_reply, assignment, customer_message, handoff, resolution
from handoff_service.flows.context import Context
from handoff_service.store.reads import not_found

Op = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
ConversationId = Annotated[str, StringConstraints(pattern=r"^c_[0-9a-f]{32}$")]
ShortId = Annotated[str, StringConstraints(max_length=100)]
Milliseconds = Annotated[int, Field(ge=0, le=10**14, description="since 1970, UTC")]
Seq = Annotated[int, Field(ge=0, le=10**9)]


class _Call(BaseModel):
    model_config = ConfigDict(extra="forbid")
    op: Op


class Say(_Call):
    type: Literal["say"]
    text: str


class Choose(_Call):
    type: Literal["choose"]
    choice: ShortId


class AskPerson(_Call):
    type: Literal["ask_person"]


class ReportSecurity(_Call):
    type: Literal["report_security"]
    what: str
    since: Annotated[str, StringConstraints(max_length=200)] = ""


class NeverMind(_Call):
    type: Literal["never_mind"]


class AnswerProposal(_Call):
    type: Literal["answer_proposal"]
    proposal: ShortId
    solved: bool


class End(_Call):
    type: Literal["end"]


class Take(_Call):
    type: Literal["take"]
    conversation: ConversationId | None = None


class Offers(_Call):
    type: Literal["offers"]
    conversation: None = None
    on: bool


class Decline(_Call):
    type: Literal["decline"]
    conversation: ConversationId


class _Owned(_Call):
    conversation: ConversationId
    fence: ShortId


class Reply(_Owned):
    type: Literal["reply"]
    text: str
    seen: Seq


class Propose(_Owned):
    type: Literal["propose"]
    text: str = ""
    seen: Seq


class GiveBack(_Owned):
    type: Literal["give_back"]
    text: str = ""


class Transfer(_Owned):
    type: Literal["transfer"]
    to: ShortId | None = None
    lane: Lane | None = None
    text: str


class ToBot(_Owned):
    type: Literal["to_bot"]
    text: str = ""


class Snooze(_Owned):
    type: Literal["snooze"]
    until: Milliseconds


class Promise(_Owned):
    type: Literal["promise"]
    at: Milliseconds


class Unwanted(_Owned):
    type: Literal["unwanted"]
    outcome: Literal["spam", "abuse"]
    text: str = ""


class UndoUnwanted(_Call):
    type: Literal["undo_unwanted"]
    conversation: ConversationId


class Note(_Call):
    type: Literal["note"]
    conversation: ConversationId
    text: str


CustomerCall = Annotated[
    Say | Choose | AskPerson | ReportSecurity | NeverMind | AnswerProposal | End, Field(discriminator="type")
]
DeskCall = Annotated[
    Take
    | Offers
    | Decline
    | Reply
    | Note
    | Propose
    | GiveBack
    | Transfer
    | ToBot
    | Snooze
    | Promise
    | Unwanted
    | UndoUnwanted,
    Field(discriminator="type"),
]
customer_call: TypeAdapter[CustomerCall] = TypeAdapter(CustomerCall)
desk_call: TypeAdapter[DeskCall] = TypeAdapter(DeskCall)


async def for_customer(ctx: Context, conversation: str, call: CustomerCall) -> dict[str, Any]:
    match call:
        case Say():
            return await customer_message.say(ctx, conversation, call.op, call.text)
        case Choose():
            return await customer_message.choose(ctx, conversation, call.op, call.choice)
        case AskPerson():
            return await handoff.ask_person(ctx, conversation, call.op)
        case ReportSecurity():
            return await handoff.report_security(ctx, conversation, call.op, call.what, call.since)
        case NeverMind():
            return await handoff.never_mind(ctx, conversation, call.op)
        case AnswerProposal():
            return await resolution.answer_proposal(ctx, conversation, call.op, call.proposal, call.solved)
        case End():
            return await resolution.end(ctx, conversation, call.op)


async def for_agent(ctx: Context, agent: Agent, call: DeskCall) -> dict[str, Any]:
    """Raises Refusal: not_found also where the agent may not see the conversation."""
    if call.conversation and not may_see(agent, await ctx.reads.fields(call.conversation)):
        raise not_found()
    match call:
        case Take():
            return await assignment.take(ctx, agent, call.op, call.conversation)
        case Offers():
            return await assignment.want_offers(ctx, agent, call.on)
        case Decline():
            return await assignment.decline(ctx, agent, call.op, call.conversation)
        case Note():
            return await agent_reply.write_note(ctx, agent, call.op, call.conversation, call.text)
        case UndoUnwanted():
            return await resolution.undo_unwanted(ctx, agent, call.op, call.conversation)
        case _:
            return await _of_owner(ctx, agent, call)


async def _of_owner(ctx: Context, agent: Agent, call: _Owned) -> dict[str, Any]:
    held = (call.op, call.conversation, call.fence)
    match call:
        case Reply():
            return await agent_reply.reply(ctx, agent, *held, call.text, call.seen)
        case Propose():
            return await resolution.propose(ctx, agent, *held, call.text, call.seen)
        case GiveBack():
            return await assignment.give_back(ctx, agent, *held, call.text)
        case Transfer():
            return await assignment.transfer(ctx, agent, *held, call.to, call.lane, call.text)
        case ToBot():
            return await assignment.to_bot(ctx, agent, *held, call.text)
        case Snooze():
            return await assignment.snooze(ctx, *held, call.until)
        case Promise():
            return await agent_reply.promise(ctx, agent, *held, call.at)
        case Unwanted():
            return await resolution.unwanted(ctx, agent, *held, call.outcome, call.text)
    raise AssertionError(f"{call.type} has no flow")  # type: ignore[attr-defined]
