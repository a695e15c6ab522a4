"""A server in the tests' own process, and engines for it that do what a test says."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from index import Index
from qa import api, safety
from qa.http_server import HttpServer
from qa.llm import Engine
from qa.prompt import Message, Prompt
from qa.service import Service
from qa.types import Waiting

Done = TypeVar("Done")


@contextmanager
def answering(db: Path, engine: Engine | None = None, secret: str | None = None) -> Iterator[str]:
    """Serve an index for as long as the block lasts; gives the address."""
    with Index(db) as index:
        app = safety.around(api.build(Service(index, engine)), secret)
        server = HttpServer(app, "127.0.0.1", 0)
        with closing(server):
            yield server.address


def ran(work: Coroutine[Any, Any, Done]) -> Done:
    """Run async code to its end, in a thread: Playwright leaves a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class Writer:
    """An engine that writes what it is told to, once it may."""

    room = 10_000

    def __init__(self, *says: str | Waiting, name: str = "writer") -> None:
        self.name = name
        self.may = threading.Event()
        self.may.set()
        self.begun, self.stopped = threading.Event(), threading.Event()
        self._says = says

    def count(self, messages: Sequence[Message]) -> int:
        """Say that any prompt fits."""
        return 1

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Wait until it may, and write."""
        self.begun.set()
        try:
            while not self.may.is_set():
                yield Waiting(0)
                time.sleep(0.01)
            yield from self._says
        finally:
            self.stopped.set()


def endless() -> Writer:
    """Make an engine that reads and never writes."""
    writer = Writer(name="endless")
    writer.may.clear()
    return writer
