"""The endpoint of a process that holds an index: for its user's processes, left at any time."""

import itertools
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self, cast

import httpx
import pytest
import tiny_embedder
import tiny_reranker
from talks import PLANTED, indexed

from index import Index, changed, errors, holder
from qa import Answer, Found, Piece, ask, listening, stream, wire
from qa.choices import portable
from qa.listening import listening as listens
from qa.prompt import Message, Prompt
from qa.remote_index import RemoteIndex
from qa.service import Service


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("talks"))


class Gated:
    """An engine that writes a word when it is let, and knows when it is stopped."""

    name, room = "gated", 10_000

    def __init__(self) -> None:
        self.gate = threading.Semaphore(1)
        self.stopped = threading.Event()

    def itself(self) -> Self:
        """Tell which engine it is, to who asks each time."""
        return self

    def count(self, messages: Sequence[Message]) -> int:
        """Say that any prompt fits."""
        return len(messages)

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str]:
        """Write a word at a time."""
        try:
            for word in ("Lavrov", " planted", " a pine. [1]"):
                while not self.gate.acquire(timeout=0.02):
                    yield ""
                yield word
        finally:
            self.stopped.set()


@contextmanager
def reached(index: Index, *models: str | None) -> Iterator[RemoteIndex]:
    """Reach an index of this process as another process would, that names its own models."""
    while (held := holder.read(index.folder)) is None or held.address is None:
        time.sleep(0.01)
    busy = errors.IndexBusyError("It is in use.", held)
    yield RemoteIndex(index.folder, busy, wire.Models(*(models or (None, None))))


def asked_of(remote: RemoteIndex) -> Iterator[Any]:
    return remote.stream(
        PLANTED,
        since=None,
        until=None,
        sources=None,
        history=(),
        engine=None,
        language=None,
        timeout=None,
    )


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Give the address and the token of an index that is held."""
    with Index(indexed(tmp_path_factory.mktemp("held"))) as index, listens(index), reached(index):
        held = holder.read(index.folder)
        assert held is not None
        yield str(held.address), str(held.token)


def post(address: str, path: str, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{address}{path}", content=content, headers=headers, trust_env=False)


SEARCH = {
    "asked": {"question": "Lavrov", "limit": 1},
    "models": {"embedder": None, "reranker": None},
}


def test_the_token_lets_in_and_nothing_else_does(endpoint: tuple[str, str]) -> None:
    address, token = endpoint
    assert len(token) > 40
    found = post(address, "/search", SEARCH, Authorization=f"Bearer {token}")
    assert found.status_code == 200
    assert json.loads(found.content)["kind"] == "result"
    for wrong in ({}, {"Authorization": f"Bearer {token}x"}):
        for path in ("/search", "/ask", "/update", "/none"):
            assert post(address, path, SEARCH, **wrong).status_code == 401
        assert httpx.get(address, headers=wrong, trust_env=False).status_code == 401


@pytest.mark.parametrize("host", ["example.org", "example.org:80", "127.0.0.1.example.org", ""])
def test_a_foreign_host_is_refused_token_or_not(endpoint: tuple[str, str], host: str) -> None:
    address, token = endpoint
    found = post(address, "/search", SEARCH, Authorization=f"Bearer {token}", Host=host)
    assert found.status_code == 403


@pytest.mark.parametrize("origin", ["https://example.org", "null", "http://localhost:3000"])
def test_a_page_from_elsewhere_is_refused_token_or_not(
    endpoint: tuple[str, str], origin: str
) -> None:
    address, token = endpoint
    found = post(address, "/search", SEARCH, Authorization=f"Bearer {token}", Origin=origin)
    assert found.status_code == 403
    assert "access-control-allow-origin" not in found.headers


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/search", b"", 422),
        ("/search", b"[1", 422),
        ("/search", {}, 422),
        ("/search", SEARCH | {"asked": {"question": "x"}}, 422),
        ("/drop", SEARCH, 422),
        ("/ask", {"asked": {"question": "x"}}, 422),
        ("/update/more", SEARCH, 404),
        ("/search", b" " * 20_000_001, 413),
    ],
    ids=range(8),
)
def test_what_is_not_understood_is_refused(
    endpoint: tuple[str, str], path: str, body: object, status: int
) -> None:
    address, token = endpoint
    found = post(address, path, body, Authorization=f"Bearer {token}")
    assert found.status_code == status
    assert found.json()["error"]


def test_leaving_a_question_stops_the_model_there(db: Path) -> None:
    engine = Gated()
    with Index(db) as index, listens(index, lambda: engine), reached(index) as remote:
        events = cast("Any", asked_of(remote))
        assert isinstance(next(events), Found)
        assert next(events) == Piece("Lavrov")
        events.close()
        assert engine.stopped.wait(10)


def test_a_model_that_is_silent_for_long_is_waited_for(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(Gated):
        def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str]:
            time.sleep(1.2)
            yield "Lavrov planted a pine. [1]"

    monkeypatch.setattr("qa.remote_index._SILENCE", 0.8)
    monkeypatch.setattr(wire, "BEAT", 0.2)
    with Index(db) as index, listens(index, Silent), reached(index) as remote:
        *_, answer = asked_of(remote)
        assert answer.text == "Lavrov planted a pine. [1]"


def test_who_holds_the_index_waits_for_questions_on_their_way(db: Path) -> None:
    engine = Gated()
    heard: list[Any] = []
    with Index(db) as index:
        with listens(index, lambda: engine), reached(index) as remote:
            events = asked_of(remote)
            heard.append(next(events))
            rest = threading.Thread(target=lambda: heard.extend(events))
            rest.start()
            threading.Timer(0.3, lambda: engine.gate.release(2)).start()
        rest.join()
        assert isinstance(heard[-1], Answer)
        assert heard[-1].text == "Lavrov planted a pine. [1]"
        held = holder.read(index.folder)
        assert held is not None
        assert held.address is None


def test_but_not_for_ever_and_not_where_it_was_stopped_itself(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_GRACE", 0.1)
    for stop in (None, KeyboardInterrupt()):
        engine = Gated()
        with Index(db) as index:
            try:
                with listens(index, engine.itself), reached(index) as remote:
                    events = asked_of(remote)
                    assert isinstance(next(events), Found)
                    if stop:
                        raise stop
            except KeyboardInterrupt:
                assert stop
            assert engine.stopped.is_set()
            with pytest.raises(errors.IndexBusyError, match="ended before it had answered"):
                list(events)


def test_a_command_that_ends_at_once_serves_nothing(db: Path) -> None:
    before = threading.active_count()
    with Index(db) as index, listens(index, after=60.0):
        held = holder.read(index.folder)
        assert held is not None
        assert held.address is None
    assert threading.active_count() == before


def test_a_machine_without_a_free_port_is_said_and_no_trouble(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(listening, "_HOST", "192.0.2.1")  # nobody's: for documentation
    with Index(db) as index, listens(index):
        answer = ask(PLANTED, index)
        while not (said := capsys.readouterr().err):
            time.sleep(0.01)
    assert answer.citations
    assert said.startswith("Other processes cannot use the index meanwhile; nothing can listen (")
    assert said.count("\n") == 1


def test_a_bug_there_is_an_error_here_and_its_trace_stays_there(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(Index, "search", broken)
    with Index(db) as index, listens(index), reached(index) as remote:
        with pytest.raises(errors.KhabarError, match="Something went wrong there: ZeroDivision"):
            remote.search(PLANTED)
        assert "Traceback" in capsys.readouterr().err


def test_progress_comes_along_and_ends_with_all(tmp_path: Path) -> None:
    db = indexed(tmp_path)
    shown: list[tuple[int, int]] = []
    with Index(db) as index, listens(index), reached(index) as remote:
        report = remote.update(tmp_path / "articles", lambda *counts: shown.append(counts))
        assert len(report.unchanged) == 3
        assert shown[-1] == (3, 3)
        assert remote.inventory()["articles"] == 3


def test_files_are_read_again_there_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = indexed(tmp_path)
    read: list[str] = []
    look = changed.look

    def looked(*arguments: Any) -> Iterator[Any]:
        for file in look(*arguments):
            read.extend([file.file] if isinstance(file, changed.Unread) else [])
            yield file

    monkeypatch.setattr(changed, "look", looked)
    with Index(db) as index, listens(index), reached(index) as remote:
        report = remote.update(tmp_path / "articles", again=["talks.txt"])
    assert (read, len(report.unchanged)) == (["talks.txt"], 3)


def test_the_models_used_there_are_those_it_has_changed_to(tmp_path: Path) -> None:
    db = indexed(tmp_path)
    model = str(tiny_embedder.write_model(tmp_path / "tiny"))
    judge = str(tiny_reranker.write_model(tmp_path / "judge"))
    with Index(db) as index, listens(index):
        found = [index.search(PLANTED)]
        index.use_reranker(judge)
        found.append(index.search(PLANTED))
        index.use_embedder(model)
        found.append(index.search(PLANTED))
        index.use_reranker("none")
        found.append(index.search(PLANTED))
        for models, expected in (((None, None), 3), ((model, None), 3), ((None, judge), 2)):
            with reached(index, *models) as remote:
                assert remote.search(PLANTED) == found[expected]
        with (
            reached(index, "built-in", None) as remote,
            pytest.raises(errors.EmbedderMismatchError, match=f"--embedder {model}"),
        ):
            remote.search(PLANTED)
        index.use_reranker(judge)
        with reached(index, None, "none") as remote:
            assert remote.search(PLANTED) == found[3]
    assert all(one != other for one, other in itertools.pairwise(found))


def test_questions_there_and_here_and_an_update_go_on_side_by_side(tmp_path: Path) -> None:
    db = indexed(tmp_path)
    expected = ask(PLANTED, db)
    with Index(db) as index, listens(index), reached(index) as remote:
        done = threading.Event()
        answers: set[Any] = set()

        def asking() -> None:
            while not done.is_set():
                *_, answer = asked_of(remote)
                answers.add(answer)

        threads = [threading.Thread(target=asking) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(3):
            (tmp_path / "articles" / f"{number}.txt").write_text(f"Snow fell {number} times.")
            assert len(remote.update(tmp_path / "articles").added) == 1
            answers.add(ask(PLANTED, index))
        done.set()
        for thread in threads:
            thread.join()
        assert answers == {expected}


def test_a_model_is_named_so_that_another_process_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    for choice, means in (
        (None, None),
        ("", None),
        ("extract", "extract"),
        ("built-in", "built-in"),
        ("none", "none"),
        ("gemma-4-e2b", "gemma-4-e2b"),
        ("http://127.0.0.1:1/v1#m", "http://127.0.0.1:1/v1#m"),
        ("here", str(tmp_path / "here")),
        (Path("here"), str(tmp_path / "here")),
        ("models/none.gguf", str(tmp_path / "models" / "none.gguf")),
        ("~/x.gguf", str(Path.home() / "x.gguf")),
        ("~nobody-here/x", "~nobody-here/x"),
        ("nul\0byte", "nul\0byte"),
    ):
        assert portable(choice) == means


def test_a_switched_engine_answers_other_processes_too(db: Path) -> None:
    with Index(db) as index:
        service = Service(index, Gated())
        with listens(index, lambda: service.engine), reached(index) as remote:
            service.use("extract")
            assert [*asked_of(remote)][-1].engine == "extract"


def test_a_stream_that_is_closed_before_it_began_asks_nobody(db: Path) -> None:
    with Index(db) as index, listens(index), reached(index) as remote:
        with closing(cast("Any", asked_of(remote))):
            pass
        assert list(stream(PLANTED, index))
