"""Preparation in other processes: the same batches, in order, and nobody left behind."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import documents
import psutil
import pytest
from holding import children
from test_update import fresh, snapshot, some_article, write

from index import Index, KhabarError, workshop
from index.changed import Failed, Looked, Unchanged, Unread
from index.prepare import Batch
from index.workshop import Task, Workshop

ROOT = Path(__file__).parent.parent


def unread(name: str, text: str | bytes) -> Unread:
    data = text.encode() if isinstance(text, str) else text
    return Unread(name, f"hash of {name}", data)


GROUPS: list[list[Looked]] = [
    [unread("a.txt", "Snow fell in Delhi.\n\nThe road was closed until noon."), Unchanged("b", {})],
    [unread("page.html", documents.html(documents.ENGLISH)), unread("empty.html", "<html>")],
    [Failed("c.txt", "", "cannot be read."), unread("d.txt", "गोवा में बारिश हुई।")],
    [unread("e.txt", " ".join(["Rain fell in Kochi on Tuesday."] * 200))],
]


def prepared(alone: int, monkeypatch: pytest.MonkeyPatch, *, embeds: bool = True) -> list[Batch]:
    monkeypatch.setattr(workshop, "_ALONE", alone)
    shop = Workshop(Task(set(), 3, embeds=embeds))
    try:
        return [*shop.prepare(GROUPS)]
    finally:
        shop.close()


def told(batches: Sequence[Batch]) -> list[object]:
    return [
        (
            batch.articles,
            batch.vocabulary,
            batch.ended,
            None if batch.vectors is None else batch.vectors.tobytes(),
        )
        for batch in batches
    ]


@pytest.mark.parametrize("embeds", [True, False])
def test_other_processes_prepare_the_same_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch, embeds: bool
) -> None:
    before = children()
    here = prepared(10**9, monkeypatch, embeds=embeds)
    there = prepared(0, monkeypatch, embeds=embeds)
    assert told(here) == told(there)
    assert [type(file).__name__ for batch in there for file in batch.ended] == [
        *("ReadFile", "Unchanged", "ReadFile", "Failed", "Failed", "ReadFile", "ReadFile")
    ]
    assert all((batch.vectors is not None) == embeds for batch in there if batch.articles)
    assert children() == before


def test_an_update_with_other_processes_makes_the_same_index(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = fresh(articles, tmp_path / "fresh")
    monkeypatch.setattr(workshop, "_ALONE", 0)
    monkeypatch.setattr("index.update._PASSAGE_BYTES", 0)
    # One text in many groups is prepared by several processes, and written once.
    for number in range(6):
        write(articles / f"copy-{number}.txt", (articles / "lavrov-hi.txt").read_text("utf-8"))
    with Index(tmp_path / "db") as index:
        report = index.update(articles)
        assert (len(report.added), report.failed) == (11, {})
        assert index.verify() == ()
        for number in range(6):
            (articles / f"copy-{number}.txt").unlink()
        index.update(articles)
        assert snapshot(index) == expected


def many(folder: Path) -> None:
    chance = random.Random(5)  # noqa: S311, the same on every run
    for number in range(60):
        write(folder / f"{number:03}.txt", some_article(chance))


def test_a_process_that_dies_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "_ALONE", 0)
    monkeypatch.setattr("index.update._PASSAGE_BYTES", 1)
    many(tmp_path / "in")
    before = children()

    def kill(done: int, _total: int) -> None:
        if done in (10, 40):
            for child in children() - before:
                psutil.Process(child).kill()

    with Index(tmp_path / "db") as index:
        assert len(index.update(tmp_path / "in", kill).added) == 60
        assert index.verify() == ()
    assert children() == before


def test_processes_that_always_die_end_the_update_with_a_sentence_and_lose_nothing(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = children()
    with Index(tmp_path / "db") as index:
        index.update(articles)
        many(articles)
        with monkeypatch.context() as broken:
            broken.setattr(workshop, "_ALONE", 0)
            broken.setattr(workshop, "_START", "import sys; sys.exit(3)")
            with pytest.raises(KhabarError, match="ended before it was done"):
                index.update(articles)
        assert len(index.articles()) == 5
        assert len(index.update(articles).added) == 60
        assert index.verify() == ()
    assert children() == before


def test_stopping_ends_the_wait_of_whoever_prepares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "_ALONE", 0)
    shop = Workshop(Task(set(), 1_000, embeds=True))
    long = "<p>" + "Rain fell in Kochi. " * 900_000
    ended = threading.Event()

    def prepare() -> None:
        with pytest.raises(KhabarError):
            [*shop.prepare([[unread("long.html", long)]] * 8)]
        ended.set()

    thread = threading.Thread(target=prepare)
    thread.start()
    time.sleep(1.5)
    shop.stop()
    thread.join(timeout=30)
    assert ended.is_set()
    shop.close()


def test_no_process_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = """
import sys
from index import workshop
from index.changed import Unread
from index.workshop import Task, Workshop
workshop._ALONE = 0
shop = Workshop(Task(set(), 1000, embeds=True))
groups = ([Unread(f"{n}.html", str(n), b"<p>Rain fell in Kochi on Tuesday.")] for n in range(10**9))
for batch in shop.prepare(groups):
    print("ready", flush=True)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    family = psutil.Process(parent.pid).children(recursive=True)
    assert family
    parent.kill()
    parent.communicate()
    _, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []
