"""The calls of customers and agents: the same models for HTTP bodies and socket frames."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from handoff_service.domain.agents import Agent, may_see
from handoff_service.flows import agent_reply, assignment, customer_message, handoff, resolution
from handoff_service.flows.context import Context
from handoff_service.store.reads import not_found

Op = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
ConversationId = Annotated[str, StringConstraints(pattern=r"^c_[0-9a-f]{32}$")]
ShortId = Annotated[str, StringConstraints(max_length=100)]


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


class _Owned(_Call):
    conversation: ConversationId
    fence: ShortId


class Reply(_Owned):
    type: Literal["reply"]
    text: str
    seen: int = Field(ge=0)


class Propose(_Owned):
    type: Literal["propose"]
    text: str = ""
    seen: int = Field(ge=0)


class GiveBack(_Owned):
    type: Literal["give_back"]
    text: str = ""


class Note(_Call):
    type: Literal["note"]
    conversation: ConversationId
    text: str


CustomerCall = Annotated[
    Say | Choose | AskPerson | NeverMind | AnswerProposal | End, Field(discriminator="type")
]
DeskCall = Annotated[Take | Reply | Note | Propose | GiveBack, Field(discriminator="type")]
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
        case Reply():
            return await agent_reply.reply(
                ctx, agent, call.op, call.conversation, call.fence, call.text, call.seen
            )
        case Note():
            return await agent_reply.note(ctx, agent, call.op, call.conversation, call.text)
        case Propose():
            return await resolution.propose(
                ctx, agent, call.op, call.conversation, call.fence, call.text, call.seen
            )
        case GiveBack():
            return await assignment.give_back(ctx, agent, call.op, call.conversation, call.fence, call.text)
