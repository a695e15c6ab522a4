"""What writes answers: the protocol, and the choice of it."""

import os
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from index import Passage, errors, models
from qa import extract
from qa.types import AnswerLanguage

MODEL_VARIABLE = "KHABAR_MODEL"
_loading = threading.Lock()


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
    if not isinstance(engine, str | Path):
        return engine
    try:
        path = Path(engine).expanduser().resolve(strict=True)
    except (OSError, ValueError, RuntimeError):  # RuntimeError: ~somebody has no home here
        raise _missing(str(engine)) from None
    # Two threads that ask at once must not load gigabytes twice.
    with _loading:
        return _open(path)


def _missing(wanted: str) -> errors.ModelError:
    """Say where a model can be had that was asked for by name, or that there is no such file."""
    model = models.find(wanted)
    if model is None or model.role != "llm" or not model.files:
        names = ", ".join(model.name for model in models.known() if model.role == "llm")
        return errors.ModelError(
            f"There is no model file {wanted[:200]}; give the path of a GGUF file (models that "
            f"Khabar knows: {names})."
        )
    file = model.files[0]
    size = f" ({file.bytes / 1e9:.1f} GB)" if file.bytes else ""
    return errors.ModelError(
        f"The model {model.name} is not a file here; download {file.name}{size} from "
        f"https://huggingface.co/{model.repository} and give the path of that file."
    )


@lru_cache(maxsize=1)
def _open(path: Path) -> Engine:
    # Imported here: quotes need no llama.cpp.
    from qa.llama import LlamaEngine

    return LlamaEngine(path)
