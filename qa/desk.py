"""Answers questions for async code: in threads, so many at a time; the others wait.

Whoever stops listening stops the work.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, TypeVar

from index import Hit, Index
from qa import extract
from qa.answer import stream
from qa.api_fields import Ask, Search
from qa.llm import Engine
from qa.service import Service
from qa.types import Answer, Event, Piece

if TYPE_CHECKING:
    from starlette.types import Receive

_SEARCHING = 8
"""Threads that search and quote: it is work for the processor, and more would only take turns."""
_WRITING = 64
"""Threads in which a model's answer is awaited; nearly all of them stand in line."""
_BEAT = 5.0
"""Seconds without a word after which it is said that the work goes on."""

_Done = TypeVar("_Done")


class Desk:
    """Answers questions for async code, in threads."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._searching = ThreadPoolExecutor(_SEARCHING, "search")
        self._writing = ThreadPoolExecutor(_WRITING, "answer")

    async def search(self, asked: Search) -> list[Hit]:
        """Find passages. Raises KhabarError as `Index.search` does."""

        def find() -> list[Hit]:
            return self.service.index.search(
                asked.question,
                asked.limit,
                asked.since,
                asked.until,
                asked.sources,
                asked.languages,
            )

        return await asyncio.wrap_future(self._searching.submit(find))

    async def answer(self, asked: Ask, engine: Engine | str | None = None) -> Answer:
        """Answer a question; being cancelled stops the model. Raises KhabarError as `ask` does."""
        async with aclosing(self.tell(asked, engine)) as told:
            async for event in told:
                if isinstance(event, Answer):
                    return event
        raise AssertionError("an answer is always the last event")

    async def tell(
        self, asked: Ask, engine: Engine | str | None = None
    ) -> AsyncGenerator[Event | None, None]:
        """Answer a question, event by event; None says at each beat that the work goes on.

        `engine` is one as `stream` takes it; None is the service's. Closing the generator stops the
        model. Raises KhabarError as `stream` does.
        """
        engine = engine or self.service.engine
        loop = asyncio.get_running_loop()
        said: asyncio.Queue[Event] = asyncio.Queue()
        left = threading.Event()

        def work() -> None:
            with closing(_events(self.service.index, asked, engine)) as events:
                last: Event | None = None
                for event in events:
                    if left.is_set():
                        return
                    # Waiting is told again and again, to be stopped at it.
                    if event != last or isinstance(event, Piece):
                        loop.call_soon_threadsafe(said.put_nowait, event)
                    last = event

        threads = self._searching if engine == extract.NAME else self._writing
        job = threads.submit(work)
        working = asyncio.wrap_future(job)
        try:
            while not (working.done() and said.empty()):
                hearing = asyncio.ensure_future(said.get())
                try:
                    await _first_of(hearing, working, _BEAT)
                    event = hearing.result() if hearing.done() else None
                finally:
                    hearing.cancel()
                if event is not None or not working.done():
                    yield event
            await working
        finally:
            left.set()
            job.cancel()  # while it waits for a thread; in one, it ends at its next event
            await asyncio.gather(working, return_exceptions=True)


def _events(index: Index, asked: Ask, engine: Engine | str) -> Generator[Event, None, None]:
    return stream(
        asked.question,
        index,
        since=asked.since,
        until=asked.until,
        sources=asked.sources,
        languages=asked.languages,
        history=[(exchange.question, exchange.answer) for exchange in asked.history],
        engine=engine,
        language=asked.language,
    )


async def unless_left(receive: "Receive", work: "asyncio.Future[_Done]") -> _Done | None:
    """Wait for work, and cancel it when who asked has gone; None is then for nobody."""
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await _first_of(work, leaving)
        return work.result() if work.done() else None
    finally:
        work.cancel()
        leaving.cancel()
        await asyncio.gather(work, leaving, return_exceptions=True)


async def _first_of(
    one: "asyncio.Future[Any]", other: "asyncio.Future[Any]", timeout: float | None = None
) -> None:
    await asyncio.wait({one, other}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)


async def _gone(receive: "Receive") -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
