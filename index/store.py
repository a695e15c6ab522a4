"""An index folder opened: the library, its indexes and the embedder, under one lock."""

import os
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from index import holder
from index.catalogue import DELETED_VECTORS, Catalogue
from index.embed import (
    BUILT_IN,
    Embedder,
    HashingEmbedder,
    NeuralEmbedder,
    embedder_kind,
    embedder_name,
    neural_folder,
    open_embedder,
)
from index.errors import EmbedderMismatchError, IndexBusyError, IndexFolderError
from index.generation import Address, Generation, delete_debris
from index.library import LOCK_NAME, Library
from index.models import EMBEDDER_VARIABLE, RERANKER_VARIABLE
from index.near import NearSkeletons
from index.own_terms import OwnTerms, parse
from index.rerank import NONE, Reranker, check_choice, open_reranker
from index.vectors import check_address

_OWN_TERMS = "own terms"
"""What the library remembers them by: as the user wrote them."""
_GENERATION, SERVER, _IDENTITY = "generation", "chroma server", "identity"
"""What the library remembers of where the indexes are kept."""
PLACE = "place"
"""And of where it is kept itself."""
_COURSE, _BEGUN = "update", "begun"
"""And of the last update: whether it came to its end."""
LOCAL = "local"
"""In place of a Chroma server's address: the index's own folder."""

Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""


class Store:
    """The parts of one index folder. Chroma and the models open when first needed.

    Opened again in the same process, a folder's parts are shared: two Chroma clients or two
    readers of tantivy would not see each other's writes.
    """

    def __init__(
        self,
        folder: Path,
        embedder: str | None,
        reranker: str | None,
        chroma: str | None = None,
    ) -> None:
        """Open the folder. `chroma` is where the next update is to keep the vectors.

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
            self._wanted_server = chroma if chroma in (None, LOCAL) else check_address(chroma)
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
    def catalogue(self) -> Catalogue:
        """Which files the library holds."""
        return self._open_parts().catalogue

    @property
    def current(self) -> Generation:
        """The generation in use, for who updates the index and so is the one to replace it."""
        return self._open_parts().generation

    @contextmanager
    def generation(self) -> Iterator[Generation]:
        """Keep the generation in use from being deleted meanwhile."""
        parts = self._open_parts()
        generation = parts.take()
        try:
            yield generation
        finally:
            parts.let_go(generation)

    def wanted_address(self) -> Address:
        """Say where the current generation is wanted."""
        now, wanted = self.current.address, self._wanted_server
        server = now.server if wanted is None else None if wanted == LOCAL else wanted
        return replace(now, server=server)

    def swap(self, generation: Generation) -> None:
        """Let another generation take the place of the current one, which is deleted.

        One of the same number is the same, at another address of its server.
        """
        self._open_parts().swap(generation)

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

    @contextmanager
    def updated(self) -> Iterator[None]:
        """Be the one who writes. Raises IndexBusyError if somebody else does already."""
        writing = self._open_parts().updating
        if not writing.acquire(blocking=False):
            raise IndexBusyError("Another update of this index is running; wait for it to end.")
        try:
            yield
        finally:
            writing.release()

    def is_doubtful(self) -> bool:
        """Whether somebody, or an update, ended before the end since an update last did not."""
        return self._open_parts().is_doubtful or self.library.about(_COURSE) == _BEGUN

    def begin(self, folder: Path) -> None:
        """Note that an update from a folder begins, so that the next knows should it not end."""
        self._open_parts().is_doubtful = True
        self.library.remember({"folder": str(folder), _COURSE: _BEGUN})

    def end(self) -> None:
        """Note that the update has come to its end, and all is well."""
        self.library.remember({_COURSE: "ended"})
        self._open_parts().is_doubtful = False

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
    def embedder_kind(self) -> type[HashingEmbedder] | type[NeuralEmbedder]:
        """What kind of embedder that is; nothing is loaded to tell."""
        return embedder_kind(self._choice)

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
        self._own_terms: OwnTerms | None = None
        self._near: tuple[int, NearSkeletons] | None = None
        self._terms_changing = threading.Lock()
        self._swapping = threading.Lock()
        self._taken: Counter[Generation] = Counter()
        self._lock = _lock(folder)
        # The last one to have it did not close it: Chroma may be left in any state, and so may a
        # disk that is full leave it, if only by being opened.
        self.is_doubtful = (folder / holder.FILE_NAME).exists()
        self._holder = holder.this_process()
        self._announcing = threading.Lock()
        try:
            self.announce(None, None)
            self.library = Library(folder)
            try:
                self.catalogue = Catalogue(self.library)
                self.generation = Generation(self._address(folder))
                delete_debris(self.generation.address)
            except BaseException:
                self.library.close()
                raise
        except BaseException:
            self._let_go()
            raise

    def _address(self, folder: Path) -> Address:
        about = self.library.about
        if about(_IDENTITY) is None:
            self.library.remember({_IDENTITY: uuid.uuid4().hex, _GENERATION: "1"})
        if about(PLACE) != str(folder):
            # A copy is another index, and must not write into the first one's vectors on a server.
            is_copy = Library.is_in(Path(about(PLACE) or folder))
            new = {_IDENTITY: uuid.uuid4().hex} if is_copy and about(PLACE) else {}
            self.library.remember({PLACE: str(folder)} | new)
        number, server = int(about(_GENERATION) or 1), about(SERVER) or None
        return Address(folder, about(_IDENTITY) or "", number, server)

    def take(self) -> Generation:
        with self._swapping:
            self._taken[self.generation] += 1
            return self.generation

    def let_go(self, generation: Generation) -> None:
        with self._swapping:
            self._taken[generation] -= 1
            is_over = not self._taken[generation] and generation is not self.generation
        if is_over and generation.address.number == self.generation.address.number:
            generation.close()
        elif is_over:
            generation.delete()

    def swap(self, generation: Generation) -> None:
        at = generation.address
        # From this write on the new one counts; until it, a crash leaves the old one in use.
        facts = {_GENERATION: str(at.number), SERVER: at.server or ""}
        is_new = at.number != self.generation.address.number
        self.library.remember(facts | ({DELETED_VECTORS: "0"} if is_new else {}))
        old = self.take()
        with self._swapping:
            self.generation = generation
        self.let_go(old)

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
            self.generation.close()
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
