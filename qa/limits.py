"""How much a server takes in: the size of a request, and how long it may take to come."""

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from qa import replying

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST = 1_000_000
"""Bytes of a request to the API: a long conversation, three bytes a letter in Hindi."""
EVENT = 2_000_000
"""Bytes of what the page says happened on it, where it names as many files as are uploaded."""
FIELDS = 100_000
"""Bytes of what the page says happened on it, with what stands in its fields."""
UPLOAD = 500_000_000
"""Bytes of the files that are uploaded at once, with what stands between them."""
MOST_FILES = 1_000
"""How many files are uploaded at once."""
MOST_BYTES = 50_000_000
"""Bytes of a file that is uploaded."""
HEAD = 16_384
"""Bytes of a request's address and headers."""
HEADERS = 100
"""How many headers a request has."""
_PATIENCE = 10.0
"""Seconds that a request is waited for, in all, besides what its size takes at the least rate."""
_LEAST_RATE = 10_000
"""Bytes a second; who is slower is waited for no longer."""
_UPLOADS = "/gradio_api/upload"
EVENTS = ("/gradio_api/queue/join", "/gradio_api/run/predict")
"""Where the page says what happened on it."""


def largest(path: str) -> int:
    """Say how many bytes a request to a path may have."""
    return {_UPLOADS: UPLOAD, **dict.fromkeys(EVENTS, EVENT)}.get(path, REQUEST)


class RefusedError(HTTPException, MultiPartException):
    """A request whose body is not taken in.

    To what reads forms it is a form that cannot be read, for which they clear up what they wrote.
    """

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        HTTPException.__init__(self, status, sentence)
        self.message = sentence


class Bounded:
    """Lets through to an application no more than it can bear."""

    def __init__(self, app: "ASGIApp", most: Callable[[str], int]) -> None:
        """Take the most bytes of a request, by its path."""
        self._app = app
        self._most = most

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request, or refuse it; an application that ignores so is not heard."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope["path"])
        if refused := _refused(scope, most):
            # Closed, so that nothing which came with it is taken for another request.
            await _reply(scope, refused, {"connection": "close"})(scope, receive, send)
            return
        body = _Body(receive, most, whole=not _has_body(scope))

        async def answer(message: "Message") -> None:
            if body.refused is None or body.answered:
                body.answered = True
                await send(message)

        try:
            await self._app(scope, body.receive, answer)
        except Exception:
            if body.refused is None or body.answered:
                raise
        if body.refused is not None and not body.answered:
            await _reply(scope, body.refused)(scope, receive, send)


class _Body:
    """The body of a request, on its way in."""

    def __init__(self, receive: "Receive", most: int, whole: bool) -> None:
        self._receive = receive
        self._most = most
        self._size = 0
        self._waited = 0.0
        self._whole = whole
        self.answered = False
        """Whether the reply has begun; it cannot be refused any more, and just ends."""
        self.refused: RefusedError | None = None

    async def receive(self) -> "Message":
        """Give the next part; raises RefusedError, once and for all, if it is not to come."""
        if self._whole:
            return await self._receive()
        if self.refused is None:
            message = await self._next()
            if self.refused is None:
                return message
        if self.answered:
            return {"type": "http.disconnect"}
        raise self.refused

    async def _next(self) -> "Message":
        # Only the waiting counts: it is not the sender's fault if the application is slow.
        left = _PATIENCE + self._size / _LEAST_RATE - self._waited
        began = time.monotonic()
        try:
            async with asyncio.timeout(left):
                message = await self._receive()
        except TimeoutError:
            self.refused = RefusedError(
                HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly; it is no longer read."
            )
            return {}
        finally:
            self._waited += time.monotonic() - began
        if message["type"] == "http.disconnect":
            self.refused = RefusedError(HTTPStatus.BAD_REQUEST, "The request broke off.")
            return message
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._most:
            self._whole = False
            self.refused = _too_large(self._most)
        return message


def _has_body(scope: "Scope") -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _refused(scope: "Scope", most: int) -> RefusedError | None:
    """Say why a request is refused for what it tells before its body, if it is."""
    headers = Headers(scope=scope)
    told = len(scope["raw_path"]) + len(scope["query_string"])
    told += sum(len(name) + len(value) for name, value in headers.raw)
    if told > HEAD or len(headers.raw) > HEADERS:
        return RefusedError(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"The request's address and headers are too large; they may have {HEAD:,} bytes and "
            f"{HEADERS} lines.",
        )
    if "content-length" in headers and "transfer-encoding" in headers:
        # What stands in front of this may see one request where this sees two.
        return RefusedError(HTTPStatus.BAD_REQUEST, "The request has two lengths.")
    if int(headers.get("content-length", "0")) > most:
        return _too_large(most)
    return None


def _too_large(most: int) -> RefusedError:
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request is too large; it may have {most:,} bytes.",
    )


def _reply(
    scope: "Scope", refused: RefusedError, headers: dict[str, str] | None = None
) -> "Response":
    return replying.problem(scope["path"], refused.status_code, refused.detail, headers=headers)
