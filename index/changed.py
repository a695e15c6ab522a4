"""What of a folder is new or changed: the first step of an update. Reads bytes, and no further.

Content alone counts, not a file's name or time: a file that was moved keeps its articles.
"""

import time
from collections.abc import Collection, Generator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from index import load
from index.catalogue import Failure, Known, ReadFile
from index.errors import FileError
from index.load import Candidate

_RETRIED = 86_400.0
"""Seconds after which a file that could not be read is tried again as it is: Khabar may have been
updated, or the machine been short of memory."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file whose articles are not known yet."""

    file: str
    hash: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file that is indexed as it is; `problems` are those of its rows that were never read."""

    file: str
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that could not be read, to be remembered unless it `is_known` already.

    `hash` is that of the content it failed with; "" if it is to be tried again whatever it holds.
    """

    file: str
    hash: str
    reason: str
    is_known: bool = False


Looked = Unread | ReadFile | Unchanged | Failed
"""What a look at a file shows; a ReadFile is one that was moved or copied."""


def files_of(known: Known, sources: Collection[str]) -> set[str]:
    """Name the files of sources; a source that nothing is known of is a file itself."""
    found = {*sources}
    if found:
        found |= {file for file, held in known.files.items() if not found.isdisjoint(held.articles)}
        found |= {
            file
            for file, failures in known.failures.items()
            if not found.isdisjoint(failure.source for failure in failures)
        }
    return found


def look(
    candidates: Sequence[Candidate], known: Known, again: AbstractSet[str] = frozenset()
) -> Generator[Looked]:
    """Look at each file: one item each, in order. The files of `again` are to be read anyhow."""
    kept = {(_suffix(file), held.hash): file for file, held in known.files.items()}
    for candidate in candidates:
        file = candidate.source
        try:
            data = load.read_bytes(candidate.path)
        except FileError as error:
            yield unseen(known, file, str(error))
            continue
        content = load.content_hash(data)
        before, whole = known.failures.get(file, []), _whole(known, file)
        indexed = known.files.get(file)
        same = kept.get((_suffix(file), content))
        if file in again:
            yield Unread(file, content, data)
        elif whole is None and indexed and indexed.hash == content:
            yield Unchanged(file, {row.source: row.reason for row in before})
        elif whole and whole.hash == content and _is_recent(whole):
            yield Failed(file, content, whole.reason, is_known=True)
        elif same is not None:
            yield _renamed(known, same, file)
        else:
            yield Unread(file, content, data)


def unseen(known: Known, file: str, reason: str) -> Failed:
    """Say why there are no bytes of a file now, or no names of what is in a folder."""
    before = _whole(known, file)
    is_known = before is not None and (before.hash, before.reason) == ("", reason)
    return Failed(file, "", reason, is_known)


def _whole(known: Known, file: str) -> Failure | None:
    failures = known.failures.get(file, [])
    return next((failure for failure in failures if failure.source == file), None)


def _suffix(file: str) -> str:
    return file.rpartition(".")[2].lower()


def _is_recent(failure: Failure) -> bool:
    return abs(time.time() - failure.tried) < _RETRIED


def _renamed(known: Known, before: str, file: str) -> ReadFile:
    """Take over the articles of a file of the same content and kind."""
    articles = {
        file + source[len(before) :]: article
        for source, article in known.files[before].articles.items()
    }
    rows = [row for row in known.failures.get(before, []) if row.source != before]
    problems = {file + row.source[len(before) :]: row.reason for row in rows}
    return replace(known.files[before], file=file, articles=articles, problems=problems)
