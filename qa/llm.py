"""What writes answers: the protocol, and the choice of it."""

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from index import Passage
from qa import extract
from qa.types import AnswerLanguage

MODEL_VARIABLE = "KHABAR_MODEL"


class Engine(Protocol):
    """A language model that answers from passages."""

    @property
    def name(self) -> str:
        """Say what wrote an answer."""

    def write(
        self, question: str, language: AnswerLanguage, passages: Sequence[Passage]
    ) -> Iterator[str]:
        """Write an answer, piece by piece: sentences that end in [n], or the refusal."""


def choose(engine: "str | Path | Engine | None") -> Engine | None:
    """Open the model to answer with; None means quotes.

    `engine` is a GGUF file, "extract", or an engine already open; None takes the file named by
    KHABAR_MODEL, or quotes. Raises ModelError if the file cannot be used.
    """
    if engine is None:
        engine = os.environ.get(MODEL_VARIABLE) or extract.NAME
    if engine == extract.NAME:
        return None
    if isinstance(engine, str | Path):
        return _open(Path(engine).expanduser())
    return engine


@lru_cache(maxsize=1)
def _open(path: Path) -> Engine:
    # Imported here: quotes need no llama.cpp.
    from qa.llama import LlamaEngine

    return LlamaEngine(path)
