"""What every reply tells a browser: that it keep to this server, and what it may run.

A document's own inline scripts are allowed by their hashes, taken as the document is sent. Only
documents that Khabar makes itself are read for them; nothing else that is sent may run anything.
"""

import base64
import hashlib
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_DOCUMENT = {
    "default-src": "'none'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
_SCRIPTS = {"/": "'self' 'unsafe-eval'", "/docs": "'self'"}
"""Paths of the documents; Gradio makes functions of what the page's events run in the browser."""
_HASHED = "/assets/"
"""Below it names hold a hash of what they name, which so never changes."""
_KEPT = "private, max-age=31536000, immutable"


class SafeHeaders:
    """Puts them on all that an application replies, and takes off what opens it to other pages."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reply = _Reply(scope["path"], send)
        if scope["path"] in _SCRIPTS:
            # A document is read here, and so must not be compressed before.
            plain = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
            scope = {**scope, "headers": plain}
        await self._app(scope, receive, reply.send)


class _Reply:
    """A reply on its way out."""

    def __init__(self, path: str, send: "Send") -> None:
        self._path = path
        self._send = send
        self._start: Message | None = None
        """That of a document, held back until its scripts are known."""
        self._body = b""

    async def send(self, message: "Message") -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            message = {**message, "headers": headers.raw}
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]
            headers.update(_ALWAYS)
            headers["content-security-policy"] = _NOTHING
            lasts = self._path.startswith(_HASHED) and message["status"] == 200
            headers["cache-control"] = _KEPT if lasts else "no-store"
            if self._path in _SCRIPTS and headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            policy = _document_policy(_SCRIPTS[self._path], self._body.decode("utf-8", "replace"))
            MutableHeaders(raw=self._start["headers"])["content-security-policy"] = policy
            await self._send(self._start)
            self._start, message = None, {**message, "body": self._body}
        await self._send(message)


def _document_policy(scripts: str, document: str) -> str:
    own = dict.fromkeys(_hash(script) for script in inline_scripts(document))
    rules = _DOCUMENT | {"script-src": " ".join([scripts, *own])}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def inline_scripts(document: str) -> list[str]:
    """List the scripts that stand in an HTML document itself, as a browser reads them."""
    reader = _Scripts()
    reader.feed(document.replace("\r\n", "\n").replace("\r", "\n"))
    reader.close()
    return reader.found


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag == "script" and "src" not in dict(attrs)
        if self._within:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._within = False

    def handle_data(self, data: str) -> None:
        if self._within:
            self.found[-1] += data
