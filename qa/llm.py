"""What writes answers: the protocol, and the choice of it."""

import os
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from index import errors, installed, models
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

    `engine` is a GGUF file, the short name of an installed model, the http:// or https:// address
    of an OpenAI-compatible server (and after a # the model's name), "extract", or an engine already
    open; None takes what KHABAR_MODEL names, or the model installed last, or quotes. Raises
    ModelError if there is no such model or server, ModelLoadError if it is there and of no use.
    """
    if engine is None:
        engine = os.environ.get(MODEL_VARIABLE) or _installed()
    if engine == extract.NAME:
        return None
    if not isinstance(engine, str | Path):
        return engine
    # Two threads that ask at once must not load gigabytes twice.
    with _loading:
        if isinstance(engine, str) and engine.lower().startswith(("http://", "https://")):
            return _connect(engine)
        return _open(*_located(str(engine)))


def _installed() -> str:
    model = installed.default("llm")
    return extract.NAME if model is None else model.name


def _located(wanted: str) -> tuple[Path, str]:
    """Find the file that is meant by a path or by a short name, and what to call it."""
    path = installed.locate(wanted, "llm")
    try:
        path = path.resolve(strict=True)
    except (OSError, ValueError):
        names = ", ".join(model.name for model in models.known() if model.role == "llm")
        raise errors.ModelError(
            f"There is no model file {wanted[:200]}; give the path of a GGUF file, or the name of "
            f"a model (models that Khabar knows: {names})."
        ) from None
    here = installed.find(wanted) if not Path(wanted).exists() else None
    return path, here.name if here else path.stem


@lru_cache(maxsize=1)
def _open(path: Path, name: str) -> Engine:
    # Imported here: quotes need no llama.cpp.
    from qa.llama import LlamaEngine

    return LlamaEngine(path, name)


@lru_cache(maxsize=1)
def _connect(address: str) -> Engine:
    # Imported here: quotes need no HTTP.
    from qa.remote import RemoteEngine

    return RemoteEngine(address)
