"""An index folder opened: the library, Chroma, tantivy and the embedder, under one lock."""

import os
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from index.embed import BUILT_IN, Embedder, open_embedder
from index.errors import EmbedderMismatchError, IndexBusyError
from index.library import FILE_NAME, Library
from index.terms import TermIndex
from index.vectors import VectorIndex

EMBEDDER_VARIABLE = "KHABAR_EMBEDDER"
_LOCK_NAME = "lock"


class Store:
    """The parts of one index folder. Chroma and the embedder open when first needed.

    Raises IndexFolderError if the folder is not usable, IndexBusyError if another process has it.
    """

    def __init__(self, folder: Path, embedder: str | None) -> None:
        self.folder = folder
        self._lock = _lock(folder)
        try:
            self.library = Library(folder)
            self._choice = self._choose(embedder)
            self.terms = TermIndex(folder / "terms")
        except BaseException:
            self._lock.release()
            raise
        self.updating = threading.Lock()

    def _choose(self, wanted: str | None) -> str:
        """Take the embedder asked for, or else the one that the index remembers."""
        return (
            wanted
            or os.environ.get(EMBEDDER_VARIABLE)
            or self.library.about("embedder")
            or BUILT_IN
        )

    @cached_property
    def embedder(self) -> Embedder:
        """Open the embedder, which must be the one that made the index.

        Raises EmbedderMismatchError if it is another one.
        """
        embedder = open_embedder(self._choice)
        remembered = self.library.about("embedder name")
        if remembered not in (None, embedder.name):
            made_with = self.library.about("embedder")
            raise EmbedderMismatchError(
                f"The index {self.folder} was made with the embedder {remembered} and cannot be "
                f"used with {embedder.name}; open it with --embedder {made_with}, or index the "
                "articles into another folder with --db."
            )
        return embedder

    def remember_embedder(self) -> None:
        """Write down which embedder this index is made with."""
        facts = {"embedder": self._choice, "embedder name": self.embedder.name}
        if self._choice != BUILT_IN:
            facts["embedder"] = str(Path(self._choice).expanduser().resolve())
        self.library.remember(facts)

    @cached_property
    def vectors(self) -> VectorIndex:
        """Open Chroma."""
        return VectorIndex(self.folder / "chroma")

    def close(self) -> None:
        """Let go of the files and the lock."""
        if "vectors" in self.__dict__:
            self.vectors.close()
        self.library.close()
        self._lock.release()


def _lock(folder: Path) -> FileLock:
    """Take the folder for this process; opening it again in the same process is fine.

    Chroma 1.5 gives stale or wrong rows to a second process, so there must be none.
    """
    is_ours = (folder / FILE_NAME).exists()
    if not is_ours:
        # Checked again by the library; before that, nothing may be written into a foreign folder.
        Library(folder).close()
    lock = FileLock(folder / _LOCK_NAME, is_singleton=True, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise IndexBusyError(
            f"The index {folder} is in use by another Khabar process; ask there, or close it."
        ) from error
    except OSError as error:
        raise Library.unusable(folder, error) from error
    return lock


Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""
