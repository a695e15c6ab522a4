"""What Khabar promises of addresses, keys and connections, and how it tells what failed."""

import logging
import re
import socket
from contextlib import closing

import pytest
from scripted import (
    ASKED,
    END,
    Reply,
    complaint,
    delta,
    fails,
    says,
    serving,
    streams,
    written,
)

from index.errors import ModelError
from qa.remote import RemoteEngine, models

KEY = "sk-secret-0123"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": {"message": "exceeds the available context size"}}, "a longer context"),
        (404, {"error": {"message": "The model `tiny` does not exist"}}, "(404: The model `tiny`"),
        (404, b"<html><title>404</title>", "nothing at /v1/chat/completions (404); an address"),
        (500, {"error": {"message": "CUDA\nout of memory"}}, "(500: CUDA out of memory); look at"),
    ],
)
def test_an_error_says_what_was_found_and_what_to_do(
    status: int, body: object, expected: str
) -> None:
    assert expected in complaint(fails(status, body))


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (fails(200, b"<!doctype html>", "text/html"), "sends a web page that no model's server"),
        (fails(200, {"choices": []}), 'sends something that no model\'s server sends ({"choices"'),
        (streams(b"data: {not JSON\n\n"), "sends something that no model's server sends ({not"),
        (streams(b"data: " + b"[" * 100_000 + b"\n\n"), "sends something that no model's server"),
        (streams(delta(7)), "sends something that no model's server sends"),
        (streams(b'data: {"error": {"message": "OOM"}}\n\n'), "failed while it wrote (OOM)"),
        (streams(b"data: " + b"x" * 5_000_000), "sends without end"),
        (streams(END), "has answered nothing; if tiny thinks before it answers"),
        (streams(b"nothing like events\n"), "broke off before the answer was whole"),
    ],
    ids=["html", "no stream", "not JSON", "deep", "number", "error", "huge", "empty", "no events"],
)
def test_a_reply_that_is_no_answer_is_told_in_a_sentence(reply: Reply, expected: str) -> None:
    assert expected in complaint(reply)


def test_nothing_answers_where_no_server_is() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with pytest.raises(ModelError, match=r"Nothing answers at http\S+ \(Connection refused\); sta"):
        models(f"http://127.0.0.1:{port}/v1")


def test_a_host_that_nobody_knows_and_a_server_without_tls_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving() as server, pytest.raises(ModelError, match=r"no safe connection .* http://"):
        models(server.address.replace("http", "https"))

    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # no name server is asked here
    with pytest.raises(ModelError, match=r"host in http://news\.invalid/v1 is not known \(Name"):
        models("http://news.invalid/v1")


@pytest.mark.parametrize(
    "address",
    "http:// http://a:x/v1 http://[::1/v1 http://a/v1\n http://..a ftp://a http://a:0 a".split(" "),
)
def test_what_is_no_address_is_told_what_one_looks_like(address: str) -> None:
    with pytest.raises(ModelError, match=r"one looks like http://127\.0\.0\.1:8080/v1"):
        models(address)


def test_a_key_is_sent_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(says("ok")) as server, pytest.raises(ModelError, match="put it in KHABAR_API_KEY"):
        assert written(server) == "ok"
        server.replies.append(fails(401, {}))
        written(server)
    assert not any("authorization" in headers.lower() for headers in server.headers)
    monkeypatch.setenv("KHABAR_API_KEY", f"{KEY}\n")
    echo = {"error": {"message": f"Incorrect key {KEY}"}}
    refused = complaint(fails(401, echo))
    assert refused == "The server at ADDRESS refuses the key in KHABAR_API_KEY (401)."
    shown = [complaint(fails(500, echo)), complaint(streams(b"data: %s\n" % KEY.encode()))]
    with serving(says("ok")) as server:
        engine = RemoteEngine(server.address)
        assert list(engine.write(ASKED)) == ["ok"]
    assert all(f"\nAuthorization: Bearer {KEY}\n" in headers for headers in server.headers)
    assert KEY not in " ".join([*shown, caplog.text, repr(engine), repr(vars(engine))])
    monkeypatch.setenv("KHABAR_API_KEY", "कुंजी")
    with pytest.raises(ModelError, match="KHABAR_API_KEY holds characters that are in no key"):
        models(server.address)


@pytest.mark.parametrize("address", [f"http://me:{KEY}@a/v1", f"http://a/v1?key={KEY}"])
def test_a_key_in_the_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ModelError, match="put the key in KHABAR_API_KEY") as caught:
        models(address)
    assert KEY not in str(caught.value)


def test_no_redirect_is_followed() -> None:
    with serving() as elsewhere:
        there = elsewhere.address.replace("//", "//me:secret@")
        message = complaint(lambda handler: handler.start(307, location=there))
    assert f"redirects to {elsewhere.address}, and Khabar does not follow" in message
    assert (elsewhere.asked, elsewhere.headers) == ([], [])


def test_nothing_but_the_key_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL", "ORG_ID", "PROJECT_ID", "CUSTOM_HEADERS"):
        monkeypatch.setenv(f"OPENAI_{name}", "https://elsewhere.invalid")
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(says("ok")) as server:
        assert written(server) == "ok"
    assert {name for text in server.headers for name in re.findall(r"^([\w-]+):", text, re.M)} == {
        *("Host", "Accept", "Accept-Encoding", "Connection", "Content-Type", "User-Agent"),
        "Content-Length",
    }
