"""What writes answers: the protocol, and the choice of it."""

import os
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from weakref import WeakValueDictionary

from index import errors, installed, models
from qa import extract
from qa.prompt import Message, Prompt
from qa.terminal import say
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
    wanted = engine or os.environ.get(MODEL_VARIABLE)
    if wanted == extract.NAME:
        return None
    if wanted and not isinstance(wanted, str | Path):
        return wanted
    # Two threads that ask at once must not load gigabytes twice.
    with _loading:
        if not wanted:
            return _installed()
        if isinstance(wanted, str) and wanted.lower().startswith(("http://", "https://")):
            return _connect(wanted)
        return _opened(*_located(str(wanted)))


def _installed() -> Engine | None:
    """Open the model installed last. Raises ModelLoadError if there are none but damaged ones."""
    model = installed.default("llm")
    return _opened(model.path, model.name) if model else None


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


_kept: list[Engine] = []
"""The model opened last, so that it is there for the next question; no second one beside it."""
_loaded: "WeakValueDictionary[tuple[Path, str], Engine]" = WeakValueDictionary()
"""That one, and those that somebody else holds, as a server does the one it answers with."""


def _opened(path: Path, name: str) -> Engine:
    engine = _loaded.get((path, name))
    if engine is None:
        _kept.clear()  # before the next is loaded: two may not fit into the memory
        # Imported here: quotes need no llama.cpp.
        from qa.llama import LlamaEngine

        engine = _loaded[path, name] = LlamaEngine(path, name)
    _kept[:] = [engine]
    return engine


@lru_cache(maxsize=1)
def _connect(address: str) -> Engine:
    # Imported here: quotes need no HTTP.
    from qa.endpoint import Passing
    from qa.remote import RemoteEngine

    try:
        return RemoteEngine(address)
    except Passing as error:  # the server is there tomorrow; until then, quotes
        raise errors.ModelLoadError(str(error)) from error


def choose_or_quote(choice: str | None) -> Engine | None:
    """Choose, for a server, before its first question; None where quotes take the model's place.

    They do where it is of no use, which is said on stderr. Raises ModelError if there is none.
    """
    try:
        return choose(choice)
    except errors.ModelLoadError as error:
        say(f"{error} Until then, sentences of the articles are quoted.")
        return None
