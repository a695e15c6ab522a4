"""The HTTP API: a question in JSON, and the fields that `--json` prints in reply.

Who may ask, and how much, `safety` says.
"""

import asyncio
import datetime
import json
import threading
import traceback
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from index import KhabarError, errors
from qa import results
from qa.answer import stream
from qa.guard import tell
from qa.options import MAX_HITS
from qa.service import Service
from qa.types import Answer, Event

if TYPE_CHECKING:
    from collections.abc import Generator

    from starlette.types import ASGIApp

_JSON = "application/json"
_Done = TypeVar("_Done")


def _day(said: object) -> datetime.date:
    try:
        return datetime.date.fromisoformat(cast("str", said))
    except (TypeError, ValueError):
        raise ValueError("it is no date like 2023-05-05") from None


_Day = Annotated[datetime.date, PlainValidator(_day)]
"""As the command line takes it; pydantic would take a number of seconds too."""


class _Asked(BaseModel):
    """What both ways to ask take."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str
    since: _Day | None = None
    until: _Day | None = None
    sources: list[str] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_HITS)] = 10
    """How many passages are listed; of an answer it says nothing."""


def build(service: Service) -> "ASGIApp":
    """Make the application over what a server has open."""

    async def ask(request: Request) -> Response:
        asked = await _read(request)
        answer = await _unless_left(request, lambda left: _answer(service, asked, left))
        # None is for nobody: who asked has gone.
        return _json(answer and results.answer_fields(answer))

    async def search(request: Request) -> Response:
        asked = await _read(request)
        span = asked.since, asked.until, asked.sources
        hits = await run_in_threadpool(service.index.search, asked.question, asked.limit, *span)
        return _json([results.hit_fields(hit) for hit in hits])

    async def healthz(_: Request) -> Response:
        return _json({"status": "ok"})

    routes = [
        Route("/v1/ask", ask, methods=["POST"]),
        Route("/v1/search", search, methods=["POST"]),
        Route("/healthz", healthz),
    ]
    handlers = {HTTPException: tell, KhabarError: _could_not, Exception: _broken}
    return Starlette(routes=routes, exception_handlers=handlers)


async def _read(request: Request) -> _Asked:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        raise HTTPException(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A question comes as {_JSON}, and not as {kind!r}."
        )
    body = await request.body()
    try:
        return _Asked.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        sentence = _sentence(first["type"], first["loc"], first["msg"])
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, sentence) from error


def _sentence(kind: str, place: tuple[int | str, ...], message: str) -> str:
    """Say what is wrong with a request, of what pydantic says."""
    if not place:
        return f"The request cannot be read: {message}."
    name = ".".join(map(str, place))
    if kind == "extra_forbidden":
        return f"There is no field {name!r:.100}; there are {', '.join(_Asked.model_fields)}."
    if kind == "missing":
        return f"The field {name!r} is missing."
    return f"The field {name!r} cannot be used: {message.removeprefix('Value error, ')}."


def _answer(service: Service, asked: _Asked, left: threading.Event) -> Answer | None:
    events = stream(
        asked.question,
        service.index,
        since=asked.since,
        until=asked.until,
        sources=asked.sources,
        engine=service.engine,
    )
    with closing(cast("Generator[Event, None, None]", events)):
        for event in events:
            if left.is_set():
                break
            if isinstance(event, Answer):
                return event
    return None


async def _unless_left(request: Request, work: Callable[[threading.Event], _Done]) -> _Done:
    """Do work in a thread, which is told when who asked has gone."""
    left = threading.Event()
    leaving = asyncio.ensure_future(_gone(request))
    working = asyncio.ensure_future(run_in_threadpool(work, left))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.set()
        leaving.cancel()
    return await working


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _could_not(_: Request, error: Exception) -> Response:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, errors.QuestionError):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif isinstance(error, errors.ModelError):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    return _json({"error": str(error)}, status)


async def _broken(_: Request, error: Exception) -> Response:
    # A bug: its trace is for the terminal.
    traceback.print_exception(error)
    return _json({"error": "Something went wrong; the terminal says what."}, 500)


def _json(value: object, status: int = HTTPStatus.OK) -> Response:
    body = json.dumps(value, ensure_ascii=False, default=datetime.date.isoformat)
    return Response(body.encode("utf-8", "backslashreplace"), status, media_type=_JSON)
