"""A folder is followed: every change ends up in the index, and each thing is said once."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_update import fresh, snapshot, write

from index import Index, UpdateReport, changes, watch
from index.errors import FolderError, IndexFolderError, KhabarError

PATIENCE = 60
"""Seconds a test waits for what must come; it comes within two, on a machine that is not busy."""


class Follower:
    """A folder that is followed, in a thread of its own, and what was said of it."""

    def __init__(self, index: Index, folder: Path) -> None:
        self.said: list[UpdateReport | KhabarError] = []
        self.stop = threading.Event()
        self.updates = 0
        self._index = index
        self._outcomes = index.follow(folder, self.stop, self._count)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _count(self, done: int, _total: int) -> None:
        self.updates += done == 1

    def _run(self) -> None:
        for outcome in self._outcomes:
            self.said.append(outcome)

    def wait(self, is_so: Callable[[], object]) -> None:
        """Wait until it is so."""
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < until, self.said
            assert self.thread.is_alive()
            time.sleep(0.02)

    def has(self, **files: tuple[str, ...]) -> None:
        """Wait for a report of these files, added, changed or removed."""
        self.wait(
            lambda: any(
                isinstance(report, UpdateReport)
                and all(set(names) <= set(getattr(report, kind)) for kind, names in files.items())
                for report in list(self.said)
            )
        )

    def begun(self) -> "Follower":
        """Wait for the first report."""
        self.wait(lambda: self.said)
        return self

    def errors(self) -> list[str]:
        """List the errors it told."""
        return [str(each) for each in self.said if isinstance(each, KhabarError)]


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "QUIET", 0.3)
    monkeypatch.setattr(changes, "_LOOK", 0.1)


@contextmanager
def following(tmp_path: Path, folder: Path, database: str = "db") -> Iterator[Follower]:
    with Index(tmp_path / database) as index:
        follower = Follower(index, folder)
        try:
            yield follower.begun()
        finally:
            follower.stop.set()
            follower.thread.join()


def check(tmp_path: Path, folder: Path) -> None:
    """Check that the index is the one that a new one of the folder would be."""
    expected = fresh(folder, tmp_path / "fresh")
    with Index(tmp_path / "db") as index:
        found = snapshot(index)
    if len(found["articles"]) > 100:  # among many that are alike, which are nearest is chance
        del found["found"], expected["found"]
    assert found == expected


def rice(number: int) -> str:
    return f"Rice grew on {number} fields this year, and the farmers were glad of it.\n"


def test_what_is_added_changed_moved_and_removed_ends_up_in_the_index(
    tmp_path: Path, articles: Path
) -> None:
    with following(tmp_path, articles) as follower:
        follower.has(added=("lavrov-hi.txt", "sub/cricket-en.txt"))
        write(articles / "new.txt", rice(1))
        follower.has(added=("new.txt",))
        write(articles / "new.txt", rice(2))
        follower.has(changed=("new.txt",))
        (articles / "new.txt").rename(articles / "sub" / "moved.txt")
        follower.has(added=("sub/moved.txt",), removed=("new.txt",))
        (articles / "sub" / "moved.txt").unlink()
        follower.has(removed=("sub/moved.txt",))
    check(tmp_path, articles)


def test_new_folders_are_followed_and_those_that_go_are_gone(
    tmp_path: Path, articles: Path
) -> None:
    with following(tmp_path, articles) as follower:
        write(articles / "a" / "b" / "c" / "deep.txt", rice(1))
        follower.has(added=("a/b/c/deep.txt",))
        write(articles / "a" / "b" / "c" / "deep.txt", rice(2))
        follower.has(changed=("a/b/c/deep.txt",))
        (articles / "a").rename(articles / "z")
        follower.has(added=("z/b/c/deep.txt",), removed=("a/b/c/deep.txt",))
        write(articles / "z" / "b" / "c" / "deep.txt", rice(3))
        follower.has(changed=("z/b/c/deep.txt",))
        shutil.rmtree(articles / "z")
        follower.has(removed=("z/b/c/deep.txt",))
    check(tmp_path, articles)


def test_a_burst_of_files_is_one_update_or_two(tmp_path: Path, articles: Path) -> None:
    with following(tmp_path, articles) as follower:
        for number in range(200):
            write(articles / f"burst-{number:03}.txt", rice(number))
        names = {f"burst-{number:03}.txt" for number in range(200)}
        follower.wait(lambda: names <= set(follower._index.articles()))
        assert len(follower.said) <= 5
    check(tmp_path, articles)


def test_changes_without_end_do_not_put_the_update_off_for_ever(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "QUIET", 1_000.0)
    monkeypatch.setattr(watch, "AT_LATEST", 0.5)
    with following(tmp_path, articles) as follower:
        write(articles / "new.txt", rice(1))
        follower.has(added=("new.txt",))


def test_a_folder_renamed_away_and_back_loses_nothing(tmp_path: Path, articles: Path) -> None:
    with following(tmp_path, articles) as follower:
        before = follower._index.articles()
        articles.rename(tmp_path / "elsewhere")
        follower.wait(follower.errors)
        write(tmp_path / "elsewhere" / "written-meanwhile.txt", rice(1))
        (tmp_path / "elsewhere").rename(articles)
        follower.has(added=("written-meanwhile.txt",))
        write(articles / "new.txt", rice(2))
        follower.has(added=("new.txt",))
        (error,) = follower.errors()
        assert error.startswith(f"{articles}: no such folder")
        assert all(not each.removed for each in follower.said if isinstance(each, UpdateReport))
        assert set(before) < set(follower._index.articles())
    check(tmp_path, articles)


def test_a_folder_deleted_and_made_again_is_followed_again(tmp_path: Path, articles: Path) -> None:
    with following(tmp_path, articles) as follower:
        shutil.rmtree(articles)
        follower.wait(follower.errors)
        articles.mkdir()
        write(articles / "back.txt", rice(1))
        follower.has(added=("back.txt",))
        write(articles / "sub" / "later.txt", rice(2))
        follower.has(added=("sub/later.txt",))
    check(tmp_path, articles)


def test_a_folder_back_as_it_was_is_said_to_be_back(tmp_path: Path, articles: Path) -> None:
    with following(tmp_path, articles) as follower:
        articles.rename(tmp_path / "elsewhere")
        follower.wait(follower.errors)
        (tmp_path / "elsewhere").rename(articles)
        follower.wait(lambda: len(follower.said) == 3)
        first, error, again = follower.said
        assert isinstance(error, FolderError)
        assert isinstance(first, UpdateReport)
        assert isinstance(again, UpdateReport)
        assert (again.added, again.changed, again.removed) == ((), (), ())
        assert again.unchanged == first.added


def test_a_folder_whose_parent_moves_away_and_back_is_followed_again(tmp_path: Path) -> None:
    folder = tmp_path / "parent" / "articles"
    write(folder / "first.txt", rice(1))
    with following(tmp_path, folder) as follower:
        (tmp_path / "parent").rename(tmp_path / "other")
        follower.wait(follower.errors)
        (tmp_path / "other").rename(tmp_path / "parent")
        write(folder / "second.txt", rice(2))
        follower.has(added=("second.txt",))
        assert follower._index.articles() == ["first.txt", "second.txt"]


def test_a_link_that_is_turned_to_a_new_folder_is_followed(tmp_path: Path) -> None:
    # Exports are often swapped in so.
    write(tmp_path / "monday" / "a.txt", rice(1))
    write(tmp_path / "tuesday" / "a.txt", rice(2))
    link = tmp_path / "current"
    link.symlink_to(tmp_path / "monday")
    with following(tmp_path, link) as follower:
        follower.has(added=("a.txt",))
        shutil.rmtree(tmp_path / "monday")
        link.unlink()
        link.symlink_to(tmp_path / "tuesday")
        follower.has(changed=("a.txt",))
        write(tmp_path / "tuesday" / "b.txt", rice(3))
        follower.has(added=("b.txt",))


def test_an_emptied_folder_keeps_its_articles_indexed_and_says_so_once(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RETRY", 0.2)
    with following(tmp_path, articles) as follower:
        before = follower._index.articles()
        monkeypatch.setattr(watch, "QUIET", 1.0)  # emptied within one burst
        shutil.rmtree(articles / "sub")
        for path in articles.iterdir():
            path.unlink()
        follower.wait(follower.errors)
        time.sleep(1)  # some tries more
        assert len(follower.errors()) == 1
        assert "holds no article" in follower.errors()[0]
        assert follower._index.articles() == before


def test_an_index_within_the_folder_and_what_is_hidden_wake_nothing(articles: Path) -> None:
    for database in (".khabar", "not hidden"):
        with following(articles, articles, database) as follower:
            before = follower.updates
            for number in range(20):
                write(articles / ".hidden.txt", rice(number))
                write(articles / ".git" / "a.txt", rice(number))
                write(articles / "new.txt~", rice(number))
                write(articles / "4913", rice(number))
                time.sleep(0.05)
            write(articles / f"beside {database}.txt", rice(1))
            follower.has(added=(f"beside {database}.txt",))
            time.sleep(1.5)  # woken by what it writes itself, it would not come to rest
            assert follower.updates <= before + 2


def test_a_bad_file_is_said_once_and_read_again_when_it_changes(
    tmp_path: Path, articles: Path
) -> None:
    with following(tmp_path, articles) as follower:
        (articles / "half.txt").write_bytes(b"\0\1\2" * 100)
        follower.wait(lambda: len(follower.said) == 2)
        write(articles / "new.txt", rice(1))
        follower.has(added=("new.txt",))
        write(articles / "half.txt", rice(2))
        follower.has(added=("half.txt",))
        (articles / "half.txt").write_bytes(b"\0\1\2" * 100)
        follower.wait(lambda: len(follower.said) == 5)
        failed = [list(each.failed) for each in follower.said if isinstance(each, UpdateReport)]
        assert failed == [[], ["half.txt"], [], [], ["half.txt"]]


def test_what_keeps_an_update_from_being_made_is_said_once_and_tried_again(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RETRY", 0.2)
    outcomes = iter([IndexFolderError("The disk is full.")] * 3 + [UpdateReport(added=("a.txt",))])
    stop = threading.Event()

    def update(_show: object) -> UpdateReport:
        outcome = next(outcomes)
        if isinstance(outcome, KhabarError):
            raise outcome
        stop.set()
        return outcome

    said = list(watch.follow(update, articles, tmp_path / "db", stop))
    assert [str(each) for each in said[:-1]] == ["The disk is full."]
    assert said[-1] == UpdateReport(added=("a.txt",))


def test_every_hour_the_folder_is_updated_though_nothing_was_reported(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FULL", 0.3)
    with following(tmp_path, articles) as follower:
        follower.wait(lambda: follower.updates >= 3)
        assert len(follower.said) == 1


def test_a_folder_can_be_polled(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    monkeypatch.setattr(changes, "POLL", 0.2)
    with following(tmp_path, articles) as follower:
        write(articles / "a" / "new.txt", rice(1))
        follower.has(added=("a/new.txt",))
        (articles / "a" / "new.txt").unlink()
        follower.has(removed=("a/new.txt",))
        articles.rename(tmp_path / "elsewhere")
        follower.wait(follower.errors)
        (tmp_path / "elsewhere").rename(articles)
        write(articles / "sub" / "last.txt", rice(3))
        follower.has(added=("sub/last.txt",))


def test_a_name_that_is_not_utf_8_stops_nothing(tmp_path: Path, articles: Path) -> None:
    with following(tmp_path, articles) as follower:
        os.close(os.open(os.fsencode(articles) + b"/\xff.txt", os.O_CREAT))
        follower.wait(lambda: len(follower.said) >= 2)
        write(articles / "new.txt", rice(1))
        follower.has(added=("new.txt",))
    check(tmp_path, articles)
