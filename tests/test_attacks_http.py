"""Attacks below the level of requests: two in one, halves of one, and files with names that climb.

None gets in, and none keeps others from being answered.
"""

import json
import time
from collections.abc import Sequence

import pytest
from attacked import CANARY, Server, connected, exchange, only, question, replies, request
from talks import PLANTED

SMUGGLED = b"GET /v1/smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
ASK = "POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture
def server(unlocked: Server) -> Server:
    return unlocked


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding:\tchunked, gzip\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: \x0bchunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 5\r\n",
        "Content-Length: 999999999999999999999999\r\n",
        "Content-Length: ५\r\n",
        "Content-Length : 5\r\n",
        "Host: localhost\r\nContent-Length: 5\r\n",
        "X-Null: a\x00b\r\nContent-Length: 5\r\n",
        "X-Line: a\nContent-Length: 0\r\nContent-Length: 5\r\n",
        "Content-Length\r\n",
        ": empty\r\n",
    ],
)
def test_one_request_is_never_taken_for_two(server: Server, head: str) -> None:
    raw = ASK.encode() + head.encode() + b"\r\n0\r\n\r\n" + SMUGGLED
    found = only(exchange(server, raw))
    assert found.status == 400
    assert b"smuggled" not in found.body


@pytest.mark.parametrize("chunk", [b"-1\r\n", b"0x5\r\n", b"5;" + b"x" * 70_000, b"zz\r\n", b"5\n"])
def test_a_body_in_broken_pieces_is_not_read_on(server: Server, chunk: bytes) -> None:
    raw = ASK.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + SMUGGLED
    assert only(exchange(server, raw)).status == 400


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /लेख HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-Many: a\r\n" * 10_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X" * 70_000,
        bytes(70_000),
        bytes(range(256)) * 300,
    ],
    ids=range(14),
)
def test_what_is_no_request_is_not_read_on(server: Server, raw: bytes) -> None:
    with connected(server) as client:
        client.sendall(raw)
        client.shutdown(1)
        assert {found.status for found in replies(client)} <= {400, 403, 431}


@pytest.mark.parametrize(
    ("raw", "statuses"),
    [
        (request("GET", "http://example.org/healthz"), [404]),
        (request("GET", "*"), [404]),
        (request("CONNECT", "example.org:443"), [404]),
        (request("OPTIONS", "*"), [404]),
        (request("HEAD", "/"), [200]),
        (request("GET", "/healthz?" + "a=%00&" * 1_000), [200]),
        (request("GET", "/%ff%fe%80"), [404]),
        (request("GET", "/healthz", Upgrade="websocket", Connection="Upgrade, close"), [200]),
        (request("GET", "/healthz", Upgrade="h2c", Connection="Upgrade, close"), [200]),
        (request("GET", "/healthz", Expect="100-continue"), [200]),
        (b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", [200]),
        (b"GET /healthz HTTP/1.0\r\n\r\n", [403]),
        (request("GET", "/healthz", Connection=None) * 20 + request("GET", "/"), [200] * 21),
        (request("GET", "/healthz", b"GET / HTTP/1.1\r\n\r\n"), [200]),
    ],
    ids=range(14),
)
def test_what_is_rare_is_answered_as_it_should_be(
    server: Server, raw: bytes, statuses: Sequence[int]
) -> None:
    assert [found.status for found in exchange(server, raw)] == statuses


def upload(names: Sequence[str], content: bytes = CANARY.encode(), /, **headers: str) -> bytes:
    """Write an upload of files that are called so."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name in names
    ]
    told = {"Content-Type": "multipart/form-data; boundary=x"} | headers
    return request("POST", "/gradio_api/upload", b"".join(parts) + b"--x--\r\n", **told)


LONG = f"multipart/form-data; boundary={'x' * 300}"


@pytest.mark.parametrize(
    "name",
    [
        "../../../../../../tmp/climbed.txt",
        "/tmp/climbed.txt",  # noqa: S108, it is never written
        "..",
        "../",
        "..\\\\..\\\\climbed.txt",
        "C:\\\\climbed.txt",
        "%2e%2e%2fclimbed.txt",
        "climbed.txt\x00.png",
        "a" * 5_000 + ".txt",
        "<script>alert(1)</script>.txt",
        "$(touch climbed).txt",
        "con.txt:stream",
        "\u202etxt.exe",
        ".htaccess",
    ],
)
def test_an_upload_stays_in_the_folder_for_uploads(server: Server, name: str) -> None:
    (found,) = exchange(server, upload([name]))
    assert found.status in (200, 400, 413)
    if found.status == 200:
        (path,) = json.loads(found.body)
        assert (server.uploads / path).resolve().is_relative_to(server.uploads.resolve())
    assert server.uploads.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (upload(["a.txt"], **{"Content-Length": "500000001"}), 413),
        (upload(["a.txt"] * 1_001), 400),
        (upload(["a.txt"], **{"Content-Type": "multipart/form-data"}), 400),
        (upload(["a.txt"], **{"Content-Type": "text/plain"}), 400),
        (request("POST", "/gradio_api/upload", bytes(100)), 400),
        (upload(["a.txt", ".."]), 400),
        (upload(["a.txt"], bytes(50_000_001)), 413),
        (upload(["a.txt"]).replace(b"; filename", b"; misnamed"), 400),
        (upload(["a.txt"], **{"Content-Type": LONG}), 400),
        (upload(["a.txt"]).replace(b'"files"', b'"other"'), 200),
        (upload(["a.txt"]).replace(b"--x--", b"----x"), 200),
    ],
    ids=range(11),
)
def test_an_upload_that_cannot_be_taken_in_leaves_nothing(
    server: Server, raw: bytes, status: int
) -> None:
    before = set(server.uploads.rglob("*"))
    found = only(exchange(server, raw))
    assert found.status == status
    said = json.loads(found.body)
    assert said == [] if status == 200 else said["error"].endswith(".")
    assert set(server.uploads.rglob("*")) == before


def test_uploads_at_the_same_time_do_not_take_each_others_files(server: Server) -> None:
    first, second = (
        json.loads(only(exchange(server, upload(["a.txt", "a.txt"]))).body) for _ in range(2)
    )
    assert first[0] == first[1] != second[0] == second[1]
    assert {(server.uploads / path).read_text() for path in first + second} == {CANARY}


def test_an_upload_that_breaks_off_leaves_nothing(server: Server) -> None:
    before = set(server.uploads.rglob("*"))
    with connected(server) as client:
        client.sendall(upload(["a.txt"], bytes(1_000_000))[:-500_000])
        client.shutdown(1)
        assert replies(client) == []
    while set(server.uploads.rglob("*")) != before:
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("queue/join", b"{}"),
        ("queue/join", b"[" * 100_000),
        ("queue/join", b"\xff\xfe"),
        ("queue/join", b'{"data": [], "fn_index": -1, "session_hash": "x"}'),
        ("queue/join", b'{"data": [], "fn_index": 99999, "session_hash": "x"}'),
        ("queue/join", b'{"data": [], "fn_index": "../x", "session_hash": "x"}'),
        ("queue/join", b'{"data": [], "api_name": "ask", "session_hash": "../../x"}'),
        ("queue/join", b'{"data": "' + b"x" * 2_000_000 + b'", "fn_index": 0}'),
        ("cancel", b'{"session_hash": "x", "fn_index": 0, "event_id": "../../x"}'),
        ("cancel", b"null"),
        ("reset", b'{"event_id": "../../etc/passwd"}'),
        ("reset", b"{"),
    ],
    ids=range(12),
)
def test_what_the_page_would_not_send_does_nothing(
    server: Server, target: str, body: bytes
) -> None:
    raw = request("POST", f"/gradio_api/{target}", body, **{"Content-Type": "application/json"})
    found = only(exchange(server, raw))
    assert found.status in (200, 400, 404, 413, 422)
    assert b"Traceback" not in found.body


def test_a_question_that_is_hung_up_on_hurts_nobody(server: Server) -> None:
    for _ in range(50):
        with connected(server) as client:
            client.sendall(question(PLANTED))
    for length in range(0, len(question()), 20):
        with connected(server) as client:
            client.sendall(question()[:length])
