"""What two processes say to each other: every value and every error arrives as it was sent."""

import datetime
import json
from dataclasses import replace

import pytest

from index import Hit, KhabarError, Passage, UpdateReport, errors
from qa import wire
from qa.types import Answer, Citation, Event, Excerpt, Found, Piece, Sentence, Waiting

DAY = datetime.date(2023, 5, 5)
PASSAGE = Passage(7, "क/ख\n.txt", 3, 9, "टीका\u2028\x1b[0m 🙂", "शीर्षक", DAY, "hi")
ANSWER = Answer(
    question="What?\udcff",
    text="That. [1]",
    refused=False,
    language="hi-Latn",
    engine="tiny",
    citations=(
        Citation(1, "a.txt", None, None, 0, 4, "That"),
        Citation(2, "b", "t", DAY, 1, 2, "x"),
    ),
    note="so",
    sentences=(Sentence("That.", (1, 2)), Sentence("And this.", ())),
    standalone="What is it?",
    shown=(Excerpt(PASSAGE, ((0, 3), (4, 9))),),
)
EVENTS: list[Event] = [
    Found((Hit(PASSAGE, 0.1 + 0.2), Hit(PASSAGE, -1e-17)), "What is it?"),
    Found(()),
    Waiting(3),
    Piece("\n\r\u2028 ab"),
    Piece(""),
    ANSWER,
]
ERRORS = [kind for kind in vars(errors).values() if isinstance(kind, type)]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_arrives_as_it_was_sent_on_one_line(event: Event) -> None:
    line = wire.event_line(event)
    assert line.count(b"\n") == 1
    assert line.isascii()
    read = wire.read(line)
    assert wire.unpack(wire.EVENTS[read["kind"]], read["value"]) == event


def test_a_question_arrives_as_it_was_sent() -> None:
    asked = wire.Ask("What?", DAY, None, ("a", "b"), (ANSWER, ("who?", "he")), "/m.gguf", "hi", 0.5)
    asked = replace(asked, languages=("hi",))
    said = json.loads(json.dumps(wire.pack(wire.ASK, asked)))
    assert wire.unpack(wire.ASK, said) == asked


def test_a_report_arrives_as_it_was_sent() -> None:
    report = UpdateReport(("a",), (), ("b\n",), (), {"c": "because."}, {"d": "hidden"})
    said = json.loads(json.dumps(wire.pack(wire.REPORT, report)))
    assert wire.unpack(wire.REPORT, said) == report


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_of_every_class_arrives_as_itself(kind: type[KhabarError]) -> None:
    error = wire.raised(wire.read(wire.error_line(kind("यह नहीं हुआ."))))
    assert type(error) is kind
    assert str(error) == "यह नहीं हुआ."


def test_an_error_that_the_other_side_may_not_know_arrives_as_what_it_is_a_kind_of() -> None:
    class Unheard(errors.ModelLoadError):
        pass

    assert type(wire.raised(wire.read(wire.error_line(Unheard("x"))))) is errors.ModelLoadError


@pytest.mark.parametrize("name", ["Unheard", "TYPE_CHECKING", "__name__", ""])
def test_a_line_that_names_no_error_of_ours_is_an_error_all_the_same(name: str) -> None:
    assert type(wire.raised({"error": name, "message": "x"})) is KhabarError


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"1"], ids=len)
def test_what_is_no_line_of_ours_is_garbled(line: bytes) -> None:
    with pytest.raises(wire.GarbledError):
        wire.read(line)


@pytest.mark.parametrize(
    "said", [{}, {"question": 3}, {"question": "x", "language": "fr"}, [], None, "x"], ids=str
)
def test_what_is_no_question_is_garbled(said: object) -> None:
    with pytest.raises(wire.GarbledError):
        wire.unpack(wire.ASK, said)
