"""Files that are to be read again though nothing about them changed."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index import Index, load
from index.embed import HashingEmbedder, Vectors
from index.errors import FileError
from index.load import RawArticle
from index.reading import Reader, Reading

CRICKET, LAVROV = "sub/cricket-en.txt", "lavrov-hi.txt"


@pytest.fixture
def index(tmp_path: Path, articles: Path) -> Iterator[Index]:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        yield index


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List the beginnings of the files that are read from now on."""
    begun: list[str] = []
    whole = Reader.read

    def noted(reader: Reader, data: bytes, suffix: str) -> Reading:
        begun.append(data.decode().splitlines()[0])
        return whole(reader, data, suffix)

    monkeypatch.setattr(Reader, "read", noted)
    return begun


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List the passages that are embedded from now on."""
    made: list[str] = []
    passages = HashingEmbedder.passages

    def noted(embedder: HashingEmbedder, texts: Sequence[str]) -> Vectors:
        made.extend(texts)
        return passages(embedder, texts)

    monkeypatch.setattr(HashingEmbedder, "passages", noted)
    return made


def test_a_text_that_comes_out_the_same_is_read_and_not_embedded_again(
    index: Index, articles: Path, read: list[str], embedded: list[str]
) -> None:
    before = index._store.library.sources()
    report = index.update(articles, again=[CRICKET, "no-such.txt", "../conftest.py", ""])
    assert read == ["India win the final by six wickets"]
    assert len(report.unchanged) == 5
    assert (embedded, index._store.library.sources()) == ([], before)


def test_a_text_that_comes_out_otherwise_takes_the_others_place(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_before = load.decode
    monkeypatch.setattr(load, "decode", lambda data: as_before(data).replace("six", "seven"))
    assert index.update(articles).changed == ()
    assert index.update(articles, again=[CRICKET, LAVROV]).changed == (CRICKET,)
    assert index.search("Who won the final by seven wickets?")[0].passage.source == CRICKET


def test_what_failed_as_it_is_can_be_tried_at_once(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch, embedded: list[str]
) -> None:
    def refuse(data: bytes, suffix: str) -> RawArticle:
        raise FileError("not understood.")

    (articles / "snow.txt").write_text("Snow fell in Delhi on Monday.")
    with monkeypatch.context() as older:
        older.setattr(load, "parse", refuse)
        index.update(articles)
        assert set(index.update(articles, again=[LAVROV]).failed) == {"snow.txt", LAVROV}
    assert set(index.update(articles).failed) == {"snow.txt", LAVROV}
    report = index.update(articles, again=["snow.txt", LAVROV])
    assert (report.added, report.failed, report.changed) == (("snow.txt",), {}, ())
    assert embedded == ["Snow fell in Delhi on Monday."]


@pytest.mark.parametrize("source", ["news.jsonl", "news.jsonl#1", "news.jsonl#2"])
def test_a_row_is_read_again_with_its_table(
    index: Index, articles: Path, read: list[str], source: str
) -> None:
    first = json.dumps({"text": "Rain fell in Kochi."})
    (articles / "news.jsonl").write_text(f"{first}\n{{broken\n")
    index.update(articles)
    read.clear()
    report = index.update(articles, again=[source])
    assert read == [first]
    assert set(report.failed) == {"news.jsonl#2"}
    assert "news.jsonl#1" in report.unchanged
