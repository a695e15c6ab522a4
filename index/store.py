"""An index folder opened: the library, Chroma, tantivy and the embedder, under one lock."""

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from index import holder
from index.embed import BUILT_IN, Embedder, embedder_name, neural_folder, open_embedder
from index.errors import EmbedderMismatchError, IndexBusyError, IndexFolderError
from index.library import LOCK_NAME, Library
from index.models import EMBEDDER_VARIABLE, RERANKER_VARIABLE
from index.near import NearSkeletons
from index.own_terms import OwnTerms, parse
from index.rerank import NONE, Reranker, check_choice, open_reranker
from index.terms import TermIndex
from index.vectors import VectorIndex

_OWN_TERMS = "own terms"
"""What the library remembers them by: as the user wrote them."""

Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""


class Store:
    """The parts of one index folder. Chroma and the models open when first needed.

    Opened again in the same process, a folder's parts are shared: two Chroma clients or two
    readers of tantivy would not see each other's writes.
    """

    def __init__(self, folder: Path, embedder: str | None, reranker: str | None) -> None:
        """Open the folder.

        Raises IndexFolderError if it is not usable, IndexBusyError if another process has it,
        EmbedderMismatchError if it was made with another embedder, ModelError if there is none.
        """
        try:
            self.folder = folder.resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise Library.unusable(folder, error) from error
        self._parts = _borrow(self.folder)
        self._closed = False
        self._embedder: Embedder | None = None
        self._reranker_choice = reranker or os.environ.get(RERANKER_VARIABLE) or NONE
        self._reranker: Reranker | None = None
        self._loading = threading.Lock()
        try:
            self._choice = self._choose(embedder)
            self._check_embedder()
            check_choice(self._reranker_choice)
        except BaseException:
            self.close()
            raise

    def _choose(self, wanted: str | None) -> str:
        """Take the embedder asked for, or else the one that the index remembers."""
        return (
            wanted
            or self.library.about("embedder")
            or os.environ.get(EMBEDDER_VARIABLE)
            or BUILT_IN
        )

    def _check_embedder(self) -> str:
        name = embedder_name(self._choice)
        remembered = self.library.about("embedder name")
        if remembered not in (None, name):
            made_with = self.library.about("embedder")
            raise EmbedderMismatchError(
                f"The index {self.folder} was made with the embedder {remembered} and cannot be "
                f"used with {name}; open it with --embedder {made_with}, or index the articles "
                "into another folder with --db."
            )
        return name

    @property
    def library(self) -> Library:
        """The texts and what is known of them."""
        return self._open_parts().library

    @property
    def terms(self) -> TermIndex:
        """The passages' stems."""
        return self._open_parts().terms

    @property
    def vectors(self) -> VectorIndex:
        """The passages' vectors."""
        return self._open_parts().vectors

    @property
    def own_terms(self) -> OwnTerms:
        """The user's own terms, as they are now."""
        return self._open_parts().own_terms

    def near(self, skeletons: Iterable[str]) -> list[tuple[str, str]]:
        """List (skeleton asked for, word) of the words in the index that sound nearly so."""
        return self._open_parts().near(skeletons)

    def replace_own_terms(self, text: str, name: str) -> OwnTerms:
        """Remember a file of terms in place of what was remembered, and use it from now on.

        Raises TermsError, which calls it `name`, if a line of it cannot be used.
        """
        return self._open_parts().replace_own_terms(text, name)

    @property
    def updating(self) -> threading.Lock:
        """Held by the one update that may run."""
        return self._open_parts().updating

    def _open_parts(self) -> "_Parts":
        if self._closed:
            raise IndexFolderError(f"The index {self.folder} has been closed; open it again.")
        return self._parts

    @property
    def embedder(self) -> Embedder:
        """The embedder that made the index."""
        with self._loading:
            if self._embedder is None:
                self._embedder = open_embedder(self._choice)
            return self._embedder

    @property
    def reranker(self) -> Reranker | None:
        """The reranker that was asked for; None if none was."""
        with self._loading:
            if self._reranker is None:
                self._reranker = open_reranker(self._reranker_choice)
            return self._reranker

    def remember_embedder(self) -> None:
        """Write down which embedder this index is made with, once it has loaded.

        Raises EmbedderMismatchError if the index has got another one since it was opened.
        """
        self._check_embedder()
        choice = self._choice
        if choice != BUILT_IN:
            choice = str(neural_folder(choice).resolve())
        self.library.remember({"embedder": choice, "embedder name": self.embedder.name})

    def announce(self, address: str | None, token: str | None) -> None:
        """Tell other processes where this one answers for the index; None takes it back."""
        self._open_parts().announce(address, token)

    def close(self) -> None:
        """Let go of the files and the lock; closing again does nothing."""
        if not self._closed:
            self._closed = True
            _give_back(self._parts)


class _Parts:
    """What all who have one folder open in this process share."""

    def __init__(self, folder: Path) -> None:
        self.users = 0
        self.updating = threading.Lock()
        self._folder = folder
        self._vectors: VectorIndex | None = None
        self._own_terms: OwnTerms | None = None
        self._near: tuple[int, NearSkeletons] | None = None
        self._terms_changing = threading.Lock()
        self._starting = threading.Lock()
        self._lock = _lock(folder)
        self._holder = holder.this_process()
        self._announcing = threading.Lock()
        try:
            self.announce(None, None)
            self.library = Library(folder)
            try:
                self.terms = TermIndex(folder / "terms")
            except BaseException:
                self.library.close()
                raise
        except BaseException:
            self._let_go()
            raise

    def announce(self, address: str | None, token: str | None) -> None:
        told = replace(self._holder, address=address, token=token)
        # A full disk stops no question; who finds the folder taken then is told less.
        with self._announcing, suppress(OSError):
            holder.write(self._folder, told)

    def _let_go(self) -> None:
        try:
            # In this order, or it would be the next holder's. A forked child owns nothing of this.
            if os.getpid() == self._holder.pid:
                with suppress(OSError):
                    holder.remove(self._folder)
        finally:
            self._lock.release()

    @property
    def vectors(self) -> VectorIndex:
        with self._starting:
            if self._vectors is None:
                self._vectors = VectorIndex(self._folder / "chroma")
            return self._vectors

    @property
    def own_terms(self) -> OwnTerms:
        with self._terms_changing:
            if self._own_terms is None:
                remembered = self.library.about(_OWN_TERMS) or ""
                self._own_terms = parse(remembered, "the index's own terms (--terms)")
            return self._own_terms

    def replace_own_terms(self, text: str, name: str) -> OwnTerms:
        own = parse(text, name)
        with self._terms_changing:
            self.library.remember({_OWN_TERMS: text})
            self._own_terms = own
        return own

    def near(self, skeletons: Iterable[str]) -> list[tuple[str, str]]:
        changes = self.library.vocabulary_changes
        near = self._near  # two questions may come at once; either may make it
        if near is None or near[0] != changes:
            near = self._near = (changes, NearSkeletons(self.library.skeletons()))
        pairs = [(skeleton, other) for skeleton in skeletons for other in near[1].near(skeleton)]
        words: dict[str, list[str]] = {}
        for skeleton, word in self.library.spellings([other for _, other in pairs]):
            words.setdefault(skeleton, []).append(word)
        return [(skeleton, word) for skeleton, other in pairs for word in words.get(other, ())]

    def close(self) -> None:
        try:
            if self._vectors is not None:
                self._vectors.close()
            self.library.close()
        finally:
            self._let_go()


_opened: dict[tuple[int, Path], _Parts] = {}
"""By process and folder: a forked child must not go on with its parent's files."""
_opening = threading.Lock()


def _borrow(folder: Path) -> _Parts:
    key = (os.getpid(), folder)
    with _opening:
        parts = _opened.get(key) or _Parts(folder)
        _opened[key] = parts
        parts.users += 1
        return parts


def _give_back(parts: _Parts) -> None:
    with _opening:
        parts.users -= 1
        if not parts.users:
            for key in [key for key, value in _opened.items() if value is parts]:
                del _opened[key]
            parts.close()


def _lock(folder: Path) -> FileLock:
    """Take the folder for this process, before anything in it is read or written.

    Chroma 1.5 gives stale or wrong rows to a second process, so there must be none.
    """
    Library.check_folder(folder)
    lock = FileLock(folder / LOCK_NAME, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        by = holder.read(folder)
        raise IndexBusyError(
            f"The index {folder} is in use by {by or 'another process'}; ask there, or end it.", by
        ) from error
    except OSError as error:
        raise Library.unusable(folder, error) from error
    return lock
