"""Updates that a server is asked for: one at a time, for all pages, and to their end."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index import Index, UpdateReport
from qa import ask, updates
from qa.shelf import Dropped, Placed
from qa.updates import Updates

BRIDGE = "The bridge of Wardha was opened on 5 May 2023. It is 300 metres long.\n"
QUESTION = "How long is the bridge of Wardha?"
BAD = b"words \0\1\2 and not words"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE)
    return tmp_path / "articles"


@pytest.fixture
def index(tmp_path: Path, articles: Path) -> Iterator[Index]:
    with Index(tmp_path / "db") as opened:
        opened.update(articles)
        yield opened


def put(folder: Path, name: str, text: str) -> Placed:
    (folder / name).write_text(text)
    return Placed(name, name, is_new=True)


def test_what_is_dropped_is_indexed_and_what_fails_has_its_reason(
    index: Index, articles: Path
) -> None:
    work = Updates(index)
    assert not work.course().is_running
    (articles / "bad.txt").write_bytes(BAD)
    placed = [
        put(articles, "canal.txt", "The canal of Nagpur is 12 km long.\n"),
        Placed("bad.txt", "bad.txt", is_new=True),
        Placed("same.txt", "bridge.txt"),
        Placed("photo.png", None, "kind"),
    ]
    work.dropped("one", placed, 1)
    course = work.wait()
    assert course.added == ("canal.txt",)
    assert [*course.failed] == ["bad.txt"]
    assert (course.received, course.known, course.refused) == (2, 1, (placed[3],))
    assert course.done == course.total == 3
    assert not course.is_running
    assert course.problem is None


def test_five_hundred_files_in_parts_are_one_update_and_questions_are_answered_meanwhile(
    index: Index, articles: Path
) -> None:
    work = Updates(index)
    expected = ask(QUESTION, index, engine="extract")
    answers = []
    for first in range(0, 500, 100):
        placed = [
            put(articles, f"{n}.txt", f"Boat {n} sailed from Goa.\n")
            for n in range(first, first + 100)
        ]
        work.dropped("one", placed, 5)
        if first < 400:
            assert work.course().is_receiving
    while work.course().is_running:
        answers.append(ask(QUESTION, index, engine="extract"))
    assert len(work.wait().added) == 500
    assert answers
    assert {answer.citations[:2] for answer in answers} == {expected.citations}
    assert len(index.articles()) == 501


def test_what_comes_during_an_update_is_done_in_the_next_and_told_with_it(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, begun, gate = Updates(index), threading.Event(), threading.Event()
    real, times = index.update, []

    def update(*arguments: Any) -> UpdateReport:
        times.append(time.monotonic())
        begun.set()
        assert gate.wait(30)
        return real(*arguments)

    monkeypatch.setattr(index, "update", update)
    work.dropped("one", [put(articles, "a.txt", "Apples grow in Shimla.")], 1)
    assert begun.wait(30)
    for name in ("b", "c", "d"):
        placed = put(articles, f"{name}.txt", f"The {name} train leaves from Pune.")
        work.dropped(name, [placed], 1)
    gate.set()
    course = work.wait()
    assert sorted(course.added) == ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert course.received == 4
    assert len(times) == 2


def test_a_drop_whose_browser_has_gone_is_indexed_all_the_same(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "_PATIENCE", 0.2)
    work = Updates(index)
    work.dropped("one", [put(articles, "a.txt", "Apples grow in Shimla.")], 2)
    assert work.wait().added == ("a.txt",)


def test_a_drop_that_never_ends_holds_up_nobody_for_long(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "_LONGEST", 0.2)
    work = Updates(index)
    work.dropped("one", [put(articles, "a.txt", "Apples grow in Shimla.")], 2)
    work.dropped("two", [put(articles, "b.txt", "Rice grows in Raipur.")], 1)
    assert sorted(work.wait().added) == ["a.txt", "b.txt"]


def test_a_drop_whose_last_part_overtakes_another_is_whole_with_the_other(
    index: Index, articles: Path
) -> None:
    work = Updates(index)
    refused = Placed("photo.png", None, "kind")
    work.dropped("one", [refused], 2)
    assert work.course().is_receiving
    work.dropped("one", [put(articles, "a.txt", "Apples grow in Shimla.")], 2)
    assert not work.course().is_receiving
    course = work.wait()
    assert (course.refused, course.added) == ((refused,), ("a.txt",))


def test_what_comes_of_a_drop_once_it_was_given_up_is_told_with_the_rest(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "_PATIENCE", 0.1)
    work = Updates(index)
    work.dropped("one", [put(articles, "a.txt", "Apples grow in Shimla.")], 3)
    assert work.wait().added == ("a.txt",)
    monkeypatch.undo()
    work.dropped("one", [Placed("photo.png", None, "kind")], 3)
    work.dropped("one", [put(articles, "b.txt", "Rice grows in Raipur.")], 3)
    course = work.wait()
    assert course.added == ("a.txt", "b.txt")
    assert (course.received, len(course.refused)) == (2, 1)
    work.dropped("two", [put(articles, "c.txt", "Tea grows in Assam.")], 1)
    assert work.wait().added == ("c.txt",)


def test_of_what_fails_only_what_was_asked_for_is_told(index: Index, articles: Path) -> None:
    (articles / "old.txt").write_bytes(BAD)
    index.update(articles)
    work = Updates(index)
    work.dropped("one", [put(articles, "a.txt", "Apples grow in Shimla.")], 1)
    assert work.wait().failed == {}
    work.ask()
    assert [*work.wait().failed] == ["old.txt"]


def test_the_folder_read_again_tries_what_had_failed(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (articles / "old.txt").write_bytes(BAD)
    index.update(articles)
    asked: list[set[str]] = []
    real = index.update

    def update(folder: Path, show: Any, again: set[str]) -> UpdateReport:
        asked.append({*again})
        return real(folder, show, again)

    monkeypatch.setattr(index, "update", update)
    work = Updates(index)
    work.ask()
    work.wait()
    work.ask(["bridge.txt"])
    work.wait()
    assert asked == [{"old.txt"}, {"bridge.txt"}]


def test_the_last_article_can_be_taken_out_and_put_back(index: Index) -> None:
    work = Updates(index)
    taken = work.shelf.take_out("bridge.txt")
    assert taken is not None
    work.taken_out(taken)
    course = work.wait()
    assert course.removed == ("bridge.txt",)
    assert course.taken == (taken,)
    assert course.problem is None
    assert index.articles() == []
    source = work.shelf.put_back(taken.key)
    assert source is not None
    work.ask([source])
    assert work.wait().added == ("bridge.txt",)


def test_an_empty_folder_that_nobody_emptied_is_a_problem_and_forgets_nothing(
    index: Index, articles: Path
) -> None:
    (articles / "bridge.txt").unlink()
    work = Updates(index)
    work.ask()
    assert "holds no article" in str(work.wait().problem)
    assert index.articles() == ["bridge.txt"]


def test_a_folder_that_is_gone_is_a_problem_in_one_sentence(index: Index, articles: Path) -> None:
    shutil.rmtree(articles)
    work = Updates(index)
    work.ask()
    assert "no such folder" in str(work.wait().problem)
    assert ask(QUESTION, index, engine="extract").citations


def test_an_update_that_somebody_else_runs_is_waited_for(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "_WAIT", 0.02)
    looked, gate = threading.Event(), threading.Event()

    def hold(done: int, total: int) -> None:
        looked.set()
        assert gate.wait(30)

    other = threading.Thread(target=index.update, args=(articles, hold))
    other.start()
    assert looked.wait(30)
    work = Updates(index)
    work.dropped("one", [put(articles, "a.txt", "Apples grow in Shimla.")], 1)
    time.sleep(0.1)
    assert work.course().is_running
    gate.set()
    other.join()
    assert work.wait().problem is None
    assert "a.txt" in index.articles()


def test_a_server_that_ends_does_not_wait_for_a_long_update_and_the_next_one_goes_on(
    index: Index, articles: Path
) -> None:
    work = Updates(index)
    placed = [put(articles, f"{n}.txt", f"Boat {n} sailed from Goa.\n") for n in range(3)]
    work.dropped("one", placed, 2)
    work.close()
    assert not work.course().is_running
    work.dropped("two", [], 1)
    assert not work.course().is_running
    assert len(index.update(articles).added) == 3


def test_what_a_server_put_or_took_out_and_did_not_index_the_next_one_does(
    index: Index, articles: Path, tmp_path: Path
) -> None:
    (tmp_path / "upload").mkdir()
    (tmp_path / "upload" / "canal").write_text("The canal of Nagpur is 12 km long.\n")
    shelf = Updates(index).shelf
    shelf.put([Dropped("canal.txt", tmp_path / "upload" / "canal", 36)])
    shelf.take_out("bridge.txt")
    assert index.articles() == ["bridge.txt"]  # it crashed here
    after = Updates(index)
    after.resume()
    course = after.wait()
    assert (course.added, course.removed) == (("canal.txt",), ("bridge.txt",))
    last = Updates(index)
    last.resume()  # all is done
    assert not last.course().is_running


def test_a_change_that_could_not_be_indexed_is_tried_again_by_the_next_server(
    index: Index, articles: Path
) -> None:
    first = Updates(index)
    taken = first.shelf.take_out("bridge.txt")
    assert taken is not None
    articles.rename(articles.with_name("away"))
    first.taken_out(taken)
    assert first.wait().problem is not None
    articles.with_name("away").rename(articles)
    second = Updates(index)
    second.resume()
    assert second.wait().removed == ("bridge.txt",)


def test_a_bug_is_traced_and_the_next_update_is_made(
    index: Index,
    articles: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = Updates(index)
    with monkeypatch.context() as patch:
        patch.setattr(index, "update", lambda *_: 1 // 0)
        work.ask()
        assert work.wait().problem == ""
    assert "ZeroDivisionError" in capsys.readouterr().err
    work.dropped("one", [put(articles, "a.txt", "Apples grow in Shimla.")], 1)
    course = work.wait()
    assert course.added == ("a.txt",)
    assert course.problem is None
