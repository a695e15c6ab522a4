"""Files into the folder that an index follows, out of it, and back. The only writer there.

Nothing is overwritten and nothing deleted: what is taken out lies in the folder `removed` of the
index, each time in a folder of its own. Links are not followed, and nothing is put beside the
folder.
"""

import datetime
import errno
import filecmp
import os
import re
import shutil
import stat
import threading
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from index import Index
from qa.copying import Copying
from qa.limits import MOST_BYTES, MOST_FILES

OWN = "articles"
"""The folder in the index's own that is followed where none was yet."""
_REMOVED = "removed"
_CHANGED = "changed"
"""The file in the index's folder that is there while the index may not know of a change."""
_COPIED = "copied"
"""The file in the index's folder that is there while a file is copied, and says to where."""
_LONGEST = 150
"""Bytes of a name without its end: systems take 255, and there is a number to come."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
"""What some system takes for something else than a part of a name."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\..*)?", re.IGNORECASE)
_JOINERS = "\u200c\u200d"
"""Of the characters that are not seen, those that Hindi is written with."""
_NAMELESS = "article"

Refusal = Literal["kind", "large", "many", "empty", "gone", "full", "unwritten"]
"""Why a file is not put on the shelf: its kind, its size, their number; there is nothing in it; the
upload is no more; the disk has no room, or does not let it be written."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file as it came: its name as it was called there, and where its bytes are for now.

    `path` is None, and `size` in bytes as the browser told it, where they have not come.
    """

    name: str
    path: Path | None
    size: int


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a dropped file: the source it is now, or was already; or why it is not."""

    name: str
    source: str | None
    refusal: Refusal | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    """A file that was taken out."""

    key: str
    """What `put_back` takes."""
    source: str
    """What it was in the folder."""
    when: datetime.datetime


def plain_name(name: str) -> str:
    """Make a name for the shelf out of any: no path, nothing hidden, right on every system.

    Letters of all scripts stay, as do their signs.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(
        char for char in last if char in _JOINERS or unicodedata.category(char)[0] != "C"
    )
    spaced = " ".join(_FORBIDDEN.sub(" ", shown).split()).strip(" .")
    stem, dot, suffix = spaced.rpartition(".")
    if not dot:
        stem, suffix = spaced, ""
    suffix = suffix.encode()[:_LONGEST].decode(errors="ignore")
    stem = stem.strip(" .") or _NAMELESS
    if _RESERVED.fullmatch(stem):
        stem = f"{_NAMELESS} {stem}"
    stem = stem.encode()[:_LONGEST].decode(errors="ignore").strip(" .")
    return f"{stem}.{suffix}" if suffix else stem


def objection(name: str, size: int) -> Refusal | None:
    """Say what is to be held against a file by its name and its size in bytes."""
    if PurePosixPath(plain_name(name)).suffix.lower() not in Index.SUFFIXES:
        return "kind"
    if size > MOST_BYTES:
        return "large"
    return None if size else "empty"


def _objection(file: Dropped) -> Refusal | None:
    if file.path is None:
        return objection(file.name, file.size) or "gone"
    try:
        return objection(file.name, file.path.stat().st_size)
    except FileNotFoundError:
        return "gone"


class Shelf:
    """The folder that an index follows. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """The folder: the one that is followed, or else `articles` in the index's own."""
        return self._index.source_folder or self._index.folder / OWN

    @property
    def _copying(self) -> Copying:
        return Copying(self._index.folder / _COPIED)

    @property
    def is_gone(self) -> bool:
        """Whether a folder is followed that is not there."""
        return self._index.source_folder is not None and not self.folder.is_dir()

    @property
    def is_changed(self) -> bool:
        """Whether a change was made here, by this server or one before it, and not indexed yet."""
        return (self._index.folder / _CHANGED).exists()

    def note(self, *, changed: bool) -> None:
        """Remember that a change is made, or that all are indexed, over a crash too."""
        note = self._index.folder / _CHANGED
        with suppress(OSError):  # a full disk is no reason to keep a file from being taken out
            if changed:
                note.touch()
            else:
                note.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what a server before this one has left of a copy, as it was killed."""
        with self._lock:
            self._copying.clear((self.folder, self._index.folder / _REMOVED))

    def put(self, files: Sequence[Dropped]) -> list[Placed]:
        """Put files into the folder, under plain names; what came of them is deleted where it was.

        A file that is there already, by name and content, is not put there again; another content
        of that name gets a number. Raises OSError if the folder is gone.
        """
        with self._lock:
            try:
                folder = self._made()
                self.note(changed=True)
                return [self._put(folder, number, file) for number, file in enumerate(files)]
            finally:
                # Only now: two may be one, where the same was dropped twice.
                for path in {file.path for file in files if file.path is not None}:
                    path.unlink(missing_ok=True)
                    with suppress(OSError):  # whoever took it in may keep others there
                        path.parent.rmdir()

    def _made(self) -> Path:
        folder = self.folder
        if folder == self._index.folder / OWN:
            folder.mkdir(exist_ok=True)
        return folder.resolve(strict=True)

    def _put(self, folder: Path, number: int, file: Dropped) -> Placed:
        refusal = "many" if number >= MOST_FILES else _objection(file)
        if refusal is not None or file.path is None:
            return Placed(file.name, None, refusal)
        if shutil.disk_usage(folder).free < file.path.stat().st_size:
            return Placed(file.name, None, "full")
        try:
            source, is_new = self._into(folder, plain_name(file.name), file.path)
        except OSError as error:  # of one file: the others are not to be lost for it
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            return Placed(file.name, None, "full" if is_full else "unwritten")
        return Placed(file.name, source, is_new=is_new)

    def take_out(self, source: str) -> Removed | None:
        """Move the file of a source out of the folder; None if there is no such file.

        The source is one that the index knows. Raises OSError if it cannot be moved.
        """
        with self._lock:
            path = self._index.file(source)
            if path is None:
                return None
            inside = path.relative_to(self.folder.resolve(strict=True))
            self.note(changed=True)
            now = datetime.datetime.now()
            while True:
                home = self._index.folder / _REMOVED / f"{now:%Y-%m-%d %H.%M.%S.%f}"
                try:
                    home.mkdir(parents=True)
                    break
                except FileExistsError:
                    now += datetime.timedelta(microseconds=1)
            target = home / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            self._move(path, target)
            return Removed(home.name, inside.as_posix(), now)

    def removed(self) -> list[Removed]:
        """List what was taken out and not put back, the latest first."""
        found = []
        for home in self._homes():
            when = _when(home.name)
            # But what a move that broke off has left: the file is still where it was.
            files = [path for path in home.rglob("[!.]*") if stat.S_ISREG(path.lstat().st_mode)]
            if when is not None and len(files) == 1:
                found.append(Removed(home.name, files[0].relative_to(home).as_posix(), when))
        return sorted(found, key=lambda each: each.key, reverse=True)

    def _homes(self) -> list[Path]:
        place = self._index.folder / _REMOVED
        return [path for path in place.iterdir() if path.is_dir()] if place.is_dir() else []

    def put_back(self, key: str) -> str | None:
        """Move what was taken out to where it was; returns its source, None if there is none such.

        If another file has its name by now, it gets a number. Raises OSError if it cannot be moved.
        """
        with self._lock:
            found = next((each for each in self.removed() if each.key == key), None)
            if found is None:
                return None
            folder = self._made()
            self.note(changed=True)
            home = self._index.folder / _REMOVED / found.key
            inside = PurePosixPath(found.source)
            into = _below(folder, inside.parent.parts)
            path = home / found.source
            name, _ = self._into(into, inside.name, path)
            path.unlink()
            _clear(path.parent, home)
            return (into / name).relative_to(folder).as_posix()

    def _into(self, folder: Path, name: str, path: Path) -> tuple[str, bool]:
        """Copy a file into a folder, whole or not at all; returns its name, and if it is new."""
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        for number in range(1, MOST_FILES * MOST_FILES):
            target = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
            if _is_same(path, target):
                return target.name, False
            if not os.path.lexists(target) and self._copying.copy(path, target):
                return target.name, True
        raise FileExistsError(f"{folder / name} has too many namesakes")

    def _move(self, path: Path, target: Path) -> None:
        """Move a file to a name that is free, to another disk too."""
        try:
            path.rename(target)
        except OSError:
            if not self._copying.copy(path, target):
                raise
            path.unlink()


def _is_same(path: Path, target: Path) -> bool:
    try:
        is_file = stat.S_ISREG(target.lstat().st_mode)
        return is_file and filecmp.cmp(path, target, shallow=False)
    except OSError:
        return False


def _below(folder: Path, parts: Sequence[str]) -> Path:
    """Make the folders below one; the folder itself, where a link or a file is in the way."""
    here = folder
    for part in parts:
        here /= part
        with suppress(FileExistsError):
            here.mkdir()
        if here.is_symlink() or not here.is_dir():
            return folder
    return here


def _clear(folder: Path, home: Path) -> None:
    """Delete a folder, and those above it up to `home`, if nothing is left in them."""
    with suppress(OSError):
        folder.rmdir()
        if folder != home:
            _clear(folder.parent, home)


def _when(name: str) -> datetime.datetime | None:
    with suppress(ValueError):
        return datetime.datetime.strptime(name, "%Y-%m-%d %H.%M.%S.%f")
    return None
