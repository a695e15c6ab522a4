"""What a command writes: results to stdout, all else to stderr, nothing that moves a cursor."""

import codecs
import datetime
import json
import sys
import unicodedata
from contextlib import suppress

_CONTROL = {"Cc", "Cs", "Zl", "Zp"}
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Bar:
    """A progress bar on stderr, on a terminal only."""

    def __init__(self, unit: str) -> None:
        self._unit = unit

    def __enter__(self) -> "Bar":
        # Imported here: no other command shows progress.
        from tqdm import tqdm

        self._bar = tqdm(unit=self._unit, file=sys.stderr, disable=None, leave=False)
        return self

    def show(self, done: int, total: int) -> None:
        """Move the bar."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def printable(text: str) -> str:
    """Escape what would move a terminal's cursor, end a line or turn it round.

    Joiners stay: Devanagari and emoji are written with them.
    """
    return "".join(
        repr(char)[1:-1] if unicodedata.category(char) in _CONTROL or char in _BIDI else char
        for char in text
    )


def one_line(text: str) -> str:
    """Put a text on one line, escaped as `printable` does."""
    return printable(" ".join(text.split()))


def write(text: str) -> None:
    """Write a line of the result."""
    sys.stdout.write(f"{text}\n")


def write_json(value: object, indent: int | None = 2) -> None:
    """Write the result as JSON, with None for `indent` on one line; dates as ISO 8601."""
    # In any other encoding, what it lacks is escaped as JSON does it, not as Python would.
    unicode = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    write(json.dumps(value, ensure_ascii=not unicode, indent=indent, default=_jsonable))


def _jsonable(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def say(text: str) -> None:
    """Write what is not the result, escaped as `printable` does; nobody need be listening."""
    with suppress(OSError):
        sys.stderr.write("\n".join(printable(line) for line in text.split("\n")) + "\n")
