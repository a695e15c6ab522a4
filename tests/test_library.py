"""SQLite: articles come back as they went in, and only READY ones are ever seen."""

import datetime
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import IndexFolderError
from index.library import Library, Place, StoredArticle
from index.types import Article, Passage, Span

ODD = (
    "a😀b\u2028c\rd\r\ne 👩‍👩‍👧 \u202eعربي\u202c 𝒳𐍈 \ufeff\ufffe\uffff\x85\x0b\x1c "
    "क्\u200dष\u200c़\0 end"
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    yield library
    library.close()


def article(source: str = "a.txt", text: str = "One. Two.", day: str | None = None) -> Article:
    date = datetime.date.fromisoformat(day) if day else None
    return Article(source, text, "A title", "A writer", date, "en")


def add(library: Library, *articles: Article, digest: str = "h") -> list[StoredArticle]:
    return library.add([(each, digest, [Span(0, 4), Span(5, 9)]) for each in articles], {})


def publish(library: Library, *articles: Article) -> list[StoredArticle]:
    stored = add(library, *articles)
    library.publish(entry.id for entry in stored)
    return stored


def read(library: Library, ids: Sequence[int]) -> dict[int, Passage]:
    return library.passages(library.places(ids))


def test_an_article_comes_back_as_it_went_in(library: Library) -> None:
    whole = article(day="2023-05-05")
    bare = Article("b.txt", "x", None, None, None, "hi")
    publish(library, whole, bare)
    assert library.article("a.txt") == whole
    assert library.article("b.txt") == bare
    assert library.article("c.txt") is None


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
    | st.permutations(list(ODD)).map("".join),
    data=st.data(),
)
def test_every_character_keeps_its_place(library: Library, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    spans = [Span(start, end), Span(0, len(text))]
    [entry] = library.add([(article(text=text), "h", spans)], {})
    library.publish([entry.id])
    stored = library.article("a.txt")
    assert stored is not None
    assert stored.text == text
    passages = read(library, entry.passages)
    assert [passages[number].text for number in entry.passages] == [text[start:end], text]
    assert set(library.texts(entry.id)[1].values()) == {text[start:end], text}


def test_a_pending_article_is_seen_by_nobody(library: Library) -> None:
    [entry] = add(library, article(day="2023-05-05"))
    assert library.article("a.txt") is None
    assert read(library, entry.passages) == {}
    assert library.ready() == {}
    assert library.matching(None, None, None) == []
    assert library.counts() == (0, 0)
    assert library.unfinished() == [entry]


def test_a_place_says_all_of_a_passage_but_its_title_and_text(library: Library) -> None:
    [entry] = publish(library, article(day="2023-05-05"))
    first, second = entry.passages
    day = datetime.date(2023, 5, 5)
    assert library.places([second, 99, first]) == {
        first: Place(entry.id, "a.txt", 0, 4, day, "en"),
        second: Place(entry.id, "a.txt", 5, 9, day, "en"),
    }


def test_a_passage_that_left_since_it_was_placed_is_not_read(library: Library) -> None:
    one, other = publish(library, article("a.txt"), article("b.txt"))
    places = library.places([*one.passages, *other.passages])
    library.retire([one.id])
    assert library.passages(places).keys() == set(other.passages)


def test_publishing_replaces_the_earlier_version_in_one_step(library: Library) -> None:
    [old] = publish(library, article(text="Old. One."))
    [new] = add(library, article(text="New. Two."))
    assert read(library, [*old.passages, *new.passages]).keys() == set(old.passages)
    library.publish([new.id])
    assert read(library, [*old.passages, *new.passages]).keys() == set(new.passages)
    assert library.unfinished() == [old]
    assert library.counts() == (1, 2)


def test_a_retired_article_is_out_of_sight_and_then_forgotten(library: Library) -> None:
    [entry] = publish(library, article())
    library.retire([entry.id])
    assert read(library, entry.passages) == {}
    assert library.unfinished() == [entry]
    library.forget([entry.id], {})
    assert library.unfinished() == []
    assert library.counts() == (0, 0)


def test_ids_are_never_used_twice(library: Library) -> None:
    [first] = publish(library, article())
    library.forget([first.id], {})
    [second] = publish(library, article())
    assert second.id > first.id
    assert min(second.passages) > max(first.passages)


def test_an_article_may_have_no_passage(library: Library) -> None:
    [entry] = library.add([(article(), "h", [])], {})
    assert library.unfinished() == [StoredArticle(entry.id, ())]
    library.publish([entry.id])
    assert library.counts() == (1, 0)


def test_words_leave_with_the_last_article_that_holds_them(library: Library) -> None:
    one = library.add([(article("a.txt"), "h", [])], {("lvrv", "lavrov"): 1, ("g", "goa"): 1})
    library.add([(article("b.txt"), "h", [])], {("lvrv", "lavrov"): 1})
    library.forget([one[0].id], {("lvrv", "lavrov"): 1, ("g", "goa"): 1})
    assert library.spellings(["lvrv", "g"]) == [("lvrv", "lavrov")]


def test_spellings_are_those_of_the_skeletons_asked_for(library: Library) -> None:
    words = {("lvrv", "lavrov"): 2, ("lvrv", "लावरोव"): 1, ("g", "goa"): 1}
    library.add([(article(), "h", [])], words)
    assert sorted(library.spellings(["lvrv", "zz"])) == [("lvrv", "lavrov"), ("lvrv", "लावरोव")]
    assert library.spellings([]) == []


DAYS = {"a.txt": "2021-04-07", "b.txt": "2023-05-05", "c.txt": "2023-05-06", "d.txt": None}


@pytest.mark.parametrize(
    ("since", "until", "sources", "expected"),
    [
        (None, None, None, "abcd"),
        ("2023-05-05", None, None, "bc"),
        (None, "2023-05-05", None, "ab"),
        ("2023-05-05", "2023-05-05", None, "b"),
        ("2023-05-06", "2023-05-05", None, ""),
        (None, None, ["a.txt", "d.txt", "no.txt"], "ad"),
        (None, None, [], ""),
        ("2021-01-01", "2023-05-05", ["b.txt", "c.txt", "d.txt"], "b"),
    ],
)
def test_filters_are_inclusive_and_leave_out_the_undated(
    library: Library,
    since: str | None,
    until: str | None,
    sources: list[str] | None,
    expected: str,
) -> None:
    publish(library, *(article(source, day=day) for source, day in DAYS.items()))
    names = {number: source for source, (number, _) in library.ready().items()}
    first, last = (datetime.date.fromisoformat(d) if d else None for d in (since, until))
    found = library.matching(first, last, sources)
    assert "".join(sorted(names[number][0] for number in found)) == expected


def test_a_moment_filters_by_its_day(library: Library) -> None:
    publish(library, article(day="2023-05-05"))
    noon = datetime.datetime(2023, 5, 5, 12, tzinfo=datetime.UTC)
    assert len(library.matching(noon, noon, None)) == 1


def test_threads_write_and_read_one_library(library: Library) -> None:
    def write(number: int) -> int:
        publish(library, article(f"{number}.txt"))
        return len(library.ready())

    with ThreadPoolExecutor(6) as pool:
        assert max(pool.map(write, range(40))) == 40
    assert library.counts() == (40, 80)


def test_a_failed_write_leaves_nothing(library: Library) -> None:
    with pytest.raises(UnicodeEncodeError):
        add(library, article("a.txt"), article("b.txt", text="half a character \ud800"))
    assert library.unfinished() == []


def test_a_library_damaged_while_open_is_said(tmp_path: Path) -> None:
    library = Library(tmp_path)
    for number in range(50):
        publish(library, article(f"{number}.txt", text="long " * 2_000))
    library.close()
    file = tmp_path / "khabar.sqlite"
    size = file.stat().st_size
    with file.open("r+b") as handle:
        handle.seek(8_192)
        handle.write(b"\xa5" * (size - 8_192))
    library = Library(tmp_path)
    with pytest.raises(IndexFolderError, match="damaged"):
        library.ready()
    library.close()
