"""Killed at any instant, the index opens again, shows nothing half-done, and ends up exact."""

import random
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from forked import Forked
from holding import said
from test_update import QUESTIONS, fresh, snapshot, some_article, write

from index import Index, rebuild, stems

# Updates an index in small batches; told a method, it dies before or after that one's n-th call.
CHILD = """
import os, signal, sys
from index import Index
from index.catalogue import Catalogue
from index.embed import HashingEmbedder
from index.library import Library
from index.store import Store
from index.terms import TermIndex
from index.vectors import VectorIndex

database, folder, where, when, count, act = sys.argv[1:]
HashingEmbedder.at_once = 4
calls = 0

def deadly(owner, name):
    method = getattr(owner, name)
    def wrapped(*arguments, **named):
        global calls
        calls += 1
        if calls == int(count) and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = method(*arguments, **named)
        if calls == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, wrapped)

with Index(database) as index:
    index._store.current.vectors
    if where != "anywhere":
        owner, name = where.split(".")
        deadly(globals()[owner], name)
    print("begun", flush=True)
    acts = {
        "update": lambda: index.update(folder),
        "rebuild": index.rebuild,
        "embedder": lambda: index.use_embedder("built-in"),
    }
    acts[act]()
    print("ended", flush=True)
"""


class Made(NamedTuple):
    """An index of a folder that has changed since."""

    db: Path
    folder: Path
    """Where the articles are; no test changes them."""
    before: Path
    """A copy of them as they were when the index was made."""
    expected: dict[str, Any]
    """All that an index of them as they are now holds."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Twelve articles, indexed; then three changed, three removed, three new."""
    chance = random.Random(7)  # noqa: S311, the same on every run
    place = tmp_path_factory.mktemp("made")
    folder, before = place / "in", place / "before"
    for number in range(12):
        write(folder / f"{number:02}.txt", some_article(chance))
    with Index(place / "db") as index:
        index.update(folder)
    shutil.copytree(folder, before)
    for number in range(3):
        write(folder / f"{number:02}.txt", some_article(chance))
        (folder / f"{number + 3:02}.txt").unlink()
        write(folder / f"{number + 20:02}.txt", some_article(chance))
    return Made(place / "db", folder, before, fresh(folder, place / "fresh"))


@pytest.fixture
def db(made: Made, tmp_path: Path) -> Path:
    """Copy that index, for one test to harm."""
    return shutil.copytree(made.db, tmp_path / "db")


def start(db: Path, folder: Path, *orders: object, act: str = "update") -> Forked:
    child = Forked(CHILD, db, folder, *orders, act)
    assert said(child) == "begun\n"
    return child


def check_whole(index: Index) -> None:
    """Check that every passage one may see has its vector and its stems."""
    store = index._store
    visible = list(rebuild.rows(store))
    assert {row.passage for row in visible} <= store.current.vectors.passages().keys()
    for row in visible:
        terms = [(1.0, {stems(row.text)[0]: 1.0})]
        found = store.current.terms.search(terms, 0.0, 1_000, [row.article])
        assert row.passage in {number for number, _ in found}


def check(db: Path, made: Made) -> None:
    """Check that the dead left whole articles only, and that the next update makes it exact."""
    with Index(db) as index:
        for source in index.articles():
            article = index.article(source)
            assert article is not None
            versions = [each / source for each in (made.folder, made.before)]
            assert article.text in [p.read_text("utf-8") for p in versions if p.exists()]
        check_whole(index)
        for question in QUESTIONS:
            for hit in index.search(question, limit=200):
                article = index.article(hit.passage.source)
                assert article is not None
                assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text
        index.update(made.folder)
        assert snapshot(index) == made.expected


@pytest.mark.parametrize(
    ("where", "when", "count"),
    [
        ("Catalogue.add", "before", 2),
        ("Catalogue.add", "after", 2),
        ("VectorIndex.add", "after", 1),
        ("TermIndex.add", "before", 2),
        ("TermIndex.add", "after", 2),
        ("Catalogue.settle", "before", 1),
        ("Catalogue.settle", "after", 2),
        ("Catalogue.retire", "after", 1),
        ("VectorIndex.delete", "after", 1),
        ("Catalogue.forget", "before", 1),
        ("TermIndex.replace", "before", 1),
    ],
)
def test_death_between_two_steps_shows_nothing_half_done(
    db: Path, made: Made, where: str, when: str, count: int
) -> None:
    child = start(db, made.folder, where, when, count)
    out, _ = child.communicate()
    assert (child.returncode, out) == (-signal.SIGKILL, "")
    check(db, made)


@pytest.mark.parametrize(
    ("where", "when"),
    [("VectorIndex.add", "after"), ("TermIndex.replace", "before"), ("Store.swap", "before")],
)
def test_death_while_the_indexes_are_made_anew_leaves_those_in_use(
    db: Path, made: Made, where: str, when: str
) -> None:
    child = start(db, made.folder, where, when, 1, act="rebuild")
    assert child.communicate()[0] == ""
    assert len([*db.glob("generation-*")]) == 2
    check(db, made)
    assert len([*db.glob("generation-*")]) == 1


def test_death_after_the_swap_leaves_the_new_ones(db: Path, made: Made) -> None:
    child = start(db, made.folder, "Store.swap", "after", 1, act="rebuild")
    assert child.communicate()[0] == ""
    check(db, made)
    assert [path.name for path in db.glob("generation-*")] == ["generation-2"]


def test_death_at_any_instant_again_and_again(db: Path, made: Made) -> None:
    chance = random.Random()  # noqa: S311, other instants on every run
    for _ in range(2):
        shutil.rmtree(db)
        shutil.copytree(made.db, db)
        # Twice in a row, the second time in the middle of making good the first.
        for _ in range(2):
            with start(db, made.folder, "anywhere", "", 0) as child:
                try:
                    child.wait(timeout=chance.uniform(0, 0.6))
                except subprocess.TimeoutExpired:
                    child.kill()
        check(db, made)
