"""Preparation in a process of its own, where there is much to prepare.

Reading and analysing are Python throughout, and Python runs in one thread at a time: beside it, who
writes would wait for every row. A little work is done in the process that asks, because another
takes a second to start.

Run as a program it takes groups of files from its input and gives batches to its output, as
pickles: both ends are Khabar's own. It ends when its input closes, which a dead parent's does.
"""

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from index.changed import Looked, Unread
from index.errors import KhabarError
from index.prepare import Batch, Preparer
from index.reading import Reader

_ALONE = 2_000_000
"""Bytes of files prepared in the process that asks: a second of work."""
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
    """Prepares groups of files, in order. For one thread, but for `stop`."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._reader = Reader()
        self._local = self._preparer(self._reader)
        self._seen = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def _preparer(self, reader: Reader) -> Preparer:
        return Preparer(reader, self._task.held, self._task.size, embeds=self._task.embeds)

    def prepare(self, groups: Iterable[Sequence[Looked]]) -> Generator[Batch]:
        """Prepare each group. Raises KhabarError if the process that does it dies."""
        for group in groups:
            self._seen += sum(len(file.data) for file in group if isinstance(file, Unread))
            if self._seen <= _ALONE or (os.cpu_count() or 1) == 1:
                yield from self._local.prepare(group)
            else:
                yield from self._elsewhere(group)

    def _elsewhere(self, group: Sequence[Looked]) -> Generator[Batch]:
        try:
            pipes = self._started()
            assert pipes.stdin is not None  # noqa: S101, both are pipes
            assert pipes.stdout is not None  # noqa: S101
            _send(pipes.stdin, group)
            while (batch := pickle.load(pipes.stdout)) is not None:  # noqa: S301, our own process
                yield batch
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise KhabarError(
                "The process that reads the articles ended before it was done; index them again, "
                "and what is done already stays. It may have been short of memory."
            ) from error

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            path = json.dumps([entry or os.getcwd() for entry in sys.path])  # noqa: PTH109
            self._process = subprocess.Popen(  # noqa: S603, our own words
                [sys.executable, "-X", "utf8", "-c", _START, path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            if self._stopped:
                self._process.kill()
            assert self._process.stdin is not None  # noqa: S101, it is a pipe
            _send(self._process.stdin, self._task)
        return self._process

    def stop(self) -> None:
        """Let whoever prepares in another thread wait no longer, and nothing be read any more."""
        self._stopped = True
        self._reader.close()
        if process := self._process:
            process.kill()

    def close(self) -> None:
        """End what was started."""
        self.stop()
        if process := self._process:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe and not pipe.closed:
                    _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:  # what it still held was for a process that is gone
        return


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
            for batch in preparer.prepare(group):
                _send(sink, batch)
            _send(sink, None)
