"""Files copied whole or not at all, and what a crash has left of one removed later."""

import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PART = re.compile(r"\.[0-9a-f]{16}\.part", re.ASCII)


class Copying:
    """Copies one file at a time. In a note it says which, so that the next process knows."""

    def __init__(self, note: Path) -> None:
        """Take the note's path; no other process may have the same."""
        self._note = note

    def copy(self, path: Path, target: Path) -> bool:
        """Copy a file under a name of its own, then give it its name; False if that is taken."""
        # Hidden, so that no update takes it for an article.
        part = target.with_name(f".{secrets.token_hex(8)}.part")
        with suppress(OSError):  # a full disk is no reason not to copy to another
            self._note.write_bytes(os.fsencode(part))
        try:
            with path.open("rb") as there, part.open("xb") as here:
                shutil.copyfileobj(there, here)
                here.flush()
                os.fsync(here.fileno())
            return _named(part, target)
        finally:
            part.unlink(missing_ok=True)
            with suppress(OSError):
                self._note.unlink(missing_ok=True)

    def clear(self, folders: Iterable[Path]) -> None:
        """Remove what a process that was killed has left of a copy, if that is below a folder."""
        # What cannot be removed now harms nobody; the next copy is noted over it.
        with suppress(OSError, ValueError):
            part = Path(os.fsdecode(self._note.read_bytes()))
            if _is_part(part) and any(part.is_relative_to(folder.resolve()) for folder in folders):
                part.unlink()
            self._note.unlink()


def _is_part(path: Path) -> bool:
    if not _PART.fullmatch(path.name) or path.parent != path.parent.resolve():
        return False
    return os.path.lexists(path) and stat.S_ISREG(path.lstat().st_mode)


def _named(part: Path, target: Path) -> bool:
    """Give a file its name, unless another has it."""
    try:
        os.link(part, target)
    except FileExistsError:
        return False
    except OSError:  # a disk without links; there it cannot be told in one step
        if os.path.lexists(target):
            return False
        part.rename(target)
    return True
