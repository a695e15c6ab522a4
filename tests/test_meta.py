"""Title, author, date and language are the article's own."""

import datetime
from datetime import date

import pytest

from index.clean import classify
from index.meta import Metadata, language, read_metadata

APRIL = date(2021, 4, 7)
HEADLINE = "रूस और पाकिस्तान की वार्ता आज हुई"
PARAGRAPH = "रूस के विदेश मंत्री ने बुधवार को पाकिस्तान के विदेश मंत्री से कई मुद्दों पर लंबी बात की।"
CLOCKS = [
    "Mon. Dec 23rd, 2024",
    "सोम. 23 दिसंबर 2024",
    "सोम. दिसम्बर 23rd, 2024",
    "सोमवार, 23 दिसंबर 2024",
    "Saved on 23 Dec 2024",
    "सहेजा गया: 23 दिसंबर 2024",
    "Printed on 23/12/2024",
    "आज: सोमवार 23 दिसंबर 2024",
    "Today is Monday, 23 December 2024",
    "Monday, December 23, 2024 10:15 AM",
    "23 दिसंबर 2024, 10:15 बजे",
]


def about(*lines: str, stated: Metadata | None = None) -> Metadata:
    text = "\n\n".join(lines)
    return read_metadata(text, classify(text), stated or Metadata())


def article(*lines: str) -> Metadata:
    return about(*lines, *[PARAGRAPH] * 5)


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_saved_on_date_is_not_the_articles_date(clock: str) -> None:
    assert article(clock, HEADLINE).date is None
    assert article("नवभारत टाइम्स", clock, HEADLINE).date is None


@pytest.mark.parametrize("clock", CLOCKS)
def test_beside_a_saved_on_date_the_articles_own_is_found(clock: str) -> None:
    assert article(clock, HEADLINE, "7 अप्रैल 2021").date == APRIL
    assert article(clock, HEADLINE, "Published: April 7, 2021").date == APRIL
    assert article(clock, HEADLINE, f"नई दिल्ली, 7 अप्रैल 2021 (पीटीआई) {PARAGRAPH}").date == APRIL
    assert article(clock, HEADLINE, f"नई दिल्ली, सात अप्रैल (पीटीआई) {PARAGRAPH}").date is None


@pytest.mark.parametrize("note", ["Saved on 23 Dec 2024", "Mon. Dec 23rd, 2024"])
def test_a_saved_on_note_at_the_foot_is_not_the_articles_date(note: str) -> None:
    assert about(HEADLINE, *[PARAGRAPH] * 5, note).date is None


@pytest.mark.parametrize(
    "line",
    [
        "7 अप्रैल 2021",
        "April 7, 2021 14:27 IST",
        "Published: April 7, 2021",
        "अपडेटेड: 7 अप्रैल 2021 02:27 PM IST",
        "प्रकाशित: बुधवार, 7 अप्रैल 2021",
        "Publish Date: Wed, 07 Apr 2021 02:27 PM (IST)",
        "TIMESOFINDIA.COM / Updated: Apr 7, 2021, 14:27 IST",
        "NBT | Updated: 7 Apr 2021, 02:27 PM",
        "By भाषा | Updated: April 7, 2021 14:27 IST2021-04-07T14:27:42+5:302021-04-07T14:27:42",
        "By : एबीपी न्यूज़ | Updated at : 07 Apr 2021 02:27 PM (IST)",
        "Posted On: 07 APR 2021 2:27PM by PIB Delhi",
        "Wed, 07 Apr 2021 02:27 PM (IST)",
        "Apr 7, 2021 · 3 min read",
    ],
)
def test_the_date_line_under_the_headline_is_the_articles_date(line: str) -> None:
    assert article(HEADLINE, line).date == APRIL


def test_a_date_line_above_the_headline_is_believed_when_nothing_makes_it_a_clock() -> None:
    assert article("7 अप्रैल 2021", HEADLINE).date == APRIL
    assert article("7 अप्रैल 2021", HEADLINE, f"गोवा, सात मई (भाषा) {PARAGRAPH}").date is None


def test_published_is_believed_before_updated_on_top_of_the_page() -> None:
    lines = ("Updated: December 23, 2024 10:15", HEADLINE, "Published: April 7, 2021")
    assert article(*lines).date == APRIL


def test_a_date_at_the_foot_is_the_articles_when_it_says_so() -> None:
    foot = "First Published: April 7, 2021, 14:27 IST"
    assert about(HEADLINE, *[PARAGRAPH] * 5, foot).date == APRIL


@pytest.mark.parametrize(
    "line",
    [
        "भारत 15 अगस्त 1947 को आज़ाद हुआ।",
        "रविवार, 15 अगस्त 1947 को भारत आज़ाद हुआ।",
        "On Friday, 15 August 1947, India became free.",
        "सात अप्रैल",
        "अप्रैल 2021",
        "Copyright © 2023 Dainik Namuna",
    ],
)
def test_a_date_the_article_only_speaks_of_is_not_its_date(line: str) -> None:
    assert article(HEADLINE, line).date is None


def test_the_days_of_a_timeline_are_not_the_articles_date() -> None:
    lines = [HEADLINE, *[PARAGRAPH] * 4, "26 नवंबर 2008", PARAGRAPH, "27 नवंबर 2008", PARAGRAPH]
    assert about(*lines).date is None


def test_the_date_of_a_readers_comment_is_not_the_articles_date() -> None:
    lines = [HEADLINE, *[PARAGRAPH] * 9, "Leave a Reply", "Posted on 23 December 2024 at 10:15"]
    assert about(*lines).date is None


def test_the_title_is_the_headline_and_not_in_the_text() -> None:
    assert article("Mon. Dec 23rd, 2024", HEADLINE).title == HEADLINE
    assert about(PARAGRAPH, PARAGRAPH).title is None
    assert about(f"# {HEADLINE}", PARAGRAPH).title == HEADLINE


def test_what_the_page_states_of_itself_comes_first() -> None:
    stated = Metadata("Stated", "Someone", datetime.date(2020, 1, 1))
    assert about(HEADLINE, "By Other", "7 अप्रैल 2021", PARAGRAPH, stated=stated) == stated


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_front_matter_is_read(line_end: str) -> None:
    matter = [
        "---",
        'title: "रूस का वादा"',
        "author: Sana Qadri",
        "date: 2021-04-07T14:27:00",
        "---",
    ]
    text = line_end.join([*matter, "", PARAGRAPH, PARAGRAPH])
    assert read_metadata(text, classify(text), Metadata()) == Metadata(
        "रूस का वादा", "Sana Qadri", APRIL
    )


def test_an_empty_field_of_the_front_matter_says_nothing() -> None:
    text = f"---\ntitle:\nauthor: Sana Qadri\ndate:\n---\n\n{PARAGRAPH}\n\n{PARAGRAPH}"
    found = read_metadata(text, classify(text), Metadata())
    assert found == Metadata(None, "Sana Qadri", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("रूस के विदेश मंत्री (Foreign Minister) ने कहा", "hi"),
        ("The minister said नमस्ते to all", "en"),
        ("स्पूतनिक-V वैक्सीन", "hi"),
        ("123 456", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_that_of_most_words(text: str, expected: str) -> None:
    assert language(text) == expected
