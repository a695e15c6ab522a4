"""An embedder by what names it, loaded when first needed; and what a model is called again."""

import threading
from pathlib import Path

from index import models
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


class ChosenEmbedder:
    """An embedder that is there, loaded or not. Safe to use from several threads."""

    def __init__(self, choice: str) -> None:
        """Find the embedder of a folder, one that is installed, by its name, or the built-in one.

        Raises ModelError if there is no such model.
        """
        self.choice = choice if choice == BUILT_IN else str(neural_folder(choice).resolve())
        """The same from any folder, for the library to remember."""
        self.name = embedder_name(self.choice)
        """Which vectors it makes; those of different names do not compare."""
        self._opening = threading.Lock()
        self._opened: Embedder | None = None

    @property
    def kind(self) -> type[HashingEmbedder] | type[NeuralEmbedder]:
        """What kind of embedder it is; nothing is loaded to tell."""
        return embedder_kind(self.choice)

    @property
    def is_open(self) -> bool:
        """Whether it is loaded already."""
        return self._opened is not None

    def open(self) -> Embedder:
        """Load it, if it is not yet. Raises ModelError if it cannot be."""
        with self._opening:
            if self._opened is None:
                self._opened = open_embedder(self.choice)
            return self._opened


def called(choice: str | Path) -> str:
    """Call a model by its short name if it is installed, or else by its path."""
    path = Path(choice).absolute()
    is_installed = path.parent in (models.folder(), models.folder().resolve())
    return path.name if is_installed else str(path)
