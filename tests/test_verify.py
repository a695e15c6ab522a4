"""`verify` says what differs, and changes nothing."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from test_update import snapshot, write

from index import Index
from index.errors import FolderError


def sql(index: Index, *statements: str) -> None:
    file = sqlite3.connect(index.folder / "khabar.sqlite")
    with file:
        for statement in statements:
            file.execute(statement)
    file.close()


def add_a_vector(index: Index) -> None:
    vector = index._store.embedder.passages(["snow"])
    index._store.current.vectors.add([999], [999], vector)


def spoil_a_vector(index: Index) -> None:
    index._store.current.vectors.add([1], [1], index._store.embedder.passages(["quite other"]))


def shorten_a_vector(index: Index) -> None:
    vector = index._store.current.vectors.read([1])[1]
    index._store.current.vectors.add([1], [1], np.stack([vector * np.float32(0.5)]))


def move_a_vector(index: Index) -> None:
    vector = index._store.current.vectors.read([1])[1]
    index._store.current.vectors.add([1], [2], np.stack([vector]))


DIFFERENCES: dict[str, tuple[Callable[[Index], object], list[str]]] = {
    "a vector is lost": (
        lambda index: index._store.current.vectors.delete([1, 2]),
        ["Chroma lacks 2 (1, 2) passages that the library has."],
    ),
    "a vector too many": (
        add_a_vector,
        ["Chroma has 1 (999) passages that the library lacks."],
    ),
    "a vector of another text": (
        spoil_a_vector,
        ["1 (1) vectors are not those of their passages."],
    ),
    "a vector of another length": (
        shorten_a_vector,
        [
            "Chroma has 1 (1) vectors that are not of length 1.",
            "1 (1) vectors are not those of their passages.",
        ],
    ),
    "a vector of another article": (
        move_a_vector,
        ["Chroma gives 1 (1) passages to another article than the library."],
    ),
    "terms are lost": (
        lambda index: index._store.current.terms.add((), gone=[1]),
        ["Tantivy lacks 1 (1) passages that the library has."],
    ),
    "terms too many": (
        lambda index: index._store.current.terms.add([(999, 999, "snow", "")]),
        ["Tantivy has 1 (999) passages that the library lacks."],
    ),
    "words are lost": (
        lambda index: sql(index, "DELETE FROM vocabulary WHERE word = 'goa'"),
        ["The library counts 1 words otherwise than its articles do."],
    ),
    "an article is half removed": (
        lambda index: sql(
            index,
            "DELETE FROM sources WHERE source = 'lavrov-hi.txt'",
            "UPDATE articles SET state = 'leaving' WHERE id = 3",
        ),
        ["1 articles are half written or half removed; nobody sees them, and the next update "
         "ends that."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_difference_is_said_and_the_next_update_or_a_rebuild_ends_it(
    tmp_path: Path, articles: Path, name: str
) -> None:
    spoil, sentences = DIFFERENCES[name]
    with Index(tmp_path / "db") as index:
        index.update(articles)
        spoil(index)
        before = index.inventory()
        assert [*index.verify()] == sentences
        assert index.inventory() == before
        if name != "words are lost":
            index.rebuild()
            index.update(articles)
            assert [line for line in index.verify() if "file" not in line] == []


def test_a_whole_index_differs_in_nothing(tmp_path: Path, articles: Path) -> None:
    shown: list[tuple[int, int]] = []
    with Index(tmp_path / "db") as index:
        index.update(articles)
        before = snapshot(index)
        assert index.verify(articles, lambda done, of: shown.append((done, of))) == ()
        assert shown[-1] == (before["terms"][0] + index.inventory().passages,) * 2
        assert snapshot(index) == before


def test_what_changed_in_the_folder_is_said(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        write(articles / "bad.html", "<html></html>")
        index.update(articles)
        assert index.verify() == ()
        write(articles / "new.txt", "Snow fell in Delhi.")
        write(articles / "lavrov-hi.txt", "लावरोव ने दिल्ली में भाषण दिया।")
        (articles / "goa-tika-hi.txt").unlink()
        write(articles / "goa-vaccine-en.txt", "")
        assert [*index.verify()] == [
            "1 (new.txt) files of the folder are not indexed since the last update.",
            "1 (lavrov-hi.txt) files of the folder are changed since the last update.",
            "1 (goa-tika-hi.txt) files of the folder are no longer there since the last update.",
            "1 (goa-vaccine-en.txt) files of the folder cannot be read.",
        ]
        index.update(articles)
        assert len(index.verify()) == 1  # the empty one


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        articles.rename(tmp_path / "away")
        with pytest.raises(FolderError, match="no such folder"):
            index.verify()
        assert index.verify(tmp_path / "away") == ()


def test_a_damaged_library_is_said(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        index._store.library.rows("PRAGMA foreign_keys = OFF")
        index._store.library.rows("DELETE FROM articles WHERE id = 1 RETURNING id")
        [sentence] = index.verify()
        assert sentence.startswith(f"The library in {index.folder} is damaged (a row of ")
        assert sentence.endswith(
            "delete all in it but conversations.sqlite*, articles/ and removed/, and index the "
            "articles again."
        )
