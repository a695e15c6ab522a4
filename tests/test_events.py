"""An answer over HTTP as it comes: server-sent events."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from answering import Writer, answering, endless, ran
from talks import PLANTED, PROMISED, indexed

from index import Index, KhabarError
from qa.types import Waiting

TRUE = "Lavrov planted a pine sapling in the grounds of the Foreign Ministry [1]."
FALSE = "Qureshi planted 40 oaks in Moscow [1]."


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("talks"))


@pytest.fixture(scope="module")
def address(db: Path) -> Iterator[str]:
    with answering(db) as url:
        yield url


def post(url: str, **fields: object) -> httpx.Response:
    return httpx.post(url, json=fields, trust_env=False)


def told(url: str, **fields: object) -> list[tuple[str, Any]]:
    """Ask for events; returns the name and the fields of each."""
    reply = post(url, stream=True, **fields)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    found = []
    for part in reply.text.strip().split("\n\n"):
        if not part.startswith(":"):
            name, data = part.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_passages_come_first_then_the_text_then_the_whole_answer(address: str) -> None:
    whole = post(f"{address}/v1/ask", question=PLANTED).json()
    passages = post(f"{address}/v1/search", question=PLANTED).json()
    found, piece, answer = told(f"{address}/v1/ask", question=PLANTED, limit=1)
    assert found == ("found", {"passages": passages[:1], "standalone": None})
    assert piece == ("piece", {"text": whole["text"]})
    assert answer == ("answer", whole)


def test_found_passages_are_one_event(address: str) -> None:
    passages = post(f"{address}/v1/search", question="Lavrov", limit=2).json()
    assert len(passages) == 2
    event = ("found", {"passages": passages, "standalone": None})
    assert told(f"{address}/v1/search", question="Lavrov", limit=2) == [event]


@pytest.mark.parametrize("path", ["ask", "search"])
def test_a_client_that_accepts_events_gets_them(address: str, path: str) -> None:
    reply = httpx.post(
        f"{address}/v1/{path}",
        json={"question": PLANTED},
        headers={"Accept": "text/event-stream"},
        trust_env=False,
    )
    assert reply.text.startswith("event: found\n")


@pytest.mark.parametrize("path", ["ask", "search"])
def test_what_is_wrong_at_once_has_its_status_and_is_no_event(address: str, path: str) -> None:
    reply = post(f"{address}/v1/{path}", question=" ", stream=True)
    assert reply.status_code == 422
    assert reply.json()["error"].startswith("The question is empty; ")


def test_what_a_model_writes_is_told_as_it_comes_and_checked_at_the_end(db: Path) -> None:
    writer = Writer(Waiting(1), Waiting(1), Waiting(0), f"{TRUE} ", FALSE)
    with answering(db, writer) as address:
        events = told(f"{address}/v1/ask", question=PLANTED)
    assert [name for name, _ in events] == [
        "found",
        "waiting",
        "waiting",
        "piece",
        "piece",
        "answer",
    ]
    assert [fields for _, fields in events[1:5]] == [
        {"place": 1},
        {"place": 0},
        {"text": f"{TRUE} "},
        {"text": FALSE},
    ]
    answer = events[-1][1]
    assert answer["engine"] == "writer"
    assert "oaks" not in answer["text"]
    assert [sentence["marks"] for sentence in answer["sentences"]] == [[1], []]


def test_while_a_model_is_silent_comments_say_that_the_work_goes_on(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.desk._BEAT", 0.02)
    writer = Writer(TRUE)
    writer.may.clear()
    lines = []
    with (
        answering(db, writer) as address,
        httpx.stream(
            "POST",
            f"{address}/v1/ask",
            json={"question": PLANTED, "stream": True},
            trust_env=False,
        ) as reply,
    ):
        for line in reply.iter_lines():
            lines.append(line)
            if lines.count(": ping") == 3:
                writer.may.set()
    assert lines.count("event: waiting") == 1
    assert lines.count("event: answer") == 1


@pytest.mark.parametrize("path", ["ask", "chat/completions"])
def test_closing_the_connection_stops_the_model(db: Path, path: str) -> None:
    engine = endless()
    said = {"model": "khabar", "messages": [{"role": "user", "content": PLANTED}]}
    fields: dict[str, object] = {"question": PLANTED} if path == "ask" else {**said}
    with answering(db, engine) as address:
        url, fields = f"{address}/v1/{path}", fields | {"stream": True}
        with httpx.stream("POST", url, json=fields, timeout=10, trust_env=False) as reply:
            assert next(reply.iter_lines())
            assert engine.begun.wait(10)
        assert engine.stopped.wait(10)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (KhabarError("The disk is full."), "The disk is full."),
        (ZeroDivisionError("a secret"), "Something went wrong; the terminal says what."),
    ],
)
def test_what_goes_wrong_later_is_an_event(
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    sentence: str,
) -> None:
    def weigh(*_: object) -> None:
        raise error

    monkeypatch.setattr(Index, "weigh", weigh)
    found, problem = told(f"{address}/v1/ask", question=PLANTED)
    assert found[0] == "found"
    assert problem == ("error", {"error": sentence})
    assert ("a secret" in capsys.readouterr().err) == (str(error) == "a secret")


def test_a_follow_up_is_understood_by_what_was_asked_before(address: str) -> None:
    before = {"question": PROMISED, "answer": "रूस ने सैन्य उपकरण देने का वादा किया।"}
    fields: dict[str, Any] = {"question": "उन्होंने क्या लगाया?", "history": [before]}
    answer = post(f"{address}/v1/ask", **fields).json()
    assert "लावरोव" in answer["standalone"]
    (found, *_) = told(f"{address}/v1/ask", **fields)
    assert found[1]["standalone"] == answer["standalone"]


def test_articles_of_one_language_can_be_asked_for_and_answers_in_one(address: str) -> None:
    for language, source in (("hi", "vaada.txt"), ("en", "talks.txt")):
        fields: dict[str, Any] = {"question": "Lavrov", "languages": [language]}
        hits = post(f"{address}/v1/search", **fields).json()
        assert {hit["language"] for hit in hits} == {language}
        cited = post(f"{address}/v1/ask", **fields).json()["citations"]
        assert {citation["source"] for citation in cited} == {source}
    refusal = post(f"{address}/v1/ask", question="Who is Zorbani?", language="hi").json()
    assert (refusal["language"], refusal["refused"]) == ("hi", True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"languages": ["fr"]}, "The field 'languages.0' cannot be used: "),
        ({"language": "fr"}, "The field 'language' cannot be used: "),
        ({"stream": "yes"}, "The field 'stream' cannot be used: "),
        ({"history": [{"question": "x"}]}, "The field 'history.0.answer' is missing."),
        (
            {"history": [{"question": "x", "answer": "y", "by": "z"}]},
            "There is no field 'history.0.by'.",
        ),
    ],
)
def test_the_field_that_cannot_be_used_is_named(
    address: str, fields: dict[str, Any], said: str
) -> None:
    reply = post(f"{address}/v1/ask", question=PLANTED, **fields)
    assert reply.status_code == 422
    assert reply.json()["error"].startswith(said)


def test_fifty_who_ask_at_the_same_time_are_all_answered(address: str) -> None:
    async def ask() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=50)
        async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:
            body = {"question": PLANTED}
            asking = [client.post(f"{address}/v1/ask", json=body) for _ in range(50)]
            return await asyncio.gather(*asking)

    replies = ran(ask())
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.text for reply in replies}) == 1


def test_whoever_waits_for_a_model_keeps_nobody_from_searching(db: Path) -> None:
    engine = endless()

    async def both(address: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as client:
            body = {"question": PLANTED}
            waiting = [asyncio.ensure_future(client.post("/v1/ask", json=body)) for _ in range(20)]
            await asyncio.to_thread(engine.begun.wait, 10)
            found = await client.post("/v1/search", json=body)
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            return found

    with answering(db, engine) as address:
        assert ran(both(address)).status_code == 200
        assert engine.stopped.wait(10)
