"""A folder becomes an index: only what changed is read, and the outcome is that of a new index."""

import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import Index
from index.errors import FolderError, IndexFolderError
from index.vectors import Vectors

QUESTIONS = (
    "लावरोव ने क्या वादा किया?",
    "When did the vaccine drive in Goa begin?",
    "goa mein tika abhiyan kab shuru hua",
    "Who won the cricket final?",
    "monsoon harvest",
)


class Vector:
    """A vector, equal to another making of it: Chroma may have normalised it once more."""

    def __init__(self, numbers: Vectors) -> None:
        self._numbers = numbers

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vector):
            return NotImplemented
        return np.allclose(self._numbers, other._numbers, rtol=0, atol=1e-6)

    __hash__ = None  # type: ignore[assignment]


def snapshot(index: Index) -> dict[str, Any]:
    """Take down all that one can see of an index, and all that lies in its three stores."""
    store = index._store
    file = sqlite3.connect(store.folder / "khabar.sqlite")
    passages = file.execute(
        "SELECT p.id, s.source, p.start, p.end FROM passages p"
        " JOIN sources s ON s.article = p.article"
    ).fetchall()
    rows = file.execute("SELECT hash, state FROM articles").fetchall()
    vocabulary = file.execute("SELECT * FROM vocabulary").fetchall()
    count = file.execute("SELECT count(*) FROM passages").fetchone()[0]
    file.close()
    vectors = store.current.vectors.read([number for number, *_ in passages])
    return {
        "articles": [index.article(source) for source in index.articles()],
        "rows": sorted(rows),
        "passages": {tuple(place): Vector(vectors[number]) for number, *place in passages},
        "vocabulary": sorted(vocabulary),
        "vectors": store.current.vectors.count() - count,
        "terms": (store.current.terms.count() - count, store.current.terms.deleted()),
        "found": {question: found(index, question) for question in QUESTIONS},
    }


def found(index: Index, question: str) -> list[tuple[float, str, int, str]]:
    hits = index.search(question, limit=50)
    return sorted(
        (-round(hit.score, 3), hit.passage.source, hit.passage.start, hit.passage.text)
        for hit in hits
    )


def fresh(folder: Path, database: Path) -> dict[str, Any]:
    """Take down a new index of the folder."""
    shutil.rmtree(database, ignore_errors=True)
    with Index(database) as index:
        index.update(folder)
        return snapshot(index)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_each_change_is_reported_as_what_it_is(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        first = index.update(articles)
        assert len(first.added) == 5
        assert first.added == tuple(sorted(first.added)) == tuple(index.articles())

        write(articles / "new.txt", "Snow fell in Delhi for the first time.")
        write(articles / "lavrov-hi.txt", "लावरोव ने दिल्ली में भाषण दिया।")
        (articles / "sub" / "cricket-en.txt").unlink()
        (articles / "goa-tika-hi.txt").rename(articles / "sub" / "tika.txt")
        write(articles / "table.xls", "a,b")
        write(articles / "empty.txt", " \n")
        report = index.update(articles)

        assert report.added == ("new.txt",)
        assert report.changed == ("lavrov-hi.txt",)
        assert report.removed == ("sub/cricket-en.txt",)
        assert report.moved == {"sub/tika.txt": "goa-tika-hi.txt"}
        assert report.unchanged == ("goa-vaccine-en.txt", "sub/undated-en.md")
        assert set(report.failed) == {"empty.txt"}
        assert set(report.skipped) == {"table.xls"}
        assert snapshot(index) == fresh(articles, tmp_path / "fresh")


def test_an_unchanged_folder_writes_nothing(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        sources = index._store.library.sources()
        report = index.update(articles)
        assert len(report.unchanged) == 5
        assert report.added == report.changed == report.removed == ()
        assert index._store.library.sources() == sources


def test_only_the_content_counts_not_the_time_of_the_file(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        for path in articles.rglob("*.txt"):
            path.touch()
        assert index.update(articles).changed == ()


def test_progress_counts_every_file_to_the_last(tmp_path: Path, articles: Path) -> None:
    calls: list[tuple[int, int]] = []
    write(articles / "bad.txt", "\0" * 10)
    with Index(tmp_path / "db") as index:
        for _ in range(2):
            calls.clear()
            index.update(articles, lambda done, total: calls.append((done, total)))
            # While nothing is done for a second, it is said once more how much is.
            assert [call for call in dict.fromkeys(calls) if call[0]] == [
                (n, 6) for n in range(1, 7)
            ]


def test_a_caller_who_stops_it_midway_leaves_a_sound_index(tmp_path: Path, articles: Path) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with Index(tmp_path / "db") as index:
        with pytest.raises(KeyboardInterrupt):
            index.update(articles, stop)
        index.update(articles)
        assert snapshot(index) == fresh(articles, tmp_path / "fresh")


BAD = {
    "empty.txt": b"",
    "binary.txt": bytes(range(256)) * 20,
    "broken-utf16.txt": b"\xff\xfe\x00\xd8\x41\x00",
    "page.html": b"<html><head><title>only a title</title></head></html>",
    "surrogate.html": (
        b'<html><head><script type="application/ld+json">{"@type": "NewsArticle",'
        b'"headline": "A \\ud800 title", "author": {"name": "A \\udfff writer"}}</script></head>'
        b"<body><article><p>The monsoon came early this year and the farmers were glad of it.</p>"
        b"<p>Rice is expected to grow well in the south and in the east.</p></article></body>"
    ),
}


def test_no_bad_file_stops_the_others(tmp_path: Path, articles: Path) -> None:
    for name, data in BAD.items():
        (articles / name).write_bytes(data)
    with Index(tmp_path / "db") as index:
        report = index.update(articles)
        assert set(report.failed) - {"surrogate.html"} == set(BAD) - {"surrogate.html"}
        assert all("\n" not in reason and reason.endswith(".") for reason in report.failed.values())
        assert len(set(index.articles()) & set(BAD)) + len(report.failed) == len(BAD)
        assert len(index.articles()) + len(report.failed) == 5 + len(BAD)


@pytest.mark.parametrize("data", [b"", b"\0\0\0\0 binary", b"\xff\xfe\x00\xd8\x41\x00"])
def test_a_file_that_turns_unreadable_keeps_its_earlier_version(
    tmp_path: Path, articles: Path, data: bytes
) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        before = snapshot(index)
        (articles / "lavrov-hi.txt").write_bytes(data)
        report = index.update(articles)
        assert report.failed["lavrov-hi.txt"].endswith("The earlier version stays indexed.")
        assert report.removed == report.changed == ()
        assert snapshot(index) == before


def test_an_emptied_or_vanished_folder_removes_nothing(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        before = snapshot(index)
        articles.rename(tmp_path / "away")
        with pytest.raises(FolderError, match="no such folder"):
            index.update(articles)
        articles.mkdir()
        with pytest.raises(FolderError, match="holds no article"):
            index.update(articles)
        write(articles / "table.xls", "a,b")
        with pytest.raises(FolderError, match=r"\(1 other files were passed over\)"):
            index.update(articles)
        assert snapshot(index) == before


def test_a_file_for_a_folder_is_refused(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index, pytest.raises(FolderError, match="is a file"):
        index.update(articles / "lavrov-hi.txt")


def test_another_folder_is_refused_while_the_first_is_there(tmp_path: Path, articles: Path) -> None:
    other = tmp_path / "other"
    write(other / "a.txt", "Snow fell in Delhi.")
    with Index(tmp_path / "db") as index:
        index.update(articles)
        with pytest.raises(IndexFolderError, match="follows the folder") as refused:
            index.update(other)
        assert str(articles) in str(refused.value)
        assert "--db" in str(refused.value)
        assert len(index.articles()) == 5


def test_a_moved_folder_is_followed(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        moved = articles.rename(tmp_path / "moved")
        assert len(index.update(moved).unchanged) == 5
        # From now on the new place counts.
        write(articles / "a.txt", "Snow fell in Delhi.")
        with pytest.raises(IndexFolderError, match="follows the folder"):
            index.update(articles)


def test_the_same_folder_by_another_name_is_the_same(tmp_path: Path, articles: Path) -> None:
    (tmp_path / "link").symlink_to(articles)
    with Index(tmp_path / "db") as index:
        index.update(articles)
        assert len(index.update(tmp_path / "link").unchanged) == 5
        assert len(index.update(f"{articles}/sub/..").unchanged) == 5


def test_the_index_may_lie_inside_the_folder(tmp_path: Path, articles: Path) -> None:
    with Index(articles / ".khabar") as index:
        assert len(index.update(articles).added) == 5
        assert len(index.update(articles).unchanged) == 5


@pytest.mark.parametrize("lost", ["chroma", "terms"])
def test_a_lost_part_is_made_again_from_the_library(
    tmp_path: Path, articles: Path, lost: str
) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        before = snapshot(index)
    shutil.rmtree(tmp_path / "db" / "generation-1" / lost)
    with Index(tmp_path / "db") as index:
        assert len(index.update(articles).unchanged) == 5
        assert snapshot(index) == before


def test_an_article_without_a_passage_is_indexed_once(tmp_path: Path) -> None:
    write(tmp_path / "in" / "title-only.txt", "A title")
    write(tmp_path / "in" / "signs.txt", "🙂🙂🙂\n\n— — —\n")
    with Index(tmp_path / "db") as index:
        first = index.update(tmp_path / "in")
        again = index.update(tmp_path / "in")
        assert set(first.added) | set(first.failed) == {"signs.txt", "title-only.txt"}
        assert again.unchanged == first.added
        assert snapshot(index) == fresh(tmp_path / "in", tmp_path / "fresh")


WORDS = (
    "गोवा टीका अभियान मंत्री लावरोव रूस पाकिस्तान वादा उपकरण बारिश फसल चुनाव दिल्ली Goa vaccine drive "
    "minister Lavrov Russia Pakistan pledge equipment rain harvest election Delhi cricket final"
).split()
NAMES = ["a.txt", "b.txt", "c.md", "sub/d.txt", "sub/e.md", "sub/deep/f.txt", "गोवा.txt", "h.txt"]


def some_article(chance: random.Random) -> str:
    sentences = [" ".join(chance.choices(WORDS, k=9)) + "." for _ in range(chance.randint(1, 40))]
    day = f"{chance.randint(1, 28)} May {chance.randint(2000, 2023)}\n\n" * chance.randint(0, 1)
    return f"{' '.join(chance.choices(WORDS, k=5))}\n\n{day}{' '.join(sentences)}\n"


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_the_index_is_that_of_a_new_one(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311, the same on every run
    folder, kept = tmp_path / "in", tmp_path / "kept"
    write(folder / "always.txt", some_article(chance))
    with Index(tmp_path / "db") as index:
        for _ in range(5):
            for _ in range(chance.randint(1, 5)):
                change(folder, chance)
            report = index.update(folder)
            assert index.update(folder).failed == report.failed
            # What could not be read stands in a new index by its earlier version.
            shutil.rmtree(kept, ignore_errors=True)
            for source in index.articles():
                article = index.article(source)
                assert article is not None
                if source in report.failed:
                    write(kept / source, article.text)
                else:
                    assert (folder / source).read_bytes() == article.text.encode()
                    write(kept / source, article.text)
            assert snapshot(index) == fresh(kept, tmp_path / "fresh")


def change(folder: Path, chance: random.Random) -> None:
    path = folder / chance.choice(NAMES)
    match chance.choice(["write", "write", "remove", "rename", "break"]):
        case "write":
            write(path, some_article(chance))
        case "remove":
            path.unlink(missing_ok=True)
        case "rename" if path.exists():
            other = folder / chance.choice(NAMES)
            other.parent.mkdir(parents=True, exist_ok=True)
            path.replace(other)
        case "break" if path.exists():
            path.write_bytes(b"")
