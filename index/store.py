"""An index folder opened: the library, its indexes and the models, for one who has it open."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from index import installed
from index.catalogue import Catalogue
from index.chosen import ChosenEmbedder, called
from index.embed import BUILT_IN, Embedder
from index.errors import IndexBusyError, IndexFolderError
from index.generation import Address, Generation
from index.library import FOLLOWED, Library
from index.models import EMBEDDER_VARIABLE, RERANKER_VARIABLE
from index.own_terms import OwnTerms
from index.parts import EMBEDDER, Parts, borrow, give_back
from index.rerank import NONE, Reranker, check_choice, open_reranker
from index.types import ModelsUsed
from index.vectors import check_address

_COURSE, _BEGUN = "update", "begun"
"""What the library remembers of the last update: whether it came to its end."""
LOCAL = "local"
"""In place of a Chroma server's address: the index's own folder."""

Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""


class Store:
    """One index folder, its parts shared with others in this process who have it open.

    Chroma and the models open when first needed.
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
        self._parts = borrow(self.folder)
        self._closed = False
        self._loading = threading.Lock()
        try:
            self._wanted_server = chroma if chroma in (None, LOCAL) else check_address(chroma)
            self._own_embedder = self._choose(embedder)
            self._reranker_choice = reranker or os.environ.get(RERANKER_VARIABLE) or NONE
            self._reranker: Reranker | None = None
            check_choice(self._reranker_choice)
            self._reranker_called = _called_reranker(self._reranker_choice)
        except BaseException:
            self.close()
            raise

    def _choose(self, wanted: str | None) -> ChosenEmbedder:
        """Take the embedder asked for, or else the one that the index is made with."""
        in_use = self.current.embedder
        if wanted is None and in_use is not None:
            return in_use
        remembered = self.library.about(EMBEDDER)
        choice = wanted or remembered or os.environ.get(EMBEDDER_VARIABLE) or BUILT_IN
        chosen = ChosenEmbedder(choice)
        self._parts.adopt(chosen)
        return chosen

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
        # The one before may be large; nothing but a question on its way is to keep it.
        self._own_embedder = generation.embedder or self._own_embedder

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
        self.library.remember({FOLLOWED: str(folder), _COURSE: _BEGUN})

    def end(self) -> None:
        """Note that the update has come to its end, and all is well."""
        self.library.remember({_COURSE: "ended"})
        self._open_parts().is_doubtful = False

    def _open_parts(self) -> Parts:
        if self._closed:
            raise IndexFolderError(f"The index {self.folder} has been closed; open it again.")
        return self._parts

    def embedder_of(self, generation: Generation) -> ChosenEmbedder:
        """Tell what embeds questions for a generation, and made its vectors if it has any."""
        return generation.embedder or self._own_embedder

    @property
    def chosen(self) -> ChosenEmbedder:
        """The embedder of the generation in use, for who updates the index."""
        return self.embedder_of(self.current)

    @property
    def embedder(self) -> Embedder:
        """The same, loaded. Raises ModelError if it cannot be."""
        return self.chosen.open()

    def settle_embedder(self) -> ChosenEmbedder:
        """Write down which embedder this index is made with, once it has loaded.

        Raises ModelError if it does not load.
        """
        chosen = self.chosen
        chosen.open()
        self._open_parts().settle(chosen)
        return chosen

    @property
    def reranker(self) -> Reranker | None:
        """The reranker that was asked for; None if none was."""
        with self._loading:
            if self._reranker is None:
                self._reranker = open_reranker(self._reranker_choice)
            return self._reranker

    def use_reranker(self, choice: str) -> None:
        """Rerank with another from now on, or with none.

        Raises ModelError, and leaves all as it was, if it cannot be loaded.
        """
        # Questions that come while it loads still have the one before.
        loaded = open_reranker(choice)
        with self._loading:
            self._reranker_choice, self._reranker = choice, loaded
            self._reranker_called = _called_reranker(choice)

    def models_used(self) -> ModelsUsed:
        """Name the models that answer now."""
        embedder = self.chosen.choice
        return ModelsUsed(
            embedder if embedder == BUILT_IN else called(embedder), self._reranker_called
        )

    def announce(self, address: str | None, token: str | None) -> None:
        """Tell other processes where this one answers for the index; None takes it back."""
        self._open_parts().announce(address, token)

    def close(self) -> None:
        """Let go of the files and the lock; closing again does nothing."""
        if not self._closed:
            self._closed = True
            give_back(self._parts)


def _called_reranker(choice: str) -> str:
    return choice if choice == NONE else called(installed.locate(choice, "reranker"))
