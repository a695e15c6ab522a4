"""While a command holds an index for long, other processes can ask it: where and how, and until.

Kept light: what serves is imported in a thread, and not at all by a command that has ended before.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index import Index
from qa.llm import Engine
from qa.terminal import say

_HOST = "127.0.0.1"
_GRACE = 10.0
"""Seconds in which other processes' questions may end once this one has done its own work."""


@contextmanager
def listening(
    index: Index,
    engine: Callable[[], str | Path | Engine | None] = lambda: None,
    *,
    after: float = 0.0,
) -> Iterator[None]:
    """Answer other processes for an open index while the block runs, from `after` seconds on.

    Its models are those that it uses, and `engine` tells one as `ask` takes it, for each question
    anew. They are used where another process does not ask for its own.
    """
    listener = _Listener(index, engine, after)
    listener.start()
    try:
        yield
    except BaseException:
        listener.end(0.0)
        raise
    listener.end(_GRACE)


class _Listener(threading.Thread):
    def __init__(
        self,
        index: Index,
        engine: Callable[[], str | Path | Engine | None],
        after: float,
    ) -> None:
        super().__init__(name="listener", daemon=True)
        self._index = index
        self._engine = engine
        self._after = after
        self._grace = 0.0
        self._ending = threading.Event()

    def run(self) -> None:
        """Listen until it is to end."""
        if self._ending.wait(self._after):
            return
        # Imported here: beside what the command does, and not before it begins.
        from qa.forwarded import Forwarded
        from qa.http_server import HttpServer

        token = secrets.token_urlsafe(32)
        forwarded = Forwarded(self._index, self._engine, token)
        try:
            server = HttpServer(forwarded.app, _HOST, 0)
        except OSError as error:
            say(f"Other processes cannot use the index meanwhile; nothing can listen ({error}).")
            return
        self._index.announce(server.address, token)
        self._ending.wait()
        self._index.announce(None, None)
        forwarded.finish(self._grace)
        server.close()
        forwarded.finish(0.0)  # what had just been let in

    def end(self, grace: float) -> None:
        """Take no more questions, and wait so long for those that are being answered."""
        self._grace = grace
        self._ending.set()
        self.join()
