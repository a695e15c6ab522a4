"""What all who have one index folder open in this process share, under one lock.

Opened again in the same process, a folder's parts are shared: two Chroma clients or two readers of
tantivy would not see each other's writes.
"""

import os
import threading
import uuid
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from index import holder
from index.catalogue import DELETED_VECTORS, Catalogue
from index.chosen import ChosenEmbedder
from index.errors import EmbedderMismatchError, IndexBusyError
from index.generation import Address, Generation, delete_debris
from index.library import ARTICLES, FOLLOWED, LOCK_NAME, Library
from index.near import NearSkeletons
from index.own_terms import OwnTerms, parse

_OWN_TERMS = "own terms"
"""What the library remembers them by: as the user wrote them."""
_GENERATION, SERVER, _IDENTITY = "generation", "chroma server", "identity"
"""What the library remembers of where the indexes are kept."""
EMBEDDER, EMBEDDER_NAME = "embedder", "embedder name"
"""And of what made their vectors: which model, and which vectors it makes."""
PLACE = "place"
"""And of where it is kept itself."""


class Parts:
    """The parts of one folder. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.users = 0
        self.updating = threading.Lock()
        self._folder = folder
        self._own_terms: OwnTerms | None = None
        self._near: tuple[int, NearSkeletons] | None = None
        self._terms_changing = threading.Lock()
        self._swapping = threading.Condition()
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
        before = Path(about(PLACE) or folder)
        if about(PLACE) != str(folder):
            new = {PLACE: str(folder)}
            if before != folder and Library.is_in(before):
                # A copy is another index, and must not write into the first one's vectors on a
                # server.
                new[_IDENTITY] = uuid.uuid4().hex
            if about(FOLLOWED) == str(before / ARTICLES) and (folder / ARTICLES).is_dir():
                # Nor into its articles: its own came along.
                new[FOLLOWED] = str(folder / ARTICLES)
            self.library.remember(new)
        number, server = int(about(_GENERATION) or 1), about(SERVER) or None
        return Address(folder, about(_IDENTITY) or "", number, server)

    def take(self) -> Generation:
        """Keep the generation in use from being deleted until it is let go."""
        with self._swapping:
            self._taken[self.generation] += 1
            return self.generation

    def let_go(self, generation: Generation) -> None:
        """Need a generation no longer; it is deleted if it is out of use."""
        with self._swapping:
            self._taken[generation] -= 1
            is_over = not self._taken[generation] and generation is not self.generation
            if not self._taken[generation]:
                del self._taken[generation]  # and with it, its embedder
                self._swapping.notify_all()
        if is_over and generation.address.number == self.generation.address.number:
            generation.close()
        elif is_over:
            generation.delete()

    def adopt(self, chosen: ChosenEmbedder) -> None:
        """Use an embedder where the one that the index was made with is, as far as that is known.

        Raises EmbedderMismatchError if it was made with another.
        """
        with self._swapping:
            current = self.generation.embedder
            made_with = current.name if current else self.library.about(EMBEDDER_NAME)
            if made_with not in (None, chosen.name):
                choice = current.choice if current else self.library.about(EMBEDDER)
                raise EmbedderMismatchError(
                    f"The index {self._folder} was made with the embedder {made_with} and cannot "
                    f"be used with {chosen.name}; open it with --embedder {choice}, or index the "
                    "articles into another folder with --db."
                )
            # One that is loaded, or called the same, does as well.
            is_as_good = current and (current.is_open or current.choice == chosen.choice)
            if made_with is not None and not is_as_good:
                self.generation.embedder = chosen

    def settle(self, chosen: ChosenEmbedder) -> None:
        """Remember what makes the vectors of the generation in use, once it has loaded."""
        if self.library.about(EMBEDDER) != chosen.choice:
            self.library.remember(_facts(chosen))
        with self._swapping:
            self.generation.embedder = chosen

    def swap(self, generation: Generation) -> None:
        """Let another generation, with its embedder, take the place of the one in use."""
        at, embedder = generation.address, generation.embedder
        # From this write on the new one counts; until it, a crash leaves the old one in use. With
        # it goes what embeds the questions: vectors of two embedders do not compare.
        facts = {_GENERATION: str(at.number), SERVER: at.server or ""}
        facts |= _facts(embedder) if embedder else {}
        is_new = at.number != self.generation.address.number
        self.library.remember(facts | ({DELETED_VECTORS: "0"} if is_new else {}))
        old = self.take()
        with self._swapping:
            self.generation = generation
        self.let_go(old)

    def announce(self, address: str | None, token: str | None) -> None:
        """Tell other processes where this one answers; None takes it back."""
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
        """The user's own terms, as they are now."""
        with self._terms_changing:
            if self._own_terms is None:
                remembered = self.library.about(_OWN_TERMS) or ""
                self._own_terms = parse(remembered, "the index's own terms (--terms)")
            return self._own_terms

    def replace_own_terms(self, text: str, name: str) -> OwnTerms:
        """Remember a file of terms, called `name`, in place of what was remembered.

        Raises TermsError if a line of it cannot be used.
        """
        own = parse(text, name)
        with self._terms_changing:
            self.library.remember({_OWN_TERMS: text})
            self._own_terms = own
        return own

    def near(self, skeletons: Iterable[str]) -> list[tuple[str, str]]:
        """List (skeleton asked for, word) of the words in the index that sound nearly so."""
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
        """Let go of the files and the lock, once the searches on their way have ended."""
        try:
            # Closed under a search, Chroma ends the process. A forked child has none under way.
            if os.getpid() == self._holder.pid:
                with self._swapping:
                    self._swapping.wait_for(lambda: not self._taken)
            self.generation.close()
            self.library.close()
        finally:
            self._let_go()


def _facts(embedder: ChosenEmbedder) -> dict[str, str]:
    return {EMBEDDER: embedder.choice, EMBEDDER_NAME: embedder.name}


_opened: dict[tuple[int, Path], Parts] = {}
"""By process and folder: a forked child must not go on with its parent's files."""
_opening = threading.Lock()


def borrow(folder: Path) -> Parts:
    """Have the parts of a folder, opened or shared.

    Raises IndexFolderError if it is not usable, IndexBusyError if another process has it.
    """
    key = (os.getpid(), folder)
    with _opening:
        parts = _opened.get(key) or Parts(folder)
        _opened[key] = parts
        parts.users += 1
        return parts


def give_back(parts: Parts) -> None:
    """Need them no longer; they close with the last who does."""
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
