"""Refusals as problem details (RFC 9457); the one place that renders them."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

from handoff_service.domain.refusals import Refusal
from handoff_service.store.scripts import unavailable

_PROBLEM = "application/problem+json"


class Problem(BaseModel):
    """application/problem+json; `code` is stable, `detail` is for people."""

    title: str
    status: int
    code: str
    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what}
    for status, what in {
        400: "not JSON, or no valid HTTP",
        401: "not logged in",
        403: "wrong origin, or not allowed",
        404: "not found, or not yours to see",
        409: "not possible in this state",
        413: "too large",
        422: "not in the schema",
        429: "too fast",
        503: "the store does not answer",
    }.items()
}


def problem(refusal: Refusal) -> JSONResponse:
    body = Problem(
        title=refusal.code.replace("_", " "), status=refusal.status, code=refusal.code, detail=refusal.detail
    )
    return JSONResponse(body.model_dump(), refusal.status, media_type=_PROBLEM)


def from_validation(errors: list[Any]) -> Refusal:
    """Names the field and what is wrong with it; never repeats what was sent."""
    if any(error["type"] == "string_unicode" for error in errors):
        return Refusal("text_not_unicode", "The text has half a character (a lone surrogate).")
    where = ".".join(str(part) for part in errors[0]["loc"] if part != "body")
    return Refusal("bad_call", f"{where or 'body'}: {errors[0]['msg']}")


def install(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def _refused(_: Request, error: Refusal) -> JSONResponse:
        return problem(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem(from_validation(list(error.errors())))

    @app.exception_handler(ValidationError)
    async def _invalid_value(_: Request, error: ValidationError) -> JSONResponse:
        return problem(from_validation(list(error.errors())))

    @app.exception_handler(RedisError)
    async def _no_store(_: Request, __: RedisError) -> JSONResponse:
        return problem(unavailable())

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        body = Problem(
            title=str(error.detail),
            status=error.status_code,
            code=f"http_{error.status_code}",
            detail=str(error.detail),
        )
        return JSONResponse(body.model_dump(), error.status_code, headers=error.headers, media_type=_PROBLEM)


def document(app: FastAPI) -> None:
    """Refusals stand in the OpenAPI document as what they are sent as, which FastAPI cannot be told."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        for path in document["paths"].values():
            for operation in path.values():
                for response in operation["responses"].values():
                    if model := _problem_of(response):
                        response["content"] = {_PROBLEM: model}
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _problem_of(response: dict[str, Any]) -> dict[str, Any] | None:
    for model in response.get("content", {}).values():
        if model.get("schema", {}).get("$ref", "").endswith("/Problem"):
            return dict(model)
    return None
