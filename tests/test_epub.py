"""Books in EPUB: the chapters in their order, and only what is in the book."""

import documents
import pytest

from index import epub
from index.errors import FileError
from index.load import RawArticle

ABOUT = (
    "<dc:title>Rain over the city</dc:title><dc:creator>Sana Qadri</dc:creator>"
    "<dc:date>2023-05-05T00:00:00Z</dc:date>"
)


def read(data: bytes) -> RawArticle:
    (article,), problems = epub.read(data)
    assert problems == {}
    return article


def test_chapters_are_read_in_their_order_with_what_the_book_states() -> None:
    book = documents.epub(
        {
            "z.xhtml": f"<h1>पहला</h1><p>{documents.HINDI[0]}</p>",
            "a.xhtml": "<p>Rain <b>fell</b>.<br/>It was&#160;cold.</p><ul><li>one</li><li>two</ul>",
        },
        ABOUT,
    )
    article = read(book)
    assert article.text.split("\n\n") == [
        "पहला", documents.HINDI[0], "Rain fell.\nIt was cold.", "one", "two",
    ]  # fmt: skip
    assert article.stated.title == "Rain over the city"
    assert article.stated.author == "Sana Qadri"
    assert str(article.stated.date) == "2023-05-05"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<p>Rain<script>x()</script> fell</p><style>p {}</style>", "Rain fell"),
        ("<p>Rain<!-- no --> fell</p>", "Rain fell"),
        ("<p>Rain&nbsp;fell &mdash; hard</p>", "Rain fell — hard"),
        ("<div>Rain<p>fell</p>hard</div>", "Rain\n\nfell\n\nhard"),
        ("<table><tr><th>Kohli</th><td>82</td></tr></table>", "Kohli | 82"),
        ("<p><ruby>कोहली<rt>Kohli</rt></ruby></p>", "कोहली"),
        ("<p>Rain <i>fell</p><p>hard", "Rain fell\n\nhard"),
    ],
)
def test_a_chapter_is_read_as_it_is_shown(inner: str, text: str) -> None:
    assert read(documents.epub({"a.xhtml": inner})).text == text


def test_a_chapter_that_is_missing_or_damaged_is_named_and_the_others_are_read() -> None:
    parts = documents.epub_parts(
        {"a.xhtml": "<p>Rain.</p>", "b.xhtml": "x", "ग.xhtml": "<p>Sun.</p>"}
    )
    del parts["OEBPS/b.xhtml"]
    (article,), problems = epub.read(documents.zipped(parts))
    assert article.text == "Rain.\n\nSun."
    assert list(problems) == ["OEBPS/b.xhtml"]
    parts["OEBPS/b.xhtml"] = ""
    (article,), problems = epub.read(documents.zipped(parts))
    assert article.text == "Rain.\n\nSun."
    assert problems == {"OEBPS/b.xhtml": "the chapter is empty or damaged."}


def test_addresses_are_names_of_parts_and_may_be_quoted() -> None:
    parts = documents.epub_parts({"a%20b.xhtml": "<p>Rain.</p>"})
    parts["OEBPS/a b.xhtml"] = parts.pop("OEBPS/a%20b.xhtml")
    assert read(documents.zipped(parts)).text == "Rain."


def test_a_book_whose_fonts_alone_are_protected_is_read() -> None:
    parts = documents.epub_parts({"a.xhtml": "<p>Rain.</p>"})
    parts["META-INF/encryption.xml"] = '<a><CipherReference URI="OEBPS/font.otf"/></a>'
    assert read(documents.zipped(parts)).text == "Rain."


def test_a_book_without_text_says_so() -> None:
    with pytest.raises(FileError, match="holds no text"):
        epub.read(documents.epub({"a.xhtml": "<p> </p>"}))
