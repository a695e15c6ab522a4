"""Vectors and terms made anew, while questions go on being answered; the old ones then go."""

import random
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from test_update import QUESTIONS, fresh, snapshot, some_article, write

from index import Index, rebuild
from index.embed import HashingEmbedder, Vectors
from index.errors import IndexBusyError, IndexDamagedError, ModelError

QUESTION = "लावरोव ने क्या वादा किया?"


def generations(index: Index) -> list[str]:
    return sorted(path.name for path in index.folder.glob("generation-*"))


def test_what_is_made_anew_is_the_same(tmp_path: Path, articles: Path) -> None:
    shown: list[tuple[int, int]] = []
    with Index(tmp_path / "db") as index:
        index.update(articles)
        before = snapshot(index)
        total = index.rebuild(lambda done, of: shown.append((done, of)))
        assert total == index.inventory().passages
        assert shown[-1] == (total, total)
        assert snapshot(index) == before
        assert generations(index) == ["generation-2"]
        assert index.verify() == ()
    with Index(tmp_path / "db") as index:
        assert snapshot(index) == before


def test_questions_are_answered_all_the_while(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        expected = index.search(QUESTION)
        done, wrong, asked = threading.Event(), [], 0

        def ask() -> None:
            nonlocal asked
            while not done.is_set():
                if index.search(QUESTION) != expected:
                    wrong.append(index.search(QUESTION))
                asked += 1

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            index.rebuild()
        done.set()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert asked > 5
        assert generations(index) == ["generation-6"]


PARTS = ["terms/meta.json", "chroma/chroma.sqlite3"]


def damaged(tmp_path: Path, articles: Path, part: str) -> dict[str, Any]:
    """Make an index and spoil a file of it; gives what it showed before."""
    with Index(tmp_path / "db") as index:
        index.update(articles)
        before = snapshot(index)
    (tmp_path / "db" / "generation-1" / part).write_bytes(b"no such thing" * 100)
    return before


@pytest.mark.parametrize("part", PARTS)
def test_damaged_indexes_are_made_anew_from_the_library(
    tmp_path: Path, articles: Path, part: str
) -> None:
    before = damaged(tmp_path, articles, part)
    with Index(tmp_path / "db") as index:
        with pytest.raises(IndexDamagedError, match="--rebuild"):
            index.verify()
        index.rebuild()
        assert snapshot(index) == before


@pytest.mark.parametrize("part", PARTS)
def test_an_update_makes_damaged_indexes_anew_by_itself(
    tmp_path: Path, articles: Path, part: str
) -> None:
    before = damaged(tmp_path, articles, part)
    with Index(tmp_path / "db") as index:
        assert len(index.update(articles).unchanged) == 5
        assert snapshot(index) == before


def test_words_find_what_they_can_while_the_vectors_are_damaged(
    tmp_path: Path, articles: Path
) -> None:
    damaged(tmp_path, articles, PARTS[1])
    with Index(tmp_path / "db") as index:
        assert index.search(QUESTION)[0].passage.source == "lavrov-hi.txt"


class Failing(HashingEmbedder):
    """The built-in embedder, until it is to fail."""

    left = 0

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages, as long as there are calls left."""
        if not self.left:
            raise ModelError("The embedder is broken.")
        self.left -= 1
        return super().passages(texts)


def fail_after(index: Index, calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = Failing()
    embedder.left = calls
    monkeypatch.setattr(index._store.chosen, "_opened", embedder)
    # Where it is not made along with the analysis, it stands for any other.
    monkeypatch.setattr(HashingEmbedder, "light", False)


def test_a_failing_embedder_leaves_those_in_use(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HashingEmbedder, "at_once", 2)
    with Index(tmp_path / "db") as index:
        index.update(articles)
        before = snapshot(index)
        with monkeypatch.context() as broken:
            fail_after(index, 1, broken)
            with pytest.raises(ModelError, match="is broken"):
                index.rebuild()
        assert snapshot(index) == before
        assert generations(index) == ["generation-1"]


def test_an_update_whose_embedder_fails_keeps_what_is_done_and_goes_on_later(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HashingEmbedder, "at_once", 1)
    monkeypatch.setattr("index.update._PASSAGE_BYTES", 1)
    with Index(tmp_path / "db") as index:
        with monkeypatch.context() as broken:
            fail_after(index, 3, broken)
            with pytest.raises(ModelError, match="is broken"):
                index.update(articles)
        assert len(index.articles()) == 3
        assert index.search(QUESTION)
        report = index.update(articles)
        assert (len(report.added), len(report.unchanged)) == (2, 3)
        assert snapshot(index) == fresh(articles, tmp_path / "fresh")


def test_vectors_that_are_no_numbers_are_refused(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mad(HashingEmbedder):
        def passages(self, texts: Sequence[str]) -> Vectors:
            return super().passages(texts) * float("nan")

    with Index(tmp_path / "db") as index:
        with monkeypatch.context() as broken:
            broken.setattr(index._store.chosen, "_opened", Mad())
            broken.setattr(HashingEmbedder, "light", False)
            with pytest.raises(ModelError, match="not numbers"):
                index.update(articles)
        assert index.articles() == []
        assert len(index.update(articles).added) == 5


def test_an_update_and_a_rebuild_wait_for_each_other_with_a_sentence(
    tmp_path: Path, articles: Path
) -> None:
    refused: list[str] = []

    def rebuilds(_done: int, _total: int) -> None:
        with pytest.raises(IndexBusyError, match="Another update"):
            index.rebuild()
        refused.append("rebuild")

    def updates(_done: int, _total: int) -> None:
        with pytest.raises(IndexBusyError, match="Another update"):
            index.update(articles)
        refused.append("update")

    with Index(tmp_path / "db") as index:
        index.update(articles, rebuilds)
        index.rebuild(updates)
    assert set(refused) == {"rebuild", "update"}


def test_the_space_of_deleted_vectors_comes_back_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_LEAST_WORN", 20)
    chance = random.Random(3)  # noqa: S311, the same on every run
    folder = tmp_path / "in"
    write(folder / "always.txt", some_article(chance))
    with Index(tmp_path / "db") as index:
        index.update(folder)
        rounds = 0
        while generations(index) == ["generation-1"]:
            for number in range(5):
                write(folder / f"{number}.txt", some_article(chance))
            index.update(folder)
            rounds += 1
            assert rounds < 20
        assert rounds > 2
        assert generations(index) == ["generation-2"]
        assert index._store.library.about("deleted vectors") == "0"
        assert index.verify() == ()
        assert {question: len(index.search(question)) for question in QUESTIONS}
        assert snapshot(index) == fresh(folder, tmp_path / "fresh")


def test_an_empty_index_can_be_made_anew(tmp_path: Path) -> None:
    with Index(tmp_path / "db") as index:
        assert index.rebuild() == 0
        assert index.search("snow") == []
