"""Dates as Hindi and English newspapers print them."""

from datetime import date

import pytest

from index.dates import dateline, find_dates, is_date_line

APRIL = date(2021, 4, 7)
DECEMBER = date(2024, 12, 23)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("मई 5, 2023", date(2023, 5, 5)),
        ("April 7, 2021 14:27 IST", APRIL),
        ("7 अप्रैल 2021", APRIL),
        ("7 अप्रैल, 2021", APRIL),
        ("7-अप्रैल-2021", APRIL),
        ("सात अप्रैल 2021", APRIL),
        ("पांच मई 2023", date(2023, 5, 5)),
        ("पाँच मई 2023", date(2023, 5, 5)),
        ("छः मई 2023", date(2023, 5, 6)),
        ("छह मई 2023", date(2023, 5, 6)),
        ("इकतीस मई 2023", date(2023, 5, 31)),
        ("२३ दिसम्बर २०२४", DECEMBER),
        ("२३ दिसंबर, २०२४", DECEMBER),
        ("15 फ\u093cरवरी 2021", date(2021, 2, 15)),
        ("15 \u095eरवरी 2021", date(2021, 2, 15)),
        ("15 फरवरी 2021", date(2021, 2, 15)),
        ("15 अक्तूबर 2021", date(2021, 10, 15)),
        ("15 अक्टूबर 2021", date(2021, 10, 15)),
        ("15 नवम्बर 2021", date(2021, 11, 15)),
        ("1 सितम्बर 2020", date(2020, 9, 1)),
        ("7th April, 2021", APRIL),
        ("Apr. 7, 2021", APRIL),
        ("Sept. 5, 2021", date(2021, 9, 5)),
        ("Wed Apr 07 2021", APRIL),
        ("07/04/2021", APRIL),
        ("07.04.2021", APRIL),
        ("०७/०४/२०२१", APRIL),
        ("2021-04-07", APRIL),
        ("2021-04-07T14:27:42+05:30", APRIL),
        ("7\u00a0अप्रैल\u00a02021", APRIL),
        ("Mon. Dec 23rd, 2024", DECEMBER),
        ("सोम. 23 दिसंबर 2024", DECEMBER),
    ],
)
def test_a_full_date_is_read_in_hindi_and_english_forms(line: str, day: date) -> None:
    assert [found.day for found in find_dates(line)] == [day]
    assert is_date_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "सात अप्रैल",
        "7 अप्रैल",
        "April 7",
        "7 Apr",
        "इस्लामाबाद, सात अप्रैल (भाषा)",
        "नई दिल्ली, 7 अप्रैल। रूस ने",
    ],
)
def test_a_day_and_month_without_a_year_is_no_date(line: str) -> None:
    assert [found.day for found in find_dates(line)] == [None]


@pytest.mark.parametrize(
    "line",
    [
        "अप्रैल 2021",
        "April 2021",
        "2021",
        "31 फरवरी 2021",
        "99 मई 2021",
        "32/13/2021",
        "2021-02-30",
        "5 mayors 2021 voters",
        "10 जूनागढ़ 2012",
        "3.5.2 2021",
        "फ़ोन 0112345 7 2021",
        "",
    ],
)
def test_what_is_not_a_day_of_the_calendar_is_no_date(line: str) -> None:
    assert find_dates(line) == []


def test_a_date_is_found_where_it_stands() -> None:
    line = "बैठक 5 मई 2023 को और फिर 7 अप्रैल को हुई"
    found = find_dates(line)
    assert [line[d.start : d.end] for d in found] == ["5 मई 2023", "7 अप्रैल"]


@pytest.mark.parametrize(
    "line",
    [
        "Published: May 4, 2023",
        "अपडेटेड: 7 अप्रैल 2021 02:27 PM IST",
        "Publish Date: Wed, 07 Apr 2021 02:27 PM (IST)",
        "Last Updated : April 07, 2021, 14:27 IST",
        "7 अप्रैल 2021 को 02:27 बजे अपडेट किया गया",
        "बुधवार, 7 अप्रैल 2021, 14:27 बजे",
        "Apr 7, 2021 · 3 min read",
        "Saved on 23 Dec 2024",
        "Saved from the web on 23 December 2024 at 10:15",
        "सहेजा गया: 23 दिसंबर 2024",
        "Monday, December 23, 2024 10:15 AM",
    ],
)
def test_a_line_of_labels_weekday_and_time_around_a_date_is_a_date_line(line: str) -> None:
    assert is_date_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "भारत 15 अगस्त 1947 को आज़ाद हुआ।",
        "The date is set for 7 April 2021.",
        "Saved by a fisherman on 23 December 2024, the boy went home.",
        "सोमवार",
        "14:27",
    ],
)
def test_a_sentence_with_a_date_in_it_is_no_date_line(line: str) -> None:
    assert not is_date_line(line)


@pytest.mark.parametrize(
    ("paragraph", "day"),
    [
        ("नई दिल्ली, 7 अप्रैल 2021 (पीटीआई) रूस के विदेश मंत्री", APRIL),
        ("ISLAMABAD: April 7, 2021 - The foreign ministers", APRIL),
        ("नई दिल्ली (7 अप्रैल 2021): रूस के विदेश मंत्री", APRIL),
        ("इस्लामाबाद, सात अप्रैल (भाषा) पाकिस्तान के विदेश मंत्री", None),
        ("Islamabad, Apr 7 The foreign ministers", None),
    ],
)
def test_an_agency_report_opens_with_its_dateline(paragraph: str, day: date | None) -> None:
    found = dateline(paragraph)
    assert found is not None
    assert found.day == day


@pytest.mark.parametrize(
    "paragraph",
    [
        "रविवार, 15 अगस्त 1947 को भारत आज़ाद हुआ।",
        "On Friday, 15 August 1947, India became free.",
        "भारत, 15 अगस्त 1947 को आज़ाद हुआ देश, बड़ा है।",
        "15 अगस्त 1947 को भारत आज़ाद हुआ।",
        "भारत आज़ाद हुआ।",
    ],
)
def test_a_sentence_about_a_day_is_no_dateline(paragraph: str) -> None:
    assert dateline(paragraph) is None
