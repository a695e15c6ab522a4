"""One making of the two indexes, vectors and terms, in a folder or collection of its own.

What made the vectors belongs to it, since none but that can embed the questions they answer.

They are made anew beside the old ones, which go on answering until the new ones take their place.
Which generation counts, the library says; what a crash leaves of any other is deleted.
"""

import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index.chosen import ChosenEmbedder
from index.errors import IndexFolderError
from index.terms import TermIndex
from index.vectors import VectorIndex

_PREFIX = "generation-"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a generation is kept."""

    index: Path
    """The index's folder."""
    identity: str
    """What tells this index from others on a server."""
    number: int
    server: str | None
    """The Chroma server with its vectors; None where they are in the folder."""

    @property
    def folder(self) -> Path:
        """The generation's own folder."""
        return self.index / f"{_PREFIX}{self.number}"

    @property
    def prefix(self) -> str:
        """How the names of all of this index's generations begin on a server."""
        return f"khabar-{self.identity}-"


class Generation:
    """Vectors and terms, each opened when first needed. Safe to use from several threads."""

    def __init__(self, address: Address, embedder: ChosenEmbedder | None = None) -> None:
        self.address = address
        self.embedder = embedder
        """What makes the vectors, and has to embed the questions; None until that is settled."""
        self._opening = threading.RLock()
        self._vectors: VectorIndex | None = None
        self._terms: TermIndex | None = None

    @property
    def vectors(self) -> VectorIndex:
        """The passages' vectors."""
        at = self.address
        with self._opening:
            if self._vectors is None and at.server is None:
                self._vectors = VectorIndex(at.folder / "chroma")
            elif self._vectors is None and at.server is not None:
                self._vectors = VectorIndex(at.server, f"{at.prefix}{at.number}")
            assert self._vectors is not None  # noqa: S101, for mypy
            return self._vectors

    @property
    def terms(self) -> TermIndex:
        """The passages' stems."""
        with self._opening:
            if self._terms is None:
                self._terms = TermIndex(self.address.folder / "terms")
            return self._terms

    def delete_others(self) -> None:
        """Delete what a crash left of other generations on a server."""
        if self.address.server is not None:
            self.vectors.delete_others(self.address.prefix)

    def clear(self) -> None:
        """Begin with nothing, whatever an earlier try left here.

        Raises IndexFolderError if a server does not let it, after having done the rest.
        """
        try:
            if self.address.server is not None:
                self.vectors.delete_all()
        finally:
            self.close()
            shutil.rmtree(self.address.folder, ignore_errors=True)

    def close(self) -> None:
        """Let go of the files."""
        with self._opening:
            if self._vectors is not None:
                self._vectors.close()
            self._vectors = self._terms = None

    def delete(self) -> None:
        """Let go of the files and delete them, as far as that can be done now."""
        # A server that does not answer now is asked again by `delete_others` at the next update, if
        # it is still the index's own by then.
        with suppress(IndexFolderError):
            self.clear()


def delete_debris(address: Address) -> None:
    """Delete the folders of all generations but one; what cannot be deleted stays for next time."""
    for folder in address.index.glob(f"{_PREFIX}*"):
        if folder != address.folder and folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
