"""The page's document as it is sent: Gradio's, with what must stand before Gradio's own script.

What Gradio is given for the head it adds in the browser, too late to choose a language.
"""

import re
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from qa import look

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FOLDER = "assets"
"""Beside Gradio's: what lies there never changes under its name, and browsers may keep it."""
_HEAD = b"<head>"
_LANGUAGE = re.compile(rb'(?<=<html)(\s+lang=)"en"')


def serve_assets(app: FastAPI) -> None:
    """Add the page's script and font to an application."""
    for asset in (look.script(), look.font()):
        _serve(app, asset)


def _serve(app: FastAPI, asset: look.Asset) -> None:
    @app.get(f"/{_FOLDER}/{asset.name}", include_in_schema=False)
    async def file() -> Response:
        return Response(asset.data, media_type=asset.kind)


def complete(app: FastAPI) -> None:
    """Complete the document of the page that Gradio has just mounted on an application."""
    page = app.routes[-1]
    assert isinstance(page, Mount)  # noqa: S101, it was mounted last
    page.app = _Completed(page.app)


class _Completed:
    """Puts script, font and language into the page's document."""

    def __init__(self, page: "ASGIApp") -> None:
        self._page = page
        names = (f"{_FOLDER}/{asset.name}" for asset in (look.script(), look.font()))
        self._script, self._font = names

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != "/":
            await self._page(scope, receive, send)
            return
        request = Request(scope)
        language = look.language(request.headers, request.cookies)
        start: Message = {}
        body = b""

        async def gather(message: "Message") -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                whole = self._whole(body, language)
                length = (b"content-length", b"%d" % len(whole))
                headers = [each for each in start["headers"] if each[0] != length[0]]
                await send({**start, "headers": [*headers, length]})
                await send({"type": "http.response.body", "body": whole})

        # Compressed, it could not be completed.
        plain = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
        await self._page({**scope, "headers": plain}, receive, gather)

    def _whole(self, body: bytes, language: look.Language) -> bytes:
        head = look.head(self._script, self._font, language).encode()
        body = _LANGUAGE.sub(rb'\1"%b"' % language.encode(), body, count=1)
        return body.replace(_HEAD, _HEAD + head, 1)
