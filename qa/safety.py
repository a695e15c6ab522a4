"""All that stands between a server's application and whoever asks it."""

from typing import TYPE_CHECKING

from qa import limits
from qa.guard import Guard
from qa.guesses import Guesses
from qa.headers import SafeHeaders
from qa.secret import Secret

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def around(app: "ASGIApp", secret: str | None = None) -> "ASGIApp":
    """Make an application safe to serve.

    Without a secret it answers this machine only, with one whoever shows it, from anywhere.
    """
    bounded = limits.Bounded(app, limits.largest)
    if secret is None:
        return SafeHeaders(Guard(bounded))
    return SafeHeaders(Guard(bounded, Secret(secret), Guesses()))
