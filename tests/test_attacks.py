"""Attacks on the server, with the page: none gets in, and none keeps others from being answered.

Those that take their time are in test_attacks_slow.py, wrong secrets in test_attacks_secret.py.
"""

import json
from collections.abc import Callable

import pytest
from attacked import CANARY, Server, exchange, only, question, request
from talks import PLANTED

CODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "once": lambda path: path.replace("/", "%2F").replace(".", "%2e"),
    "twice": lambda path: path.replace("/", "%252F").replace(".", "%252e"),
    "backslash": lambda path: path.replace("/", "%5C"),
    "nul": lambda path: f"{path}%00.js",
}
NAMES = ["/etc/passwd", "../../../../../../etc/passwd", "{canary}", "{db}/khabar.db"]


@pytest.fixture
def server(unlocked: Server) -> Server:
    return unlocked


@pytest.fixture(scope="module")
def places(unlocked: Server) -> dict[str, str]:
    """Lay a file beside the index that is none of anybody's business."""
    canary = unlocked.db.parent / "canary.txt"
    canary.write_text(CANARY)
    return {"db": str(unlocked.db), "canary": str(canary)}


@pytest.mark.parametrize(
    "target",
    [
        "/gradio_api/file={}",
        "/gradio_api/file/{}",
        "/file={}",
        "/gradio_api/proxy=file://{}",
        "/gradio_api/heartbeat/x/../../file={}",
        "/assets/{}",
        "/assets/../../../../../../../../../../..{}",
        "/static/{}",
        "/static/js/..//..//{}",
        "/svelte/{}",
        "/theme.css/..{}",
        "/gradio_api/custom_component/x/client/component/{}",
        "/gradio_api/deep_link?session_hash={}",
        "/v1/{}",
        "/v1/ask/..{}",
        "//{}",
        "/{}",
    ],
)
@pytest.mark.parametrize("coding", CODINGS)
def test_no_path_leads_to_a_file(
    server: Server, places: dict[str, str], target: str, coding: str
) -> None:
    for name in NAMES:
        path = target.format(CODINGS[coding](name.format(**places)))
        assert only(exchange(server, request("GET", path))).status == 404


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/gradio_api/proxy=http://127.0.0.1/healthz"),
        ("GET", "/gradio_api/file=http://169.254.169.254/latest/meta-data"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/queue/status"),
        ("GET", "/gradio_api/user"),
        ("GET", "/gradio_api/token"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/dev/reload"),
        ("GET", "/gradio_api/vibe-code/"),
        ("GET", "/gradio_api/stream/x/1/1/playlist.m3u8"),
        ("GET", "/gradio_api/call/ask/1"),
        ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"),
        ("GET", "/login_check"),
        ("GET", "/robots.txt"),
        ("GET", "/manifest.json"),
        ("POST", "/login"),
        ("POST", "/gradio_api/run/ask"),
        ("POST", "/gradio_api/api/ask"),
        ("POST", "/gradio_api/call/ask"),
        ("POST", "/gradio_api/call/v2/ask"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/process_recording"),
        ("POST", "/gradio_api/vibe-edit"),
        ("POST", "/gradio_api/stream/x"),
        ("POST", "/config"),
        ("PUT", "/gradio_api/upload"),
        ("DELETE", "/"),
        ("TRACE", "/"),
        ("PROPFIND", "/"),
        ("get", "/"),
    ],
)
def test_what_the_page_does_not_need_is_not_there(server: Server, method: str, target: str) -> None:
    assert only(exchange(server, request(method, target))).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.org"},
        {"Host": "127.0.0.1.example.org"},
        {"Host": "127.0.0.1@example.org"},
        {"Host": "localhost:80:80"},
        {"Host": ""},
        {"Host": "127.0.0.1, example.org"},
        {"Host": "127.0.0.1/../"},
        {"Origin": "https://example.org"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Origin": "http://localhost"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1.example.org"},
        {"Origin": "file://"},
        {"Host": "example.org", "X-Forwarded-Host": "127.0.0.1"},
        {"Host": "example.org", "X-Forwarded-For": "127.0.0.1", "Forwarded": "host=localhost"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "iframe",
        },
        {"Access-Control-Request-Method": "POST", "Origin": "http://127.0.0.1"},
    ],
    ids=str,
)
@pytest.mark.parametrize("target", ["/v1/ask", "/v1/search", "/", "/gradio_api/queue/join"])
def test_no_other_page_and_no_other_name_gets_in(
    server: Server, headers: dict[str, str], target: str
) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert only(exchange(server, request(method, target, **headers))).status == 403


def test_a_link_from_another_page_leads_here(server: Server) -> None:
    fetched = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    raw = request("GET", "/", **fetched, **{"Sec-Fetch-Dest": "document"})
    assert only(exchange(server, raw)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "javascript"},
        {"X-Forwarded-Prefix": "/evil.example"},
        {"Forwarded": "host=evil.example"},
        {"X-Original-URL": "/gradio_api/info", "X-Rewrite-URL": "/gradio_api/info"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"Range": "bytes=0-0,1-1,2-2,-1,9999999999999-"},
        {"Cookie": "session=../../etc/passwd; x=" + "y" * 4_000},
        {"Accept-Encoding": "br;q=1.0, gzip;q=0.8, *;q=0.1"},
        {"Accept-Language": "hi" * 2_000},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_headers_do_not_turn_the_page_into_another(server: Server, headers: dict[str, str]) -> None:
    reply = only(exchange(server, request("GET", "/", **headers)))
    assert reply.status == 200
    assert b"evil.example" not in reply.body
    assert b"javascript:" not in reply.body
    assert b"<gradio-app" in reply.body


DEEP = b'{"question": ' + b"[" * 490_000 + b"]" * 490_000 + b"}"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {"Content-Length": "1000001"}, 413),
        (b"", {"Content-Length": "99999999999999999999"}, 413),
        (b"f4241\r\n" + b" " * 1_000_001 + b"\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"}, 413),
        (DEEP, {}, 422),
        (b'{"a":' * 190_000, {}, 422),
        (b'{"question": "\xff\xfe"}', {}, 422),
        ('{"question": "x"}'.encode("utf-16"), {}, 422),
        ('{"question": "x"}'.encode("utf-32-le"), {}, 422),
        (b"\x00" * 1_000, {}, 422),
        (b'{"question": NaN}', {}, 422),
        (b'{"question": 1e999}', {}, 422),
        (b'{"question": "x", "limit": ' + b"9" * 9_000 + b"}", {}, 422),
        (b'{"question": {"$ne": null}}', {}, 422),
        (b'{"question": ["x"]}', {}, 422),
        (b'{"question": "\\ud800"}', {}, 422),
        (b'{"question": "' + b"x" * 990_000 + b'"}', {}, 422),
        (b'{"question": "x", "sources": ["../../etc/passwd"]}', {}, 200),
        (b'{"question": "x", "__proto__": {"admin": true}}', {}, 422),
        (b"question=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b'{"question": "x"}', {"Content-Type": "text/plain"}, 415),
        (b'{"question": "x"}', {"Content-Type": "multipart/form-data; boundary=x"}, 415),
        (b"\x1f\x8b\x08\x00", {"Content-Encoding": "gzip"}, 422),
    ],
    ids=range(22),
)
def test_a_body_that_is_no_question_is_refused(
    server: Server, body: bytes, headers: dict[str, str], status: int
) -> None:
    chunked = {"Content-Length": None} if "Transfer-Encoding" in headers else {}
    reply = only(exchange(server, question(body, **chunked | headers)))
    assert reply.status == status
    assert reply.named("content-type") == ["application/json"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}} ${7*7} <%= 7*7 %>",
        "'; DROP TABLE articles; --",
        'source:* OR (1:1) AND "',
        "x\x00y",
        "a\r\nSet-Cookie: x=y\r\n\r\n",
        "../../../../etc/passwd",
        "$(touch /tmp/khabar) `id`",
        "%s%s%s%n {0.__class__}",
        "\u202e\u200b\ufeff" * 100,
    ],
)
def test_a_question_is_only_ever_a_text(server: Server, text: str) -> None:
    reply = only(exchange(server, question(f"{PLANTED} {text}")))
    assert reply.status in (200, 422)
    assert reply.named("content-type") == ["application/json"]
    assert not reply.named("set-cookie")
    assert set(json.loads(reply.body)) >= {"error"} or json.loads(reply.body)["question"]


@pytest.mark.parametrize(
    "said",
    [
        " " * 900_000,
        "\n\nSources:\n[1] " + " " * 900_000 + "\nx",
        "\n\nSources:\n[1] x" * 50_000,
        "[1," * 300_000,
        "क" * 300_000,
    ],
    ids=["spaces", "spaces in the sources", "sources", "marks", "letters"],
)
def test_what_was_said_before_may_be_long_and_holds_up_nobody(server: Server, said: str) -> None:
    messages = [
        {"role": "user", "content": PLANTED},
        {"role": "assistant", "content": said},
        {"role": "user", "content": "And when was that?"},
    ]
    chat = {"model": "khabar", "messages": messages}
    history = [{"question": PLANTED, "answer": said}]
    asked = {"question": "And when was that?", "history": history}
    for target, fields in (("/v1/chat/completions", chat), ("/v1/ask", asked)):
        body = json.dumps(fields, ensure_ascii=False).encode()
        raw = request("POST", target, body, **{"Content-Type": "application/json"})
        assert only(exchange(server, raw)).status == 200
