"""qa serve: the HTTP API for other programs on this machine."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from forked import ROOT
from holding import QA, here, running
from talks import ARTICLES, PLANTED, PROMISED, indexed

from index import Index
from qa import api, cli, safety
from qa.http_server import HttpServer
from qa.prompt import Prompt
from qa.service import Service
from qa.types import Waiting


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("talks"))


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


@contextmanager
def served(db: Path, *options: str) -> Iterator[tuple[str, Any]]:
    """Run qa serve on a free port, from when it says where it answers."""
    port = free_port()
    with running(QA, "serve", "--db", db, "--port", port, *options) as process:
        assert process.stderr
        line = process.stderr.readline()
        assert f"http://127.0.0.1:{port}/v1/ask" in line, line + process.stderr.read()
        yield f"http://127.0.0.1:{port}", process


@pytest.fixture(scope="module")
def address(db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    copy = tmp_path_factory.mktemp("served") / "db"
    shutil.copytree(db, copy)
    with served(copy) as (url, _):
        yield url


def post(url: str, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json"} | headers
    return httpx.post(url, content=content, headers=sent, trust_env=False)


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    code, out, err = here(capsys, *arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_an_answer_has_the_fields_that_the_command_prints(
    address: str, db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for question in (PLANTED, PROMISED, "Who is Zorbani?"):
        found = post(f"{address}/v1/ask", {"question": question})
        assert found.status_code == 200
        assert found.headers["content-type"] == "application/json"
        assert found.json() == printed(capsys, "ask", question, "--db", db)
    citation = post(f"{address}/v1/ask", {"question": PLANTED}).json()["citations"][0]
    text = ARTICLES[citation["source"]]
    assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_passages_have_the_fields_that_the_command_prints(
    address: str, db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = post(f"{address}/v1/search", {"question": "Lavrov"})
    assert found.json() == printed(capsys, "search", "Lavrov", "--db", db)
    body = {
        "question": "Lavrov",
        "since": "2021-04-08",
        "until": "2021-04-08",
        "sources": ["vaada.txt", "none.txt"],
        "limit": 1,
    }
    kind = "Application/JSON; charset=utf-8"
    (hit,) = post(f"{address}/v1/search", body, **{"Content-Type": kind}).json()
    assert (hit["source"], hit["date"]) == ("vaada.txt", "2021-04-08")
    answer = post(f"{address}/v1/ask", body).json()
    assert {each["source"] for each in answer["citations"]} <= {"vaada.txt"}


def test_it_says_that_it_is_there(address: str) -> None:
    found = httpx.get(f"{address}/healthz", trust_env=False)
    assert (found.status_code, found.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "The field 'question' is missing."),
        ({"question": 7}, "The field 'question' cannot be used: "),
        ({"question": "x", "limit": "3"}, "The field 'limit' cannot be used: "),
        ({"question": "x", "limit": 0}, "The field 'limit' cannot be used: "),
        ({"question": "x", "limit": 1_001}, "The field 'limit' cannot be used: "),
        ({"question": "x", "limit": True}, "The field 'limit' cannot be used: "),
        (
            {"question": "x", "since": "yesterday"},
            "The field 'since' cannot be used: it is no date ",
        ),
        ({"question": "x", "since": "1683244800"}, "The field 'since' cannot be used: "),
        ({"question": "x", "since": 1683244800}, "The field 'since' cannot be used: "),
        ({"question": "x", "sources": "a.txt"}, "The field 'sources' cannot be used: "),
        ({"question": "x", "sources": [1]}, "The field 'sources.0' cannot be used: "),
        ({"question": "x", "top_k": 3}, "There is no field 'top_k'; there are question, since, "),
        (b"", "The request cannot be read: "),
        (b"question=x", "The request cannot be read: "),
        (b'{"question": "\\ud800"}', "The request cannot be read: "),
        (b"[" * 50_000, "The request cannot be read: "),
        ([], "The request cannot be read: "),
        ({"question": " "}, "The question is empty; "),
        ({"question": "Что обещал Лавров?"}, "The question is in a script "),
    ],
    ids=range(19),
)
@pytest.mark.parametrize("path", ["ask", "search"])
def test_what_cannot_be_asked_is_one_clear_sentence(
    address: str, path: str, body: object, said: str
) -> None:
    found = post(f"{address}/v1/{path}", body)
    assert found.status_code == 422
    assert set(found.json()) == {"error"}
    assert found.json()["error"].startswith(said)
    assert found.json()["error"].endswith(".")
    assert "\n" not in found.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/v1/ask", {"Host": "example.org"}, 403),
        ("POST", "/v1/ask", {"Host": "example.org:80"}, 403),
        ("POST", "/v1/ask", {"Origin": "https://example.org"}, 403),
        ("POST", "/v1/ask", {"Origin": "null"}, 403),
        ("GET", "/healthz", {"Host": "example.org"}, 403),
        ("OPTIONS", "/v1/ask", {"Origin": "https://example.org"}, 403),
        ("POST", "/v1/ask", {"Content-Type": "text/plain"}, 415),
        ("POST", "/v1/ask", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("POST", "/v1/ask", {"Content-Type": ""}, 415),
        ("GET", "/v1/ask", {}, 405),
        ("GET", "/redoc", {}, 404),
        ("GET", "/", {}, 404),
    ],
    ids=range(12),
)
def test_no_web_page_can_ask_and_nothing_else_is_served(
    address: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    sent = {"Content-Type": "application/json"} | headers
    body = json.dumps({"question": PLANTED})
    found = httpx.request(method, f"{address}{path}", content=body, headers=sent, trust_env=False)
    assert found.status_code == status
    assert set(found.json()) == {"error"}
    assert not any(name.startswith("access-control") for name in found.headers)


def test_its_own_page_may_ask_and_so_may_localhost(address: str) -> None:
    body = {"question": PLANTED}
    port = address.rpartition(":")[2]
    assert post(f"{address}/v1/ask", body, Origin=address).status_code == 200
    assert post(f"{address}/v1/ask", body, Host=f"localhost:{port}").status_code == 200
    assert post(f"{address}/v1/ask", body, Host=f"[::1]:{port}").status_code == 200


def test_a_request_has_at_most_a_megabyte(address: str) -> None:
    body = json.dumps({"question": PLANTED}).encode()
    assert post(f"{address}/v1/ask", body.ljust(1_000_000)).status_code == 200
    found = post(f"{address}/v1/ask", body.ljust(1_000_001))
    assert found.status_code == 413
    assert found.json()["error"] == "The request is too large; it may have 1,000,000 bytes."


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to_and_answers_other_processes_until_then(
    db: Path, tmp_path: Path, told: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "db"
    shutil.copytree(db, copy)
    with served(copy) as (url, process):
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
        assert printed(capsys, "ask", PLANTED, "--db", copy) == printed(
            capsys, "ask", PLANTED, "--db", db
        )
        process.send_signal(told)
        assert process.communicate() == ("", "")
        assert process.returncode == 0
    assert not (copy / "khabar.holder").exists()


@pytest.mark.parametrize("command", ["chat", "serve"])
def test_it_ends_in_peace_while_its_libraries_are_still_being_loaded(
    db: Path, tmp_path: Path, command: str
) -> None:
    shutil.copytree(db, tmp_path / "db")
    # One that has imported nothing before.
    told = [sys.executable, "-c", QA, command, "--db", str(tmp_path / "db"), "--port", free_port()]
    with subprocess.Popen(
        told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stderr
        assert "Khabar answers at" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.communicate()[1] == ""
        assert process.returncode == 0


def test_a_taken_port_is_one_sentence(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert cli.main(["serve", "--db", str(db), "--port", port, "--model", "extract"]) == 1
    written = capsys.readouterr()
    assert written.err == (
        f"qa: Nothing can listen at 127.0.0.1:{port}; another program may have it. Give another "
        "--port, or another --host.\n"
    )


def test_a_model_that_is_not_there_is_said_at_once(
    db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["serve", "--db", str(db), "--model", "none.gguf"]) == 1
    assert capsys.readouterr().err.startswith("qa: There is no model file none.gguf; ")


class Endless:
    """An engine that reads and never writes, and knows when it is stopped."""

    name, room = "endless", 10_000

    def __init__(self) -> None:
        self.begun, self.stopped = threading.Event(), threading.Event()

    def count(self, messages: object) -> int:
        """Say that any prompt fits."""
        return 1

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Wait for ever."""
        self.begun.set()
        try:
            while True:
                yield Waiting(0)
                time.sleep(0.01)
        finally:
            self.stopped.set()


@pytest.mark.parametrize("leaves", [True, False])
def test_a_question_that_nobody_waits_for_stops_the_model(
    db: Path, monkeypatch: pytest.MonkeyPatch, leaves: bool
) -> None:
    monkeypatch.setattr("qa.http_server._GRACE", 0.2)
    engine = Endless()
    with Index(db) as index:
        server = HttpServer(safety.around(api.build(Service(index, engine))), "127.0.0.1", 0)
        with closing(server), socket.create_connection(("127.0.0.1", server.port)) as client:
            body = json.dumps({"question": PLANTED}).encode()
            client.sendall(
                b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            assert engine.begun.wait(10)
            if leaves:
                client.close()
            else:
                server.close()
            assert engine.stopped.wait(10)


def test_a_bug_is_told_without_its_trace(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(Index, "search", broken)
    with (
        Index(db) as index,
        closing(HttpServer(safety.around(api.build(Service(index))), "127.0.0.1", 0)) as server,
    ):
        for path in ("ask", "search"):
            found = post(f"{server.address}/v1/{path}", {"question": PLANTED})
            assert found.status_code == 500
            assert found.headers["connection"] == "close"  # it is: nobody asks again into nothing
            assert "secret" not in found.text
            assert "ZeroDivisionError: a secret" in capsys.readouterr().err


def test_nothing_is_written_where_nobody_asks(db: Path, tmp_path: Path) -> None:
    assert cli.main(["serve", "--db", str(tmp_path / "none")]) == 1
    assert os.listdir(tmp_path) == []  # noqa: PTH208
