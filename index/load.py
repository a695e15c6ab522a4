"""From a folder to raw bytes and plain text: which files, of what kind, in which encoding.

The only reader of the user's files. Links are never followed, so nothing outside the folder is
read. What is not plain text, reading.py has read in another process.
"""

import errno
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from index.errors import FileError, FolderError
from index.meta import Metadata
from index.types import SUFFIXES as SUFFIXES

TEXT = (".txt", ".text", ".md", ".markdown")
"""Plain text: decoded here, and the offsets count the file's own characters."""
MAX_BYTES = 20_000_000
"""About 3 million Devanagari letters, several long books: beyond this a file is not an article."""
_MAX_BYTES = {
    **dict.fromkeys((".pdf", ".docx", ".odt", ".epub"), 100_000_000),
    **dict.fromkeys((".csv", ".tsv", ".jsonl"), 50_000_000),
}
"""Where it is more: pictures and fonts make up most of a large document; a table holds thousands
of articles, and twice as much would not fit into the memory its reader has."""

_BOMS = (  # the longer ones first: UTF-32's begins with UTF-16's
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

_LOOK = 200
"""Bytes at the beginning, white space with them, that a web page's sign stands in."""
_PAGES = (".html", ".htm")
_ZIPPED = (".docx", ".odt", ".epub")
_KINDS: dict[bytes, tuple[str, tuple[str, ...]]] = {
    b"%PDF-": ("a PDF", (".pdf",)),
    b"PK\x03\x04": ("a zipped file, as DOCX, ODT and EPUB are", _ZIPPED),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("an old Office file, or one with a password", ()),
    b"{\\rtf": ("a rich text (RTF) file", ()),
    b"\x1f\x8b\x08": ("a compressed (gzip) file", ()),
    b"\x89PNG\r\n": ("a picture (PNG)", ()),
    b"\xff\xd8\xff": ("a picture (JPEG)", ()),
    b"GIF87a": ("a picture (GIF)", ()),
    b"GIF89a": ("a picture (GIF)", ()),
    b"7z\xbc\xaf\x27\x1c": ("a compressed (7z) file", ()),
    b"Rar!\x1a\x07": ("a compressed (RAR) file", ()),
    b"SQLite format 3\0": ("a SQLite database", ()),
    b"\x7fELF": ("a program", ()),
}
"""How files begin that can be told for certain; what each is, and the suffixes it may have."""

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Open no link, and do not wait for whoever may write into a pipe; where the system can."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b]")
"""Characters that no text has: not the ends of lines, pages and records."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file of the folder that may be an article."""

    source: str
    path: Path


@dataclass(frozen=True, slots=True)
class RawArticle:
    """An article's text and what its format says of it."""

    text: str
    stated: Metadata
    name: str = ""
    """What tells it from the file's other articles: a row's number; "" for a whole file."""
    pages: tuple[int, ...] = ()
    """Where in `text` each page begins, in characters; empty where the format has no pages."""


def check_folder(folder: Path) -> Path:
    """Resolve the folder of articles.

    Raises FolderError if it is not there or not a folder.
    """
    if not folder.exists():
        raise FolderError(f"{folder}: no such folder; give the folder that holds the articles.")
    if not folder.is_dir():
        raise FolderError(f"{folder} is a file; give the folder that holds the articles.")
    return folder.resolve()


def scan(
    folder: Path, skipped: dict[str, str], failed: dict[str, str], aside: Path | None = None
) -> list[Candidate]:
    """List the files that may be articles, sorted by source; none below `aside`.

    What is passed over goes into `skipped`, what cannot be read into `failed`, with the reason.
    """
    found: list[Candidate] = []
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = [*os.scandir(here)]
        except OSError as error:
            failed[_printable(_source(folder, here))] = f"cannot be listed: {_reason(error)}."
            continue
        for entry in entries:
            path = Path(entry.path)
            source = _printable(_source(folder, path))
            if path == aside:
                continue
            if entry.name.startswith("."):
                skipped[source] = "hidden"
            elif entry.is_symlink():
                skipped[source] = "a link; links are not followed, put the file itself there"
            elif entry.is_dir():
                waiting.append(path)
            elif not entry.is_file():
                skipped[source] = "not a regular file"
            elif path.suffix.lower() not in SUFFIXES:
                kind = path.suffix or "no suffix"
                known = ", ".join(SUFFIXES)
                skipped[source] = f"not a format Khabar reads ({kind}; it reads {known})"
            elif source != _source(folder, path):
                failed[source] = "the file's name is not valid UTF-8; rename it."
            else:
                found.append(Candidate(source, path))
    return sorted(found, key=lambda candidate: candidate.source)


def _source(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _printable(name: str) -> str:
    """Spell out what of a file's name is not valid UTF-8, so that it can be shown."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises FileError if it cannot be read, is empty, or is larger than its format may be.
    """
    suffix = path.suffix.lower()
    most = _MAX_BYTES.get(suffix, MAX_BYTES)
    try:
        # Since it was listed, a link or a pipe may have taken its place.
        file = os.open(path, os.O_RDONLY | _NO_LINK | getattr(os, "O_BINARY", 0))
        with os.fdopen(file, "rb") as opened:
            about = os.fstat(file)
            if not stat.S_ISREG(about.st_mode):
                raise FileError("cannot be read: it is no regular file any more.")
            if about.st_size > most:
                what = f"a {suffix} file" if suffix in _MAX_BYTES else "an article"
                raise FileError(
                    f"{about.st_size / 1e6:.0f} MB; {what} may have {most / 1e6:.0f} MB, split "
                    "the file."
                )
            data = opened.read(most + 1)
    except OSError as error:
        is_link = error.errno == errno.ELOOP
        reason = "it is a link, and links are not followed" if is_link else _reason(error)
        raise FileError(f"cannot be read: {reason}.") from error
    if len(data) > most:
        raise FileError("cannot be read: it grows; wait until it is written.")
    if not data.strip():
        raise FileError("the file is empty.")
    return data


def content_hash(data: bytes) -> str:
    """Fingerprint a file's bytes: equal only for equal contents."""
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes, suffix: str) -> RawArticle:
    """Decode a file of plain text.

    Raises FileError if the bytes are not text, or another format's than the suffix says.
    """
    check_kind(data, suffix)
    text = decode(data)
    if not text.strip():
        raise FileError("the file holds only white space.")
    return RawArticle(text, Metadata())


def check_kind(data: bytes, suffix: str) -> None:
    """Refuse a file whose first bytes are certainly those of another format than its suffix says.

    Raises FileError that names the format.
    """
    if data[:_LOOK].lstrip().lower().startswith(b"<!doctype html") and suffix.lower() not in _PAGES:
        raise FileError(f"a web page, called {suffix}; rename it to .html.")
    for begins, (kind, right) in _KINDS.items():
        if data.startswith(begins) and suffix.lower() not in right:
            raise FileError(f"{kind}, called {suffix}; {_remedy(right)}.")


def _remedy(right: tuple[str, ...]) -> str:
    return f"rename it to {right[0]}" if right else "save it as text, PDF or DOCX"


def decode(data: bytes) -> str:
    """Decode by byte order mark, as UTF-8, or by the encoding charset-normalizer tells.

    The byte order mark is not part of the text; line ends stay as they are.
    Raises FileError if the bytes are not text in any encoding.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_decoded(data[len(mark) :], encoding))
    if b"\0" in data:
        return _checked(_without_mark(data))
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(data):
            raise FileError(
                f"begins like UTF-8 but breaks off at byte {error.start}; save it as UTF-8."
            ) from error
    # Imported here: only a legacy file needs it.
    from charset_normalizer import from_bytes

    guess = from_bytes(data).best()
    if guess is None:
        raise FileError("not text in any known encoding; save it as UTF-8.")
    return _checked(_decoded(data, guess.encoding))


def _is_damaged_utf8(data: bytes) -> bool:
    """Tell UTF-8 with a few broken bytes from a legacy encoding, which has hardly a letter of it.

    Guessing an encoding for it would turn every Hindi letter into rubbish.
    """
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    letters = sum(char > "\x7f" for char in text) - broken
    return letters > 2 * broken


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileError(
            f"begins like {encoding.upper()} but breaks off at byte {error.start}; "
            "save it as UTF-8."
        ) from error


def _without_mark(data: bytes) -> str:
    """Decode UTF-16 that lacks its byte order mark, told by its letters being ours."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding, errors="replace")
        ours = sum("\t" <= char <= "\u024f" or "\u0900" <= char <= "\u097f" for char in text)
        if ours > 0.9 * len(text):
            return _decoded(data, encoding)
    return data.decode("latin-1")


def _checked(text: str) -> str:
    """Refuse what decodes but is no text: NUL and other control characters."""
    if "\0" in text:
        raise FileError("a binary file (it holds NUL bytes); expected text.")
    controls = len(_CONTROL.findall(text))
    if controls > len(text) // 100:
        raise FileError("a binary file (control characters throughout); expected text.")
    return text
