"""Who holds an index says so in its folder, and whoever comes second names it."""

import datetime
import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from holding import QA, holding, running, told

from index import Index, holder
from index.errors import IndexBusyError
from index.holder import Holder

HOLDS = """
import sys
from index import Index
with Index(sys.argv[1]):
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_the_holder_says_who_it_is_to_its_user_alone_until_it_closes(tmp_path: Path) -> None:
    file = tmp_path / "khabar.holder"
    before = datetime.datetime.now(datetime.UTC)
    with Index(tmp_path):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        held = holder.read(tmp_path)
        assert held is not None
        assert held.pid == os.getpid()
        assert before <= held.since <= datetime.datetime.now(datetime.UTC)
        assert (held.address, held.token) == (None, None)
    assert sorted(path.name for path in tmp_path.iterdir() if "holder" in path.name) == []


def test_where_it_answers_can_be_announced_and_taken_back(tmp_path: Path) -> None:
    with Index(tmp_path) as index:
        index.announce("http://127.0.0.1:4711", "secret")
        held = holder.read(tmp_path)
        assert held is not None
        assert (held.address, held.token) == ("http://127.0.0.1:4711", "secret")
        assert "secret" not in f"{held} {held!r}"
        assert stat.S_IMODE((tmp_path / "khabar.holder").stat().st_mode) == 0o600
        index.announce(None, None)
        held = holder.read(tmp_path)
        assert held is not None
        assert (held.address, held.token) == (None, None)


def test_an_index_that_is_open_twice_is_held_until_the_last_one_closes(tmp_path: Path) -> None:
    with Index(tmp_path) as index:
        Index(tmp_path).close()
        assert (tmp_path / "khabar.holder").exists()
        assert index.folder == tmp_path.resolve()
    assert not (tmp_path / "khabar.holder").exists()


def test_the_second_process_names_the_first_and_takes_over_from_a_dead_one(tmp_path: Path) -> None:
    with holding(tmp_path, code=HOLDS) as first:
        with pytest.raises(IndexBusyError) as refused:
            Index(tmp_path)
        held = refused.value.holder
        assert held is not None
        assert held.pid == first.pid
        since = held.since.astimezone().strftime("%H:%M")
        assert str(refused.value) == (
            f"The index {tmp_path} is in use by `{held.command}` (process {first.pid}, since "
            f"{since}); ask there, or end it."
        )
        first.kill()
        first.wait()
        assert told(tmp_path)["pid"] == first.pid
        with Index(tmp_path):
            assert told(tmp_path)["pid"] == os.getpid()
    assert not (tmp_path / "khabar.holder").exists()


def test_a_holder_killed_before_its_library_was_made_leaves_a_folder_that_can_be_used(
    tmp_path: Path,
) -> None:
    for name in ("khabar.lock", "khabar.holder", "khabar.holder.new"):
        (tmp_path / name).write_text("{")
    with Index(tmp_path) as index:
        assert index.articles() == []
        assert told(tmp_path)["pid"] == os.getpid()


UNREADABLE = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"pid": 1}',
    b"[" * 100_000,
    b'{"pid": 1, "command": "x", "since": "noon", "address": null, "token": null}',
    b'{"pid": 1e999, "command": "x", "since": "2026-01-01T00:00:00+00:00", "address": null,'
    b' "token": null}',
)


def test_whoever_cannot_be_named_is_another_process(tmp_path: Path) -> None:
    with holding(tmp_path, code=HOLDS):
        for said in UNREADABLE:
            (tmp_path / "khabar.holder").write_bytes(said)
            with pytest.raises(IndexBusyError, match="in use by another process; ask") as refused:
                Index(tmp_path)
            assert refused.value.holder is None


FIELDS: dict[str, Any] = {
    "pid": 4711,
    "command": "qa chat",
    "since": "2026-01-01T12:00:00+00:00",
    "address": "http://127.0.0.1:1",
    "token": "secret",
}


@pytest.mark.parametrize(
    "planted",
    [
        {"address": "http://example.org:80"},
        {"address": "http://127.0.0.1:80@example.org"},
        {"address": "http://127.0.0.1:80/\n"},
        {"address": "https://127.0.0.1:80"},
        {"address": ["http://127.0.0.1:80"]},
        {"token": "two\r\nlines"},
        {"token": None},
    ],
    ids=str,
)
def test_no_folder_sends_a_question_anywhere_but_to_this_machine(
    tmp_path: Path, planted: dict[str, Any]
) -> None:
    (tmp_path / "khabar.holder").write_text(json.dumps(FIELDS | planted))
    held = holder.read(tmp_path)
    assert held is not None
    assert (held.address, held.token) == (None, None)
    assert str(held).startswith("`qa chat` (process 4711, since 2026-01-01 ")


def test_what_a_folder_says_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "khabar.holder").write_text(json.dumps(FIELDS | {"command": "\x1b[31mqa\n`rm`"}))
    assert str(holder.read(tmp_path)).startswith("`\\x1b[31mqa\\n'rm'` (process")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["/usr/local/bin/qa", "chat", "--model", "secret"], "qa chat"),
        (["/somewhere/qa/__main__.py", "ask", "a secret"], "qa ask"),
        (["qa.exe", "index"], "qa index"),
        (["qa", "A secret", "ask"], "qa"),
        (["qa"], "qa"),
        (["-c", "secret"], "python3.11"),
        (["", "secret"], "python3.11"),
        ([], "python3.11"),
        (["tools/nightly.py", "secret"], "nightly"),
        (["ख़बर\x1b[0m"], "ख़बर\\x1b[0m"),
        (["\udcff"], "\\udcff"),
    ],
)
def test_a_process_is_named_as_one_calls_it_and_by_nothing_secret(
    arguments: list[str], name: str
) -> None:
    assert holder.command(arguments, "/usr/bin/python3.11") == name


def test_the_day_is_named_where_it_is_not_today() -> None:
    now = datetime.datetime.now(datetime.UTC)
    assert len(str(Holder(1, "qa", now))) == len("`qa` (process 1, since 14:03)")
    earlier = str(Holder(1, "qa", now - datetime.timedelta(days=3)))
    assert len(earlier) == len("`qa` (process 1, since 2026-01-01 14:03)")


def test_what_cannot_be_written_down_stops_nobody(tmp_path: Path, articles: Path) -> None:
    (tmp_path / "db" / "khabar.holder").mkdir(parents=True)
    with Index(tmp_path / "db") as index:
        assert len(index.update(articles).added) == 5
    with Index(tmp_path / "db") as index:
        assert len(index.articles()) == 5


def test_the_command_waits_a_little_for_one_that_is_about_to_end(
    tmp_path: Path, articles: Path
) -> None:
    db = tmp_path / "db"
    with Index(db) as index:
        index.update(articles)
    with holding(db, code=HOLDS) as first, running(QA, "search", "Goa", "--db", db) as second:
        assert first.stdin
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(1.5)
        first.stdin.close()
        out, err = second.communicate()
        assert (second.returncode, err) == (0, "")
        assert "goa-vaccine-en.txt" in out
