"""What is indexed and what could not be read, a page of it at a time; and where a file lies."""

import datetime
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ARTICLES
from test_update import write

from index import Index
from index.types import Entry

DAY = datetime.date.fromisoformat


def add_unreadable(articles: Path) -> None:
    (articles / "empty.txt").touch()
    (articles / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index a folder of articles, beside the index; with a table, which takes a process to read."""
    place = tmp_path_factory.mktemp("made")
    articles = place / "articles"
    for source, text in ARTICLES.items():
        write(articles / source, text)
    add_unreadable(articles)
    (articles / "rows.csv").write_text(
        "text,title\nSnow fell in Delhi on Monday.,100%_snow\n,none\nRain fell in Goa.,Rain\n"
    )
    with Index(place / "db") as index:
        index.update(articles)
    return place


@pytest.fixture(scope="module")
def index(made: Path) -> Iterator[Index]:
    """Open a copy of that index, which no test changes."""
    with Index(shutil.copytree(made / "db", made / "open")) as index:
        yield index


@pytest.fixture
def changing(tmp_path: Path, articles: Path) -> Iterator[Index]:
    """Index a folder that a test may change, the same but for the table."""
    add_unreadable(articles)
    with Index(tmp_path / "db") as index:
        index.update(articles)
        yield index


def sources(index: Index, *asked: str | int) -> list[str]:
    return [entry.source for entry in index.listing(*asked).entries]  # type: ignore[arg-type]


ALL = [
    "empty.txt",
    "goa-tika-hi.txt",
    "goa-vaccine-en.txt",
    "lavrov-hi.txt",
    "picture.txt",
    "rows.csv#1",
    "rows.csv#2",
    "rows.csv#3",
    "sub/cricket-en.txt",
    "sub/undated-en.md",
]
WITHOUT_THE_TABLE = [source for source in ALL if "rows.csv" not in source]


def test_an_entry_says_what_an_article_is_and_why_it_is_none(index: Index) -> None:
    found = {entry.source: entry for entry in index.listing().entries}
    assert list(found) == ALL
    cricket = "sub/cricket-en.txt"
    title, day = "India win the final by six wickets", DAY("2022-03-12")
    assert found[cricket] == Entry(cricket, cricket, title, day, "en", 1, None)
    assert found["goa-tika-hi.txt"].language == "hi"
    row = found["rows.csv#1"]
    assert (row.file, row.title, row.problem) == ("rows.csv", "100%_snow", None)
    for source, file, why in (
        ("empty.txt", "empty.txt", "the file is empty."),
        ("rows.csv#2", "rows.csv", "holds nothing under 'text'"),
        ("picture.txt", "picture.txt", "a picture (PNG)"),
    ):
        entry = found[source]
        assert entry.problem is not None
        assert why in entry.problem
        assert entry == Entry(source, file, None, None, None, 0, entry.problem)


def test_pages_of_any_size_make_the_whole(index: Index) -> None:
    for size in (1, 3, 10, 50):
        pages = [index.listing("", size, begin) for begin in range(0, 12, size)]
        assert [entry.source for page in pages for entry in page.entries] == ALL
        assert {page.total for page in pages} == {10}
    assert index.listing(limit=0).entries == index.listing(limit=-1).entries == ()
    assert sources(index, "", 2, -5) == ALL[:2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SUB/", ["sub/cricket-en.txt", "sub/undated-en.md"]),
        ("india WIN", ["sub/cricket-en.txt"]),
        ("लावरोव", ["lavrov-hi.txt"]),
        ("टीका अभियान", ["goa-tika-hi.txt"]),
        ("picture", ["picture.txt"]),
        ("%", ["rows.csv#1"]),
        ("%_s", ["rows.csv#1"]),
        ("a%y", []),
        ("_", ["rows.csv#1"]),
        ("\\", []),
        ("'; DROP TABLE articles", []),
        ("\udcff", []),
    ],
)
def test_a_text_narrows_it_to_what_has_it_in_source_or_title(
    index: Index, text: str, expected: list[str]
) -> None:
    assert sources(index, text) == expected
    assert index.listing(text, 0).total == len(expected)


@pytest.fixture(scope="module")
def spelt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Index articles whose names and titles have letters that are spelt in more than one way."""
    place = tmp_path_factory.mktemp("spelt")
    for name, title in SPELT.items():
        write(place / "articles" / name, f"{title}\n\nदिल्ली में सोमवार को बर्फ़ गिरी।\n")
    with Index(place / "db") as index:
        index.update(place / "articles")
        yield index


SPELT = {
    "1.txt": "इमरान ख\u093cान से मिले लावरोव",
    "2.txt": "अफ\u093cग\u093cानिस्तान पर बातचीत",
    "3.txt": "पाक मंत्री कुरैशी का बयान",
    "4.txt": "चाँद पर पहुँचा यान",
    "5.txt": "गये साल की हिन्दी किताबें",
    "क\u093cानून-É.txt": "100%_बर्फ",
}
"""Titles by the names of their files."""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("इमरान खान", "1.txt"),
        ("इमरान \u0959ान", "1.txt"),
        ("मरान ख", "1.txt"),
        ("अफगानिस्तान", "2.txt"),
        ("अ\u095e\u095aानिस्तान", "2.txt"),
        ("क\u093cुरैशी", "3.txt"),
        ("\u0958ुरैशी", "3.txt"),
        ("चांद", "4.txt"),
        ("पहुंचा", "4.txt"),
        ("गए साल", "5.txt"),
        ("गये", "5.txt"),
        ("ये साल", "5.txt"),
        ("हिंदी", "5.txt"),
        ("हिन्", "5.txt"),
        ("कानून", "क\u093cानून-É.txt"),
        ("\u0958ानून-e\u0301.TXT", "क\u093cानून-É.txt"),
        ("%_बर्फ\u093c", "क\u093cानून-É.txt"),
        ("इ%न", None),
        ("इमरा_", None),
        ("\u200d", None),
    ],
)
def test_however_a_text_is_spelt_it_is_found(spelt: Index, text: str, name: str | None) -> None:
    assert sources(spelt, text) == ([name] if name else [])


def test_an_earlier_version_that_is_still_indexed_is_told_with_the_problem(
    changing: Index, articles: Path
) -> None:
    (articles / "lavrov-hi.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    (articles / "sub" / "cricket-en.txt").write_text("")
    changing.update(articles)
    for text in ("lavrov", "cricket"):
        [entry] = changing.listing(text).entries
        assert (entry.passages, entry.title is None) == (1, False)
        assert entry.problem is not None
    assert changing.listing().total == len(WITHOUT_THE_TABLE)


def test_a_problem_goes_when_the_file_can_be_read_or_is_gone(
    changing: Index, articles: Path
) -> None:
    (articles / "empty.txt").write_text("Snow fell in Delhi.")
    (articles / "picture.txt").unlink()
    changing.update(articles)
    assert sources(changing) == [source for source in WITHOUT_THE_TABLE if source != "picture.txt"]
    assert changing.listing("empty").entries[0].problem is None
    # As it was before it could not be read.
    for content in ("", "Snow fell in Delhi."):
        (articles / "empty.txt").write_text(content)
        changing.update(articles)
        assert bool(changing.listing("empty").entries[0].problem) is not bool(content)


def test_a_folder_that_cannot_be_listed_has_an_entry_as_long_as_it_cannot(
    changing: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.scandir

    def refused(folder: Path) -> Any:
        if folder.name == "sub":
            raise PermissionError(errno.EACCES, "Permission denied")
        return listed(folder)

    with monkeypatch.context() as closed:  # root, who may run this, can list every folder
        closed.setattr(os, "scandir", refused)
        changing.update(articles)
    assert sources(changing, "sub") == ["sub", "sub/cricket-en.txt", "sub/undated-en.md"]
    [entry, *_] = changing.listing("sub").entries
    assert entry.problem == "cannot be listed: permission denied."
    assert changing.file("sub") is None
    changing.update(articles)
    assert sources(changing, "sub") == ["sub/cricket-en.txt", "sub/undated-en.md"]


def test_a_file_whose_name_is_no_text_has_an_entry_too(changing: Index, articles: Path) -> None:
    (articles / os.fsdecode(b"bad\xff.txt")).write_text("Snow fell.")
    changing.update(articles)
    [entry] = changing.listing("bad\udcff").entries
    assert (entry.source, entry.problem is None) == ("bad\\udcff.txt", False)
    assert changing.file(entry.source) is None


def test_what_could_not_be_read_is_written_down_once(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "db", tmp_path / "db")
    with Index(tmp_path / "db") as index:
        tried = index._store.library.rows("SELECT tried FROM failures")
        index.update(made / "articles")
        assert index._store.library.rows("SELECT tried FROM failures") == tried


def test_nothing_is_listed_of_an_empty_index(tmp_path: Path) -> None:
    with Index(tmp_path / "db") as index:
        assert (index.listing().entries, index.listing("x").total) == ((), 0)
        assert (index.source_folder, index.file("a.txt")) == (None, None)


def test_the_file_of_a_source_is_found_in_the_folder(index: Index, made: Path) -> None:
    articles = made / "articles"
    assert index.source_folder == articles
    assert index.file("sub/cricket-en.txt") == articles / "sub" / "cricket-en.txt"
    assert index.file("rows.csv#3") == articles / "rows.csv"
    assert index.file("picture.txt") == articles / "picture.txt"
    assert {path.suffix for path in map(index.file, ALL) if path} <= set(Index.SUFFIXES)


@pytest.mark.parametrize(
    "source",
    ["", ".", "..", "sub", "no.txt", "../db/khabar.sqlite", "/etc/passwd", "a\0b", "\udcff"],
)
def test_what_is_not_listed_has_no_file(index: Index, source: str) -> None:
    assert index.file(source) is None


def test_a_link_in_a_files_place_is_not_followed(
    changing: Index, articles: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "cricket-en.txt").write_text("secret")
    (articles / "lavrov-hi.txt").unlink()
    (articles / "lavrov-hi.txt").symlink_to(tmp_path / "secret" / "cricket-en.txt")
    (articles / "sub").rename(tmp_path / "sub")
    (articles / "sub").symlink_to(tmp_path / "secret")
    (articles / "goa-tika-hi.txt").unlink()
    (articles / "goa-vaccine-en.txt").unlink()
    (articles / "goa-vaccine-en.txt").mkdir()
    for source in ("lavrov-hi.txt", "sub/cricket-en.txt", "goa-tika-hi.txt", "goa-vaccine-en.txt"):
        assert changing.article(source) is not None
        assert changing.file(source) is None
