"""Who may ask a server: programs and people of this machine, or whoever shows the secret.

No web page from elsewhere: one in a browser here can send requests to loopback too, under its own
name (Origin), or under a name of its own that it has pointed here (Host).
"""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from qa import replying
from qa.secret import CHALLENGES, Secret, shown

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from qa.guesses import Guesses

_HERE = re.compile(r"(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_ANY = re.compile(r"([a-z\d._-]{1,253}|\[[\da-f:.]{2,45}\])(:\d{1,5})?", re.IGNORECASE)
_OPEN = frozenset({"/healthz"})
"""Paths that ask for no secret."""
_UNSEEN = (b"authorization", b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-original-")
"""How the names of headers begin that no application here needs: a secret, and who is believed."""
_OWNER = "khabar.owner"


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: HTTPStatus
    sentence: str
    headers: list[tuple[str, str]] = field(default_factory=list)


class Guard:
    """Lets through to an application who may ask it."""

    def __init__(
        self, app: "ASGIApp", secret: Secret | None = None, guesses: "Guesses | None" = None
    ) -> None:
        """Take what a request has to show, if anything.

        With `guesses`, which counts those that show something else, requests may come from anywhere
        and under any name; without, from this machine.
        """
        self._app = app
        self._secret = secret
        self._guesses = guesses

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        seen = self._seen(scope)
        if isinstance(seen, _Refusal):
            reply = replying.problem(scope["path"], seen.status, seen.sentence)
            for header in seen.headers:
                reply.headers.append(*header)
            await reply(scope, receive, send)
            return
        headers = [each for each in scope["headers"] if not each[0].startswith(_UNSEEN)]
        await self._app({**scope, _OWNER: seen, "headers": headers}, receive, send)

    def _seen(self, scope: "Scope") -> str | _Refusal:
        """Say who asks, or why nobody is to be answered."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not (_ANY if self._guesses else _HERE).fullmatch(host):
            return _Refusal(
                HTTPStatus.FORBIDDEN, "Only this machine may ask, at 127.0.0.1 or localhost."
            )
        if _from_elsewhere(headers, host):
            return _Refusal(HTTPStatus.FORBIDDEN, "No web page from elsewhere may ask here.")
        if self._secret and scope["path"] not in _OPEN:
            return self._known(scope, self._secret)
        return ""

    def _known(self, scope: "Scope", secret: Secret) -> str | _Refusal:
        address = (scope.get("client") or [""])[0]
        if self._guesses and (seconds := self._guesses.wait(address)):
            return _Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"There were too many wrong secrets; try again in {seconds} seconds.",
                [("retry-after", str(seconds))],
            )
        seen = shown(scope)
        if seen and secret.admits(seen):
            return seen.owner
        # A browser shows nothing before it is asked to; that is no guess.
        if self._guesses and "authorization" in Headers(scope=scope):
            self._guesses.wrong(address)
        return _Refusal(
            HTTPStatus.UNAUTHORIZED,
            "The secret is missing or wrong.",
            [("www-authenticate", challenge) for challenge in CHALLENGES],
        )


def _from_elsewhere(headers: Headers, host: str) -> bool:
    """Whether a request is one that a page of another address makes in a browser."""
    # What ends TLS in front of this passes on plain requests of pages that came over https.
    own = {f"http://{host}".lower(), f"https://{host}".lower()}
    if "access-control-request-method" in headers:
        return True
    if "origin" in headers:
        return any(origin.lower() not in own for origin in headers.getlist("origin"))
    # A link may lead here; pictures, scripts and frames of other pages do not.
    foreign = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return foreign and (
        headers.get("sec-fetch-mode") != "navigate" or headers.get("sec-fetch-dest") != "document"
    )


def owner(scope: "Scope") -> str:
    """Say who asks, as a request that was let through says it: a user name, "" without one."""
    name: str = scope[_OWNER]
    return name


async def tell(_: object, error: Exception) -> "Response":
    """Say in JSON what a request was refused for, as a handler of Starlette's HTTPException."""
    assert isinstance(error, HTTPException)  # noqa: S101, it handles no other
    return replying.json_response({"error": error.detail}, error.status_code, error.headers)
