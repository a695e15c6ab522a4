"""Preparation in processes of its own, where there is much to prepare.

Reading and analysing are Python throughout, and Python runs in one thread at a time: beside it, who
writes would wait for every row. A little work is done in the process that asks, because another
takes a second to start.

Run as a program it takes groups of files from its input and gives batches to its output, as
pickles: both ends are Khabar's own. It ends when its input closes, which a dead parent's does.
"""

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from index.changed import Looked, Unread
from index.errors import KhabarError
from index.prepare import Batch, Preparer
from index.reading import Reader

_ALONE = 2_000_000
"""Bytes of files prepared in the process that asks: a second of work."""
_MOST = 3
"""Processes, each of some 250 MB; Chroma writes no faster than three prepare."""
_MOST_BYTES = 16_000_000
"""Of the files that are being prepared at a time, unless one alone has more: they take ten times as
much memory before they are written."""
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from index import workshop; workshop.serve()"
)


@dataclass(frozen=True, slots=True)
class Task:
    """How files are to be prepared, as `Preparer` takes it."""

    held: set[str]
    size: int
    embeds: bool


class Workshop:
    """Prepares groups of files; the batches come in order. For one thread, but for `stop`.

    An article that stands in two groups may come twice.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._reader = Reader()
        self._local = Preparer(self._reader, task.held, task.size, embeds=task.embeds)
        self._alone = 0
        # A neural embedder needs the processor for itself, and is slower than one process.
        self._count = min(os.cpu_count() or 1, _MOST) if task.embeds else 1
        self._processes: list[_Process] = []
        self._idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._stopped = False

    def prepare(self, groups: Iterable[Sequence[Looked]]) -> Generator[Batch]:
        """Prepare each group. Raises KhabarError if a process that does it dies."""
        waiting: deque[tuple[int, Future[list[Batch]]]] = deque()
        with ThreadPoolExecutor(self._count) as pool:
            for group in groups:
                size = sum(len(file.data) for file in group if isinstance(file, Unread))
                self._alone += size
                if self._alone <= _ALONE:
                    yield from self._local.prepare(group)
                    continue
                # The first, too, where it and this one would be too much.
                while waiting and (
                    len(waiting) > self._count or size + sum(n for n, _ in waiting) > _MOST_BYTES
                ):
                    yield from waiting.popleft()[1].result()
                waiting.append((size, pool.submit(self._elsewhere, group)))
            while waiting:
                yield from waiting.popleft()[1].result()

    def _elsewhere(self, group: Sequence[Looked]) -> list[Batch]:
        process = self._take()
        try:
            return process.prepare(group)
        finally:
            self._idle.put(process)

    def _take(self) -> "_Process":
        """Wait for a process that has nothing to do, or start one."""
        with self._starting:
            if self._stopped:
                raise KhabarError("Preparing was stopped.")
            if len(self._processes) < self._count and self._idle.empty():
                self._processes.append(_Process(self._task))
                return self._processes[-1]
        return self._idle.get()  # one comes back: there are as many threads as processes

    def stop(self) -> None:
        """Let whoever prepares in another thread wait no longer, and nothing be read any more."""
        self._reader.close()
        with self._starting:
            self._stopped = True
            for process in self._processes:
                process.kill()

    def close(self) -> None:
        """End what was started, once nobody prepares any more."""
        self.stop()
        for process in self._processes:
            process.close()


_GONE = (OSError, EOFError, ValueError, pickle.UnpicklingError)
"""What a pipe to a process that died raises, or one that is closed."""


class _Process:
    """One process that prepares, and another one should it die."""

    def __init__(self, task: Task) -> None:
        self._killed = False
        self._task = task
        self._start()

    def _start(self) -> None:
        path = json.dumps([entry or os.getcwd() for entry in sys.path])  # noqa: PTH109
        self._process = subprocess.Popen(  # noqa: S603, our own words
            [sys.executable, "-X", "utf8", "-c", _START, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._is_told = False

    def prepare(self, group: Sequence[Looked]) -> list[Batch]:
        """Prepare a group. Raises KhabarError if the process dies twice over it."""
        try:
            return self._prepared(group)
        except _GONE:
            self.close()
            self._start()
            if self._killed:  # perhaps not this one
                self._process.kill()
        try:
            return self._prepared(group)
        except _GONE as error:
            raise KhabarError(
                "A process that reads articles ended before it was done; index them again, and "
                "what is done already stays. It may have been short of memory."
            ) from error

    def _prepared(self, group: Sequence[Looked]) -> list[Batch]:
        sink, source = self._process.stdin, self._process.stdout
        assert sink is not None  # noqa: S101, both are pipes
        assert source is not None  # noqa: S101
        if not self._is_told:
            _send(sink, self._task)
            self._is_told = True
        _send(sink, group)
        batches: list[Batch] = pickle.load(source)  # noqa: S301, our own process
        return batches

    def kill(self) -> None:
        """End it at once, for good."""
        self._killed = True
        self._process.kill()

    def close(self) -> None:
        """End it, and let go of its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            # What was still to be written was for a process that is gone.
            with suppress(OSError):
                if pipe:
                    pipe.close()


def _send(pipe: IO[bytes], value: object) -> None:
    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def serve() -> None:
    """Prepare groups from stdin until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to act on
    source = sys.stdin.buffer
    # What a library prints must not stand among the batches.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    task: Task = pickle.load(source)  # noqa: S301, our own process
    with Reader() as reader:
        preparer = Preparer(reader, task.held, task.size, embeds=task.embeds)
        while True:
            try:
                group = pickle.load(source)  # noqa: S301, our own process
            except EOFError:
                return
            _send(sink, [*preparer.prepare(group)])
