"""A file is copied whole or not at all, and what a kill leaves of it goes at the next start."""

import os
import signal
from pathlib import Path

import pytest
from holding import running

from index import Index
from qa.shelf import Shelf
from qa.updates import Updates

# Is killed in the middle of putting a file into the folder.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from index import Index
from qa.shelf import Dropped, Shelf

def half(there, here):
    here.write(there.read(10))
    here.flush()
    os.kill(os.getpid(), signal.SIGKILL)

shutil.copyfileobj = half
with Index(sys.argv[1]) as index:
    Shelf(index).put([Dropped("b.txt", Path(sys.argv[2]), 100)])
"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("The bridge of Wardha was opened on 5 May 2023.")
    return tmp_path / "articles"


@pytest.fixture
def db(tmp_path: Path, articles: Path) -> Path:
    with Index(tmp_path / "db") as index:
        index.update(articles)
    return tmp_path / "db"


@pytest.fixture
def left(db: Path, articles: Path, tmp_path: Path) -> Path:
    """Have a server killed in a drop; gives what it leaves."""
    dropped = tmp_path / "upload"
    dropped.write_text("The bridge of Nagpur was opened on 6 May 2023.")
    with running(KILLED, db, dropped) as process:
        assert process.wait() == -signal.SIGKILL
    (part,) = articles.glob(".*.part")
    assert part.read_text() == "The bridge"
    return part


def start(db: Path) -> None:
    """Have a server begin, and end."""
    with Index(db) as index:
        Updates(index).resume()


def test_what_a_kill_leaves_of_a_drop_goes_as_the_next_server_begins(
    db: Path, articles: Path, left: Path
) -> None:
    start(db)
    assert [path.name for path in articles.iterdir()] == ["a.txt"]
    assert not (db / "copied").exists()


def test_what_a_server_of_another_index_writes_in_the_same_folder_stays(
    db: Path, articles: Path, left: Path, tmp_path: Path
) -> None:
    with Index(tmp_path / "other") as index:
        index.update(articles)
    start(tmp_path / "other")
    theirs = articles / ".0123456789abcdef.part"
    theirs.write_text("half")
    os.utime(theirs, (0, 0))
    start(db)
    assert theirs.exists()
    assert not left.exists()


@pytest.mark.parametrize("name", ["a.txt", ".0123456789ABCDEF.part", "..part", ".x.part"])
def test_only_what_is_called_so_goes(db: Path, articles: Path, left: Path, name: str) -> None:
    kept = left.rename(articles / name)
    (db / "copied").write_bytes(os.fsencode(kept))
    start(db)
    assert kept.exists()


def test_no_link_is_followed_and_nothing_beside_the_folder_goes(
    db: Path, articles: Path, left: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / left.name
    left.rename(elsewhere)
    (articles / left.name).symlink_to(elsewhere)
    start(db)
    (articles / "link").symlink_to(tmp_path)
    for path in (elsewhere, articles / "link" / left.name, articles / ".." / left.name):
        (db / "copied").write_bytes(os.fsencode(path))
        start(db)
    assert elsewhere.exists()
    assert (articles / left.name).is_symlink()


@pytest.mark.parametrize("note", [b"", b"\0", b"\xff" * 10, b"/none/.0123456789abcdef.part"])
def test_a_note_of_nothing_keeps_no_server_from_beginning(db: Path, note: bytes) -> None:
    (db / "copied").write_bytes(note)
    start(db)


def test_a_copy_that_is_over_leaves_no_note(db: Path) -> None:
    with Index(db) as index:
        here = Shelf(index)
        taken = here.take_out("a.txt")
        assert taken is not None
        assert here.put_back(taken.key) == "a.txt"
    assert not (db / "copied").exists()
