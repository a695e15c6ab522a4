"""The real server with the page, and what speaks to it byte by byte, for the tests of attacks."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from io import BytesIO
from pathlib import Path
from typing import cast

from holding import QA, running
from talks import PLANTED

SECRET = "काँच-Zorbani-42"  # noqa: S105, it opens nothing but the tests' servers
CANARY = "a-line-of-a-file-that-nobody-may-see"
PATIENCE = 30.0
"""Seconds that a reply is waited for; none takes long."""

# Run before a server: it has room for fewer connections than come at a time.
FEW = "from qa import connections\nconnections.MOST = 100\n"
# Uploads that nobody takes are looked for every second, and deleted after one: else an hour.
SOON = "from qa import chat\nchat._UNCLAIMED = (1, 1)\n"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens, where it keeps what is uploaded, and its index."""

    port: int
    uploads: Path
    db: Path


@contextmanager
def serving(db: Path, secret: str = "", before: str = "") -> Iterator[Server]:
    """Run qa chat on a free port, from when it says where it answers; `before` is run first.

    Sees in the end that a question is still answered, and that no attack was a surprise.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = db.parent / "kept"
    kept.mkdir()
    before += f"import tempfile\ntempfile.tempdir = {str(kept)!r}\n"
    auth = ("--auth", secret) if secret else ()
    with running(before + QA, "chat", "--db", db, "--port", port, *auth) as process:
        assert process.stderr
        line = process.stderr.readline()
        assert f"http://127.0.0.1:{port}/" in line, line + process.communicate()[1]
        (uploads,) = kept.glob("khabar-uploads-*")
        server = Server(port, uploads, db)
        yield server
        assert_answers(server, **{"Authorization": f"Bearer {secret}"} if secret else {})
        process.send_signal(signal.SIGINT)
        output, complaints = process.communicate(timeout=PATIENCE)
        errors = set(re.findall(r"^[\w.]+(?:Error|Exception)\b.*$", complaints, re.MULTILINE))
        assert errors == set(), complaints
        assert (process.returncode, output) == (0, "")
    assert not uploads.exists()


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def named(self, name: str) -> list[str]:
        """List the values of a header."""
        return [value for key, value in self.headers if key.lower() == name]


def request(method: str, target: str, body: bytes = b"", /, **headers: str | None) -> bytes:
    """Write a request; a header that is None is left out."""
    told: dict[str, str | None] = {
        "Host": "127.0.0.1",
        "Connection": "close",
        "Content-Length": str(len(body)),
    }
    told |= headers
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in told.items() if value is not None]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def question(text: object = PLANTED, /, **headers: str | None) -> bytes:
    """Write a question to the API."""
    body = text if isinstance(text, bytes) else json.dumps({"question": text}).encode()
    return request("POST", "/v1/ask", body, **{"Content-Type": "application/json"} | headers)


def connected(server: Server, source: str = "127.0.0.1") -> socket.socket:
    """Connect, from an address of this machine."""
    return socket.create_connection(("127.0.0.1", server.port), PATIENCE, (source, 0))


def exchange(server: Server, raw: bytes, source: str = "127.0.0.1") -> list[Reply]:
    """Send bytes, and read all that is replied until the server hangs up."""
    with connected(server, source) as client:
        # It may hang up before it has heard all; what it said first is read all the same.
        with suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(raw)
        return replies(client, "HEAD" if raw.startswith(b"HEAD") else "GET")


def replies(client: socket.socket, method: str = "GET") -> list[Reply]:
    """Read replies, to requests of a method, until the server hangs up."""
    received = b""
    with suppress(ConnectionResetError):
        while part := client.recv(65_536):
            received += part
    found = []
    stream = _Stream(received)
    while stream.tell() < len(received):
        response = HTTPResponse(cast("socket.socket", stream), method=method)
        response.begin()
        found.append(Reply(response.status, response.getheaders(), response.read()))
    return found


class _Stream(BytesIO):
    """Bytes in place of a socket, from which one reply after the other is read."""

    def makefile(self, _: str) -> BytesIO:
        return self

    def close(self) -> None:
        pass


def only(found: list[Reply]) -> Reply:
    """Take the one reply that there should be, and see that it opens nothing."""
    (reply,) = found
    assert CANARY.encode() not in reply.body
    assert b"root:" not in reply.body
    assert not any(name.lower().startswith("access-control") for name, _ in reply.headers)
    assert reply.named("x-content-type-options") == ["nosniff"]
    return reply


def assert_answers(server: Server, source: str = "127.0.0.1", /, **headers: str | None) -> None:
    """See that a question is answered, and that the page is there."""
    answer = only(exchange(server, question(**headers), source))
    assert answer.status == 200
    assert "pine sapling" in json.loads(answer.body)["text"]
    page = only(exchange(server, request("GET", "/", **headers), source))
    assert page.status == 200
    assert b"<gradio-app" in page.body
