"""From question to cited answer: ask and stream."""

import datetime
from pathlib import Path

import pytest
from talks import PLANTED, PROMISED, assert_sound, indexed

import qa
from index import Index
from index.errors import IndexFolderError, QuestionError
from qa import Answer, Found, Piece, ask, stream
from qa.types import AnswerLanguage
from qa.words import REFUSAL


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("talks"))


def test_the_public_names_are_these() -> None:
    assert set(qa.__all__) == {
        "Answer",
        "Citation",
        "Found",
        "Piece",
        "Sentence",
        "Waiting",
        "ask",
        "stream",
    }


@pytest.mark.parametrize("question", [PLANTED, PROMISED, "lavrov ne kya vaada kiya?"])
def test_without_a_model_sentences_are_quoted_character_for_character(
    question: str, db: Path
) -> None:
    answer = ask(question, db)
    assert (answer.question, answer.refused, answer.engine) == (question, False, "extract")
    assert answer.note is None
    assert_sound(answer)


def test_the_sentence_that_answers_comes_first_with_title_and_date(db: Path) -> None:
    first = ask(PLANTED, db).citations[0]
    assert first.quote == "Lavrov planted a pine sapling in the grounds of the Foreign Ministry."
    assert (first.title, first.date) == (
        "Lavrov in Islamabad: talks on energy",
        datetime.date(2021, 4, 7),
    )


@pytest.mark.parametrize(
    ("question", "language"),
    [(PLANTED, "en"), (PROMISED, "hi"), ("lavrov ne pakistan se kya vaada kiya?", "hi-Latn")],
)
def test_an_answer_and_a_refusal_know_the_language_of_the_question(
    question: str, language: AnswerLanguage, db: Path
) -> None:
    assert ask(question, db).language == language
    refusal = ask(question, db, sources=[])
    assert (refusal.refused, refusal.text) == (True, REFUSAL[language])
    assert (refusal.language, refusal.citations, refusal.note) == (language, (), None)


def test_events_come_as_passages_then_text_then_the_answer(db: Path) -> None:
    found, *pieces, answer = stream(PLANTED, db)
    assert isinstance(found, Found)
    assert found.hits[0].passage.source == "talks.txt"
    assert isinstance(answer, Answer)
    assert "".join(piece.text for piece in pieces if isinstance(piece, Piece)) == answer.text
    assert answer == ask(PLANTED, db)


def test_a_refusal_streams_its_text_too(db: Path) -> None:
    found, piece, answer = stream(PLANTED, db, sources=[])
    assert (found, piece) == (Found(()), Piece(REFUSAL["en"]))
    assert isinstance(answer, Answer)
    assert answer.refused


def test_only_articles_of_the_days_and_files_asked_for_answer(db: Path) -> None:
    day = datetime.date(2021, 4, 7)
    assert {c.source for c in ask(PLANTED, db, since=day, until=day).citations} == {"talks.txt"}
    for options in (
        {"since": datetime.date(2021, 4, 9)},
        {"until": datetime.date(2021, 4, 6)},
        {"sources": ["nothing.txt"]},
    ):
        assert ask(PLANTED, db, **options).refused
    assert {c.source for c in ask(PROMISED, db, sources=["vaada.txt"]).citations} == {"vaada.txt"}


def test_only_articles_in_the_languages_asked_for_answer(db: Path) -> None:
    lavrov = "What did Lavrov do in Islamabad for Pakistan?"
    for languages, source in ((["en"], "talks.txt"), (["hi"], "vaada.txt")):
        assert {c.source for c in ask(lavrov, db, languages=languages).citations} == {source}
    for languages in ([], ["fr"]):
        with pytest.raises(QuestionError, match="of hi, en, and not"):
            ask(lavrov, db, languages=languages)


def test_an_open_index_is_used_and_left_open(db: Path) -> None:
    with Index(db) as index:
        assert ask(PLANTED, index) == ask(PLANTED, index)
        for citation in ask(PLANTED, index).citations:
            article = index.article(citation.source)
            assert article is not None
            assert article.text[citation.start : citation.end] == citation.quote
    assert ask(PLANTED, str(db)) == ask(PLANTED, db)


def test_a_folder_without_an_index_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(IndexFolderError, match=r"There is no index at .*nowhere; make one first"):
        ask(PLANTED, tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "question",
    [
        "",
        " \n\t",
        "?!।",
        "…",
        "а" * 100_000,
        "x" * 100_000,
        "Что обещал Лавров?",
        "拉夫罗夫说了什么",
    ],
    ids=["empty", "spaces", "marks", "dots", "long", "long too", "Cyrillic", "Chinese"],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(question: str, db: Path) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(question, db)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    assert len(message) < 200


def test_a_question_can_hold_anything_besides_its_words(db: Path) -> None:
    for odd in ("\x00", "\ud800", "🙂", "\u202e", "'\"; DROP TABLE", "*:(", "</s>", "\ufeff"):
        answer = ask(f"{odd} {PLANTED} {odd}", db)
        assert answer.refused or answer.citations
