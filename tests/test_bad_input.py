"""What cannot be asked, opened or indexed is said in one sentence, never in a traceback."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Index, KhabarError
from index.errors import FolderError, IndexFolderError, QuestionError


@pytest.fixture
def index(tmp_path: Path, articles: Path) -> Iterator[Index]:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        yield index


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("", "is empty"),
        (" \n\t\u2028 ", "is empty"),
        ("?!…—", "no word in it"),
        ("🙂🙂🙂", "no word in it"),
        ("\u200d\u200c", "no word in it"),
        ("谁赢得了决赛？", "script Khabar does not read"),
        ("Кто победил в финале?", "script Khabar does not read"),
        ("goa " * 1_000, "characters; ask in at most"),
    ],
)
def test_what_cannot_be_asked_is_said(index: Index, question: str, said: str) -> None:
    with pytest.raises(QuestionError, match=said) as refused:
        index.search(question)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "question",
    [
        "a",
        "क",
        "12",
        "goa\0vaccine",
        "goa OR vaccine AND (NOT",
        'title:"goa" ^5 ~2 * +x -y',
        "'; DROP TABLE articles; --",
        "%goa_%",
        "गोवा\u200d\u200c\u202e\ufeff",
        "goa 🙂 वैक्सीन 谁",
        "x" * 2_000,
        "का " * 600,
        "half a character \ud800",
    ],
)
def test_odd_questions_are_asked_like_any_other(index: Index, question: str) -> None:
    hits = index.search(question)
    assert all(hit.passage.text for hit in hits)
    assert len(index.articles()) == 5


@pytest.mark.parametrize("limit", [0, 1, 10**9])
def test_any_limit_is_kept(index: Index, limit: int) -> None:
    assert len(index.search("goa vaccine", limit=limit)) <= limit


@pytest.mark.parametrize(
    "source",
    ["../articles/lavrov-hi.txt", "/etc/passwd", "", "LAVROV-HI.TXT", "lavrov-hi.txt\0", "%", "*"],
)
def test_sources_are_names_and_not_paths_or_patterns(index: Index, source: str) -> None:
    assert index.article(source) is None
    assert index.search("lavrov", sources=[source]) == []


def test_very_many_sources_may_be_named(index: Index) -> None:
    names = [f"{number}.txt" for number in range(40_000)]
    assert index.search("lavrov", sources=names) == []
    hits = index.search("lavrov", sources=[*names, "lavrov-hi.txt"])
    assert {hit.passage.source for hit in hits} == {"lavrov-hi.txt"}


@pytest.mark.parametrize("day", [datetime.date.min, datetime.date.max])
def test_the_first_and_the_last_day_there_is(index: Index, day: datetime.date) -> None:
    assert index.search("goa", since=day, until=day) == []
    assert index.search("goa", since=datetime.date.min, until=datetime.date.max)


@pytest.mark.parametrize("folder", ["missing", "missing/below", "nul\0byte"])
def test_a_folder_that_is_not_there_is_said(index: Index, tmp_path: Path, folder: str) -> None:
    with pytest.raises(FolderError, match="no such folder"):
        index.update(tmp_path / folder)
    assert len(index.articles()) == 5


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with Index(tmp_path / "db") as index:
        with pytest.raises(FolderError, match=r"holds no article; put \.txt"):
            index.update(tmp_path / "empty")
        # Nothing of it is remembered: another folder may come.
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "a.txt").write_text("Snow fell in Delhi.")
        assert index.update(tmp_path / "in").added == ("a.txt",)


def test_the_articles_folder_is_no_place_for_an_index(articles: Path) -> None:
    before = sorted(articles.rglob("*"))
    with pytest.raises(IndexFolderError, match="not empty"):
        Index(articles)
    assert sorted(articles.rglob("*")) == before


def test_every_refusal_can_be_caught_as_one(tmp_path: Path, articles: Path) -> None:
    with pytest.raises(KhabarError):
        Index(articles)
    with Index(tmp_path / "db") as index, pytest.raises(KhabarError):
        index.search("")
