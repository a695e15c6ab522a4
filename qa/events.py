"""Server-sent events: what happens while a question is answered, a line of JSON each."""

import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event

from index import Hit, KhabarError
from qa import results
from qa.replying import to_json
from qa.types import Answer, Event, Found, Piece, Waiting

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

NAMES = ("found", "waiting", "piece", "answer", "error")
BROKEN = "Something went wrong; the terminal says what."
"""Of a bug; its trace is there."""


class EventStream(EventSourceResponse):
    """Server-sent events, the first of which is there already; their maker is closed at the end.

    None of them is one that says nothing. What goes wrong with the later ones is told by `problem`,
    which is given one sentence.
    """

    def __init__(
        self,
        first: bytes | None,
        rest: AsyncGenerator[bytes | None, None],
        problem: Callable[[str], bytes],
    ) -> None:
        # A proxy such as nginx would gather them.
        headers = {"X-Accel-Buffering": "no"}
        super().__init__(self._lines(first, rest, problem), headers=headers)
        self._rest = rest

    @staticmethod
    async def _lines(
        first: bytes | None,
        rest: AsyncGenerator[bytes | None, None],
        problem: Callable[[str], bytes],
    ) -> AsyncIterator[bytes]:
        yield first or KEEPALIVE_COMMENT
        try:
            async for line in rest:
                yield line or KEEPALIVE_COMMENT
        except KhabarError as error:
            yield problem(str(error))
        except Exception:
            # A bug: its trace is for the terminal, and who asked is told that there is one.
            traceback.print_exc()
            yield problem(BROKEN)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Send them, until there are no more or who asked has gone."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._rest.aclose()


async def begun(
    rest: AsyncGenerator[bytes | None, None], problem: Callable[[str], bytes]
) -> EventStream:
    """Wait for the first event, and make the reply of it: what is wrong at once is still raised."""
    return EventStream(await anext(rest), rest, problem)


async def answer_events(
    told: AsyncGenerator[Event | None, None], limit: int
) -> AsyncGenerator[bytes | None, None]:
    """Write `found` (at most `limit` passages), `waiting`, `piece` and `answer`.

    None is for the beats. Closes what tells.
    """
    async with aclosing(told):
        async for event in told:
            yield None if event is None else _event(event, limit)


def _event(event: Event, limit: int) -> bytes:
    match event:
        case Found(hits, standalone):
            return found_event(hits[:limit], standalone)
        case Waiting(place):
            return line("waiting", {"place": place})
        case Piece(text):
            return line("piece", {"text": text})
        case Answer():
            return line("answer", results.answer_fields(event))


def found_event(hits: Sequence[Hit], standalone: str | None = None) -> bytes:
    """Write the event that found passages are."""
    passages = [results.hit_fields(hit) for hit in hits]
    return line("found", {"passages": passages, "standalone": standalone})


def error_event(sentence: str) -> bytes:
    """Write the event that an error is."""
    return line("error", {"error": sentence})


def line(event: str | None, fields: dict[str, object]) -> bytes:
    """Write a server-sent event whose data is one line of JSON."""
    return format_sse_event(data_str=to_json(fields).decode(), event=event)
