"""The process that reads what is not plain text: its limits, its end, and what it may answer."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import documents
import psutil
import pytest
from holding import children, running, said
from readers import is_one_sentence, pid

from index import load, reader_process, reading
from index.errors import FileError
from index.reading import Reader, Reading

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.fixture(scope="module")
def tables() -> Iterator[Reader]:
    """Open a reader that has to read tables only: a process takes least to be replaced."""
    with Reader() as reader:
        yield reader


@pytest.mark.parametrize("suffix", documents.FORMATS)
def test_every_format_is_read(reader: Reader, suffix: str) -> None:
    found = reader.read(documents.good()[suffix], suffix)
    assert found.problems == {}
    text = "\n".join(article.text for article in found.articles)
    assert documents.ENGLISH[0] in text
    assert suffix == ".pdf" or documents.HINDI[0] in text
    assert reader.read(documents.good()[suffix], suffix.upper()) == found


def test_every_format_that_is_scanned_for_can_be_read() -> None:
    assert set(load.SUFFIXES) == {*load.TEXT, ".htm", *documents.FORMATS}


def test_plain_text_needs_no_process() -> None:
    with Reader() as reader:
        found = reader.read("बारिश हुई।\r\n".encode(), ".txt")
        assert [article.text for article in found.articles] == ["बारिश हुई।\r\n"]
        assert reader._process is None


def test_one_process_reads_many_files_and_ends_with_the_reader() -> None:
    with Reader() as reader:
        reader.read(documents.good()[".csv"], ".csv")
        first = pid(reader)
        reader.read(documents.good()[".jsonl"], ".jsonl")
        with pytest.raises(FileError):
            reader.read(b"[]", ".jsonl")
        assert pid(reader) == first
        # It has the libraries of its formats only; the next has those of all that were read.
        reader.read(documents.good()[".docx"], ".docx")
        second = pid(reader)
        assert not psutil.pid_exists(first)
        reader.read(documents.good()[".csv"], ".csv")
        assert pid(reader) == second
    assert not psutil.pid_exists(second)
    reader.close()


# --- limits ---------------------------------------------------------------------------------

STUCK = """
import json, struct, sys, time
def send(answer):
    data = json.dumps(answer).encode() if isinstance(answer, dict) else answer
    sys.stdout.buffer.write(struct.pack("<Q", len(data)) + data)
    sys.stdout.buffer.flush()
send({{"ready": True}})
suffix, size = struct.unpack("<16sQ", sys.stdin.buffer.read(24))
sys.stdin.buffer.read(size)
{then}
"""


@pytest.fixture
def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Instead":
    return Instead(tmp_path, monkeypatch)


class Instead:
    """Another program in the reader's place: what a parser that was taken over could do."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._script = folder / "reader.py"
        self._patch = patch

    def runs(self, then: str, frame: str = STUCK) -> None:
        """Start `then`, once a file has been taken, from now on."""
        self._script.write_text(frame.format(then=then), "utf-8")
        self._patch.setattr(reader_process, "__file__", str(self._script))


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("time.sleep(600)", "more than 0.5 seconds"),
        ("while True: pass", "more than 0.5 seconds"),
        ("hoard = bytearray(150_000_000); time.sleep(600)", "more than 0.1 GB of memory"),
        ("import os; os.abort()", "ended the reader"),
        ("sys.exit(0)", "ended the reader"),
        ("sys.stdout.buffer.write(b'12'); sys.exit(0)", "ended the reader"),
        ("send(b'no json')", "ended the reader"),
        ("send(b'[]')", "ended the reader"),
        ("send(b'[' * 100_000)", "ended the reader"),
        ("sys.stdout.buffer.write(struct.pack('<Q', 1 << 60)); sys.stdout.flush()", "MB of text"),
        ("send({'memory': True})", "0.1 GB of memory"),
    ],
)
def test_a_reader_that_does_not_answer_is_ended(instead: Instead, then: str, said: str) -> None:
    instead.runs(then)
    before = children()
    seconds = 0.5 if "seconds" in said else 60.0
    with Reader(seconds, 100_000_000) as reader, pytest.raises(FileError, match=said) as caught:
        reader.read(b"<p>", ".html")
    assert is_one_sentence(str(caught.value))
    assert reader._process is None
    assert children() == before


GOOD: dict[str, object] = {
    "text": "a b",
    "title": None,
    "author": None,
    "date": None,
    "name": "",
    "pages": [],
}
WRONG: tuple[tuple[str, object], ...] = (
    ("text", 3),
    ("text", ""),
    ("text", " \n"),
    ("text", "a\0b"),
    ("text", "a\ud800"),
    ("title", ["a"]),
    ("title", "\udfff"),
    ("author", {}),
    ("date", "yesterday"),
    ("date", 2023),
    ("name", None),
    ("pages", None),
    ("pages", [1]),
    ("pages", [0, 4]),
    ("pages", [0, 2, 1]),
    ("pages", [0, -1]),
    ("pages", [False]),
    ("pages", ["0"]),
    ("pages", [0.0]),
)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"articles": [], "problems": {}},
        {"articles": [GOOD], "problems": []},
        {"articles": {}, "problems": {}},
        {"articles": [[]], "problems": {}},
        {"articles": ["a"], "problems": {}},
        {"articles": [{}], "problems": {}},
        {"articles": [GOOD], "problems": {"1": 2}},
        {"articles": [GOOD], "problems": {"1": None}},
        {"refused": 3},
        *({"articles": [{**GOOD, name: value}], "problems": {}} for name, value in WRONG),
    ],
)
def test_an_answer_is_checked_and_not_trusted(answer: dict[str, object]) -> None:
    with pytest.raises(FileError, match="makes no sense") as caught:
        reading._checked(answer)
    assert is_one_sentence(str(caught.value))


def test_an_answer_that_is_right_is_taken() -> None:
    article = {**GOOD, "title": "वर्षा", "date": "2023-05-05", "name": "3", "pages": [0, 2, 2]}
    answer: dict[str, object] = {"articles": [article], "problems": {"1": "is empty."}}
    found = reading._checked(answer)
    assert found.articles[0].stated.title == "वर्षा"
    assert str(found.articles[0].stated.date) == "2023-05-05"
    assert found.articles[0].name == "3"
    assert found.articles[0].pages == (0, 2, 2)
    assert found.problems == {"1": "is empty."}


def test_a_reader_that_does_not_start_says_why(instead: Instead) -> None:
    instead.runs("", "raise SystemExit(3)")
    with Reader() as reader, pytest.raises(FileError, match="did not start") as caught:
        reader.read(b"<p>", ".html")
    assert is_one_sentence(str(caught.value))


def test_what_keeps_the_libraries_from_being_imported_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])
    with Reader() as reader, pytest.raises(FileError, match="No module named") as caught:
        reader.read(b"<p>", ".html")
    assert is_one_sentence(str(caught.value))


def test_a_process_that_is_gone_is_replaced(tables: Reader) -> None:
    tables.read(documents.good()[".csv"], ".csv")
    first = pid(tables)
    os.kill(first, signal.SIGKILL)
    assert len(tables.read(documents.good()[".csv"], ".csv").articles) == 5
    assert pid(tables) != first


def test_a_process_that_holds_much_memory_is_replaced(
    tables: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.read(documents.good()[".csv"], ".csv")
    first = pid(tables)
    monkeypatch.setattr(reading, "_WORN", 0)
    assert len(tables.read(documents.good()[".csv"], ".csv").articles) == 5
    assert not psutil.pid_exists(first)


def test_what_a_library_prints_is_no_answer_and_ctrl_c_is_the_parents(tables: Reader) -> None:
    tables.read(documents.good()[".csv"], ".csv")
    os.kill(pid(tables), signal.SIGINT)
    first = pid(tables)
    assert len(tables.read(documents.good()[".csv"], ".csv").articles) == 5
    assert pid(tables) == first


def test_ctrl_c_ends_the_process_and_goes_on_to_the_caller(instead: Instead) -> None:
    before = children()
    instead.runs("time.sleep(600)")
    with Reader() as reader:
        threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            reader.read(b"<p>", ".html")
        assert children() == before


def test_another_thread_may_close_it_and_no_process_is_started_after(instead: Instead) -> None:
    before = children()
    instead.runs("time.sleep(600)")
    reader = Reader()
    other = threading.Timer(0.5, reader.close)
    other.start()
    with pytest.raises(FileError, match=r"stopped|ended the reader|did not start"):
        reader.read(b"<p>", ".html")
    other.join()
    with pytest.raises(FileError, match="reading was stopped"):
        reader.read(b"<p>", ".html")
    assert children() == before


@pytest.mark.parametrize("rows", [500_000, 0])
def test_no_process_outlives_a_parent_that_is_killed(rows: int) -> None:
    # The child is busy with a table when its parent dies, or idle.
    code = """
import sys, time
from index.reading import Reader
reader = Reader()
reader.read(b"text\\na", ".csv")
print(reader._process.pid, flush=True)
if rows := int(sys.argv[1]):
    reader.read(b"text\\n" + b"Rain fell.\\n" * rows, ".csv")
time.sleep(600)
"""
    with running(code, rows) as parent:
        child = psutil.Process(int(said(parent)))
        time.sleep(0.3)
        parent.kill()
        parent.wait()
        psutil.wait_procs([child], timeout=30)
        assert not child.is_running()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such timer")
def test_a_process_that_nobody_ends_ends_itself_though_a_parser_lets_go_of_nothing() -> None:
    code = """
import re, sys
from index import reader_process
reader_process._GRACE = 0
reader_process._formats = lambda kinds: {".html": lambda data: re.match("(a+)+$", "a" * 60 + "b")}
reader_process.main(sys.path, 0.5, 10**9, [])
"""
    with running(code) as process:
        process.stdin.buffer.write(reader_process.HEAD.pack(b".html", 1) + b"x")
        process.stdin.flush()
        assert process.wait(60) == -signal.SIGALRM


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_the_process_can_open_write_and_start_nothing(tmp_path: Path) -> None:
    (tmp_path / "open").write_text("x", "utf-8")
    code = """
import json, socket, sys
from index import reader_process
kept = open(sys.argv[1] + "/open", "a")
reader_process._limit(500_000_000)
said = {}
for name, act in {
    "open": lambda: open(sys.argv[1] + "/open"),
    "write": lambda: (kept.write("more"), kept.flush()),
    "create": lambda: open(sys.argv[1] + "/new", "w"),
    "socket": lambda: socket.socket(),
    "memory": lambda: bytearray(2_000_000_000),
}.items():
    try:
        act()
    except (OSError, MemoryError) as error:
        said[name] = type(error).__name__
print(json.dumps(said), flush=True)
import os
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    said = json.loads(done.stdout)
    assert set(said) == {"open", "write", "create", "socket", "memory"}
    assert [path.name for path in tmp_path.iterdir()] == ["open"]
    assert (tmp_path / "open").read_text("utf-8") == "x"


def test_the_process_does_not_see_the_environment(tables: Reader) -> None:
    tables.read(documents.good()[".csv"], ".csv")
    seen = set(psutil.Process(pid(tables)).environ())
    assert seen <= set(reading._KEPT_VARIABLES)
    assert len(os.environ) > len(seen)


def test_it_works_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A folder with modules of the names that are imported.
    for name in ("json.py", "lxml.py", "index.py", "trafilatura.py"):
        (tmp_path / name).write_text("raise SystemExit(9)", "utf-8")
    monkeypatch.chdir(tmp_path)
    with Reader() as reader:
        assert isinstance(reader.read(documents.good()[".html"], ".html"), Reading)
