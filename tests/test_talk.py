"""A conversation as it is had: answered step by step, narrowed, stopped, and kept."""

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index import Index, KhabarError
from qa.conversations import Conversations
from qa.prompt import Message, Prompt
from qa.service import Service
from qa.talk import Narrowed, Talk, Thread
from qa.types import Waiting

HINDI = """रूस का वादा

7 अप्रैल 2021

रूस ने पाकिस्तान को विशेष सैन्य उपकरण देने का वादा किया।
"""
ENGLISH = """Russia keeps its promise

5 May 2023

Russia delivered the special military equipment to Pakistan in Karachi.
"""
QUESTION = "What did Russia deliver to Pakistan?"


class Slow:
    """An engine that writes word by word for ever."""

    name = "slow"
    room = 10_000
    stopped = 0

    def count(self, messages: Sequence[Message]) -> int:
        """Count characters."""
        return sum(len(message["content"]) for message in messages)

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Write until it is stopped."""
        try:
            while True:
                time.sleep(0.001)  # every step holds all that was written so far
                yield "word "
        finally:
            self.stopped += 1


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "hindi.txt").write_text(HINDI, encoding="utf-8")
    (articles / "english.txt").write_text(ENGLISH, encoding="utf-8")
    with Index(tmp_path / "db") as index:
        index.update(articles)
        yield index


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    with Conversations(tmp_path) as kept:
        yield kept


def asked(
    talk: Talk, question: str, thread: Thread | None = None, narrowed: Narrowed | None = None
) -> Thread:
    *_, last = talk.ask(question, thread or Thread(), narrowed or Narrowed(), "", "en")
    return last


def test_a_question_and_its_answer_are_kept(index: Index, kept: Conversations) -> None:
    thread = asked(Talk(Service(index), kept), QUESTION)
    [turn] = thread.turns
    assert turn.answer
    assert turn.answer.citations[0].source == "english.txt"
    [again] = kept.turns("", thread.id)
    assert again.answer == turn.answer
    assert [heading.title for heading in kept.headings("")] == [QUESTION]


def test_a_follow_up_keeps_the_thread_and_shows_what_it_was_taken_for(
    index: Index, kept: Conversations
) -> None:
    talk = Talk(Service(index), kept)
    first = asked(talk, QUESTION)
    second = asked(talk, "Where did it deliver it?", first)
    assert second.id == first.id
    assert [turn.question for turn in second.turns] == [QUESTION, "Where did it deliver it?"]
    assert "Russia" in (second.turns[1].standalone or "")
    assert len(kept.turns("", first.id)) == 2


def test_the_question_is_kept_before_its_answer_is_whole(index: Index, kept: Conversations) -> None:
    steps = Talk(Service(index, Slow()), kept).ask(QUESTION, Thread(), Narrowed(), "", "en")
    seen = [next(steps) for _ in range(2)]
    [heading] = kept.headings("")
    assert [turn.question for turn in kept.turns("", heading.id)] == [QUESTION]
    assert not seen[-1].turns[0].ended
    steps.close()


def test_an_answer_that_is_cut_off_is_kept_as_far_as_it_came(
    index: Index, kept: Conversations
) -> None:
    steps = Talk(Service(index, Slow()), kept).ask(QUESTION, Thread(), Narrowed(), "", "en")
    for step in steps:
        if step.turns[-1].draft.count("word") == 3:
            break
    steps.close()
    [turn] = kept.turns("", kept.headings("")[0].id)
    assert turn.stopped
    assert turn.draft == "word word word "


def test_a_conversation_deleted_while_an_answer_is_written_stays_deleted(
    index: Index, kept: Conversations
) -> None:
    steps = Talk(Service(index), kept).ask(QUESTION, Thread(), Narrowed(), "", "en")
    assert len([next(steps) for _ in range(2)]) == 2
    kept.delete("", kept.headings("")[0].id)
    *_, last = steps
    assert last.turns[-1].answer
    assert kept.headings("") == []


def test_a_server_that_ends_stops_what_is_written_and_keeps_it_as_far_as_it_came(
    index: Index, kept: Conversations
) -> None:
    model = Slow()
    talk = Talk(Service(index, model), kept)
    steps = [talk.ask(QUESTION, Thread(), Narrowed(), "", "en") for _ in range(2)]
    for each in steps:  # neither is ever asked for more, as by a page that was closed
        next(step for step in each if step.turns[-1].draft.count("word") == 3)
    reading = threading.Thread(target=lambda: [*steps[1]])  # but one by a thread of the server
    reading.start()
    talk.close()
    reading.join()
    assert model.stopped == 2
    drafts = {turn.draft for each in kept.headings("") for turn in kept.turns("", each.id)}
    assert min(drafts, key=len) == "word word word "
    assert all(turn.stopped for each in kept.headings("") for turn in kept.turns("", each.id))
    kept.close()
    del steps[:]  # what Python closes later touches nothing more: a warning would be an error


def test_a_conversation_deleted_meanwhile_begins_anew(index: Index, kept: Conversations) -> None:
    talk = Talk(Service(index), kept)
    first = asked(talk, QUESTION)
    kept.delete("", first.id)
    second = asked(talk, QUESTION, first)
    assert second.id != first.id
    assert len(kept.turns("", second.id)) == 1


@pytest.mark.parametrize(
    ("narrowed", "sources"),
    [
        (Narrowed(languages=["hi"]), {"hindi.txt"}),
        (Narrowed(languages=["en", "hi"]), {"hindi.txt", "english.txt"}),
        (Narrowed(since="2022-01-01"), {"english.txt"}),
        (Narrowed(until="2022-01-01"), {"hindi.txt"}),
        (Narrowed(sources=["hindi.txt"]), {"hindi.txt"}),
        (Narrowed(), {"hindi.txt", "english.txt"}),
    ],
)
def test_only_what_was_asked_for_is_searched(
    index: Index, kept: Conversations, narrowed: Narrowed, sources: set[str]
) -> None:
    [turn] = asked(Talk(Service(index), kept), QUESTION, narrowed=narrowed).turns
    assert {hit.passage.source for hit in turn.found or ()} == sources
    assert turn.scope.languages in (None, ("hi",))  # both are no choice


def test_a_refusal_counts_what_was_searched(index: Index, kept: Conversations) -> None:
    [turn] = asked(Talk(Service(index), kept), "Who painted the ceiling of the chapel?").turns
    assert turn.answer
    assert turn.answer.refused
    assert turn.scope.articles == 2


def test_what_is_no_date_is_one_sentence(index: Index, kept: Conversations) -> None:
    [turn] = asked(Talk(Service(index), kept), QUESTION, narrowed=Narrowed(since="yesterday")).turns
    assert turn.problem == "“yesterday” is not a date; write one like 2023-05-05."


def test_nothing_that_was_asked_is_kept_nowhere(index: Index, kept: Conversations) -> None:
    [turn] = asked(Talk(Service(index), kept), "").turns
    assert turn.problem
    assert kept.headings("") == []


def test_a_question_that_cannot_be_asked_says_why_and_changes_no_other(
    index: Index, kept: Conversations
) -> None:
    talk = Talk(Service(index), kept)
    first = asked(talk, QUESTION)
    second = asked(talk, "ما هي الأخبار اليوم", first)
    assert "script" in (second.turns[-1].problem or "")
    assert second.turns[0].answer == first.turns[0].answer


def test_what_cannot_be_kept_is_answered_all_the_same_before_it_is_said(
    index: Index, tmp_path: Path
) -> None:
    kept = Conversations(tmp_path)
    kept.close()
    steps = Talk(Service(index), kept).ask(QUESTION, Thread(), Narrowed(), "", "en")
    last = Thread()
    with pytest.raises(KhabarError, match="cannot be kept"):
        while True:
            last = next(steps)
    assert last.turns[-1].answer


def test_a_bug_is_told_on_the_terminal_and_the_page_stays_usable(
    index: Index,
    kept: Conversations,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    talk = Talk(Service(index), kept)
    monkeypatch.setattr(Index, "search", broken)
    [turn] = asked(talk, QUESTION).turns
    assert "terminal" in (turn.problem or "")
    assert "RuntimeError: a bug" in capsys.readouterr().err


def test_people_who_ask_at_once_get_their_own_answers(index: Index, kept: Conversations) -> None:
    talk = Talk(Service(index), kept)
    got: dict[str, Thread] = {}

    def ask(owner: str) -> None:
        *_, got[owner] = talk.ask(QUESTION, Thread(), Narrowed(), owner, "en")

    threads = [threading.Thread(target=ask, args=[f"reader {n}"]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.id for each in got.values()}) == 6
    for owner, each in got.items():
        assert [heading.id for heading in kept.headings(owner)] == [each.id]
