"""A click on a mark or a passage opens the article it stands in, and nothing else."""

from pathlib import Path

import pytest
from outlines import Outline

from index import Index
from qa import Answer, Found, stream
from qa.citing import opened
from qa.turn import Turn

STORY = """रूस का वादा

7 अप्रैल 2021

रूस ने पाकिस्तान को विशेष सैन्य उपकरण देने का वादा किया। बाक़ी बातें बाद में होंगी।
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "rus.txt").write_text(STORY, encoding="utf-8")
    return articles


def asked(index: Index, question: str) -> Turn:
    turn = Turn(question)
    for event in stream(question, index, engine="extract"):
        if isinstance(event, Found):
            turn = Turn(question, found=event.hits)
        elif isinstance(event, Answer):
            return Turn(question, event.language, found=turn.found, answer=event)
    raise AssertionError


def test_a_mark_opens_its_article_at_the_quote(folder: Path, tmp_path: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(folder)
        turn = asked(index, "रूस ने पाकिस्तान को क्या देने का वादा किया?")
        assert turn.answer
        clicked = {"do": "source", "turn": "0", "number": "1"}
        outline = Outline(opened(index, [turn], clicked, "en"))
        assert outline.texts["cited"] == [turn.answer.citations[0].quote]
        assert outline.texts["file"] == ["rus.txt"]


def test_a_passage_under_a_refusal_opens_its_article_too(folder: Path, tmp_path: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(folder)
        turn = asked(index, "Who won the cricket World Cup in 2019 in London?")
        assert turn.found
        clicked = {"do": "passage", "turn": "0", "number": "0"}
        outline = Outline(opened(index, [turn], clicked, "en"))
        assert outline.texts["cited"] == [turn.found[0].passage.text]


def test_words_that_moved_in_a_changed_article_are_found_again(
    folder: Path, tmp_path: Path
) -> None:
    with Index(tmp_path / "db") as index:
        index.update(folder)
        turn = asked(index, "रूस ने पाकिस्तान को क्या देने का वादा किया?")
        assert turn.answer
        (folder / "rus.txt").write_text(f"ताज़ा ख़बर\n\n{STORY}", encoding="utf-8")
        index.update(folder)
        clicked = {"do": "source", "turn": "0", "number": "1"}
        outline = Outline(opened(index, [turn], clicked, "en"))
        assert outline.texts["cited"] == [turn.answer.citations[0].quote]
        assert outline.texts["note"] == ["This article has changed since the answer."]

        (folder / "rus.txt").unlink()
        (folder / "other.txt").write_text("दूसरी ख़बर।\n", encoding="utf-8")
        index.update(folder)
        outline = Outline(opened(index, [turn], clicked, "en"))
        assert outline.texts["blockquote"] == [turn.answer.citations[0].quote]


@pytest.mark.parametrize(
    "clicked",
    [
        None,
        {},
        {"do": "source"},
        {"do": "source", "turn": "0", "number": "99"},
        {"do": "source", "turn": "7", "number": "1"},
        {"do": "source", "turn": "-1", "number": "1"},
        {"do": "source", "turn": "0", "number": "1; DROP"},
        {"do": "source", "turn": ["0"], "number": {"a": 1}},
        {"do": "passage", "turn": "0", "number": "9"},
        {"do": "../../etc/passwd", "turn": "0", "number": "1"},
    ],
)
def test_a_click_that_names_nothing_opens_nothing(
    folder: Path, tmp_path: Path, clicked: dict[str, object] | None
) -> None:
    with Index(tmp_path / "db") as index:
        index.update(folder)
        turn = asked(index, "रूस ने पाकिस्तान को क्या देने का वादा किया?")
        assert opened(index, [turn], clicked, "hi") == ""
