"""SQLite: articles come back as they went in, and only READY ones are ever seen, file by file."""

import datetime
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import listing
from index.catalogue import Catalogue, NewArticle, ReadFile, StoredArticle
from index.errors import IndexFolderError
from index.library import Library, Place
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


def add(library: Library, *articles: Article) -> list[StoredArticle]:
    spans = [Span(0, 4), Span(5, 9)]
    new = [NewArticle(content(each), each, spans) for each in articles]
    return Catalogue(library).add(new, {})


def content(article: Article) -> str:
    return f"{article.source} {article.text}"


def settle(library: Library, stored: Sequence[StoredArticle], *articles: Article) -> None:
    files = [ReadFile(each.source, "h", {each.source: content(each)}) for each in articles]
    Catalogue(library).settle([entry.id for entry in stored], files)


def publish(library: Library, *articles: Article) -> list[StoredArticle]:
    stored = add(library, *articles)
    settle(library, stored, *articles)
    return stored


def unfinished(library: Library, *, stored: bool = True) -> list[StoredArticle]:
    return [*Catalogue(library).unfinished(stored=stored)]


def read(library: Library, ids: Sequence[int]) -> dict[int, Passage]:
    return library.passages(library.places(ids))


def test_an_article_comes_back_as_it_went_in(library: Library) -> None:
    whole = article(day="2023-05-05")
    bare = Article("b.txt", "x", None, None, None, "hi")
    publish(library, whole, bare)
    assert library.article("a.txt") == whole
    assert library.article("b.txt") == bare
    assert library.article("c.txt") is None


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
    | st.permutations(list(ODD)).map("".join),
    data=st.data(),
)
def test_every_character_keeps_its_place(library: Library, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    spans = [Span(start, end), Span(0, len(text))]
    whole = article(f"{uuid.uuid4()}.txt", text)
    [entry] = Catalogue(library).add([NewArticle(content(whole), whole, spans)], {})
    settle(library, [entry], whole)
    stored = library.article(whole.source)
    assert stored is not None
    assert stored.text == text
    passages = read(library, entry.passages)
    assert [passages[number].text for number in entry.passages] == [text[start:end], text]
    assert set(library.texts(entry.id)[1].values()) == {text[start:end], text}


def test_a_pending_article_is_seen_by_nobody(library: Library) -> None:
    [entry] = add(library, article(day="2023-05-05"))
    assert library.article("a.txt") is None
    assert read(library, entry.passages) == {}
    assert library.sources() == {}
    assert library.matching(None, None, None) == []
    assert library.counts() == (0, 0)
    assert unfinished(library) == [entry]


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
    Catalogue(library).retire(["a.txt"])
    assert library.passages(places).keys() == set(other.passages)


def test_publishing_replaces_the_earlier_version_in_one_step(library: Library) -> None:
    [old] = publish(library, article(text="Old. One."))
    [new] = add(library, article(text="New. Two."))
    assert read(library, [*old.passages, *new.passages]).keys() == set(old.passages)
    settle(library, [new], article(text="New. Two."))
    assert read(library, [*old.passages, *new.passages]).keys() == set(new.passages)
    assert unfinished(library) == [old]
    assert library.counts() == (1, 2)


def test_a_retired_article_is_out_of_sight_and_then_forgotten(library: Library) -> None:
    [entry] = publish(library, article())
    Catalogue(library).retire(["a.txt"])
    assert read(library, entry.passages) == {}
    assert unfinished(library) == [entry]
    Catalogue(library).forget([entry.id], {})
    assert unfinished(library) == []
    assert library.counts() == (0, 0)


def test_ids_are_never_used_twice(library: Library) -> None:
    [first] = publish(library, article())
    Catalogue(library).retire(["a.txt"])
    Catalogue(library).forget([first.id], {})
    [second] = publish(library, article())
    assert second.id > first.id
    assert min(second.passages) > max(first.passages)


def test_an_article_may_have_no_passage(library: Library) -> None:
    [entry] = Catalogue(library).add([NewArticle(content(article()), article(), [])], {})
    assert unfinished(library) == [StoredArticle(entry.id, ())]
    settle(library, [entry], article())
    assert library.counts() == (1, 0)


def test_words_leave_with_the_last_article_that_holds_them(library: Library) -> None:
    catalogue = Catalogue(library)
    one, other = (NewArticle(name, article(name), []) for name in ("a.txt", "b.txt"))
    [entry] = catalogue.add([one], {("lvrv", "lavrov"): 1, ("g", "goa"): 1})
    catalogue.add([other], {("lvrv", "lavrov"): 1})
    catalogue.forget([entry.id], {("lvrv", "lavrov"): 1, ("g", "goa"): 1})
    assert library.spellings(["lvrv", "g"]) == [("lvrv", "lavrov")]


def test_one_text_in_two_files_is_kept_once_and_stays_while_either_does(library: Library) -> None:
    catalogue = Catalogue(library)
    [entry] = add(library, article())
    files = [ReadFile(name, "h", {name: content(article())}) for name in ("a.txt", "sub/a.txt")]
    catalogue.settle([entry.id], files)
    assert library.sources() == {"a.txt": entry.id, "sub/a.txt": entry.id}
    assert library.counts() == (2, 2)
    first, second = library.places(entry.passages).values()
    assert (first.source, first.also_in) == (second.source, second.also_in)
    assert (first.source, first.also_in) == ("a.txt", ("sub/a.txt",))
    asked = library.places(entry.passages, ["sub/a.txt"])
    assert {(place.source, place.also_in) for place in asked.values()} == {("sub/a.txt", ())}
    catalogue.retire(["a.txt"])
    assert unfinished(library) == []
    assert read(library, entry.passages)[entry.passages[0]].source == "sub/a.txt"
    catalogue.retire(["sub/a.txt"])
    assert unfinished(library) == [entry]


def test_a_stored_article_is_seen_by_nobody_until_its_file_is_read_to_the_end(
    library: Library,
) -> None:
    catalogue = Catalogue(library)
    rows = [article("t.csv#1", "One. One."), article("t.csv#2", "Two. Two.")]
    first = add(library, rows[0])
    catalogue.settle([entry.id for entry in first], [])
    assert library.counts() == (0, 0)
    assert read(library, first[0].passages) == {}
    assert content(rows[0]) in catalogue.known().held
    assert unfinished(library, stored=False) == []
    assert unfinished(library) == first
    second = add(library, rows[1])
    assert content(rows[1]) not in catalogue.known().held
    both = {row.source: content(row) for row in rows}
    catalogue.settle([second[0].id], [ReadFile("t.csv", "h", both, {"t.csv#3": "no text."})])
    assert [*library.sources()] == ["t.csv#1", "t.csv#2"]
    assert catalogue.known().files == {"t.csv": ReadFile("t.csv", "h", both)}
    assert [row.source for row in catalogue.known().failures["t.csv"]] == ["t.csv#3"]
    assert len(library.matching(None, None, ["t.csv"])) == 2
    assert library.matching(None, None, ["t.csv#2"]) == [second[0].id]
    catalogue.retire(["t.csv"])
    assert (catalogue.known().files, catalogue.known().failures, library.sources()) == ({}, {}, {})


def test_an_article_that_was_leaving_comes_back_with_a_file_that_holds_it(
    library: Library,
) -> None:
    [entry] = publish(library, article())
    Catalogue(library).retire(["a.txt"])
    again = ReadFile("b.txt", "h", {"b.txt": content(article())})
    Catalogue(library).settle([], [again])
    assert unfinished(library) == []
    assert library.sources() == {"b.txt": entry.id}


def test_why_a_file_failed_is_remembered_until_it_is_read(library: Library) -> None:
    catalogue = Catalogue(library)
    publish(library, article())
    catalogue.fail("a.txt", "other content", "the file is a picture.")
    [failure] = catalogue.known().failures["a.txt"]
    assert (failure.source, failure.hash) == ("a.txt", "other content")
    assert failure.reason == "the file is a picture."
    assert library.article("a.txt") == article()
    settle(library, [], article())
    assert catalogue.known().failures == {}


def test_a_passage_knows_its_pages(library: Library) -> None:
    paged = Article("a.pdf", "One. Two.", None, None, None, "en", (0, 2, 7))
    [entry] = publish(library, paged)
    assert library.article("a.pdf") == paged
    first, second = (read(library, entry.passages)[number] for number in entry.passages)
    assert (first.page, first.page_breaks) == (1, (2,))
    assert [first.page_of(place) for place in range(4)] == [1, 1, 2, 2]
    assert (second.page, second.page_breaks) == (2, (7,))
    assert [second.page_of(place) for place in (5, 7, 8)] == [2, 3, 3]
    [plain] = publish(library, article("b.txt"))
    bare = read(library, plain.passages)[plain.passages[0]]
    assert (bare.page, bare.page_of(3)) == (None, None)


def test_deleted_passages_are_counted_until_their_space_is_won_back(library: Library) -> None:
    entries = publish(library, article("a.txt"), article("b.txt"))
    for entry in entries:
        Catalogue(library).forget([], {})
        Catalogue(library).retire(["a.txt", "b.txt"])
        Catalogue(library).forget([entry.id], {})
    assert library.about("deleted vectors") == "4"


def test_spellings_are_those_of_the_skeletons_asked_for(library: Library) -> None:
    words = {("lvrv", "lavrov"): 2, ("lvrv", "लावरोव"): 1, ("g", "goa"): 1}
    Catalogue(library).add([NewArticle("h", article(), [])], words)
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
    names = {number: source for source, number in library.sources().items()}
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
        return len(library.sources())

    with ThreadPoolExecutor(6) as pool:
        assert max(pool.map(write, range(40))) == 40
    assert library.counts() == (40, 80)


def test_a_failed_write_leaves_nothing(library: Library) -> None:
    with pytest.raises(UnicodeEncodeError):
        add(library, article("a.txt"), article("b.txt", text="half a character \ud800"))
    assert unfinished(library) == []


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
        library.sources()
    library.close()


def test_a_library_made_before_languages_were_asked_for_finds_them_as_fast(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.rows("DROP INDEX by_language")
    library.close()
    with closing(Library(tmp_path)) as library:
        query = "EXPLAIN QUERY PLAN SELECT id FROM articles WHERE state = 'ready' AND language = ?"
        assert "by_language" in str(library.rows(query, ["hi"]))


def test_the_newest_articles_of_a_language_come_first_and_undated_ones_last(
    library: Library,
) -> None:
    publish(library, *(article(source, day=day) for source, day in DAYS.items()))
    publish(library, Article("e.txt", "एक।", None, None, None, "hi"))
    numbers = library.sources()
    newest = listing.newest(library, "en", 10)
    assert list(newest) == ["c.txt", "b.txt", "a.txt", "d.txt"]
    assert newest == {source: numbers[source] for source in newest}
    assert list(listing.newest(library, "en", 2)) == ["c.txt", "b.txt"]
    assert list(listing.newest(library, "hi", 2)) == ["e.txt"]
