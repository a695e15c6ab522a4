"""An index by its folder: opened here, or reached in the process that has it open."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from index import Index, errors
from qa import choices

if TYPE_CHECKING:
    from qa.remote_index import RemoteIndex

_Opened = TypeVar("_Opened")
_PATIENCE = 5.0
"""Seconds in which another process may end what it does, or say where it listens: a short command
has ended by then."""
_PAUSE = 0.05
"""Seconds between two tries."""


def open_index(path: str | Path, embedder: str | None = None, reranker: str | None = None) -> Index:
    """Open an index that is there; asking never makes an empty one.

    Raises IndexFolderError if there is none, IndexBusyError if another process keeps it.
    """
    _check_there(path)
    return _patiently(lambda: Index(path, embedder, reranker))


def reach(
    path: str | Path,
    embedder: str | None = None,
    reranker: str | None = None,
    chroma: str | None = None,
    *,
    make: bool = False,
) -> "Index | RemoteIndex":
    """Open an index, or reach the process that has it open; only `make` makes one.

    Raises IndexFolderError if there is none, IndexBusyError if another process keeps it, and does
    not answer for it.
    """
    if not make:
        _check_there(path)

    def attempt() -> "Index | RemoteIndex":
        try:
            return Index(path, embedder, reranker, chroma)
        except errors.IndexBusyError as busy:
            return _reached(path, busy, embedder, reranker, chroma)

    return _patiently(attempt)


def _patiently(attempt: Callable[[], _Opened]) -> _Opened:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return attempt()
        except errors.IndexBusyError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)


def _check_there(path: str | Path) -> None:
    if not Path(path).expanduser().is_dir():
        raise errors.IndexFolderError(
            f"There is no index at {path}; make one first: qa index FOLDER --db {path}"
        )


def _reached(
    path: str | Path,
    busy: errors.IndexBusyError,
    embedder: str | None,
    reranker: str | None,
    chroma: str | None,
) -> "RemoteIndex":
    """Greet the holder. Raises IndexBusyError if it does not listen, or does not answer."""
    if busy.holder is None or busy.holder.address is None:
        raise busy
    # Imported here: only who finds an index taken needs it.
    from qa.remote_index import RemoteIndex
    from qa.wire import Models

    # What the environment names would be used here, and so it is there. An embedder it names is for
    # a new index only, which this one is not.
    wanted = Models(choices.portable(embedder), choices.reranker(reranker), chroma)
    remote = RemoteIndex(path, busy, wanted)
    remote.greet()
    return remote
