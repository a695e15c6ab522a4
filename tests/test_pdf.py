"""PDF: paragraphs out of lines, pages, running heads, and what cannot be read."""

import io
from bisect import bisect

import documents
import hostile_files
import pytest
from reportlab.pdfgen.canvas import Canvas

from index import chunk, pdf
from index.errors import FileError
from index.load import RawArticle

WRAPPED = (
    "Rain fell over the city on Monday and the river rose by a metre in the night, so that the",
    "water reached the market in the morning and two hundred families left their houses. The",
    "minister said on Tuesday that help was on its way.",
)
SECOND = (
    "Schools stay closed until Friday, and trains to the north go every second hour, as the rail-"
)


def read(data: bytes) -> RawArticle:
    (article,), problems = pdf.read(data)
    assert problems == {}
    return article


def lines(*texts: str, top: float = 780, left: float = 60, step: float = 14) -> list[
    tuple[float, float, str]
]:  # fmt: skip
    return [(left, top - step * i, text) for i, text in enumerate(texts)]


def test_lines_become_paragraphs_and_hyphens_at_line_ends_go() -> None:
    page = [*lines(*WRAPPED), *lines(SECOND, top=710), *lines("way said so.", top=696)]
    assert read(documents.pdf([page])).text == (
        " ".join(WRAPPED) + "\n\n" + SECOND.removesuffix("-") + "way said so."
    )


def test_a_paragraph_goes_on_after_lines_that_a_hyphen_joins() -> None:
    page = lines(
        WRAPPED[0],
        SECOND,
        "way said on Tuesday, when it rained again, and then a day later it rained all day",
        "everywhere.",
    )
    assert read(documents.pdf([page])).text.count("\n") == 0


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        ("the rail-", "way said", "the railway said"),
        ("the Indo-", "Pacific talks", "the Indo-Pacific talks"),
        ("in 2010-", "11 it was", "in 2010-11 it was"),
    ],
)
def test_only_a_hyphen_that_cuts_a_word_goes(above: str, below: str, whole: str) -> None:
    assert whole in read(documents.pdf([lines(f"All of {above}", below)])).text


def test_a_short_line_ends_a_paragraph_and_so_does_a_gap_a_size_and_an_indent() -> None:
    full = "Rain fell over the city on Monday and the river rose by a metre in the night, so that"
    short = read(documents.pdf([lines(full, "It rained.", full, full)])).text
    assert short == f"{full} It rained.\n\n{full} {full}"
    gap = [*lines(full, full), *lines(full, top=780 - 14 * 2 - 12)]
    assert read(documents.pdf([gap])).text == f"{full} {full}\n\n{full}"
    indent = [*lines(full, full), *lines(full, top=752, left=80), *lines(full, top=738)]
    assert read(documents.pdf([indent])).text == f"{full} {full}\n\n{full} {full}"
    bullets = lines(f"- {full}", f"1. {full}", f"• {full}")
    assert read(documents.pdf([bullets])).text.count("\n\n") == 2


def test_columns_are_read_one_after_the_other() -> None:
    left = ("Rain fell over the city on", "Monday and the river rose", "by a metre until morning")
    right = ("so that the water reached", "the market at noon.")
    page = [*lines(*left), *lines(*right, left=320)]
    assert read(documents.pdf([page])).text == " ".join((*left, *right))


def test_what_runs_over_a_page_stays_one_sentence_and_pages_are_kept() -> None:
    half = "The water reached the market in the morning and two hundred families left their"
    data = documents.pdf(
        [
            lines(half),
            lines("houses before noon.", "Nobody was hurt."),
            [],
            lines("End."),
        ]
    )
    article = read(data)
    found = [article.text[span.start : span.end] for span in chunk.sentences(article.text)]
    assert found == [f"{half} houses before noon.", "Nobody was hurt.", "End."]
    assert len(article.pages) == 4
    assert article.pages[0] == 0
    assert article.text[article.pages[1] :].startswith("houses before noon.")
    assert article.text[article.pages[3] :] == "End."
    assert bisect(article.pages, article.text.index("Nobody")) == 2
    assert bisect(article.pages, article.text.index("End.")) == 4


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [
        [
            *lines("THE DAILY RAIN", f"Vol. {n}", top=820),
            *lines(f"On day {word} it rained.", f"Nobody was hurt on day {word}.", top=600),
            *lines(f"- {n} -", top=20),
        ]
        for n, word in enumerate(("one", "two", "three"), start=1)
    ]
    article = read(documents.pdf(pages))
    assert "DAILY" not in article.text
    assert "Vol" not in article.text
    assert "- 2 -" not in article.text
    assert all(f"On day {word} it rained." in article.text for word in ("one", "two", "three"))
    assert [article.text[start:][:6] for start in article.pages] == ["On day"] * 3


def test_each_chapter_may_have_a_head_of_its_own_and_rows_of_numbers_are_none() -> None:
    pages = [
        [
            *lines(f"Chapter {1 + n // 3}: {('Rain', 'Snow', 'Sun')[n // 3]} {n}", top=820),
            *lines(f"{n} 20{n} 3{n}", f"It fell on day {'abcdefghi'[n]}.", top=700),
        ]
        for n in range(9)
    ]
    text = read(documents.pdf(pages)).text
    assert "Chapter" not in text
    assert all(f"{n} 20{n} 3{n}" in text for n in range(9))


def test_a_bullet_smaller_than_its_line_does_not_end_it() -> None:
    full = "Rain fell over the city on Monday and the river rose by a metre in the night, so that"
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(60, 700, "\u2022")
    canvas.setFont("Helvetica", 11)
    canvas.drawString(68, 700, full)
    canvas.drawString(68, 686, "nobody slept.")
    canvas.save()
    assert read(file.getvalue()).text == f"\u2022 {full} nobody slept."


def test_a_year_or_a_line_that_stands_once_is_no_running_head() -> None:
    pages = [lines(f"Rain in {place}", "It fell all day.", "2023") for place in ("Goa", "Delhi")]
    pages[1][1] = (60, 766, "It fell all night.")
    pages[1][2] = (60, 752, "Nobody was hurt.")
    text = read(documents.pdf(pages)).text
    assert "Rain in Goa" in text
    assert "2023" in text


def test_pages_that_are_all_alike_are_kept() -> None:
    assert read(documents.pdf([lines("Rain fell.")] * 3)).text.count("Rain fell.") == 3


def test_hindi_comes_out_as_it_is_written() -> None:
    article = read(documents.pdf([lines(*documents.HINDI, step=20)], hindi=True))
    assert article.text.split() == " ".join(documents.HINDI).split()
    conjuncts = "क्षत्रिय ज्ञान श्रीमती द्वितीय कार्यक्रम हिन्दी किया वर्षों गर्मियों सत्र ट्रेन रुपये"
    assert read(documents.pdf([lines(conjuncts)], hindi=True)).text == conjuncts


def test_a_hindi_sentence_runs_over_lines_and_pages() -> None:
    words = documents.HINDI[0].split()
    data = documents.pdf(
        [lines(" ".join(words[:6]), " ".join(words[6:12])), lines(" ".join(words[12:]))], hindi=True
    )
    assert read(data).text == documents.HINDI[0]


@pytest.mark.parametrize(
    ("title", "author", "stated"),
    [
        ("Rain over the city", "Sana Qadri", ("Rain over the city", "Sana Qadri")),
        ("गोवा में बारिश", "सना क़ादरी", ("गोवा में बारिश", "सना क़ादरी")),
        ("Word of rain in Goa", "Joe Root", ("Word of rain in Goa", "Joe Root")),
        ("Microsoft Word - rain.doc", "Administrator", (None, None)),
        ("untitled", "anonymous", (None, None)),
        ("rain_final2.indd", "HP", (None, None)),
        ("Document1", "user1", (None, None)),
        ("---", "a@example.com", (None, None)),
        ("about:blank", "DELL PC", (None, None)),
        ("", "", (None, None)),
    ],
)  # fmt: skip
def test_only_a_plausible_title_and_author_are_taken(
    title: str, author: str, stated: tuple[str | None, str | None]
) -> None:
    found = read(documents.pdf([lines("Rain fell.")], title=title, author=author)).stated
    assert (found.title, found.author) == stated
    assert found.date is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (documents.pdf([lines("Rain fell.")], lock="word"), "has a password"),
        (documents.pdf([[], []]), "pictures, without text; run OCR"),
        (documents.pdf([lines("Rain fell.")])[:400], "damaged"),
        (b"%PDF-1.7", "damaged"),
        (b"Rain fell.", "damaged"),
    ],
)
def test_a_pdf_without_text_says_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(FileError, match=said) as caught:
        pdf.read(data)
    assert str(caught.value).endswith(".")


def test_a_pdf_in_a_font_that_is_not_unicode_is_refused() -> None:
    data = documents.pdf([lines(":l ds fons'k ea=h", "us dgk fd")])
    odd = data.replace(b"/BaseFont /Helvetica", b"/BaseFont /KrutiDev0")
    assert odd != data
    with pytest.raises(FileError, match="KrutiDev0, which is not Unicode"):
        pdf.read(odd)


def test_letters_beyond_the_first_65536_are_read_and_places_still_fit() -> None:
    letters = hostile_files.stream(b"1 beginbfchar <52> <d835dc11> endbfchar")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    article = read(hostile_files.page(font=font, more=(letters,)))
    assert article.text == "𝐑ain fell over the city."
    assert article.pages == (0,)
