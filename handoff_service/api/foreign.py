"""The door for other bots: a signed packet with its transcript."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from handoff_service.api.errors import PROBLEMS
from handoff_service.api.limits import Buckets
from handoff_service.flows import foreign
from handoff_service.flows.context import Context
from handoff_service.wire import ForeignHandoff


def router(ctx: Context) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["other bots"], responses=PROBLEMS)
    calls_of = Buckets(burst=50, per_second=10)

    @routes.post("/handoffs", status_code=201, responses={200: {"description": "was here before"}})
    async def receive(
        handoff: ForeignHandoff,
        request: Request,
        response: Response,
        x_baton_time: Annotated[str, Header(max_length=20)] = "",
        x_baton_signature: Annotated[str, Header(max_length=100)] = "",
    ) -> dict[str, Any]:
        key = foreign.signing_key(
            ctx.settings.foreign_bots, handoff, x_baton_time, await request.body(), x_baton_signature
        )
        calls_of.take(handoff.bot)
        received = await foreign.receive(ctx, handoff, key, foreign.conversation_of(handoff))
        if received.pop("again"):
            response.status_code = 200
        return received

    return routes
