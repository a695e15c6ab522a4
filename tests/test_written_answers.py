"""From question to cited answer where a model writes it, and where one ought to."""

import datetime
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import tiny_gguf
from talks import PLANTED, PROMISED, assert_sound, indexed

from index import Index, installed
from index.errors import ModelError, ModelLoadError, QuestionError
from qa import Answer, Found, Piece, Waiting, ask, llm, stream
from qa.prompt import Message, Prompt
from qa.service import Service
from qa.types import AnswerLanguage
from qa.words import CUT_SHORT, MODEL_FAILED, NO_ROOM, QUOTES_INSTEAD, REFUSAL, TIME_UP


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("talks"))


def says(folder: Path, text: str | None = None, seed: int = 0) -> Path:
    return tiny_gguf.write(folder / "tiny.gguf", says=text, seed=seed)


def test_a_model_answers_and_its_sentences_are_cited_in_the_file(db: Path, tmp_path: Path) -> None:
    answer = ask(PLANTED, db, engine=says(tmp_path, "Lavrov planted a pine sapling. [1]"))
    assert (answer.engine, answer.refused, answer.note) == ("tiny", False, None)
    assert answer.text == "Lavrov planted a pine sapling. [1]"
    assert_sound(answer)
    assert answer.citations[0].quote.startswith("Lavrov planted a pine sapling in the grounds")


def test_a_models_pieces_stream_before_the_checked_answer(db: Path, tmp_path: Path) -> None:
    draft = "Lavrov planted a pine sapling. [1] The Bank of England raised its rates. [1]"
    _, *pieces, answer = stream(PLANTED, db, engine=str(says(tmp_path, draft)))
    assert len(pieces) > 5
    assert "".join(piece.text for piece in pieces if isinstance(piece, Piece)) == draft
    assert isinstance(answer, Answer)
    assert answer.text == "Lavrov planted a pine sapling. [1]"


@pytest.mark.parametrize(
    ("question", "source", "text", "quote"),
    [
        (
            "What military equipment did Lavrov promise to Pakistan?",
            "vaada.txt",
            "Lavrov promised military equipment to Pakistan. [1]",
            "सैन्य उपकरण देने का वादा",
        ),
        (
            "पाकिस्तान और रूस के विदेश मंत्रियों ने बुधवार को क्या किया?",
            "talks.txt",
            "पाकिस्तान और रूस के विदेश मंत्रियों ने बुधवार को बातचीत की। [1]",
            "held wide-ranging talks",
        ),
    ],
    ids=["English on Hindi", "Hindi on English"],
)
def test_an_answer_can_cite_a_file_in_the_other_language(
    question: str, source: str, text: str, quote: str, db: Path, tmp_path: Path
) -> None:
    answer = ask(question, db, sources=[source], engine=says(tmp_path, text))
    assert answer.text == text
    assert quote in answer.citations[0].quote
    assert_sound(answer)


def test_where_nothing_a_model_says_holds_quotes_are_given_with_a_note(
    db: Path, tmp_path: Path
) -> None:
    answer = ask(PLANTED, db, engine=says(tmp_path, "The Bank of England raised its rates. [1]"))
    assert (answer.engine, answer.note) == ("extract", MODEL_FAILED["en"])
    assert answer.citations == ask(PLANTED, db).citations
    assert answer.text == ask(PLANTED, db).text


@pytest.mark.parametrize("seed", [1, 3, 10])
def test_whatever_a_random_model_writes_no_quote_is_made_up(
    seed: int, db: Path, tmp_path: Path
) -> None:
    for question in (PLANTED, PROMISED):
        assert_sound(ask(question, db, engine=says(tmp_path, seed=seed)))


@pytest.mark.parametrize("mark", ["", " [1]"])
def test_a_model_may_refuse_with_or_without_a_mark(mark: str, db: Path, tmp_path: Path) -> None:
    answer = ask(PROMISED, db, engine=says(tmp_path, REFUSAL["hi"] + mark))
    assert (answer.refused, answer.text) == (True, REFUSAL["hi"])
    assert (answer.engine, answer.citations) == ("tiny", ())


def test_the_environment_can_name_the_model_and_extract_overrides_it(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = says(tmp_path, "Lavrov planted a pine sapling. [1]")
    monkeypatch.setenv(llm.MODEL_VARIABLE, str(path))
    assert ask(PLANTED, db).engine == "tiny"
    assert ask(PLANTED, db, engine="extract").engine == "extract"
    monkeypatch.setenv(llm.MODEL_VARIABLE, "")
    assert ask(PLANTED, db).engine == "extract"


def test_a_model_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = says(tmp_path, "Lavrov planted a pine sapling. [1]")
    monkeypatch.chdir(tmp_path)
    opened: list[object] = []
    threads = [
        threading.Thread(target=lambda name=name: opened.append(llm.choose(name)))
        for name in (path, "tiny.gguf")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened[0] is opened[1] is llm.choose(str(path))


def test_a_model_that_a_server_still_answers_with_is_not_loaded_a_second_time(
    tmp_path: Path,
) -> None:
    first, other = (tiny_gguf.write(tmp_path / name) for name in ("a.gguf", "b.gguf"))
    (tmp_path / "bad.gguf").write_bytes(b"GGUF")
    with Index(tmp_path / "db") as index:
        service = Service(index, llm.choose(first))
        in_use = service.engine
        assert llm.choose(other) is not in_use  # as another process asks for
        assert llm.choose(first) is in_use
        with pytest.raises(ModelLoadError):
            service.use(str(tmp_path / "bad.gguf"))
        assert llm.choose(first) is in_use is service.engine


def test_a_model_known_by_name_is_not_downloaded_but_told_about(db: Path) -> None:
    with pytest.raises(ModelError, match="gemma-4-e2b is not on this machine; fetch it with: qa"):
        ask(PLANTED, db, engine="gemma-4-e2b")


@pytest.mark.parametrize("name", ["gpt-9", "~nobody-here/x.gguf", "a\x00b", "x" * 5_000])
def test_a_model_that_is_neither_file_nor_name_is_refused(name: str, db: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no model file .*gemma-4-e2b"):
        ask(PLANTED, db, engine=name)


def test_a_model_of_another_kind_is_refused(db: Path) -> None:
    with pytest.raises(ModelError, match="bge-m3 is an embedder, and an llm is wanted"):
        ask(PLANTED, db, engine="bge-m3")


def test_an_installed_model_answers_by_its_name_and_by_itself(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHABAR_MODELS", str(tmp_path / "models"))
    installed.add(says(tmp_path, "Lavrov planted a pine sapling. [1]"), "my-model")
    assert ask(PLANTED, db, engine="my-model").engine == "my-model"
    assert ask(PLANTED, db).engine == "my-model"
    assert ask(PLANTED, db, engine="extract").engine == "extract"


class Scripted:
    """An engine of one's own: the protocol is all it takes."""

    name = "scripted"
    room = 4_096

    def __init__(self, *drafts: str, fails: str = "") -> None:
        self.drafts = list(drafts)
        self.fails = fails
        self.given: list[Prompt] = []

    def count(self, messages: Sequence[Message]) -> int:
        """Count characters."""
        return sum(len(message["content"]) for message in messages)

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Write the next of the scripts, whatever is asked."""
        self.given.append(prompt)
        yield Waiting(1)
        yield Waiting(0)
        yield self.drafts.pop(0)
        if self.fails:
            raise ModelError(self.fails)


def test_an_engine_of_ones_own_is_checked_like_any_other(db: Path) -> None:
    engine = Scripted("Lavrov planted a pine sapling [1][9], and left. Nothing else is known.")
    answer = ask(PLANTED, db, engine=engine)
    assert (answer.text, answer.engine) == ("Lavrov planted a pine sapling [1]", "scripted")
    assert answer.citations[0].source == answer.shown[0].passage.source == "talks.txt"
    assert "[1] Lavrov in Islamabad" in engine.given[0].messages[1]["content"]
    assert_sound(answer)


def test_the_place_in_line_is_told_before_the_answer(db: Path) -> None:
    events = list(stream(PLANTED, db, engine=Scripted("Lavrov planted a pine sapling [1]")))
    assert [type(event) for event in events] == [Found, Waiting, Waiting, Piece, Answer]
    assert [event.place for event in events if isinstance(event, Waiting)] == [1, 0]


def test_a_sentence_that_nothing_bears_out_is_marked_and_not_passed_off_as_fact(db: Path) -> None:
    draft = "The Bank of England raised its rates. [1] Lavrov planted a pine sapling. [1]"
    answer = ask(PLANTED, db, engine=Scripted(draft))
    assert answer.text == "Lavrov planted a pine sapling. [1]"
    assert [(sentence.text, sentence.marks) for sentence in answer.sentences] == [
        ("The Bank of England raised its rates.", ()),
        ("Lavrov planted a pine sapling.", (1,)),
    ]


def test_quotes_are_sentences_that_their_citations_bear_out(db: Path) -> None:
    answer = ask(PLANTED, db)
    assert [sentence.marks for sentence in answer.sentences] == [
        (citation.number,) for citation in answer.citations
    ]


@pytest.mark.parametrize("language", ["hi", "en", "hi-Latn"])
def test_the_language_of_the_answer_can_be_set(language: AnswerLanguage, db: Path) -> None:
    engine = Scripted(REFUSAL[language])
    answer = ask(PLANTED, db, engine=engine, language=language)
    assert (answer.language, answer.text) == (language, REFUSAL[language])
    assert REFUSAL[language] in engine.given[0].messages[1]["content"]


def test_a_model_that_fails_midway_leaves_what_was_written_and_says_so(db: Path) -> None:
    draft = "Lavrov planted a pine sapling. [1] The"
    answer = ask(PLANTED, db, engine=Scripted(draft, fails="The server has gone."))
    assert answer.text == "Lavrov planted a pine sapling. [1]"
    assert answer.note == CUT_SHORT["en"].format(reason="The server has gone.")


def test_a_model_that_fails_at_once_is_replaced_by_quotes_that_say_why(db: Path) -> None:
    answer = ask(PROMISED, db, engine=Scripted("रूस", fails="The server has gone."))
    assert answer.engine == "extract"
    assert answer.note == QUOTES_INSTEAD["hi"].format(reason="The server has gone.")
    assert_sound(answer)


def test_a_model_without_room_for_one_sentence_is_replaced_by_quotes(db: Path) -> None:
    engine = Scripted()
    engine.room = 600
    answer = ask(PLANTED, db, engine=engine)
    assert answer.note == QUOTES_INSTEAD["en"].format(reason=NO_ROOM["en"])
    assert engine.given == []
    assert_sound(answer)


def test_a_model_that_cannot_be_loaded_is_replaced_by_quotes_that_say_why(
    db: Path, tmp_path: Path
) -> None:
    path = says(tmp_path)
    path.write_bytes(path.read_bytes()[:5_000])
    answer = ask(PLANTED, db, engine=path)
    assert answer.engine == "extract"
    assert answer.note is not None
    assert "llama.cpp cannot load" in answer.note
    assert_sound(answer)


def test_a_model_that_is_not_done_in_time_is_stopped_and_what_it_wrote_stands(
    db: Path, tmp_path: Path
) -> None:
    path = says(tmp_path, "Lavrov planted a pine sapling. [1]")
    answer = ask(PLANTED, db, engine=path, timeout=0)
    assert answer.engine == "extract"
    assert answer.note == QUOTES_INSTEAD["en"].format(reason=TIME_UP["en"])
    assert ask(PLANTED, db, engine=path, timeout=60).engine == "tiny"


def test_an_engine_that_says_nothing_is_replaced_by_quotes(db: Path) -> None:
    answer = ask(PLANTED, db, engine=Scripted(""))
    assert (answer.engine, answer.note) == ("extract", MODEL_FAILED["en"])


def test_a_stream_stopped_midway_closes_the_index(db: Path, tmp_path: Path) -> None:
    events = stream(PLANTED, db, engine=says(tmp_path, "Lavrov planted a pine sapling. [1]"))
    assert isinstance(next(events), Found)
    assert isinstance(next(event for event in events if not isinstance(event, Waiting)), Piece)
    events.close()
    assert ask(PLANTED, db, engine=tmp_path / "tiny.gguf").engine == "tiny"


def test_a_follow_up_is_put_by_the_model_if_what_it_writes_can_be_trusted(db: Path) -> None:
    before = ask(PLANTED, db)
    put = "When did Lavrov plant a pine sapling in Islamabad?"
    engine = Scripted(put, REFUSAL["en"])
    answer = ask("When did he plant it?", db, history=[before], engine=engine)
    assert answer.standalone == put
    assert put in engine.given[1].messages[1]["content"]
    made_up = Scripted("When did Putin visit Goa?", REFUSAL["en"])
    answer = ask("When did he plant it?", db, history=[before], engine=made_up)
    assert answer.standalone is not None
    assert "Putin" not in answer.standalone
    assert "Lavrov" in answer.standalone


def test_what_was_shown_before_is_shown_again_first_but_for_other_articles(db: Path) -> None:
    first = ask(PLANTED, db, engine=Scripted("Lavrov planted a pine sapling. [1]"))
    further = "What did Lavrov plant in the grounds of the Foreign Ministry?"
    again = ask(further, db, history=[first], engine=Scripted(REFUSAL["en"]))
    assert again.shown[: len(first.shown)] == first.shown
    other = ask(
        PROMISED, db, history=[first], sources=["vaada.txt"], engine=Scripted(REFUSAL["hi"])
    )
    assert {excerpt.passage.source for excerpt in other.shown} == {"vaada.txt"}
    dated = {"since": datetime.date(2021, 4, 8)}
    later = ask(PROMISED, db, history=[first], engine=Scripted(REFUSAL["hi"]), **dated)  # type: ignore[arg-type]
    assert {excerpt.passage.source for excerpt in later.shown} == {"vaada.txt"}
    hindi = ask(PROMISED, db, history=[first], engine=Scripted(REFUSAL["hi"]), languages=["hi"])
    assert {excerpt.passage.source for excerpt in hindi.shown} == {"vaada.txt"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"language": "fr"}, "no language 'fr'"),
        ({"history": ["what was asked"]}, "history is a list"),
        ({"history": [("q", None)]}, "history is a list"),
        ({"history": [{"role": "user", "content": "q"}]}, "history is a list"),
        ({"sources": "talks.txt"}, r"\['talks.txt'\]"),
    ],
)
def test_what_is_given_wrongly_in_python_is_one_sentence(
    options: dict[str, Any], said: str, db: Path
) -> None:
    with pytest.raises(QuestionError, match=said):
        ask(PLANTED, db, **options)


def test_a_server_that_is_down_is_answered_for_by_quotes(db: Path) -> None:
    answer = ask(PLANTED, db, engine="http://127.0.0.1:1/v1")
    assert answer.engine == "extract"
    assert answer.note is not None
    assert "127.0.0.1:1" in answer.note


def test_an_installed_model_is_meant_even_where_a_folder_has_its_name(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHABAR_MODELS", str(tmp_path / "models"))
    installed.add(says(tmp_path, "Lavrov planted a pine sapling. [1]"), "mine")
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    assert ask(PLANTED, db).engine == "mine"


def test_a_damaged_model_is_said_where_no_other_is_there(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHABAR_MODELS", str(tmp_path / "models"))
    here = installed.add(says(tmp_path, "Lavrov planted a pine sapling. [1]"), "mine")
    here.path.unlink()
    here.path.write_bytes(b"GGUF")
    answer = ask(PLANTED, db)
    assert answer.engine == "extract"
    assert answer.note is not None
    assert "mine" in answer.note
