"""Conversations: kept at once and come back equal, each to its owner alone."""

import datetime
import json
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Hit, Index, Passage
from index.errors import ConversationError, IndexFolderError
from index.library import CONVERSATIONS
from qa.conversations import FILE_NAME, Conversations, Kept
from qa.turn import Turn
from qa.types import Answer, Citation, Excerpt, Sentence

DAY = datetime.date(2023, 5, 5)


def passage(number: int) -> Passage:
    text = f"टीका {number} \u2028 🙂"
    return Passage(number, f"क/{number}\udcff.txt", 3, 3 + len(text), text, "शीर्षक", DAY, "hi")


FOUND = tuple(Hit(passage(number), 0.1 * number) for number in range(9, 0, -1))
CITED = passage(2)
ANSWER = Answer(
    question="टीका कब लगा?\udcff",
    text="टीका [1]",
    refused=False,
    language="hi",
    engine="tiny",
    citations=(Citation(1, CITED.source, "शीर्षक", DAY, 3, 7, CITED.text[:4], 2, ("b",)),),
    note="so",
    sentences=(Sentence("टीका", (1,)), Sentence("और?", ())),
    standalone="टीका गोवा में कब लगा?",
    shown=(Excerpt(CITED, ((0, 3), (4, 9))),),
)
ANSWERED = Turn("टीका कब लगा?\udcff", "hi", FOUND, "गोवा में?", 2, "टीका", ANSWER)
KEPT = replace(ANSWERED, found=(*FOUND[:3], Hit(CITED, 0.1 * 2)))
ASKED = Turn("Who won the final?", "en", (), problem="Nothing can be asked now.")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    with Conversations(tmp_path) as conversations:
        yield conversations


def change(folder: Path, query: str, *values: object) -> None:
    """Do to the file what only another program would."""
    connection = sqlite3.connect(folder / FILE_NAME)
    with connection:
        connection.execute(query, values)
    connection.close()


def test_a_conversation_comes_back_after_a_restart_as_it_was(tmp_path: Path) -> None:
    with Conversations(tmp_path) as kept:
        name = kept.begin("", ANSWERED).conversation
        kept.add("", name, ASKED)
        before = kept.headings("")
    with Conversations(tmp_path) as kept:
        assert kept.turns("", name) == [KEPT, ASKED]
        assert kept.headings("") == before
    [heading] = before
    assert (heading.id, heading.title, heading.questions) == (name, "टीका कब लगा??", 2)
    age = datetime.datetime.now(datetime.UTC) - heading.changed
    assert datetime.timedelta(0) <= age < datetime.timedelta(minutes=1)


def test_what_was_kept_is_there_though_nobody_closed_the_file(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    name = kept.begin("", ANSWERED).conversation
    # As a crash leaves it: the last pages are still in the journal.
    (tmp_path / "after").mkdir()
    for file in tmp_path.glob(f"{FILE_NAME}*"):
        shutil.copy(file, tmp_path / "after" / file.name)
    kept.close()
    with Conversations(tmp_path / "after") as after:
        assert after.turns("", name) == [KEPT]


def test_only_its_user_can_read_the_file(tmp_path: Path, kept: Conversations) -> None:
    kept.begin("", ASKED)
    assert {file.stat().st_mode & 0o077 for file in tmp_path.glob(f"{FILE_NAME}*")} == {0}


def test_a_turn_that_has_not_ended_is_kept_as_stopped(kept: Conversations) -> None:
    name = kept.begin("", Turn("Why?", draft="Because")).conversation
    assert kept.turns("", name) == [Turn("Why?", draft="Because", stopped=True)]


def test_a_turn_can_be_replaced_also_when_it_is_no_longer_the_last(kept: Conversations) -> None:
    name, other = kept.begin("", ASKED).conversation, kept.begin("", ASKED).conversation
    asked = kept.add("", name, Turn("Why?", stopped=True))
    kept.add("", name, ASKED)
    kept.replace("", asked, ANSWERED)
    assert kept.turns("", name) == [ASKED, KEPT, ASKED]
    assert kept.turns("", other) == [ASKED]


def test_the_list_has_what_was_changed_last_first(kept: Conversations) -> None:
    names = [kept.begin("", Turn(f"Question {n}?", stopped=True)).conversation for n in range(4)]
    kept.add("", names[1], ASKED)
    listed = [heading.id for heading in kept.headings("")]
    assert listed == [names[1], names[3], names[2], names[0]]
    assert [heading.id for heading in kept.headings("", limit=2)] == listed[:2]


def test_renaming_leaves_the_order_and_collapses_spaces(kept: Conversations) -> None:
    first, second = kept.begin("", ASKED).conversation, kept.begin("", ASKED).conversation
    assert kept.rename("", first, "  गोवा \n की बातें\u2028 ") == "गोवा की बातें"
    assert [heading.id for heading in kept.headings("")] == [second, first]
    assert kept.heading("", first).title == "गोवा की बातें"
    assert kept.rename("", first, "x" * 200) == "x" * 200


@pytest.mark.parametrize("title", ["", " \n\u2028", "x" * 201])
def test_a_title_has_between_1_and_200_characters(kept: Conversations, title: str) -> None:
    name = kept.begin("", ASKED).conversation
    with pytest.raises(ConversationError, match="1 to 200 characters"):
        kept.rename("", name, title)
    assert kept.heading("", name).title == ASKED.question


def test_nothing_that_was_asked_begins_no_conversation(kept: Conversations) -> None:
    with pytest.raises(ConversationError, match="begins with a question"):
        kept.begin("", Turn(" \n", problem="There is no question yet."))
    assert kept.headings("") == []


def test_what_is_deleted_is_gone_with_its_turns(tmp_path: Path, kept: Conversations) -> None:
    name, other = kept.begin("", ANSWERED).conversation, kept.begin("", ASKED).conversation
    kept.delete("", name)
    assert [heading.id for heading in kept.headings("")] == [other]
    with pytest.raises(ConversationError, match="no such conversation"):
        kept.turns("", name)
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    assert connection.execute("SELECT count(*) FROM turns").fetchone() == (1,)
    connection.close()


def test_nobody_sees_or_changes_what_another_owner_asked(kept: Conversations) -> None:
    name = kept.begin("asha", ANSWERED).conversation
    before = kept.headings("asha")
    for other in ("", "Asha", "asha ", "asha\0", "asha\udcff"):
        assert kept.headings(other) == []
        assert kept.headings(other, containing="टीका") == []
        for attempt in (
            lambda who: kept.turns(who, name),
            lambda who: kept.heading(who, name),
            lambda who: kept.add(who, name, ASKED),
            lambda who: kept.replace(who, Kept(name, 1), ASKED),
            lambda who: kept.rename(who, name, "Mine"),
            lambda who: kept.delete(who, name),
        ):
            with pytest.raises(ConversationError, match="no such conversation"):
                attempt(other)
    assert kept.headings("asha") == before
    assert kept.turns("asha", name) == [KEPT]


@pytest.mark.parametrize("name", ["", "1", "' OR 1=1 --", "\0", "\udcff", "%"])
def test_an_id_that_nobody_gave_is_said(kept: Conversations, name: str) -> None:
    kept.begin("", ASKED)
    with pytest.raises(ConversationError, match="no such conversation"):
        kept.turns("", name)


def test_ids_cannot_be_guessed_from_one_another(kept: Conversations) -> None:
    names = {kept.begin("", ASKED).conversation for _ in range(20)}
    assert len(names) == 20
    assert all(len(name) >= 22 for name in names)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "both"),
        ("लगा", "goa"),
        ("टीका गोवा", "goa"),
        ("FINAL who", "cricket"),
        ("final टीका", ""),
        ("ख़बर", "cricket"),  # two characters for the one letter of the title
        ("%", ""),
        ("_", ""),
        ("'", ""),
    ],
)
def test_a_search_goes_through_titles_questions_and_answers(
    kept: Conversations, words: str, expected: str
) -> None:
    goa, cricket = kept.begin("", ANSWERED).conversation, kept.begin("", ASKED).conversation
    kept.rename("", goa, "गोवा")
    kept.rename("", cricket, "खेल की \u0959बर")
    wanted = {"both": [cricket, goa], "goa": [goa], "cricket": [cricket], "": []}[expected]
    assert [heading.id for heading in kept.headings("", containing=words)] == wanted


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("  Who   won\nthe final? ", "Who won the final?"),
        ("word " * 20, "word " * 11 + "word…"),
        ("x" * 80, "x" * 59 + "…"),
        ("कि" * 40, "कि" * 29 + "…"),
    ],
)
def test_a_title_is_the_first_question_cut_at_a_word(
    kept: Conversations, question: str, title: str
) -> None:
    name = kept.begin("", Turn(question, stopped=True)).conversation
    kept.add("", name, ASKED)
    assert kept.heading("", name).title == title


@given(question=st.text(min_size=1), draft=st.text(), owner=st.text(), title=st.text())
def test_any_text_is_kept(
    kept: Conversations, question: str, draft: str, owner: str, title: str
) -> None:
    turn = Turn(f"?{question}", draft=draft, problem=draft)
    name = kept.begin(owner, turn).conversation
    if 0 < len(" ".join(title.split())) <= 200:
        kept.rename(owner, name, title)
    assert kept.turns(owner, name) == [turn]
    assert name in {heading.id for heading in kept.headings(owner, containing=question)}
    kept.delete(owner, name)


def test_a_turn_that_cannot_be_read_leaves_its_question_and_the_others(
    tmp_path: Path, kept: Conversations
) -> None:
    name = kept.begin("", ANSWERED).conversation
    for turn in (ASKED, ANSWERED, ASKED, ANSWERED):
        kept.add("", name, turn)
    change(tmp_path, "UPDATE turns SET turn = ? WHERE number = 2", b'{"found": 3}')
    change(tmp_path, "UPDATE turns SET turn = ?, language = 'fr' WHERE number = 3", b"\xff{")
    change(tmp_path, "UPDATE turns SET turn = 7 WHERE number = 4")
    change(
        tmp_path,
        "UPDATE turns SET turn = x'ff', question = CAST(x'78ff' AS TEXT) WHERE number = 5",
    )
    first, *others = kept.turns("", name)
    assert first == KEPT
    assert [turn.question for turn in others] == [
        ASKED.question, "टीका कब लगा??", ASKED.question, "x\ufffd",
    ]  # fmt: skip
    assert [turn.language for turn in others] == ["en", "en", "en", "hi"]
    assert all(turn.problem and "no longer" in turn.problem for turn in others[:3])
    assert "नहीं जा सकता" in (others[3].problem or "")


def test_what_an_earlier_version_kept_comes_back_without_what_it_did_not_know(
    tmp_path: Path, kept: Conversations
) -> None:
    name = kept.begin("", ASKED).conversation
    answer = {
        "question": "Why?", "text": "So. [1]", "refused": False, "language": "en",
        "engine": "extract", "citations": [], "since_dropped": 1,
    }  # fmt: skip
    old = json.dumps({"question": "Why?", "answer": answer})
    change(tmp_path, "UPDATE turns SET turn = ?", old.encode())
    assert kept.turns("", name) == [
        Turn("Why?", answer=Answer("Why?", "So. [1]", False, "en", "extract", ()))
    ]


def test_threads_write_and_read_at_once(kept: Conversations) -> None:
    name = kept.begin("", Turn("0", stopped=True)).conversation

    def write(number: int) -> int:
        kept.add("", name, Turn(str(number), stopped=True))
        kept.begin(str(number), ASKED)
        return len(kept.turns("", name))

    with ThreadPoolExecutor(6) as pool:
        assert max(pool.map(write, range(1, 31))) == 31
    assert {turn.question for turn in kept.turns("", name)} == {*map(str, range(31))}


def test_a_damaged_file_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(b"what people asked" * 1_000)
    with pytest.raises(IndexFolderError, match=r"are damaged .* move that file elsewhere"):
        Conversations(tmp_path)
    assert file.read_bytes() == b"what people asked" * 1_000


def test_a_file_damaged_while_open_is_said(tmp_path: Path) -> None:
    with Conversations(tmp_path) as kept:
        name = kept.begin("", ANSWERED).conversation
        for _ in range(40):
            kept.add("", name, ANSWERED)
    file = tmp_path / FILE_NAME
    with file.open("r+b") as handle:
        handle.seek(4_096)
        handle.write(b"\xa5" * (file.stat().st_size - 4_096))
    with Conversations(tmp_path) as kept, pytest.raises(IndexFolderError, match="are damaged"):
        kept.headings("")


def test_a_file_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    with Conversations(tmp_path) as kept:
        name = kept.begin("", ASKED).conversation
    change(tmp_path, "PRAGMA user_version = 99")
    with pytest.raises(IndexFolderError, match="newer version of Khabar \\(format 99"):
        Conversations(tmp_path)
    change(tmp_path, "PRAGMA user_version = 1")
    with Conversations(tmp_path) as kept:
        assert kept.turns("", name) == [ASKED]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(IndexFolderError, match="cannot be kept in"):
        Conversations(tmp_path)
    with pytest.raises(IndexFolderError, match="cannot be kept in"):
        Conversations(tmp_path / "nowhere")


def test_a_disk_that_fills_up_costs_nothing_that_was_kept(
    tmp_path: Path, kept: Conversations
) -> None:
    name = kept.begin("", ASKED).conversation
    pages = kept._connection.execute("PRAGMA page_count").fetchone()[0]
    kept._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(IndexFolderError, match=r"full .* the conversations so far stay"):
        for _ in range(50):
            kept.add("", name, ANSWERED)
    kept._connection.execute("PRAGMA max_page_count = 100000")
    turns = kept.turns("", name)
    kept.add("", name, ANSWERED)
    assert kept.turns("", name) == [*turns, KEPT]


def test_an_index_begins_anew_beside_the_conversations_that_are_left(
    tmp_path: Path, articles: Path
) -> None:
    assert FILE_NAME == CONVERSATIONS
    db = tmp_path / "db"
    with Index(db) as index, Conversations(db) as kept:
        index.update(articles)
        name = kept.begin("", ASKED).conversation
    for path in db.iterdir():
        if not path.name.startswith(FILE_NAME):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    kept = Conversations(db)
    with Index(db) as index:
        assert len(index.update(articles).added) == 5
        assert kept.turns("", name) == [ASKED]
    kept.close()
