"""A number is what it counts to, however it is written; a claim's stand where it is cited."""

import datetime
from collections.abc import Iterator
from decimal import Decimal

import pytest

from index import Index, Passage
from qa import cite
from qa.numbers import values

TITLE = "Lavrov in Islamabad"
ENGLISH = (
    "Lavrov visited Islamabad in 2021 for two days. "
    "Trade between the two countries reached 500 million dollars in 2012. "
    "Imran Khan thanked five ministers."
)
HINDI = (
    "लावरोव दो दिनों के लिए इस्लामाबाद आए। व्यापार 50 लाख डॉलर तक पहुंचा। "
    "महंगाई 7.5 प्रतिशत रही। बैठक में 1 लाख लोग आए। बातचीत दो घंटे चली।"
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("articles")
    for name, text in (("en.txt", ENGLISH), ("hi.txt", HINDI)):
        (folder / name).write_text(text, encoding="utf-8")
    with Index(tmp_path_factory.mktemp("db") / "db") as opened:
        opened.update(folder)
        yield opened


def quoted(index: Index, claim: str, text: str) -> str | None:
    language = "en" if text.isascii() else "hi"
    day = datetime.date(2019, 4, 7)
    shown = Passage(1, "a.txt", 0, len(text), text, TITLE, day, language)  # type: ignore[arg-type]
    found = cite.locate(index.read(claim), shown)
    return found.quote if found else None


@pytest.mark.parametrize(
    "names",
    [
        "9 | ९ | nine | नौ | 09",
        "5 | पाँच | पांच | paanch",
        "21 | twenty-one | twenty one | इक्कीस",
        "55 | fifty five | पचपन | fifty-five",
        "31 | इकतीस | इकत्तीस",
        "99 | ninety-nine | निन्यानवे | निन्यानबे",
        "100 | सौ | एक सौ | a hundred | one hundred",
        "370 | तीन सौ सत्तर | three hundred and seventy",
        "2021 | दो हज़ार इक्कीस | दो हजार इक्कीस | two thousand twenty-one",
        "1,00,000 | 100,000 | 1 लाख | one lakh | एक लाख | a hundred thousand | 100 thousand",
        "50 करोड़ | 500 million | 500 मिलियन | 50 crore | $500m | Rs 50 cr | पचास करोड़",
        "5 अरब | 5 billion | 5bn | five-billion | 500 करोड़ | ५ बिलियन",
        "5 खरब | half a trillion | 50,000 करोड़ | 500 billion",
        "1.5 लाख | डेढ़ लाख | 150,000 | one and a half lakh",
        "2.5 million | ढाई मिलियन | 25 लाख | two and a half million",
        "3.5 करोड़ | साढ़े तीन करोड़ | 3 करोड़ 50 लाख",
        "125 | सवा सौ | एक सौ पच्चीस",
        "250 million | two hundred and fifty million | 25 करोड़",
        "1 लाख करोड़ | a trillion | दस खरब",
        "तीनों | three",
    ],
)
def test_one_number_has_many_spellings(names: str) -> None:
    first, *others = (values(name) for name in names.split(" | "))
    assert len(first) == 1
    assert others == [first] * len(others)


def test_every_hindi_number_up_to_99_has_a_value_of_its_own() -> None:
    tens = "दस बीस तीस चालीस पचास साठ सत्तर अस्सी नब्बे"
    assert values(tens) == {Decimal(ten) for ten in range(10, 100, 10)}
    edges = "उन्नीस उनतीस उनतालीस उनचास उनसठ उनहत्तर उनासी नवासी निन्यानवे"
    assert values(edges) == {Decimal(ten - 1) for ten in range(20, 101, 10)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("between one hundred and two hundred", {100, 200}),
        ("5-6 million", {5, 6_000_000}),
        ("2020-21", {2020, 21}),
        ("April 7,2021", {7, 2021}),
        ("50 लाख 2021 में", {5_000_000, 2021}),
        ("five million, 20 thousand", {5_000_000, 20_000}),
        ("a 500m race", {500}),
        ("the 19th G20 of the 1990s", {19, 20, 1990}),
        ("पांच अरब देशों ने", {5}),
        ("2011 अरब क्रांति", {2011}),
    ],
)
def test_numbers_side_by_side_stay_apart(text: str, told: set[int]) -> None:
    assert values(text) == told


@pytest.mark.parametrize(
    "text",
    ["", "one man", "एक आदमी", "millions", "लाखों लोग", "कई सौ", "several hundred", "सऊदी अरब"],
)
def test_articles_and_vague_amounts_are_no_numbers(text: str) -> None:
    assert values(text) == frozenset()


def test_a_number_of_any_length_is_read() -> None:
    assert len(values("9" * 5_000 + " trillion")) == 1
    assert values("million " * 1_000 + "लाख " * 1_000) == {100_000}


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Lavrov visited Islamabad in 2012.", ENGLISH),
        ("Lavrov visited Islamabad for fifty days.", ENGLISH),
        ("Lavrov visited Islamabad for five days.", ENGLISH),
        ("लावरोव पचास दिनों के लिए इस्लामाबाद आए।", HINDI),
        ("लावरोव पचास दिनों के लिए इस्लामाबाद आए।", ENGLISH),
        ("Trade between the two countries reached five billion dollars.", ENGLISH),
        ("Trade between the two countries reached 500 thousand dollars.", ENGLISH),
        ("व्यापार 50 करोड़ डॉलर तक पहुंचा।", HINDI),
        ("महंगाई 75 प्रतिशत रही।", HINDI),
        ("बैठक में 10 लाख लोग आए।", HINDI),
    ],
)
def test_an_invented_figure_is_not_borne_out(claim: str, text: str, index: Index) -> None:
    assert quoted(index, claim, text) is None


@pytest.mark.parametrize(
    ("claim", "text", "words"),
    [
        ("Lavrov visited Islamabad in 2021.", ENGLISH, "Lavrov visited"),
        ("Lavrov visited Islamabad for 2 days.", ENGLISH, "Lavrov visited"),
        ("लावरोव दो दिनों के लिए इस्लामाबाद आए।", ENGLISH, "Lavrov visited"),
        ("Lavrov visited Islamabad on 7 April 2019.", ENGLISH, "Lavrov visited"),
        ("Trade between the two countries reached $500 million.", ENGLISH, "500 million"),
        ("दोनों देशों का व्यापार 50 करोड़ डॉलर तक पहुंचा।", ENGLISH, "500 million"),
        ("Imran Khan thanked 5 ministers.", ENGLISH, "Imran Khan"),
        ("व्यापार 5 मिलियन डॉलर तक पहुंचा।", HINDI, "50 लाख"),
        ("महंगाई 7.5 प्रतिशत रही।", HINDI, "7.5"),
        ("बैठक में 1,00,000 लोग आए।", HINDI, "1 लाख"),
        ("The talks went on for two hours.", HINDI, "दो घंटे"),
    ],
)
def test_a_figure_that_stands_there_is_found_however_it_is_written(
    claim: str, text: str, words: str, index: Index
) -> None:
    assert words in (quoted(index, claim, text) or "")


def test_a_number_may_stand_in_the_sentence_before_or_after_but_no_farther(index: Index) -> None:
    claim = "Imran Khan thanked the ministers in 2012."
    assert quoted(index, claim, ENGLISH) == "Imran Khan thanked five ministers."
    assert quoted(index, claim.replace("2012", "2021"), ENGLISH) is None


def test_a_sentence_that_has_a_year_borrows_none_from_the_next(index: Index) -> None:
    text = "Lavrov visited Islamabad{}. Trade reached a peak in 2012."
    claim = "Lavrov visited Islamabad in 2012."
    assert quoted(index, claim, text.format("")) == "Lavrov visited Islamabad."
    assert quoted(index, claim, text.format(" in 2021")) is None
