"""What writes answers: the protocol, and the choice of it."""

import os
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from index import errors, models
from qa import extract
from qa.prompt import Message, Prompt
from qa.types import Waiting

MODEL_VARIABLE = "KHABAR_MODEL"
_loading = threading.Lock()


class Engine(Protocol):
    """A language model. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """Say what wrote an answer."""

    @property
    def room(self) -> int:
        """Tell how many tokens a prompt and what it asks for may have together."""

    def count(self, messages: Sequence[Message]) -> int:
        """Count the tokens of a conversation as the model would read it, or more."""

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Write what a prompt asks for, piece by piece, after the place in line where there is one.

        `deadline` is a `time.monotonic()`. Closing the iterator stops the model within half a
        second. Raises ModelTimeoutError once the deadline is over, ModelError if the model fails.
        """


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
