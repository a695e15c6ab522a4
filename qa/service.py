"""What a server has open: an index, and what writes the answers; it may change meanwhile."""

import threading

from index import Index
from qa import extract, llm
from qa.chores import Chores
from qa.llm import Engine
from qa.updates import Updates


class Service:
    """An open index and the engine that answers from it now. Safe to use from several threads."""

    def __init__(self, index: Index, engine: Engine | None = None) -> None:
        """Take both as they are open; `engine` None answers with quotes."""
        self.index = index
        self.chores = Chores()
        self.updates = Updates(index)
        self._engine = engine
        self._switching = threading.Lock()

    @property
    def engine(self) -> Engine | str:
        """What answers now, as `stream` takes it: a model, or "extract" for quotes."""
        return self._engine or extract.NAME

    @property
    def engine_name(self) -> str:
        """What answers now, by name."""
        return self._engine.name if self._engine else extract.NAME

    def use(self, choice: str) -> None:
        """Answer with another engine from the next question on; `choice` is one as `ask` takes it.

        Raises ModelError, and leaves the engine as it was, if that one is not to be had.
        """
        with self._switching:
            self._engine = llm.choose(choice)

    def close(self) -> None:
        """End what is done in the background; the index stays open."""
        self.chores.close()
        self.updates.close()
