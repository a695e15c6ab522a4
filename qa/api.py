"""The HTTP API: questions in JSON, answered with the fields that `--json` prints, or as events.

What it takes and gives is described at /openapi.json and, for reading, at /docs. Who may ask, and
how much, `safety` says.
"""

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route

from index import KhabarError, errors
from qa import api_docs, events, openai_api, results
from qa.api_fields import (
    BROKEN,
    REFUSED,
    UNUSABLE,
    AnswerFields,
    Error,
    Health,
    PassageFields,
    PostedAsk,
    PostedSearch,
    replies,
    sentence,
    streamable,
)
from qa.desk import Desk, unless_left
from qa.mcp_tools import VERSION, Tools
from qa.posted import Posted
from qa.replying import json_response, problem
from qa.service import Service

_FIELDS = {"/v1/ask": PostedAsk.model_fields, "/v1/search": PostedSearch.model_fields}


def build(service: Service) -> FastAPI:
    """Make the application over what a server has open; a page may be mounted on it at "/"."""
    desk = Desk(service)
    tools = Tools(desk)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with tools.opened():
            yield

    app = api_docs.Described(
        title="Khabar",
        version=VERSION,
        summary="Ask a folder of Hindi and English articles; every answer cites its file.",
        description="An MCP server with the tools `ask` and `search` is at `/mcp`.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={
            HTTPException: _refused,
            RequestValidationError: _unusable,
            KhabarError: _could_not,
            Exception: _broken,
        },
    )
    app.include_router(_router(desk))
    app.include_router(openai_api.router(desk))
    app.router.routes.append(Route("/mcp", tools, methods=["POST"]))
    api_docs.add(app)

    there = replies(Health, {200: "It is there."})

    @app.get("/healthz", responses=there | REFUSED, openapi_extra={"security": []})
    async def healthz() -> Response:
        """Say that the server is there."""
        return json_response({"status": "ok"})

    return app


def _router(desk: Desk) -> APIRouter:
    routes = APIRouter(route_class=Posted)
    wrong = replies(Error, UNUSABLE | BROKEN) | REFUSED
    answered = streamable(AnswerFields, "The answer.", *events.NAMES)
    listed = streamable(list[PassageFields], "The passages.", events.NAMES[0])

    @routes.post("/v1/ask", responses=answered | wrong)
    async def ask(asked: PostedAsk, request: Request) -> Response:
        """Answer a question; every sentence of the answer cites its file.

        Streamed, the events are `found` (`passages`, and the `standalone` question that a follow-up
        was taken for), `waiting` (`place` in line for the model), `piece` (a `text` that is not
        checked yet), and last `answer` (with the fields of one that is not streamed) or `error`.
        Comments say that the work goes on. Closing the connection stops it.
        """
        if _streamed(asked, request):
            told = events.answer_events(desk.tell(asked), asked.limit)
            return await events.begun(told, events.error_event)
        work = asyncio.ensure_future(desk.answer(asked))
        answer = await unless_left(request.receive, work)
        # None is for nobody: who asked has gone.
        return json_response(answer and results.answer_fields(answer))

    @routes.post("/v1/search", responses=listed | wrong)
    async def search(asked: PostedSearch, request: Request) -> Response:
        """Find the passages that best match a question, best first.

        Streamed, there is one event: `found`, with the `passages`.
        """
        hits = await desk.search(asked)
        if _streamed(asked, request):
            return Response(events.found_event(hits), media_type="text/event-stream")
        return json_response([results.hit_fields(hit) for hit in hits])

    return routes


def _streamed(asked: PostedAsk | PostedSearch, request: Request) -> bool:
    return asked.stream or "text/event-stream" in request.headers.get("accept", "")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101, it handles no other
    said = error.detail
    if said == HTTPStatus(error.status_code).phrase:  # the framework's own
        said = f"There is nothing at {request.url.path!r:.100}; /docs says what there is."
        if allowed := (error.headers or {}).get("Allow"):
            said = f"Only {allowed} can be used here; /docs says how."
    return problem(request.url.path, error.status_code, said, headers=error.headers)


async def _unusable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101, it handles no other
    first = error.errors()[0]
    _, *place = first["loc"]  # the body
    known = _FIELDS.get(request.url.path, ())
    said = sentence(first["type"], tuple(place), first["msg"], known)
    param = ".".join(map(str, place))
    return problem(request.url.path, HTTPStatus.UNPROCESSABLE_ENTITY, said, param)


async def _could_not(request: Request, error: Exception) -> Response:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, errors.QuestionError):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif isinstance(error, errors.ModelError):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    return problem(request.url.path, status, str(error))


async def _broken(request: Request, error: Exception) -> Response:
    # A bug: its trace is for the terminal.
    traceback.print_exception(error)
    # The server hangs up after it, and a client that is not told asks again into nothing.
    last = {"Connection": "close"}
    return problem(request.url.path, HTTPStatus.INTERNAL_SERVER_ERROR, events.BROKEN, headers=last)
