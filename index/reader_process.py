"""The process that opens what is not plain text: bytes in, text out, and nothing else it can do.

Run by path, with the module path of the process that asks, and the limits, as JSON. It takes a file
as its suffix and its bytes, never as a path, and answers in JSON. Once its libraries are imported
it can open no file and no socket, write no file and start no process, where the system has such
limits. It ends when its input closes, which a dead parent's does.
"""

import contextlib
import json
import os
import queue
import re
import signal
import struct
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from index.load import RawArticle

HEAD = struct.Struct("<16sQ")
"""Before a file: its suffix, filled up with NUL, and how many bytes follow."""
LENGTH = struct.Struct("<Q")
"""Before an answer: how many bytes follow."""
_GRACE = 5
"""Seconds past the limit after which the process ends by itself: the parent should have ended it,
and is not there any more."""
_MAPPED = 500_000_000
"""Bytes of addresses that libraries take up without using the memory."""
KINDS = {
    **dict.fromkeys((".html", ".htm"), "pages"),
    ".pdf": "pdf",
    **dict.fromkeys((".docx", ".odt", ".epub"), "documents"),
    **dict.fromkeys((".csv", ".tsv", ".jsonl"), "tables"),
}
"""Which suffixes need the same libraries; to import those of web pages takes by far the longest."""
_MAX_SENTENCE = 500
_MAX_REASON = 200
"""Characters of what a library says of a damaged file."""
_BROKEN = re.compile("[\0\ud800-\udfff]")
_PAGE = (
    b"<html><head><title>Rain</title><link rel='canonical' href='https://example.com/2023/rain'>"
    b"<meta name='date' content='2023-05-05'></head><body><article><h1>Rain</h1>"
    b"<p>Rain fell over the city on Monday, and the river rose by a metre.</p></article>"
    b"<p>Weather</p></body></html>"
)
"""Read once before the first file, so that every module a page may need is there."""
_LEGACY = "text\nयह किसी पुराने कूट में है।".encode("utf-16-le")[1:]
"""Text of no encoding that its bytes tell."""

Answer = dict[str, object]
_Read = Callable[[bytes], "tuple[list[RawArticle], dict[str, str]]"]


def main(path: list[str], seconds: float, memory: int, kinds: list[str]) -> None:
    """Answer files until the input closes.

    `path` is where modules are looked for; `seconds` and `memory` (bytes) are the parent's limits;
    `kinds` of `KINDS` are those it can be asked to read.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to act on
    source = sys.stdin.buffer
    # What a library prints must not stand among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.path[:] = path
    _stand_in_for_the_package()
    try:
        read = _formats(kinds)
    # Whatever is wrong with the installation, the parent says it.
    except Exception as error:
        _send(answers, {"broken": f"{type(error).__name__}: {error}"})
        return
    waiting: queue.Queue[tuple[str, bytes]] = queue.Queue(1)
    threading.Thread(target=_take, args=(source, waiting), daemon=True).start()
    _limit(memory)
    _send(answers, {"ready": True})
    while True:
        suffix, data = waiting.get()
        if hasattr(signal, "setitimer"):
            # SIGALRM ends the process, by default.
            signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
        answer = _answer(read[suffix], data)
        del data
        _send(answers, answer)
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def _stand_in_for_the_package() -> None:
    """Let `index.load` and the like be imported without all that `import index` imports."""
    package = types.ModuleType("index")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["index"] = package


def _formats(kinds: list[str]) -> dict[str, _Read]:
    """Import what reads the formats of these kinds, and whatever that imports when it is used."""
    import codecs
    import encodings
    import pkgutil

    import charset_normalizer

    for module in pkgutil.iter_modules(encodings.__path__):
        with contextlib.suppress(LookupError):  # no encoding, or another system's
            codecs.lookup(module.name)
    charset_normalizer.from_bytes(_LEGACY)
    formats = {"pages": _pages, "pdf": _pdf, "documents": _documents, "tables": _tables}
    return {suffix: read for kind in kinds for suffix, read in formats[kind]().items()}


def _pages() -> dict[str, _Read]:
    from index import webpage
    from index.errors import FileError

    for page in (_PAGE, b"<p>Rain"):
        with contextlib.suppress(FileError):
            webpage.read(page)
    return {".html": webpage.read, ".htm": webpage.read}


def _pdf() -> dict[str, _Read]:
    from index import pdf

    pdf.prepare()
    return {".pdf": pdf.read}


def _documents() -> dict[str, _Read]:
    from lxml import etree

    from index import epub, office

    etree.fromstring(b"<a/>")
    return {".docx": office.read_docx, ".odt": office.read_odt, ".epub": epub.read}


def _tables() -> dict[str, _Read]:
    from index import tables

    return {".csv": tables.read_csv, ".tsv": tables.read_tsv, ".jsonl": tables.read_jsonl}


def _limit(memory: int) -> None:
    """Give up, for good, what reading bytes does not need; `memory` is what is left, bytes."""
    if sys.platform == "win32":
        return  # the parent's watch on time and memory stands alone
    import resource

    limits = {
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 0,
        "RLIMIT_NPROC": 0,
        # The parent ends the process at its limit; this stops what asks for far more at once.
        "RLIMIT_AS": memory + _MAPPED,
    }
    for name, most in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (AttributeError, ValueError, OSError):  # macOS has no RLIMIT_AS worth the name
            continue


def _take(source: BinaryIO, waiting: "queue.Queue[tuple[str, bytes]]") -> None:
    """Read files from the input; when it closes, end the process, whatever it is doing."""
    while True:
        head = source.read(HEAD.size)
        if len(head) < HEAD.size:
            os._exit(0)
        suffix, size = HEAD.unpack(head)
        data = source.read(size)
        if len(data) < size:
            os._exit(0)
        waiting.put((suffix.rstrip(b"\0").decode("ascii"), data))


def _answer(read: _Read, data: bytes) -> Answer:
    from index.errors import FileError

    try:
        articles, problems = read(data)
    except FileError as error:
        return {"refused": _sentence(str(error))}
    except MemoryError:
        return {"memory": True}
    except RecursionError:
        return {"refused": "its parts are nested too deeply; save it anew, or as text."}
    # A damaged file may make a library raise anything.
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:_MAX_REASON]
        return {"refused": _sentence(f"the file is damaged ({said}); save it anew, or as text.")}
    return {
        "articles": [
            {
                "text": _text(article.text),
                "title": _line(article.stated.title),
                "author": _line(article.stated.author),
                "date": article.stated.date.isoformat() if article.stated.date else None,
                "name": article.name,
                "pages": article.pages,
            }
            for article in articles
        ],
        "problems": {_shown(name): _sentence(reason) for name, reason in problems.items()},
    }


def _text(text: str) -> str:
    """Put the sign for a broken character, one for one, where half of one or a NUL stands."""
    return _BROKEN.sub("\ufffd", text)


def _line(text: str | None) -> str | None:
    return " ".join(_text(text).split()) or None if text else None


def _sentence(text: str) -> str:
    """Make a message one line that is not too long, whatever of the file is quoted in it."""
    line = _shown(text)
    return line if len(line) <= _MAX_SENTENCE else f"{line[:_MAX_SENTENCE]}…."


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))


def _send(answers: BinaryIO, answer: Answer) -> None:
    data = json.dumps(answer, ensure_ascii=False).encode()
    answers.write(LENGTH.pack(len(data)))
    answers.write(data)
    answers.flush()


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
