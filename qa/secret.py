"""The secret that whoever asks a server has to show, and who shows it."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import KhabarError

if TYPE_CHECKING:
    from starlette.types import Scope

VARIABLE = "KHABAR_AUTH"
SHORTEST = 8
"""Characters of a secret."""
CHALLENGES = ('Basic realm="Khabar", charset="UTF-8"', 'Bearer realm="Khabar"')
"""What a reply asks for; a browser shows its own window for the first."""
_LONGEST_NAME = 100
"""Characters of a user name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What came with a request: a user name, "" where there is none, and what should be the secret.

    Both as they came; nothing here is checked.
    """

    owner: str
    secret: bytes


class Secret:
    """Tells a secret from what is none, in the same time whatever is shown."""

    def __init__(self, secret: str) -> None:
        """Take a secret that is made, or was `checked`."""
        # Digests have one length, so that comparing tells nothing of the secret's.
        self._digest = hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()

    def admits(self, shown: Shown) -> bool:
        """Whether this is the secret."""
        return hmac.compare_digest(hashlib.sha256(shown.secret).digest(), self._digest)


def checked(secret: str) -> str:
    """Return a secret as it is; raises KhabarError for one that is too easy to guess."""
    if len(secret) < SHORTEST:
        raise KhabarError(
            f"The secret has {len(secret)} characters and should have {SHORTEST} or more; "
            f"give a longer one as --auth, or in {VARIABLE}."
        )
    return secret


def shown(scope: "Scope") -> Shown | None:
    """Read a request's Authorization; None if there is none that can be read.

    `Bearer SECRET`, or `Basic` with any user name and the secret as its password.
    """
    values = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(values) != 1:
        return None
    scheme, _, rest = values[0].partition(b" ")
    rest = rest.strip(b" ")
    if scheme.lower() == b"bearer":
        return Shown("", rest)
    if scheme.lower() != b"basic":
        return None
    try:
        name, colon, secret = base64.b64decode(rest, validate=True).partition(b":")
        owner = name.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if not colon or len(owner) > _LONGEST_NAME or (owner and not owner.isprintable()):
        return None
    return Shown(owner, secret)
