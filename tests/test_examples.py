"""Example questions: about the articles that are indexed now, and each of them answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Index
from qa import ask, examples

BUDGET = (
    "बजट पेश हुआ\n\n8 मई 2023\n\n"
    "वित्त मंत्री निर्मला सीतारमण ने सोमवार को लोकसभा में कहा कि आयकर की छूट बढ़ेगी। सदन तालियों से गूंज उठा।\n"
)
BANK = (
    "Rates stay\n\n9 May 2023\n\n"
    "The Reserve Bank of India said inflation would ease by winter. Markets rose a little.\n"
)
SCHOOLS = (
    "New schools\n\n2 May 2023\n\n"
    "Education Minister Asha Rao told reporters that 500 schools would open. It rained that day.\n"
)
RAIN = "The monsoon in Kerala\n\n1 May 2023\n\nThe monsoon reached Kerala two days late.\n"
ASKED_BUDGET = "वित्त मंत्री निर्मला सीतारमण ने लोकसभा में क्या कहा?"
ASKED_BANK = "What did the Reserve Bank of India say about inflation?"
ASKED_SCHOOLS = "What did Education Minister Asha Rao tell reporters?"
ASKED_RAIN = "What does “The monsoon in Kerala” report?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "news"
    made.mkdir()
    for name, text in {"a.txt": RAIN, "b.txt": SCHOOLS, "c.txt": BUDGET, "d.txt": BANK}.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index(tmp_path / "db") as index:
        yield index


def test_an_empty_index_has_none(index: Index) -> None:
    assert examples.questions(index) == []


def test_they_come_from_the_newest_articles_in_both_languages_by_turns(
    index: Index, folder: Path
) -> None:
    index.update(folder)
    assert examples.questions(index) == [ASKED_BUDGET, ASKED_BANK, ASKED_SCHOOLS, ASKED_RAIN]
    assert examples.questions(index, 2) == [ASKED_BUDGET, ASKED_BANK]


def test_each_is_answered_from_the_article_that_it_is_about(index: Index, folder: Path) -> None:
    index.update(folder)
    answers = [ask(question, index, engine="extract") for question in examples.questions(index)]
    assert [answer.refused for answer in answers] == [False] * 4
    assert [answer.citations[0].source for answer in answers] == [
        "c.txt", "d.txt", "b.txt", "a.txt",
    ]  # fmt: skip


def test_they_follow_what_is_added_changed_and_removed(index: Index, folder: Path) -> None:
    index.update(folder)
    assert ASKED_BANK in examples.questions(index)
    (folder / "d.txt").unlink()
    (folder / "c.txt").write_text(BUDGET.replace("निर्मला सीतारमण", "अरुण जेटली"), encoding="utf-8")
    (folder / "e.txt").write_text(
        SCHOOLS.replace("2 May", "10 May").replace("Asha Rao", "Ravi Das"), encoding="utf-8"
    )
    index.update(folder)
    assert examples.questions(index, 3) == [
        "वित्त मंत्री अरुण जेटली ने लोकसभा में क्या कहा?",
        "What did Education Minister Ravi Das tell reporters?",
        ASKED_SCHOOLS,
    ]


def test_what_another_article_would_answer_is_not_asked(index: Index, folder: Path) -> None:
    # The newer of two reports of the same words; the older one is quoted as well as it.
    (folder / "e.txt").write_text(
        BANK.replace("9 May", "3 May") + "It is cold.\n", encoding="utf-8"
    )
    index.update(folder)
    assert examples.questions(index).count(ASKED_BANK) == 1


def test_the_shipped_articles_have_questions_written_by_hand(index: Index) -> None:
    index.update(examples.articles())
    assert examples.questions(index) == [question for question, _ in examples.QUESTIONS]


def test_own_articles_come_before_the_shipped_ones(index: Index, folder: Path) -> None:
    for path in examples.articles().iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    index.update(folder)
    found = examples.questions(index, 8)
    assert found[:4] == [ASKED_BUDGET, ASKED_BANK, ASKED_SCHOOLS, ASKED_RAIN]
    assert found[4:] == [question for question, _ in examples.QUESTIONS][:4]


def test_another_article_of_a_shipped_ones_name_is_not_taken_for_it(
    index: Index, folder: Path
) -> None:
    (folder / "lavrov-qureshi-talks-en.txt").write_text(RAIN, encoding="utf-8")
    index.update(folder)
    assert set(examples.questions(index)).isdisjoint(question for question, _ in examples.QUESTIONS)


def test_all_articles_may_be_in_folders(index: Index, folder: Path) -> None:
    (folder / "sub").mkdir()
    for path in [*folder.glob("*.txt")]:
        path.rename(folder / "sub" / path.name)
    index.update(folder)
    assert len(examples.questions(index)) == 4


def test_what_made_a_question_is_among_the_quotes_that_answer_it(
    index: Index, folder: Path
) -> None:
    index.update(folder)
    said = BANK.index("The Reserve Bank")
    assert examples._is_answered(index, ASKED_BANK, "d.txt", (said, said + 10))
    assert not examples._is_answered(index, ASKED_BANK, "d.txt", (0, 5)), "the headline is no quote"
    assert not examples._is_answered(index, ASKED_BANK, "a.txt", (said, said + 10))
