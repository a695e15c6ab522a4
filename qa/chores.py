"""What is done to models in the background: fetched, loaded, switched to. All pages see the same.

Each kind of chore is done by one thread at a time; what it is about, how far it has come and how it
ended is a value that anybody may read.
"""

import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from index import KhabarError

Kind = Literal["fetch", "llm", "embedder", "reranker"]
"""Fetching a model, or switching what does one of the three."""
_ALL: tuple[Kind, ...] = get_args(Kind)
_ON_INDEX: tuple[Kind, ...] = ("embedder", "reranker")
State = Literal["running", "stopping", "done", "stopped", "failed"]
Progress = Callable[[int, int], None]
Work = Callable[[Progress], object]
"""What a chore does; it calls what it is given with (done, in all), and may be stopped there."""
_NOTED = 0.1
"""Seconds between two notes of how far it has come: it may come with every few bytes."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that is done to a model. `done` and `total` are bytes, or passages."""

    kind: Kind
    name: str
    state: State = "running"
    done: int = 0
    total: int = 0
    problem: str | None = None
    """A sentence, where it has failed; "" for a bug, whose trace is in the terminal."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in ("running", "stopping")


class Chores:
    """The chores of a server: of each kind the last one. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chores: dict[Kind, Chore] = {}
        self._threads: dict[Kind, threading.Thread] = {}

    def all(self) -> tuple[Chore, ...]:
        """Tell of each kind what is being done, or was last."""
        with self._lock:
            return tuple(self._chores.values())

    def last(self, kind: Kind) -> Chore | None:
        """Tell of one kind; None if there was none yet."""
        with self._lock:
            return self._chores.get(kind)

    def begin(self, kind: Kind, name: str, work: Work) -> bool:
        """Begin one in a thread of its own; False, and nothing done, while one of its kind runs."""
        with self._lock:
            before = self._chores.get(kind)
            if before is not None and not before.is_over:
                return False
            self._chores[kind] = Chore(kind, name)
            thread = threading.Thread(
                target=self._run, args=(kind, work), name=f"{kind} {name}", daemon=True
            )
            self._threads[kind] = thread
            thread.start()
            return True

    def stop(self, kind: Kind) -> None:
        """Stop what runs of a kind at its next report of progress."""
        with self._lock:
            chore = self._chores.get(kind)
            if chore is not None and chore.state == "running":
                self._chores[kind] = replace(chore, state="stopping")

    def wait(self) -> None:
        """Wait until all are over."""
        for thread in self._begun():
            thread.join()

    def close(self) -> None:
        """Stop all, and wait for those that work on the index; what is fetched can go on later."""
        for kind in _ALL:
            self.stop(kind)
        for thread in self._begun(_ON_INDEX):
            thread.join()

    def _begun(self, kinds: Sequence[Kind] = _ALL) -> list[threading.Thread]:
        with self._lock:
            return [self._threads[kind] for kind in kinds if kind in self._threads]

    def _run(self, kind: Kind, work: Work) -> None:
        noted = 0.0

        def note(done: int, total: int) -> None:
            nonlocal noted
            chore = self._chores[kind]
            if chore.state == "stopping":
                raise KeyboardInterrupt  # as Ctrl-C in a terminal: what is done so far stays
            now = time.monotonic()
            if now - noted >= _NOTED or done == total:
                noted = now
                self._change(kind, done=done, total=total)

        try:
            work(note)
        except KeyboardInterrupt:
            self._change(kind, state="stopped")
        except KhabarError as error:
            self._change(kind, state="failed", problem=str(error))
        except Exception:
            # A bug: its trace is for the terminal; the page stays usable.
            traceback.print_exc()
            self._change(kind, state="failed", problem="")
        else:
            self._change(kind, state="done")

    def _change(self, kind: Kind, **changes: object) -> None:
        with self._lock:
            self._chores[kind] = replace(self._chores[kind], **changes)  # type: ignore[arg-type]
