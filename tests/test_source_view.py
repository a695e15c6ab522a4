"""An article beside the answer: whole, with the cited words highlighted, and nothing in it runs."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outlines import HOSTILE, Outline

from index import Article
from qa.look import Language
from qa.source_view import Highlight, article_view, gone_view

TEXT = "रूस का वादा\n\nरूस ने वादा किया। वह विशेष सैन्य उपकरण देगा।\n\nबाक़ी बातें बाद में होंगी।\n"
QUOTE = "वह विशेष सैन्य उपकरण देगा।"
START = TEXT.index(QUOTE)


def article(text: str = TEXT, source: str = "रूस 1.txt", pages: tuple[int, ...] = ()) -> Article:
    day = datetime.date(2021, 4, 7)
    return Article(source, text, "रूस का वादा", "अनन्या", day, "hi", pages)


def shown(given: Article, *highlights: Highlight, language: Language = "en") -> Outline:
    return Outline(article_view(given, highlights, language))


def cited(start: int = START, quote: str = QUOTE, label: str = "1") -> Highlight:
    return Highlight(start, start + len(quote), label, current=True)


def test_the_whole_article_is_there_with_the_cited_words_highlighted() -> None:
    outline = shown(article(), cited(label=""))
    assert outline.texts["text"] == [TEXT]
    assert outline.texts["cited"] == [QUOTE]


def test_title_date_author_file_and_download_stand_above_it() -> None:
    outline = shown(article(), cited())
    assert outline.texts["h2"] == ["रूस का वादा"]
    assert outline.texts["date"] == ["7 April 2021"]
    assert outline.texts["author"] == ["अनन्या"]
    assert outline.texts["file"] == ["रूस 1.txt"]
    [link] = [attrs for tag, attrs in outline.tags if tag == "a"]
    assert link["href"] == "files?source=%E0%A4%B0%E0%A5%82%E0%A4%B8%201.txt"
    assert "download" in link


@pytest.mark.parametrize(
    ("language", "close", "day"),
    [("hi", "बंद कीजिए", "7 अप्रैल 2021"), ("en", "Close", "7 April 2021")],
)
def test_its_labels_are_in_the_language_of_the_page(
    language: Language, close: str, day: str
) -> None:
    outline = shown(article(), cited(), language=language)
    assert outline.texts["close"] == [close]
    assert outline.texts["date"] == [day]


def test_all_that_an_answer_cites_of_it_is_marked_and_one_stands_out() -> None:
    first = Highlight(0, 11, "2")
    outline = shown(article(), cited(), first)
    assert outline.texts["mark"] == ["रूस का वादा", "2", "1"]
    assert outline.texts["cited"] == [QUOTE]


def test_of_highlights_that_overlap_the_one_asked_for_is_shown() -> None:
    outline = shown(article(), Highlight(START - 5, START + 5, "2"), cited(label=""))
    assert outline.texts["cited"] == [QUOTE]
    assert "mark" not in outline.texts
    assert outline.texts["text"] == [TEXT]


def test_pages_are_told_above_and_within_the_text() -> None:
    outline = shown(article(pages=(0, START, START + len(QUOTE))), cited(label=""))
    assert outline.texts["leaf"] == ["page 2", "page 2", "page 3"]
    assert outline.texts["cited"] == [QUOTE]


def test_a_page_that_begins_within_the_cited_words_does_not_cut_them() -> None:
    outline = shown(article(pages=(0, START + 3)), cited(label=""))
    assert outline.texts["leaf"] == ["page 1"]
    assert outline.texts["cited"] == [QUOTE]


def test_markup_in_the_article_stays_text() -> None:
    day = datetime.date(2021, 4, 7)
    hostile = Article(HOSTILE, f"{HOSTILE}\n", HOSTILE, HOSTILE, day, "en")
    outline = shown(hostile, Highlight(3, 9, HOSTILE, current=True))
    plain = shown(article(), cited())
    assert {tag for tag, _ in outline.tags} == {tag for tag, _ in plain.tags}
    assert not [name for _, attrs in outline.tags for name in attrs if name.startswith("on")]
    assert outline.texts["h2"] == outline.texts["author"] == outline.texts["file"] == [HOSTILE]
    [link] = [attrs for tag, attrs in outline.tags if tag == "a"]
    assert (link["href"] or "").startswith("files?source=%3Cimg")


def test_an_article_that_changed_says_so_and_one_that_is_gone_leaves_what_it_said() -> None:
    changed = Outline(article_view(article(), [cited()], "hi", changed=True))
    assert changed.texts["note"] == ["जवाब के बाद यह लेख बदल गया है।"]
    gone = Outline(gone_view(f"{QUOTE} <b>", "rus.txt", "en"))
    assert gone.texts["blockquote"] == [f"{QUOTE} <b>"]
    assert gone.texts["close"] == ["Close"]


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), st.booleans())),
    st.lists(st.integers(0, 30), unique=True).map(sorted),
)
def test_whatever_is_highlighted_the_text_stays_whole(
    text: str, spans: list[tuple[int, int, bool]], pages: list[int]
) -> None:
    marks = [Highlight(start, start + size, "", current) for start, size, current in spans]
    inside = [each for each in marks if each.end <= len(text)]
    html = article_view(article(text, pages=tuple(pages)), inside, "en")
    leaves = [f"page {number}" for number, begin in enumerate(pages, 1)]
    outline = Outline(html)
    shown_text = outline.texts["text"][0]
    for leaf in outline.texts.get("leaf", []):
        assert leaf in leaves
    if not pages:
        assert shown_text == text
