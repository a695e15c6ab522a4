"""Reads files whose formats are libraries' work, in a process that can be ended.

A parser that hangs, eats the memory or crashes ends its own process, and costs the file one
sentence; the next file gets a new process. What comes back is data to be checked, not trusted.
"""

import contextlib
import datetime
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import TracebackType
from typing import IO

from index import load, reader_process
from index.errors import FileError, NotNowError
from index.load import RawArticle
from index.meta import Metadata
from index.reader_process import HEAD, KINDS, LENGTH

SECONDS = 60.0
"""For one file: 2,000 pages of PDF take about 10 on a slow machine."""
MEMORY = 1_000_000_000
"""Bytes the process may have: a hundred times what an article takes, and every machine has it."""
_START_SECONDS = 120
"""For the libraries to be imported; a second, but for a busy machine or a disk that sleeps."""
_MAX_ANSWER = 64_000_000
"""Bytes: all of a table's text, with quotes escaped."""
_WORN = 300_000_000
"""Bytes; a process that holds more after a file is replaced, or the next file has too little."""
_GLANCE = 0.05
"""Seconds between two looks at the process's memory."""
_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Of the environment: without them Python may not start."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds."""

    articles: tuple[RawArticle, ...]
    problems: Mapping[str, str] = field(default_factory=dict)
    """Parts that could not be read (a row's number, a chapter), each with the reason."""


class Reader:
    """Reads files, all but plain text in one process that is started when it is first needed.

    And anew when it is first needed for another kind of formats: it can import no more once it has
    given up to open files, and to import it all for a folder of tables takes five times as long.

    For one thread at a time; another may close it. One file may take `seconds` and `memory`, in
    bytes.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._kinds: set[str] = set()
        """Of formats, that the process is to read."""
        self._closed = False
        self._lock = threading.Lock()
        """Held while the process starts or goes, so that none starts after `close`."""

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one, whatever another thread has it read; for good."""
        with self._lock:
            self._closed = True
        self._stop()

    def _stop(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                # Bytes may not have been written yet, and the process is gone.
                with contextlib.suppress(OSError):
                    pipe.close()

    def read(self, data: bytes, suffix: str) -> Reading:
        """Read a file's bytes by its suffix, one of `load.SUFFIXES`.

        Raises FileError if it cannot be read, needs more time or memory than a file may have, or
        holds no text.
        """
        suffix = suffix.lower()
        if suffix in load.TEXT:
            return Reading((load.parse(data, suffix),))
        load.check_kind(data, suffix)
        try:
            answer = self._ask(data, suffix)
        except BaseException:  # Ctrl-C too: nothing may go on reading
            self._stop()
            raise
        return _checked(answer)

    def _ask(self, data: bytes, suffix: str) -> dict[str, object]:
        """Have the process read a file; a new one, if the one that was there has ended.

        A file is at fault only if it ends a process that has read no other.
        """
        kind = KINDS[suffix]
        was_there = self._process is not None and kind in self._kinds
        process = self._started(kind)
        watch = _Watch(process, self._seconds, self._memory)
        try:
            answer = _exchange(process, HEAD.pack(suffix.encode("ascii"), len(data)), data)
        finally:
            watch.end()
        if answer is None and was_there and not watch.cut:
            self._stop()
            return self._ask(data, suffix)
        if answer is None or "memory" in answer:
            self._stop()
            raise FileError(watch.reason() if answer is None else _too_much_memory(self._memory))
        if watch.cut or _memory(process.pid) > _WORN:
            self._stop()
        return answer

    def _started(self, kind: str) -> subprocess.Popen[bytes]:
        """Get the process, a new one if there is none for this kind or it has ended meanwhile."""
        if self._process and self._process.poll() is None and kind in self._kinds:
            return self._process
        self._stop()
        settings = {
            "kinds": sorted({*self._kinds, kind}),
            "path": [entry for entry in sys.path if entry],
            "seconds": self._seconds,
            "memory": self._memory,
        }
        with self._lock:
            if self._closed:
                raise NotNowError("it was not read, because reading was stopped.")
            self._process = process = subprocess.Popen(  # noqa: S603, our own file
                [sys.executable, "-I", "-X", "utf8", reader_process.__file__, json.dumps(settings)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
            )
        watch = _Watch(process, _START_SECONDS, self._memory)
        try:
            ready = _exchange(process)
        finally:
            watch.end()
        if ready is None or "ready" not in ready:
            said = str(ready["broken"]) if ready and "broken" in ready else "it ended at once"
            raise NotNowError(
                f"the process that reads this format did not start ({said}); install Khabar anew."
            )
        self._kinds.add(kind)
        return process


class _Watch:
    """Ends a process that takes too long or too much memory, from a thread of its own."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float, memory: int) -> None:
        self._process = process
        self._seconds = seconds
        self._memory = memory
        self._over = threading.Event()
        self.cut = ""
        """Why the process was ended; "" if it was not."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        deadline = time.monotonic() + self._seconds
        while not self._over.wait(min(_GLANCE, self._seconds)):
            if time.monotonic() > deadline:
                self.cut = (
                    f"reading it took more than {self._seconds:g} seconds and was stopped; "
                    "save it anew, or as text."
                )
            elif _memory(self._process.pid) > self._memory:
                self.cut = _too_much_memory(self._memory)
            if self.cut:
                self._process.kill()
                return

    def end(self) -> None:
        """Look no longer."""
        self._over.set()
        self._thread.join()

    def reason(self) -> str:
        """Say why there is no answer."""
        return self.cut or "the file is damaged, reading it ended the reader; save it anew."


def _too_much_memory(memory: int) -> str:
    return (
        f"reading it takes more than {memory / 1e9:g} GB of memory; split it, or save it as text."
    )


def _memory(pid: int) -> int:
    """Measure a process's memory in bytes; 0 if it has ended."""
    # Imported here: a folder of plain text needs no process.
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _exchange(process: subprocess.Popen[bytes], *parts: bytes) -> dict[str, object] | None:
    """Send and get an answer; None if the process ends before, or answers what is none."""
    sink, source = process.stdin, process.stdout
    if sink is None or source is None:
        return None
    try:
        for part in parts:
            sink.write(part)
        sink.flush()
    except OSError:  # it has ended
        return None
    return _received(source)


def _received(answers: IO[bytes]) -> dict[str, object] | None:
    head = answers.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    if size > _MAX_ANSWER:
        raise FileError(
            f"it holds {size / 1e6:.0f} MB of text; a file may hold {_MAX_ANSWER / 1e6:.0f} MB, "
            "split it."
        )
    data = answers.read(size)
    if len(data) < size:
        return None
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _checked(answer: dict[str, object]) -> Reading:
    """Take an answer apart. Raises FileError if it is a refusal, or not what it has to be."""
    if isinstance(refused := answer.get("refused"), str):
        raise FileError(refused)
    articles, problems = answer.get("articles"), answer.get("problems")
    try:
        if not isinstance(articles, list) or not articles or not isinstance(problems, dict):
            raise ValueError("neither articles nor a reason")
        return Reading(
            tuple(_article(each) for each in articles),
            {_string(name): _string(reason) for name, reason in problems.items()},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FileError(
            f"the reader's answer makes no sense ({error}); the file may be made to harm, "
            "look where it comes from."
        ) from error


def _article(found: dict[str, object]) -> RawArticle:
    text = _string(found["text"])
    pages = found["pages"]
    day = found["date"]
    if not isinstance(pages, list) or not all(type(start) is int for start in pages):
        raise ValueError("pages that are no numbers")
    if pages and (
        pages[0] != 0 or pages[-1] > len(text) or any(one > two for one, two in pairwise(pages))
    ):
        raise ValueError("pages that are not in the text")
    if not text.strip():
        raise ValueError("an article without text")
    return RawArticle(
        text,
        Metadata(
            None if found["title"] is None else _string(found["title"]),
            None if found["author"] is None else _string(found["author"]),
            None if day is None else datetime.date.fromisoformat(_string(day)),
        ),
        _string(found["name"]),
        tuple(pages),
    )


def _string(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text where text has to be")
    value.encode()  # half a character raises UnicodeEncodeError, a ValueError
    return value
