"""Processes that hold an index, for the tests of those that come second."""

import json
import os
import pty
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import psutil
import pytest
from forked import Forked

from qa import cli

# As the command qa; Ctrl-C works too where the tests run in the background of a shell.
QA = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "sys.argv[0] = 'qa'; from qa.cli import main; sys.exit(main())"
)

# Holds an index and answers for it, from when it says so until its standard input closes. Told of
# an engine, that one never ends what it writes.
HOLDER = """
import sys, time
from index import Index, holder, update
from index.embed import HashingEmbedder
from qa.listening import listening
HashingEmbedder.at_once, update._PASSAGE_BYTES = 4, 1  # so that an update has many steps

class Endless:
    name, room = "endless", 10_000
    def count(self, messages):
        return 1
    def write(self, prompt, deadline=None):
        print("writing", flush=True)
        try:
            while True:
                yield "word "
                time.sleep(0.01)
        finally:
            print("stopped", flush=True)

engine = Endless() if sys.argv[2:] == ["endless"] else None
with Index(sys.argv[1]) as index, listening(index, lambda: engine):
    while holder.read(index.folder).address is None:
        time.sleep(0.01)
    print("ready", flush=True)
    sys.stdin.read()
"""


_END = "\N{SYMBOL FOR END OF TRANSMISSION}"
"""What no command writes."""


@contextmanager
def running(code: str, *arguments: object) -> Iterator[Forked]:
    """Run Python code in a process of its own, which ends with the block."""
    with Forked(code, *arguments) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def holding(*arguments: object, code: str = HOLDER) -> Iterator[Forked]:
    """Run a process that holds an index, from when it says that it does."""
    with running(code, *arguments) as process:
        line = said(process)
        assert line == "ready\n", line + process.communicate()[1]
        yield process


def said(process: Forked) -> str:
    """Read the next line of what a process writes."""
    return process.stdout.readline()


def qa(*arguments: object) -> tuple[int, str, str]:
    """Run the command; returns its exit code and what it wrote."""
    with running(QA, *arguments) as process:
        out, err = process.communicate()
        return process.wait(), out, err


def here(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run the command in this process, which is quicker; returns the same."""
    code = cli.main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


@contextmanager
def terminal() -> Iterator[tuple[TextIO, Callable[[], str]]]:
    """Open a terminal: where to write some kB to it, and what reads what it shows by then."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    try:
        with os.fdopen(theirs, "w", encoding="utf-8") as screen:

            def shown() -> str:
                # It comes in pieces, and after a while: read until a mark that is written last.
                screen.write(_END)
                screen.flush()
                seen = b""
                while not seen.endswith(_END.encode()):
                    seen += os.read(ours, 10_000)
                return seen.decode("utf-8").removesuffix(_END)

            yield screen, shown
    finally:
        os.close(ours)


def told(db: Path) -> dict[str, Any]:
    """Read what the holder of an index says of itself."""
    fields: dict[str, Any] = json.loads((db / "khabar.holder").read_text("utf-8"))
    return fields


def children() -> set[int]:
    """Find the processes that Khabar started: a browser starts and ends its own when it likes."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.cmdline()[:1] == [sys.executable]:
                found.add(child.pid)
    return found
