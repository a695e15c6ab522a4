"""A second process never opens the index: it asks the first, or says who that is."""

import shutil
import signal
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import tiny_gguf
from holding import QA, here, holding, qa, running, said, told
from talks import PLANTED, PROMISED, indexed

from index import Index, errors
from qa import Found, Piece, ask, opening, remote_index, stream
from qa.types import Event, Waiting

FOLLOW_UP = "और भारत ने?"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an index that nobody else has open."""
    return indexed(tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def held(alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Copy that index, for another process to hold and to answer for."""
    db = tmp_path_factory.mktemp("held") / "db"
    shutil.copytree(alone, db)
    with holding(db):
        yield db


def written(events: Iterator[Event]) -> list[Event]:
    """List all events but those of waiting, which come as time goes."""
    return [event for event in events if not isinstance(event, Waiting)]


@pytest.mark.parametrize("question", [PLANTED, PROMISED, "Lavrov ne kya vaada kiya?", "Zorbani?"])
def test_the_answer_is_the_same_word_for_word(alone: Path, held: Path, question: str) -> None:
    assert written(stream(question, held)) == written(stream(question, alone))


def test_what_narrows_a_question_and_what_was_asked_before_go_along(
    alone: Path, held: Path
) -> None:
    first = ask(PROMISED, alone)
    narrowed: dict[str, Any]
    for narrowed in (
        {"sources": ["talks.txt"]},
        {"sources": []},
        {"languages": ["hi"]},
        {"languages": ["en"]},
        {"since": first.citations[0].date},
        {"until": first.citations[0].date, "language": "en"},
        {"history": [first]},
        {"history": [(PROMISED, first.text)]},
        {"history": [[PROMISED, first.text]], "timeout": None},
    ):
        there = written(stream(FOLLOW_UP, held, **narrowed))
        assert there == written(stream(FOLLOW_UP, alone, **narrowed)), narrowed


def test_a_model_named_here_writes_there(alone: Path, held: Path, tmp_path: Path) -> None:
    model = tiny_gguf.write(tmp_path / "tiny.gguf", says="Lavrov planted a pine. [1]")
    answer = ask(PLANTED, held, engine=model)
    assert (answer.engine, answer.text) == ("tiny", "Lavrov planted a pine. [1]")
    assert answer == ask(PLANTED, alone, engine=model)


def test_what_the_environment_names_is_asked_for_there(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHABAR_MODEL", "gemma-4-e2b")
    with pytest.raises(errors.ModelError, match="qa models pull gemma-4-e2b"):
        ask(PLANTED, held)
    monkeypatch.delenv("KHABAR_MODEL")
    monkeypatch.setenv("KHABAR_RERANKER", "no-such-reranker")
    with pytest.raises(errors.ModelError, match="no-such-reranker"):
        ask(PLANTED, held)


def test_an_open_engine_cannot_go_there(held: Path) -> None:
    class Open:
        name, room = "open", 10_000

    with pytest.raises(errors.IndexBusyError, match=r"open here .* give its name\.") as refused:
        ask(PLANTED, held, engine=Open())  # type: ignore[arg-type]
    assert refused.value.holder is not None


@pytest.mark.parametrize("question", ["", "?!", "x" * 100_000, "Что обещал Лавров?", "\udcff"])
def test_errors_come_back_as_themselves(alone: Path, held: Path, question: str) -> None:
    with pytest.raises(errors.QuestionError) as here:
        ask(question, alone)
    with pytest.raises(errors.QuestionError) as there:
        ask(question, held)
    assert str(there.value) == str(here.value)


def test_languages_that_no_article_is_in_are_refused_there_too(alone: Path, held: Path) -> None:
    for db in (alone, held):
        with pytest.raises(errors.QuestionError, match=r"of hi, en, and not \('fr',\)\."):
            ask(PLANTED, db, languages=("fr",))


def test_another_embedder_is_refused_there(
    held: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "modules.json").write_text("[]")
    code, out, err = here(capsys, "search", "Lavrov", "--db", held, "--embedder", tmp_path)
    assert (code, out) == (1, "")
    assert f"cannot be used with {tmp_path.name}-" in err
    assert "open it with --embedder built-in" in err
    code, out, _ = here(capsys, "search", "Lavrov", "--db", held, "--embedder", "built-in")
    assert code == 0
    assert "talks.txt" in out


def test_the_commands_print_what_they_print_alone(
    alone: Path, held: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (
        ("ask", PLANTED),
        ("ask", PROMISED, "--json"),
        ("search", "Lavrov", "--json", "--limit", "3"),
        ("search", "Lavrov", "--source", "talks.txt"),
        ("ask", ""),
    ):
        assert qa(*command, "--db", held) == here(capsys, *command, "--db", alone), command


def test_ten_processes_at_once_all_get_their_answer(
    alone: Path, held: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = here(capsys, "ask", PLANTED, "--db", alone)
    with ThreadPoolExecutor(10) as pool:
        asked = [pool.submit(qa, "ask", PLANTED, "--db", held) for _ in range(10)]
        assert {done.result() for done in asked} == {expected}


def test_an_update_goes_through_the_holder_and_its_next_answer_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = indexed(tmp_path)
    articles = tmp_path / "articles"
    shutil.copytree(db, tmp_path / "copy")
    with holding(db):
        (articles / "snow.txt").write_text("Snow in Delhi\n\nSnow fell in Delhi on Monday.\n")
        (articles / "rainfall.txt").unlink()
        (articles / "empty.txt").touch()
        there = qa("index", articles, "--db", db, "--json")
        assert there == here(capsys, "index", articles, "--db", tmp_path / "copy", "--json")
        assert there[0] == 0
        answer = ask("Where did snow fall?", db)
        assert answer.citations[0].source == "snow.txt"
        assert ask("When did the monsoon reach Kerala?", db).refused
        assert here(capsys, "index", tmp_path / "none", "--db", db)[2].endswith(
            "none: no such folder; give the folder that holds the articles.\n"
        )


def test_terms_go_through_the_holder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = indexed(tmp_path)
    terms = tmp_path / "terms.tsv"
    terms.write_text("Zorbani\tKerala\n", encoding="utf-8")
    with holding(db):
        assert ask("What reached Zorbani?", db).refused
        code, _, err = here(capsys, "index", tmp_path / "articles", "--db", db, "--terms", terms)
        assert (code, err) == (0, "own terms in use: 1 line\n")
        assert ask("What reached Zorbani?", db).citations[0].source == "rainfall.txt"
        terms.write_text("Zorbani\n", encoding="utf-8")
        code, _, err = here(capsys, "index", tmp_path / "articles", "--db", db, "--terms", terms)
        assert code == 1
        assert "terms.tsv" in err


# An update that stops after its first file until its standard input says more.
INDEXING = """
import sys
from qa import cli, index_command, terminal
index_command._LONG = 0.0

def show(bar, done, total):
    if done == 1:
        print("ready", flush=True)
        sys.stdin.readline()

terminal.Bar.show = show
sys.argv[0] = "qa"
sys.exit(cli.main(sys.argv[1:]))
"""


def test_questions_are_answered_while_an_index_is_being_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = indexed(tmp_path)
    articles = tmp_path / "articles"
    expected = ask(PLANTED, db)
    (articles / "snow.txt").write_text("Snow in Delhi\n\nSnow fell in Delhi on Monday.\n")
    with holding("index", articles, "--db", db, code=INDEXING) as first:
        assert ask(PLANTED, db) == expected
        assert told(db)["command"] == "qa index"
        code, _, err = here(capsys, "index", articles, "--db", db)
        assert code == 1
        assert err == "qa: Another update of this index is running; wait for it to end.\n"
        out, err = first.communicate("go on\n")
        assert (out, err) == ("1 added, 0 changed, 0 removed, 3 unchanged\n", "")
    assert not (db / "khabar.holder").exists()


def test_the_chat_page_answers_other_processes_too(alone: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    shutil.copytree(alone, db)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with running(QA, "chat", "--db", db, "--port", port, "--model", "extract") as page:
        assert page.stderr
        assert "Khabar answers at" in page.stderr.readline()
        assert told(db)["command"] == "qa chat"
        assert written(stream(PROMISED, db)) == written(stream(PROMISED, alone))
        page.send_signal(signal.SIGINT)
        assert page.communicate() == ("", "")
    assert not (db / "khabar.holder").exists()


def test_a_holder_that_does_not_answer_is_named(
    alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opening._PATIENCE + remote_index._GREETING < 10
    monkeypatch.setattr(opening, "_PATIENCE", 0.3)
    monkeypatch.setattr(remote_index, "_GREETING", 0.3)
    db = tmp_path / "db"
    shutil.copytree(alone, db)
    with holding(db) as first:
        first.send_signal(signal.SIGSTOP)
        with pytest.raises(errors.IndexBusyError, match="which does not answer; end it") as silent:
            ask(PLANTED, db)
        assert f"(process {first.pid}, since " in str(silent.value)
        first.send_signal(signal.SIGCONT)
        assert not ask(PLANTED, db).refused


def test_a_holder_that_stops_in_the_midst_is_named(
    alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_index, "_SILENCE", 1.5)
    db = tmp_path / "db"
    shutil.copytree(alone, db)
    with holding(db, "endless") as first:
        events = stream(PLANTED, db)
        assert isinstance(next(events), Found)
        assert next(events) == Piece("word ")
        first.send_signal(signal.SIGSTOP)
        with pytest.raises(errors.IndexBusyError, match="which does not answer"):
            list(events)


def test_a_killed_holder_is_named_and_the_next_process_takes_over(
    alone: Path, tmp_path: Path
) -> None:
    db = tmp_path / "db"
    shutil.copytree(alone, db)
    with holding(db, "endless") as first:
        events = stream(PLANTED, db)
        assert isinstance(next(events), Found)
        first.kill()
        with pytest.raises(errors.IndexBusyError, match="ended before it had answered; ask again"):
            list(events)
        assert told(db)["pid"] == first.pid
        assert ask(PLANTED, db) == ask(PLANTED, alone)
    assert not (db / "khabar.holder").exists()


def test_a_question_on_its_way_is_answered_before_the_holder_ends(
    alone: Path, tmp_path: Path
) -> None:
    db = tmp_path / "db"
    shutil.copytree(alone, db)
    with holding(db) as first:
        events = stream(PROMISED, db)
        found = next(events)
        assert first.stdin
        first.stdin.close()
        assert [found, *written(events)] == written(stream(PROMISED, alone))
        assert first.wait() == 0


def test_ctrl_c_here_stops_a_question_there(alone: Path, tmp_path: Path) -> None:
    db = tmp_path / "db"
    shutil.copytree(alone, db)
    with holding(db, "endless") as first:
        with running(QA, "ask", PLANTED, "--db", db) as second:
            assert said(first) == "writing\n"
            second.send_signal(signal.SIGINT)
            assert second.communicate() == ("", "qa: stopped.\n")
        assert said(first) == "stopped\n"


def test_ctrl_c_here_stops_an_update_there_and_keeps_what_is_done(tmp_path: Path) -> None:
    db, folder = tmp_path / "db", tmp_path / "many"
    folder.mkdir()
    for number in range(200):
        (folder / f"{number:03}.txt").write_text(f"Report {number} of snow in Delhi.\n" * 3)
    with holding(db) as first:
        with running(QA, "index", folder, "--db", db) as second:
            while not indexed_by_now(db):
                assert second.poll() is None
            second.send_signal(signal.SIGINT)
            assert second.communicate() == ("", "qa: stopped.\n")
        # With no more to do, it ends when it is told to.
        assert first.communicate() == ("", "")
        assert first.returncode == 0
    kept = indexed_by_now(db)
    assert 0 < kept < 200
    with Index(db) as index:
        assert len(index.update(folder).added) == 200 - kept


def indexed_by_now(db: Path) -> int:
    """Count the articles in an index without opening it."""
    library = sqlite3.connect(f"file:{db / 'khabar.sqlite'}?mode=ro", uri=True)
    with closing(library):
        row = library.execute("SELECT count(*) FROM articles WHERE state = 'ready'").fetchone()
        return int(row[0])
