"""What this process does with its open index for other processes, over HTTP.

Each request has a thread of its own, and its reply is a stream of lines (see `wire`). Whoever
leaves stops the work: a question at its next event, an update after its batch.
"""

import asyncio
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from index import Index, KhabarError
from qa import wire
from qa.answer import stream
from qa.guard import Guard, tell
from qa.limits import Bounded
from qa.llm import Engine
from qa.secret import Secret

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

_LARGEST = 20_000_000
"""Bytes of a request: a long conversation, with the passages it was about."""
_PROGRESS = 0.1
"""Seconds between two reports of progress, at least."""


class Forwarded:
    """Answers for an index, to who shows the token."""

    def __init__(
        self, index: Index, engine: Callable[[], str | Path | Engine | None], token: str
    ) -> None:
        """Take the index, and the engine to use where no other is asked for."""
        self._index = index
        self._engine = engine
        self._works: set[_Work] = set()
        self._ending = False
        routes = [
            Route("/", self._greet),
            Route("/{operation}", self._do, methods=["POST"]),
        ]
        handlers = {HTTPException: tell}
        app = Bounded(Starlette(routes=routes, exception_handlers=handlers), lambda _: _LARGEST)
        self.app = Guard(app, Secret(token))

    async def _greet(self, _: "Request") -> JSONResponse:
        return JSONResponse({"version": wire.VERSION})

    async def _do(self, request: "Request") -> StreamingResponse:
        if self._ending:
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "This process is about to end.")
        name = request.path_params["operation"]
        try:
            body = wire.read(await request.body())
            models = wire.unpack(wire.MODELS, body["models"])
            if name == "ask":
                job = self._asking(wire.unpack(wire.ASK, body["asked"]), models)
            else:
                operation = wire.OPERATIONS[name]
                asked = wire.unpack(operation.takes, body["asked"])
                job = self._operating(operation, asked, models)
        except (wire.GarbledError, KeyError) as error:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
        return _Reply(_Work(job, self._works))

    def _asking(self, asked: wire.Ask, models: wire.Models) -> "_Job":
        def answer(say: _Say, _: wire.Progress) -> None:
            with self._opened(models) as index:
                events = stream(
                    asked.question,
                    index,
                    since=asked.since,
                    until=asked.until,
                    sources=asked.sources,
                    history=asked.history,
                    engine=self._engine() if asked.engine is None else asked.engine,
                    language=asked.language,
                    timeout=asked.timeout,
                    languages=asked.languages,
                )
                with closing(events):
                    for event in events:
                        say(wire.event_line(event))
            say(wire.line(wire.END, None))

        return answer

    def _operating(self, operation: wire.Operation, asked: object, models: wire.Models) -> "_Job":
        if not operation.ranks:
            models = replace(models, reranker=None)

        def operate(say: _Say, show: wire.Progress) -> None:
            with self._opened(models) as index:
                result = operation.run(index, asked, show)
            say(wire.line(wire.RESULT, wire.pack(operation.gives, result)))

        return operate

    def _opened(self, models: wire.Models) -> AbstractContextManager[Index]:
        """Take the index as it is open, or open it once more with what was asked for."""
        used = self._index.models_used().reranker
        reranker = models.reranker or used
        # Of an embedder that is asked for, opening tells whether it is the index's.
        if reranker == used and models.embedder is None and models.chroma is None:
            return nullcontext(self._index)
        return Index(self._index.folder, models.embedder, reranker, models.chroma)

    def finish(self, seconds: float) -> None:
        """Let the work that runs go on for so long, then stop it, and wait until it has.

        None begins any more.
        """
        self._ending = True
        deadline = time.monotonic() + seconds
        works = list(self._works)
        for work in works:
            work.thread.join(max(0.0, deadline - time.monotonic()))
            work.left.set()
        for work in works:
            work.thread.join()


_Say = Callable[[bytes], None]
_Job = Callable[[_Say, wire.Progress], None]


class _Work:
    """A job, in a thread of its own, and the lines it has to say."""

    def __init__(self, job: _Job, running: "set[_Work]") -> None:
        self._job = job
        self._running = running
        self._loop = asyncio.get_running_loop()
        self._said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._shown = 0.0
        self.left = threading.Event()
        """Set when nobody waits for it any more."""
        running.add(self)
        self.thread = threading.Thread(target=self._run, name="forwarded", daemon=True)
        self.thread.start()

    async def lines(self) -> AsyncIterator[bytes]:
        """Give what it says as it does, and an empty line at each beat without a word."""
        while True:
            try:
                async with asyncio.timeout(wire.BEAT):
                    line = await self._said.get()
            except TimeoutError:
                line = b"\n"
            if line is None:
                return
            yield line

    def _run(self) -> None:
        try:
            self._job(self._say, self._show)
        except KeyboardInterrupt:
            pass  # its own: who asked has left
        except KhabarError as error:
            self._put(wire.error_line(error))
        except Exception as error:
            # A bug: its trace is for this terminal, and who asked is told that there is one.
            traceback.print_exc()
            self._put(wire.error_line(KhabarError(f"Something went wrong there: {error!r}.")))
        finally:
            self._put(None)
            self._running.discard(self)

    def _say(self, line: bytes) -> None:
        """Say a line; raises KeyboardInterrupt, as Ctrl-C does, if nobody is there to hear it."""
        if self.left.is_set():
            raise KeyboardInterrupt
        self._put(line)

    def _show(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self.left.is_set() or done == total or now - self._shown >= _PROGRESS:
            self._shown = now
            self._say(wire.line(wire.PROGRESS, [done, total]))

    def _put(self, line: bytes | None) -> None:
        # Once the server has ended, nobody is there to hear it.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._said.put_nowait, line)


class _Reply(StreamingResponse):
    """The lines of a work, which is told when nobody reads them any more."""

    def __init__(self, work: _Work) -> None:
        super().__init__(work.lines(), media_type="application/jsonl")
        self._work = work

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._work.left.set()
