"""A model's sentences against the passages it was shown."""

import datetime
from collections.abc import Iterator

import pytest

from index import Index, Passage
from qa import cite
from qa.cite import Drafted
from qa.types import Citation, Sentence

ARTICLES = {
    "talks.txt": (
        "Lavrov in Islamabad: talks on energy\n\nApril 7, 2021\n\n"
        "The foreign ministers of Pakistan and Russia held wide-ranging talks on Wednesday. "
        "Lavrov planted a pine sapling in the grounds of the Foreign Ministry. "
        "Nine officials accompanied Lavrov, and the session went on for about two hours. "
        "Trade between the two countries reached $790 million in 2020, a rise of 46 percent. "
        "Qureshi said that ties with Russia are a key priority for Pakistan."
    ),
    "vaada.txt": (
        "रूस पाकिस्तान को सैन्य उपकरण देगा\n\n7 अप्रैल 2021\n\n"
        "रूस के विदेश मंत्री सर्गेई लावरोव ने पाकिस्तान को सैन्य उपकरण देने का वादा किया। "
        "दोनों देश आतंकवाद के ख़िलाफ़ संयुक्त सैन्य अभ्यास करेंगे। "
        "लावरोव 9 साल बाद पाकिस्तान आने वाले पहले रूसी विदेश मंत्री हैं।"
    ),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    with Index(tmp_path_factory.mktemp("db") / "db") as opened:
        opened.update(folder)
        yield opened


def passage(name: str) -> Passage:
    """Make one passage of the article's body."""
    text = ARTICLES[name]
    title, _, body = text.split("\n\n")
    language = "hi" if name == "vaada.txt" else "en"
    day = datetime.date(2021, 4, 7)
    return Passage(1, name, text.index(body), len(text), body, title, day, language)  # type: ignore[arg-type]


def located(index: Index, claim: str, name: str) -> Citation | None:
    found = cite.locate(index.read(claim), passage(name))
    if found:
        assert ARTICLES[name][found.start : found.end] == found.quote
    return found


def test_a_draft_is_read_sentence_by_sentence() -> None:
    assert cite.parse("One fact. [1] Another fact. [2] [3]") == [
        Drafted("One fact.", (1,)),
        Drafted("Another fact.", (2, 3)),
    ]


def test_a_mark_counts_for_all_sentences_since_the_one_before() -> None:
    assert cite.parse("One fact. Another fact. [1]") == [
        Drafted("One fact.", (1,)),
        Drafted("Another fact.", (1,)),
    ]
    assert cite.parse("रूस ने वादा किया। बात भी हुई। [1]") == [
        Drafted("रूस ने वादा किया।", (1,)),
        Drafted("बात भी हुई।", (1,)),
    ]


@pytest.mark.parametrize(
    ("draft", "passages"),
    [
        ("One fact [1][2].", (1, 2)),
        ("One fact [1, 2].", (1, 2)),
        ("One fact [2] [1] [2]", (2, 1)),
        ("One fact [१]", (1,)),
    ],
)
def test_marks_are_read_as_models_write_them(draft: str, passages: tuple[int, ...]) -> None:
    assert [s.passages for s in cite.parse(draft)] == [passages]


@pytest.mark.parametrize(
    "draft", ["", "No mark at all.", "[1]", "... [1]", "Begun and not", f"Much [{'9' * 5_000}]"]
)
def test_what_has_no_mark_or_no_words_is_left_out(draft: str) -> None:
    assert cite.parse(draft) == []


def test_a_sentence_begun_and_cut_off_is_left_out() -> None:
    for end in ("", " Then the", " Then the minister [", " Then the minister [1"):
        assert [s.text for s in cite.parse(f"One fact. [1]{end}")] == ["One fact."]


@pytest.mark.parametrize(
    "end", ["It is why?", "That is all.", "बस इतना ही।", "“That is all.”", "That is all. And the"]
)
def test_a_whole_sentence_after_the_last_mark_cites_nothing(end: str) -> None:
    said = end.removesuffix(" And the")
    assert cite.parse(f"One fact. [1] {end}") == [Drafted("One fact.", (1,)), Drafted(said, ())]


@pytest.mark.parametrize("stop", [".", "।", "?", "...", "॥"])
def test_a_stop_after_the_marks_belongs_to_the_sentence_before_them(stop: str) -> None:
    assert cite.parse(f"One fact [1]{stop} And more [2][3]{stop}") == [
        Drafted(f"One fact{stop}", (1,)),
        Drafted(f"And more{stop}", (2, 3)),
    ]
    assert cite.parse(f"One fact. [1]{stop}") == [Drafted("One fact.", (1,))]


def test_brackets_in_a_sentence_are_not_marks() -> None:
    assert cite.parse('He said "[we] agree". [1]')[0].text == 'He said "[we] agree".'


def test_a_paraphrase_is_cited_by_the_sentence_behind_it(index: Index) -> None:
    found = located(index, "At the Foreign Ministry, Lavrov planted a pine.", "talks.txt")
    assert found is not None
    assert found.quote.startswith("Lavrov planted a pine sapling")
    assert (found.title, found.date) == (
        "Lavrov in Islamabad: talks on energy",
        datetime.date(2021, 4, 7),
    )


def test_an_english_sentence_can_rest_on_a_hindi_passage_and_the_other_way_round(
    index: Index,
) -> None:
    found = located(index, "Lavrov promised military equipment to Pakistan.", "vaada.txt")
    assert found is not None
    assert "सैन्य उपकरण देने का वादा" in found.quote
    found = located(index, "पाकिस्तान और रूस के विदेश मंत्रियों ने बुधवार को बात की।", "talks.txt")
    assert found is not None
    assert found.quote.startswith("The foreign ministers")
    found = located(index, "lavrov ne pakistan ko sainya upkaran dene ka vaada kiya", "vaada.txt")
    assert found is not None


@pytest.mark.parametrize(
    "claim",
    [
        "The Bank of England raised interest rates after the talks.",
        "Pakistan won the cricket match against Russia by ten wickets.",
        "The two countries will build a nuclear plant near Karachi.",
        "भारत ने चीन के साथ सीमा समझौते पर हस्ताक्षर किए।",
        "It was said that this is so.",
        "यह हुआ था।",
    ],
)
def test_common_words_alone_make_no_source(claim: str, index: Index) -> None:
    assert located(index, claim, "talks.txt") is None
    assert located(index, claim, "vaada.txt") is None


@pytest.mark.parametrize(
    ("claim", "name", "holds"),
    [
        ("Trade between the two countries reached $790 million in 2020.", "talks.txt", True),
        ("Trade between the two countries reached $970 million in 2020.", "talks.txt", False),
        ("Trade between the two countries reached $790 million in 2019.", "talks.txt", False),
        ("9 officials accompanied Lavrov to the session.", "talks.txt", True),
        ("Seven officials accompanied Lavrov to the session.", "talks.txt", False),
        ("लावरोव नौ साल बाद पाकिस्तान आए रूसी विदेश मंत्री हैं।", "vaada.txt", True),
        ("लावरोव ९ साल बाद पाकिस्तान आए रूसी विदेश मंत्री हैं।", "vaada.txt", True),
        ("लावरोव 12 साल बाद पाकिस्तान आए रूसी विदेश मंत्री हैं।", "vaada.txt", False),
        ("He is the first Russian foreign minister in Pakistan in 9 years.", "vaada.txt", True),
        (
            "Lavrov is the first Russian foreign minister in Pakistan in 5 years.",
            "vaada.txt",
            False,
        ),
    ],
)
def test_every_number_of_a_sentence_must_stand_in_its_passage(
    claim: str, name: str, holds: bool, index: Index
) -> None:
    assert (located(index, claim, name) is not None) is holds


def test_the_date_of_an_article_may_be_said_with_its_year(index: Index) -> None:
    claim = "The foreign ministers of Pakistan and Russia held talks on 7 April 2021."
    assert located(index, claim, "talks.txt")
    assert not located(index, claim.replace("2021", "2020"), "talks.txt")
    assert not located(index, claim.replace(" 2021", ""), "talks.txt")


def test_a_name_that_is_not_in_the_passage_is_not_passed_off(index: Index) -> None:
    claim = "In the grounds of the Foreign Ministry {} planted a pine sapling."
    assert located(index, claim.format("Lavrov"), "talks.txt")
    assert not located(index, claim.format("Jaishankar"), "talks.txt")


def test_the_sentence_with_the_number_is_the_one_quoted(index: Index) -> None:
    found = located(index, "Trade of Russia and Pakistan was $790 million.", "talks.txt")
    assert found is not None
    assert found.quote.startswith("Trade between")


def test_checking_keeps_what_holds_and_renumbers_from_1(index: Index) -> None:
    shown = [passage("vaada.txt"), passage("talks.txt")]
    drafted = [
        Drafted("Lavrov planted a pine sapling.", (2,)),
        Drafted("The Bank of England raised rates.", (2,)),
        Drafted("Lavrov promised military equipment to Pakistan.", (1, 2)),
        Drafted("A pine sapling was planted by Lavrov.", (2,)),
    ]
    sentences, citations = cite.check(drafted, shown, index.read)
    text = cite.compose(sentences)
    assert text == (
        "Lavrov planted a pine sapling. [1] "
        "Lavrov promised military equipment to Pakistan. [2] "
        "A pine sapling was planted by Lavrov. [1]"
    )
    assert [(c.number, c.source) for c in citations] == [(1, "talks.txt"), (2, "vaada.txt")]


@pytest.mark.parametrize("number", [0, 3, 999])
def test_a_passage_that_was_not_shown_is_no_source(number: int, index: Index) -> None:
    shown = [passage("talks.txt"), passage("vaada.txt")]
    drafted = [Drafted("Lavrov planted a pine sapling.", (number,))]
    sentences, citations = cite.check(drafted, shown, index.read)
    assert (cite.compose(sentences), citations) == ("", [])
    assert [sentence.marks for sentence in sentences] == [()]


def test_what_cannot_be_read_as_a_question_is_not_borne_out(index: Index) -> None:
    shown = [passage("talks.txt")]
    for text in ("Лавров посадил сосну.", "Lavrov planted. " * 500, "?!"):
        assert cite.check([Drafted(text, (1,))], shown, index.read) == ([Sentence(text, ())], [])


def test_nothing_drafted_gives_nothing(index: Index) -> None:
    assert cite.check([], [passage("talks.txt")], index.read) == ([], [])


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("talks.txt", "Lavrov planted a pine sapling in Paris."),
        ("talks.txt", "Gromyko planted a pine sapling in the grounds of the Foreign Ministry."),
        ("vaada.txt", "चीन ने पाकिस्तान को सैन्य उपकरण देने का वादा किया।"),
        ("vaada.txt", "India promised military equipment to Afghanistan."),
        ("talks.txt", "लावरोव ने भारत के विदेश मंत्रालय में चीड़ का पौधा लगाया।"),
    ],
)
def test_a_name_that_the_passage_has_not_bears_nothing_out(
    source: str, claim: str, index: Index
) -> None:
    assert cite.locate(index.read(claim), passage(source)) is None
