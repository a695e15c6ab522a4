"""One thread does one job after another; the others stand in line and know their place.

Knows nothing of models: llama.cpp is not safe to use from two threads, and this keeps it to one.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Protocol

from index import errors
from qa.types import Waiting

_END = None
"""Follows the last piece of a job."""
_BEAT = 0.2
"""Seconds after which who waits is told the same place again: a generator can be closed only
between two of its events, and a model may read for a minute before it writes."""


class Signal(Protocol):
    """What a running job looks at to know that it should stop, as `threading.Event` is."""

    def set(self) -> None:
        """Ask the job that runs to stop."""

    def clear(self) -> None:
        """Let the next job run."""


class _Job:
    """A job from the moment somebody stands in line for it."""

    def __init__(self, work: Callable[[], Iterator[str]]) -> None:
        self.work = work
        self.events: SimpleQueue[str | Waiting | None] = SimpleQueue()
        self.place = 0
        self.left = False  # nobody waits for it any more

    def move_to(self, place: int) -> None:
        """Take a place in line, and tell who waits."""
        self.place = place
        self.events.put(Waiting(place))


class Line:
    """Runs jobs one by one, in the order in which they came. Safe to use from several threads."""

    def __init__(self, stop: Signal) -> None:
        """Take the signal that stops a job in its midst."""
        self._stop = stop
        self._jobs: list[_Job] = []  # the first is the one that runs
        self._changing = threading.Lock()
        # Its thread ends with the last job when Python does, and with the line when nobody has it.
        self._thread = ThreadPoolExecutor(1, "model")

    def run(
        self, work: Callable[[], Iterator[str]], deadline: float | None = None
    ) -> Generator[str | Waiting, None, None]:
        """Do a job on the line's thread and pass its pieces on, with its place while none comes.

        `deadline` is a `time.monotonic()`. Closing the iterator takes the job out of the line, or
        stops it. Raises ModelTimeoutError once the deadline is over, and what the job raises.
        """
        job = _Job(work)
        with self._changing:
            if self._jobs:
                job.move_to(len(self._jobs))
            self._jobs.append(job)
            # Under the lock: in another order than the line's, one would be stopped for another.
            done = self._thread.submit(self._do, job)
        try:
            while (event := _next(job, deadline)) is not _END:
                yield event
            done.result()
        finally:
            self._leave(job)

    def _do(self, job: _Job) -> None:
        with self._changing:
            if job.left:
                return
            self._stop.clear()
        try:
            for piece in job.work():
                if job.left:
                    break
                job.events.put(piece)
        finally:
            self._remove(job)
            job.events.put(_END)

    def _leave(self, job: _Job) -> None:
        with self._changing:
            job.left = True
            running = self._jobs[:1] == [job]
            if running:
                # Under the lock: it must not meet the job that comes next.
                self._stop.set()
        if not running:
            self._remove(job)

    def _remove(self, job: _Job) -> None:
        """Take a job out of the line, and tell those behind it."""
        with self._changing:
            if job not in self._jobs:
                return
            place = self._jobs.index(job)
            del self._jobs[place]
            for i, other in enumerate(self._jobs[place:], start=place):
                other.move_to(i)


def _next(job: _Job, deadline: float | None) -> str | Waiting | None:
    """Wait for the next event, or a beat long; raises ModelTimeoutError once the time is up."""
    left = _BEAT if deadline is None else min(_BEAT, deadline - time.monotonic())
    try:
        return job.events.get(timeout=max(0.0, left))
    except Empty:
        if deadline is not None and time.monotonic() >= deadline:
            raise errors.ModelTimeoutError("The time for the answer was up.") from None
        return Waiting(job.place)
