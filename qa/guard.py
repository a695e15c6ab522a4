"""Who may ask a server on this machine: programs of this machine, and no web page from elsewhere.

A page in a browser here can send requests to loopback too, under its own name (Origin), or under a
name of its own that it has pointed here (Host).
"""

import hmac
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HERE = re.compile(r"(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)


class Guard:
    """Lets through to an application what may ask it."""

    def __init__(self, app: "ASGIApp", largest: int, token: str | None = None) -> None:
        """Take the most bytes of a request, and what it has to show, if anything."""
        self._app = app
        self._largest = largest
        self._wanted = None if token is None else f"Bearer {token}".encode()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if refused := self._refused(headers):
            status, sentence = refused
            await JSONResponse({"error": sentence}, status)(scope, receive, send)
        else:
            await self._app(scope, self._bounded(receive), send)

    def _refused(self, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not _HERE.fullmatch(host):
            return HTTPStatus.FORBIDDEN, "Only this machine may ask, at 127.0.0.1 or localhost."
        if headers.get("origin", f"http://{host}") != f"http://{host}":
            return HTTPStatus.FORBIDDEN, "No web page from elsewhere may ask here."
        shown = headers.get("authorization", "").encode()
        if self._wanted is not None and not hmac.compare_digest(shown, self._wanted):
            return HTTPStatus.UNAUTHORIZED, "The token is missing or wrong."
        return None

    def _bounded(self, receive: "Receive") -> "Receive":
        size = 0

        async def bounded() -> "Message":
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._largest:
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"The request is too large; it may have {self._largest:,} bytes.",
                )
            return message

        return bounded


async def tell(_: object, error: Exception) -> JSONResponse:
    """Say in JSON what a request was refused for, as a handler of Starlette's HTTPException."""
    assert isinstance(error, HTTPException)  # noqa: S101, it handles no other
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
