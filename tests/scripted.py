"""Servers that a test scripts: each chat request gets the next of its replies."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from index import Passage
from index.errors import ModelError
from qa import prompt
from qa.remote import RemoteEngine
from qa.types import Excerpt, Waiting


def _excerpt(text: str, number: int) -> Excerpt:
    passage = Passage(number, f"{number}.txt", 0, len(text), text, "शीर्षक", None, "hi")
    return Excerpt(passage, ((0, len(text)),))


_EXCERPTS = (_excerpt("रूस ने पाकिस्तान से वादा किया।", 1), _excerpt("इस्लामाबाद में बात हुई।", 2))
ASKED = prompt.answering("क्या वादा किया?", "hi", _EXCERPTS)
Reply = Callable[["Handler"], None]


class Scripted(ThreadingHTTPServer):
    """Has models, and replies; keeps what it was asked."""

    daemon_threads = True
    entries: Sequence[dict[str, Any]] = ({"id": "tiny"},)

    def __init__(self, *replies: Reply) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies = list(replies)
        self.asked: list[dict[str, Any]] = []
        self.headers: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that have gone."""


class Handler(BaseHTTPRequestHandler):
    """One request to a scripted server."""

    server: Scripted

    def do_GET(self) -> None:
        """Tell which models there are, and how long a prompt may be."""
        self.server.headers.append(str(self.headers))
        if self.path == "/v1/models":
            self.send({"data": self.server.entries})
        elif self.path == "/props":
            self.send({"default_generation_settings": {"n_ctx": 6_144}})

    def do_POST(self) -> None:
        """Give the next reply."""
        self.server.headers.append(str(self.headers))
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(json.loads(body))
        self.server.replies.pop(0)(self)

    def send(self, body: object, status: int = 200, kind: str = "application/json") -> None:
        """Send a whole reply."""
        self.start(status, kind)
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def start(self, status: int = 200, kind: str = "text/event-stream", /, **headers: str) -> None:
        """Begin a reply."""
        self.send_response(status)
        for name, value in {"content-type": kind, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Write nothing to stderr."""


@contextmanager
def serving(*replies: Reply) -> Iterator[Scripted]:
    """Run a server for as long as the block lasts."""
    with Scripted(*replies) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def delta(content: object, finish: str | None = None, **more: object) -> bytes:
    """Write an event that carries a piece of the answer, or something in its place."""
    choice = {"index": 0, "delta": {"content": content, **more}, "finish_reason": finish}
    return b"data: %s\n\n" % json.dumps({"choices": [choice]}, ensure_ascii=False).encode()


END = delta("", "stop") + b"data: [DONE]\n\n"


def streams(*parts: bytes) -> Reply:
    """Send an event stream, in these parts."""

    def reply(handler: Handler) -> None:
        handler.start()
        for part in parts:
            handler.wfile.write(part)

    return reply


def says(*pieces: str) -> Reply:
    """Answer properly."""
    return streams(*(delta(piece) for piece in pieces), END)


def fails(status: int, body: object, kind: str = "application/json") -> Reply:
    """Send a status and a body, bytes or JSON."""
    return lambda handler: handler.send(body, status, kind)


def written(server: Scripted, deadline: float | None = None) -> str:
    """Ask for an answer, and return all of it."""
    return joined(RemoteEngine(server.address).write(ASKED, deadline))


def joined(events: Iterable[str | Waiting]) -> str:
    """Put the pieces of an answer together."""
    return "".join(event for event in events if isinstance(event, str))


def complaint(*replies: Reply) -> str:
    """Ask a server that replies so, and return what the user reads."""
    with serving(*replies) as server, pytest.raises(ModelError) as caught:
        written(server)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message.replace(server.address, "ADDRESS")
