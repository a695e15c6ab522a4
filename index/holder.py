"""Who holds an index folder: written there by the process that has it, read by one that has not.

The lock itself is the operating system's; this only says whose it is, and where it can be asked. A
holder that was killed leaves its file behind and its lock free: the next one overwrites the file.
"""

import datetime
import json
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE_NAME = "khabar.holder"
NEW_NAME = f"{FILE_NAME}.new"
"""What is being written; a crash can leave it."""
_LARGEST = 10_000
"""Bytes; a holder's file has some 200."""
_LOOPBACK = re.compile(r"http://127\.0\.0\.1:\d{1,5}")
_TOKEN = re.compile(r"[\w-]{1,200}", re.ASCII)
_SUBCOMMAND = re.compile(r"[a-z]{1,20}")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has an index open. Its address and token are for processes of its user."""

    pid: int
    command: str
    """What runs there, as one would call it; printable, and without what was typed after it."""
    since: datetime.datetime
    address: str | None = None
    """Where it answers for the index, `http://127.0.0.1:PORT`; None if it does not."""
    token: str | None = field(default=None, repr=False)
    """What a request there has to show."""

    def __str__(self) -> str:
        since = self.since.astimezone()
        today = since.date() == datetime.datetime.now(since.tzinfo).date()
        when = since.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")
        return f"`{self.command}` (process {self.pid}, since {when})"


def this_process() -> Holder:
    """Describe the process that this is."""
    now = datetime.datetime.now(datetime.UTC)
    return Holder(os.getpid(), command(sys.argv, sys.executable), now)


def command(arguments: Sequence[str], python: str) -> str:
    """Name a program by its arguments: a name, and of Khabar's own program the subcommand too.

    Nothing else that was typed: it may be a question, or a key.
    """
    program = Path(arguments[0] if arguments else "")
    if program.name == "__main__.py":
        program = program.parent
    if program.name in ("", "-c", "-m", "-"):
        program = Path(python)
    name = program.name.removesuffix(".py").removesuffix(".exe")
    if name == "qa" and len(arguments) > 1 and _SUBCOMMAND.fullmatch(arguments[1]):
        return f"{name} {arguments[1]}"
    return _printable(name)


def _printable(name: str) -> str:
    shown = name[:_LONGEST_NAME].replace("`", "'")
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in shown
    )


def write(folder: Path, holder: Holder) -> None:
    """Say who holds the folder, readable by its user only. Only the process with the lock may.

    Raises OSError if it cannot be written; what an earlier holder left is gone all the same.
    """
    new, file = folder / NEW_NAME, folder / FILE_NAME
    fields = {
        "pid": holder.pid,
        "command": holder.command,
        "since": holder.since.isoformat(),
        "address": holder.address,
        "token": holder.token,
    }
    try:
        new.unlink(missing_ok=True)
        # Exclusively: not along a link, and not into a file that others may read.
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(fields, out)
        new.replace(file)
    except OSError:
        with suppress(OSError):
            remove(folder)
        raise


def remove(folder: Path) -> None:
    """Take back what was said. Only the process with the lock may."""
    for name in (NEW_NAME, FILE_NAME):
        (folder / name).unlink(missing_ok=True)


def read(folder: Path) -> Holder | None:
    """Read who holds the folder; None if that is not said, or not for this user to read."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            fields = json.loads(file.read(_LARGEST))
        return _holder(fields)
    # Half a file, another user's, of another version, or not ours at all: nobody is named.
    except (OSError, ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None


def _holder(fields: dict[str, Any]) -> Holder:
    address, token = fields["address"], fields["token"]
    # No index folder, wherever it came from, sends a question off this machine.
    is_loopback = isinstance(address, str) and _LOOPBACK.fullmatch(address)
    is_token = isinstance(token, str) and _TOKEN.fullmatch(token)
    listens = is_loopback and is_token
    since = datetime.datetime.fromisoformat(fields["since"])
    if since.tzinfo is None:
        raise ValueError("a time without its zone")
    return Holder(
        int(fields["pid"]),
        _printable(str(fields["command"])),
        since,
        address if listens else None,
        token if listens else None,
    )
