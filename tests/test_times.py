"""What time a question speaks of, in Hindi, English and roman Hindi."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from index.analyze import words
from index.times import AskedTime, time_asked

DAY = date.fromisoformat
NEWEST = date(2023, 5, 5)  # a Friday


def days(text: str, newest: date | None = NEWEST) -> tuple[date, date] | None:
    asked = time_asked(text, newest)
    return (asked.since, asked.until) if asked else None


def year(number: int) -> tuple[date, date]:
    return date(number, 1, 1), date(number, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "2021 में कौन से नेता पाकिस्तान गए?",
        "२०२१ में क्या हुआ?",
        "साल 2021 में क्या हुआ?",
        "सन् 2021 की बड़ी ख़बरें क्या थीं?",
        "2021 के चुनाव कौन जीता?",
        "2021 के दौरान क्या हुआ?",
        "2021 टोक्यो ओलंपिक में भारत को क्या मिला?",
        "बजट 2021",
        "What happened in 2021?",
        "What happened in the year 2021?",
        "Who won the 2021 Asian Cup?",
        "the election of 2021",
        "2021 mein kya hua?",
        "saal 2021 ka budget",
        "2021 main kaun jeeta tha?",
    ],
)
def test_a_year_is_read(text: str) -> None:
    assert days(text) == year(2021)


@pytest.mark.parametrize(
    "text",
    [
        "अप्रैल 2021",
        "अप्रैल 2021 में क्या हुआ?",
        "अप्रैल, 2021 में",
        "2021 के अप्रैल में",
        "अप्रैल महीने में 2021 की बैठक",
        "april 2021 me kya hua?",
        "aprail 2021 mein",
        "What did Lavrov do in April 2021?",
        "in Apr 2021",
        "in April of 2021",
    ],
)
def test_a_month_of_a_year_is_read(text: str) -> None:
    assert days(text) == (date(2021, 4, 1), date(2021, 4, 30))


@pytest.mark.parametrize(
    "text",
    [
        "7 अप्रैल 2021 को क्या हुआ?",
        "७ अप्रैल, २०२१ को",
        "सात अप्रैल 2021 को",
        "07/04/2021 को",
        "7.4.2021 को",
        "2021-04-07 को",
        "7 april 2021 ko",
        "on 7 April 2021",
        "on April 7, 2021",
        "on the 7th of April, 2021",
    ],
)
def test_a_day_is_read(text: str) -> None:
    assert days(text) == (date(2021, 4, 7), date(2021, 4, 7))


@pytest.mark.parametrize(
    "text",
    [
        "2019 से 2021 के बीच",
        "2019 से 2021 तक",
        "2019 से लेकर 2021 तक",
        "2019 और 2021 के बीच",
        "2019-2021 में",
        "2019-21 में",
        "between 2019 and 2021",
        "from 2019 to 2021",
        "2019 se 2021 ke beech",
        "2019 aur 2021 ke beech",
    ],
)
def test_from_one_year_to_another_is_all_between(text: str) -> None:
    assert days(text) == (date(2019, 1, 1), date(2021, 12, 31))


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("अप्रैल से जून 2021 तक", "2021-04-01", "2021-06-30"),
        ("between April and June 2021", "2021-04-01", "2021-06-30"),
        ("अप्रैल-मई 2021 में", "2021-04-01", "2021-05-31"),
        ("नवंबर 2020 से फ़रवरी 2021 तक", "2020-11-01", "2021-02-28"),
        ("नवंबर से फ़रवरी 2021 तक", "2020-11-01", "2021-02-28"),
        ("5 मई 2022 से 7 मई 2022 तक", "2022-05-05", "2022-05-07"),
    ],
)
def test_from_one_month_or_day_to_another_is_all_between(text: str, since: str, until: str) -> None:
    assert days(text) == (DAY(since), DAY(until))


@pytest.mark.parametrize("text", ["2021 से", "since 2021", "2021 se ab tak"])
def test_since_a_year_has_no_end(text: str) -> None:
    assert days(text) == (date(2021, 1, 1), date.max)


@pytest.mark.parametrize("text", ["2020 के बाद", "after 2020", "2020 ke baad"])
def test_after_a_year_begins_with_the_next(text: str) -> None:
    assert days(text) == (date(2021, 1, 1), date.max)


@pytest.mark.parametrize("text", ["2020 से पहले", "2020 से पूर्व", "before 2020", "2020 se pehle"])
def test_before_a_year_has_no_beginning(text: str) -> None:
    assert days(text) == (date.min, date(2019, 12, 31))


def test_a_number_behind_a_year_is_no_second_year() -> None:
    assert days("Why in 2019 40 soldiers died?") == year(2019)
    assert days("2019 में 20 लोग क्यों मरे?") == year(2019)


def test_the_first_months_of_a_year_are_not_before_it() -> None:
    assert days("2020 के पहले तीन महीनों में") == year(2020)


@pytest.mark.parametrize(
    ("texts", "since", "until"),
    [
        (
            "पिछले साल|पिछले वर्ष|गत वर्ष|बीते साल|last year|last year's budget|pichhle saal|pichle sal",
            "2022-01-01",
            "2022-12-31",
        ),
        ("इस साल|इसी साल|इस वर्ष|this year|is saal|isi saal", "2023-01-01", "2023-12-31"),
        (
            "पिछले महीने|गत माह|बीते महीने|last month|pichhle mahine|pichle mahine",
            "2023-04-01",
            "2023-04-30",
        ),
        ("इस महीने|इस माह|this month|is mahine", "2023-05-01", "2023-05-31"),
        (
            "पिछले हफ़्ते|पिछले हफ्ते|पिछले सप्ताह|last week|pichhle hafte",
            "2023-04-24",
            "2023-04-30",
        ),
        ("इस हफ़्ते|इस सप्ताह|this week|is hafte", "2023-05-01", "2023-05-07"),
        ("yesterday|yesterday's match", "2023-05-04", "2023-05-04"),
        ("the day before yesterday", "2023-05-03", "2023-05-03"),
        ("पिछले साल अप्रैल में|in April last year", "2022-04-01", "2022-04-30"),
        ("पिछले साल से", "2022-01-01", "9999-12-31"),
    ],
)
def test_relative_times_count_from_the_newest_article(texts: str, since: str, until: str) -> None:
    for text in texts.split("|"):
        assert days(text) == (DAY(since), DAY(until)), text
        assert days(text, newest=None) is None, text


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("अप्रैल में क्या हुआ?", "2023-04-01", "2023-04-30"),
        ("अप्रैल की बैठक", "2023-04-01", "2023-04-30"),
        ("What happened in April?", "2023-04-01", "2023-04-30"),
        ("april mein kya hua?", "2023-04-01", "2023-04-30"),
        ("मई में क्या हुआ?", "2023-05-01", "2023-05-31"),
        ("What happened in May?", "2023-05-01", "2023-05-31"),
        ("what happened in may?", "2023-05-01", "2023-05-31"),
        ("जून में क्या हुआ?", "2022-06-01", "2022-06-30"),
        ("अप्रैल-मई में क्या हुआ?", "2023-04-01", "2023-05-31"),
        ("भारत ने मार्च में कितना तेल ख़रीदा?", "2023-03-01", "2023-03-31"),
        ("7 अप्रैल को क्या हुआ?", "2023-04-07", "2023-04-07"),
        ("सात मार्च को क्या हुआ?", "2023-03-07", "2023-03-07"),
        ("on 6 May", "2022-05-06", "2022-05-06"),
        ("29 फ़रवरी को क्या हुआ?", "2020-02-29", "2020-02-29"),
        ("Where were they when in April 20 soldiers died?", "2023-04-01", "2023-04-30"),
    ],
)
def test_a_month_or_day_without_a_year_is_the_latest_that_had_begun(
    text: str, since: str, until: str
) -> None:
    assert days(text) == (DAY(since), DAY(until))
    assert days(text, newest=None) is None


def test_last_april_is_over_where_the_newest_article_is_of_april() -> None:
    assert days("last April", date(2023, 4, 20)) == (date(2022, 4, 1), date(2022, 4, 30))
    assert days("in April", date(2023, 4, 20)) == (date(2023, 4, 1), date(2023, 4, 30))


@pytest.mark.parametrize(
    "text",
    [
        "2021 लोग मारे गए",
        "2021 भारतीय सैनिक कहाँ गए?",
        "2021 से ज़्यादा लोग",
        "लगभग 2021 टन गेहूँ",
        "Why did 2021 people leave?",
        "more than 2021 votes",
        "2000 रुपये",
        "2000 के नोट कब बंद हुए?",
        "2000 ke note kab band hue?",
        "₹2021 का रिचार्ज",
        "Rs 2000 note",
        "2000 rupees",
        "2000 से 2500 रुपये",
        "2000 में से 500 सीटें",
        "1500 km",
        "1500 किमी लंबी पाइपलाइन",
        "2,021 लोग",
        "the 2000 villages",
        "1990 के दशक में",
    ],
)
def test_a_number_that_counts_something_is_no_year(text: str) -> None:
    assert days(text) is None


@pytest.mark.parametrize("text", ["1850 में", "in 1899", "2025 में", "in 2047", "विज़न 2047"])
def test_years_long_past_or_yet_to_come_are_none(text: str) -> None:
    assert days(text) is None


def test_the_year_after_the_newest_article_can_be_asked_for() -> None:
    assert days("2024 में") == year(2024)
    assert days("in 2047", newest=None) == year(2047)


@pytest.mark.parametrize(
    "text",
    [
        "किस साल लावरोव पाकिस्तान गए?",
        "किस महीने में?",
        "किस साल के अप्रैल में?",
        "यह कब हुआ?",
        "Which year did Lavrov visit Pakistan?",
        "When did it happen?",
        "kis saal ki baat hai?",
        "kab hua?",
    ],
)
def test_a_question_that_asks_for_the_time_names_none(text: str) -> None:
    assert days(text) is None


def test_a_year_beside_the_time_asked_for_is_one() -> None:
    assert days("2021 में लावरोव पाकिस्तान कब गए?") == year(2021)


@pytest.mark.parametrize(
    "text",
    [
        "किसानों ने मार्च क्यों निकाला?",
        "किसान मार्च में कितने लोग थे?",
        "उनके मार्च में कौन था?",
        "एक मार्च निकाला गया",
        "Who led the march to Delhi?",
        "Why did 5 march to Delhi?",
        "May I know who won?",
        "Who may win?",
        "Which 7 may win?",
        "She sat in the sun in a monsoon",
        "mai kya karun?",
        "5 mar gaye",
        "jan dhan yojana kya hai?",
        "अगस्त क्रांति",
        "कल क्या हुआ?",
        "kal kya hua?",
        "उसी साल",
        "the last year of the war",
        "the last week of the month",
        "What is the capital of France?",
        "रूस और पाकिस्तान के रिश्ते कैसे हैं?",
        "",
        "?!",
    ],
)
def test_words_that_only_look_like_a_time_are_none(text: str) -> None:
    assert days(text) is None


@pytest.mark.parametrize("text", ["31 जून 2021 को", "on 30 February 2022", "45/13/2021", "31 जून को"])
def test_a_day_that_no_calendar_has_is_none(text: str) -> None:
    assert days(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("पिछले साल की तुलना में इस साल कितनी बारिश हुई?", year(2023)),
        ("Was 2022 hotter than 2021?", year(2022)),
    ],
)
def test_what_a_time_is_compared_with_is_not_asked_for(
    text: str, expected: tuple[date, date]
) -> None:
    assert days(text) == expected


def test_of_two_times_what_they_share_counts_and_else_all_between_them() -> None:
    assert days("2012 के बाद 2021 में पहली बार कौन आया?") == year(2021)
    assert days("2019 में और फिर 2021 में क्या हुआ?") == (date(2019, 1, 1), date(2021, 12, 31))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("अप्रैल 2021 में क्या हुआ?", {"अप्रैल", "2021"}),
        ("What happened in May 2023?", {"मई", "2023"}),
        ("पिछले हफ़्ते क्या हुआ?", {"पिछले", "हफ्ते"}),
        ("२०१९ से २०२१ के बीच", {"2019", "2021"}),
        ("on the 5th of April, 2021", {"5th", "of", "april", "2021"}),
        ("सितम्बर २०२१ में", {"सितंबर", "2021"}),
    ],
)
def test_the_words_that_said_it_are_named_as_the_analyser_has_them(
    text: str, said: set[str]
) -> None:
    asked = time_asked(text, NEWEST)
    assert asked is not None
    assert asked.words == said


PARTS = st.sampled_from(
    "2021 1950 2000 1899 २०२१ 07/04/2021 2021-22 31 7 सात 7th अप्रैल फ़रवरी मार्च May may june mar "
    "पिछले इस last this pichhle साल महीने year week hafte yesterday में से के को तक और पहले बाद बीच लोग "
    "in on of since before after and to the mein se ₹2000 किस".split()
)
QUESTIONS = st.one_of(st.lists(PARTS, max_size=8).map(" ".join), texts())


@given(QUESTIONS, st.none() | st.dates())
def test_whatever_is_asked_the_time_begins_before_it_ends_and_is_said_in_the_question(
    text: str, newest: date | None
) -> None:
    asked = time_asked(text, newest)
    if asked is not None:
        assert asked.since <= asked.until
        assert asked.words
        assert asked.words <= set(words(text))


@given(st.dates(date(1901, 1, 1), NEWEST), st.sampled_from(["{} को", "on {}", "{} ko kya hua?"]))
def test_every_day_is_read_as_it_is_written(day: date, form: str) -> None:
    for written in (f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}", f"{day}"):
        asked = time_asked(form.format(written), NEWEST)
        assert asked is not None
        assert (asked.since, asked.until) == (day, day)
    assert isinstance(asked, AskedTime)
