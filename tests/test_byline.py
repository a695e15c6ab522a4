"""A byline gives the author and the date; a sentence with a name and a date in it is none."""

from datetime import date

import pytest

from index.clean import Kind, classify
from index.meta import Metadata, read_metadata

DAY = date(2024, 1, 21)
HEADLINE = "रूस और पाकिस्तान की वार्ता आज हुई"
PARAGRAPH = "रूस के विदेश मंत्री ने बुधवार को पाकिस्तान के विदेश मंत्री से कई मुद्दों पर लंबी बात की।"


def read(*lines: str) -> tuple[Metadata, dict[str, Kind]]:
    text = "\n\n".join(lines)
    found = classify(text)
    return read_metadata(text, found, Metadata()), {line.text: line.kind for line in found}


@pytest.mark.parametrize(
    "name", ["Ravi Menon", "Emma Thompson", "Paul Simon", "Sharon", "Ron", "Jon Gordon"]
)
@pytest.mark.parametrize(
    "line", ["By {}", "By {} on 21 January 2024", "By {} Updated: 21 January 2024", "By {}, Goa"]
)
def test_a_name_keeps_its_last_letters(line: str, name: str) -> None:
    about, _ = read(HEADLINE, line.format(name), *[PARAGRAPH] * 5)
    assert about.author == name


@pytest.mark.parametrize("name", ["रवि शर्मा", "मंगल पांडे", "वीर सिंह", "गुरु दत्त"])
def test_a_person_may_be_called_as_a_day_of_the_week_is(name: str) -> None:
    for line in (f"लेखक: {name}", f"By {name}", f"{name} | 21 जनवरी 2024"):
        about, _ = read(HEADLINE, line, *[PARAGRAPH] * 5)
        assert about.author == name


SIGNED = [
    ("By Ravi Sharma | 21 January 2024", "Ravi Sharma"),
    ("By Ravi Sharma on 21 January 2024", "Ravi Sharma"),
    ("By Ravi Sharma on Sunday, 21 January 2024", "Ravi Sharma"),
    ("By Ravi Sharma | 21st January 2024", "Ravi Sharma"),
    ("By Ravi Sharma, January 21, 2024 10:15 IST", "Ravi Sharma"),
    ("By Ravi Sharma January 21, 2024", "Ravi Sharma"),
    ("By Ravi Sharma, New Delhi, 21 January 2024", "Ravi Sharma"),
    ("By India Today Web Desk | 21 January 2024", "India Today Web Desk"),
    ("By India Today Web Desk | Updated: 21 January 2024", "India Today Web Desk"),
    ("Written by Sana Qadri (21/01/2024)", "Sana Qadri"),
    ("लेखक: रवि शर्मा, 21 जनवरी 2024", "रवि शर्मा"),
    ("लेखक: रवि शर्मा | इक्कीस जनवरी 2024", "रवि शर्मा"),
    ("द्वारा रवि शर्मा, 21 जनवरी 2024", "रवि शर्मा"),
    ("रवि शर्मा | 21 जनवरी 2024", "रवि शर्मा"),
    ("रवि शर्मा | रविवार, 21 जनवरी 2024, 10:15 बजे", "रवि शर्मा"),
    ("A. K. D'Souza • 21 January 2024", "A. K. D'Souza"),
    ("Ravi Sharma | Updated: 21 January 2024", "Ravi Sharma"),
]


@pytest.mark.parametrize(("line", "name"), SIGNED)
def test_a_date_on_the_byline_is_the_articles(line: str, name: str) -> None:
    for lines in ([HEADLINE, line, *[PARAGRAPH] * 5], [HEADLINE, *[PARAGRAPH] * 5, line]):
        about, kinds = read(*lines)
        assert (about.author, about.date) == (name, DAY)
        assert kinds[line] is Kind.FURNITURE
        assert about.title == HEADLINE


def test_a_byline_above_the_headline_dates_the_article_too() -> None:
    about, _ = read("By Ravi Sharma | 21 January 2024, 10:15 IST", HEADLINE, *[PARAGRAPH] * 5)
    assert (about.author, about.date, about.title) == ("Ravi Sharma", DAY, HEADLINE)


def test_the_day_a_page_was_saved_is_nobodys_date_on_a_byline_either() -> None:
    about, _ = read(HEADLINE, "By Ravi Sharma | Saved on 21 January 2024", *[PARAGRAPH] * 5)
    assert (about.author, about.date) == ("Ravi Sharma", None)


def test_a_byline_in_the_middle_dates_another_article() -> None:
    card = "By Ravi Sharma | 21 January 2024"
    about, _ = read(HEADLINE, *[PARAGRAPH] * 5, card, *[PARAGRAPH] * 2)
    assert about.date is None


@pytest.mark.parametrize(
    "line",
    [
        "रवि शर्मा 21 जनवरी 2024 को दिल्ली में मंत्री से मिले।",
        "रवि शर्मा, 21 जनवरी 2024 को जन्मे सबसे छोटे सदस्य, घर लौट आए।",
        "रवि शर्मा | 21 जनवरी 2024 को पद छोड़ दिया।",
        "By 21 January 2024 the river had risen by two metres.",
        "By Ravi Sharma on 21 January 2024 a hundred letters had been sent.",
        "Ravi Sharma met the minister on 21 January 2024.",
        "Ravi Sharma | 21 January 2024 was his last day at the ministry.",
        "नई दिल्ली | 21 जनवरी 2024",
        "New Delhi | 21 January 2024",
        "World News | 21 January 2024",
        "रवि ने कहा | 21 जनवरी 2024",
        "The match | 21 January 2024",
        "PIB Delhi | 21 January 2024",
    ],
)
def test_a_name_and_a_date_alone_make_no_byline(line: str) -> None:
    about, kinds = read(HEADLINE, line, *[PARAGRAPH] * 5)
    assert (about.author, about.date) == (None, None)
    assert kinds[line] is Kind.BODY


def test_the_subheads_of_a_timeline_are_no_bylines() -> None:
    days = ["Mumbai Attack | 26 November 2008", "Kasab Hanged | 21 November 2012"]
    about, kinds = read(HEADLINE, days[0], PARAGRAPH, days[1], *[PARAGRAPH] * 3)
    assert (about.author, about.date) == (None, None)
    assert {kinds[day] for day in days} == {Kind.BODY}
    _, kinds = read(HEADLINE, *[PARAGRAPH] * 4, days[0], *[PARAGRAPH] * 4)
    assert kinds[days[0]] is Kind.BODY


def test_a_headline_with_a_name_and_a_date_stays_the_headline() -> None:
    about, _ = read("Mumbai Attack | 26 November 2008", *[PARAGRAPH] * 5)
    assert (about.title, about.author) == ("Mumbai Attack | 26 November 2008", None)
