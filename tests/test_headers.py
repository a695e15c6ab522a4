"""What every reply tells a browser, on plain applications served as Khabar's are."""

import base64
import hashlib
from collections.abc import Callable
from contextlib import closing

import httpx
import pytest
from answering import ran
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from qa import safety
from qa.guard import owner
from qa.headers import inline_scripts
from qa.http_server import HttpServer

PAGE = """<!doctype html><html><head><script>first(1 < 2 && "</p>");</script>
<script src="/assets/a.js"></script><SCRIPT type="module">
second();\r\n</SCRIPT></head><body onload="never()"><p>text &lt;script&gt;never()&lt;/script&gt;</p>
<!-- <script>never()</script> --><script src="x">never()</script></body></html>"""
OPENED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Credentials": "true",
    "Cache-Control": "public",
}


def fetch(path: str, reply: Callable[[Request], Response], **headers: str) -> httpx.Response:
    """Serve one route, and fetch it."""

    async def answer(request: Request) -> Response:
        return reply(request)

    app = safety.around(Starlette(routes=[Route(path, answer)]))
    with closing(HttpServer(app, "127.0.0.1", 0)) as server:
        return httpx.get(f"{server.address}{path}", headers=headers, trust_env=False)


def policy(found: httpx.Response) -> dict[str, list[str]]:
    rules = [rule.split() for rule in found.headers["content-security-policy"].split("; ")]
    return {name: values for name, *values in rules}


def digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_a_document_may_run_its_own_scripts_and_no_other() -> None:
    found = fetch("/", lambda _: HTMLResponse(PAGE))
    rules = policy(found)
    own = [digest('first(1 < 2 && "</p>");'), digest("\nsecond();\n")]
    assert rules["script-src"] == ["'self'", "'unsafe-eval'", *own]
    assert rules["default-src"] == rules["frame-ancestors"] == ["'none'"]
    assert rules["connect-src"] == ["'self'"]
    assert found.text == PAGE


@pytest.mark.parametrize("path", ["/articles/1", "/v1/ask", "/assets/a.html"])
def test_a_page_that_is_somebody_elses_may_run_nothing(path: str) -> None:
    found = fetch(path, lambda _: HTMLResponse(PAGE))
    assert policy(found)["default-src"] == ["'none'"]
    assert "script-src" not in policy(found)


def test_a_document_in_pieces_is_read_whole() -> None:
    pieces = (PAGE[at : at + 7].encode() for at in range(0, len(PAGE), 7))
    found = fetch("/", lambda _: StreamingResponse(pieces, media_type="text/html"))
    assert found.text == PAGE
    assert len(policy(found)["script-src"]) == 4


def test_nothing_is_opened_to_other_pages_or_kept() -> None:
    found = fetch("/x", lambda _: JSONResponse({}, headers=OPENED))
    assert not any(name.startswith("access-control") for name in found.headers)
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["referrer-policy"] == "no-referrer"
    assert found.headers["x-frame-options"] == "DENY"
    assert found.headers["cross-origin-resource-policy"] == "same-origin"


def test_what_never_changes_is_kept() -> None:
    found = fetch("/assets/a-1f2e.js", lambda _: Response("x", media_type="text/javascript"))
    assert "immutable" in found.headers["cache-control"]
    missing = fetch("/assets/a-1f2e.js", lambda _: Response("x", 404))
    assert missing.headers["cache-control"] == "no-store"


def test_an_application_sees_neither_secrets_nor_who_is_said_to_ask() -> None:
    def told(request: Request) -> Response:
        return JSONResponse([sorted(request.headers), owner(request.scope)])

    forged = {"X-Forwarded-Host": "x", "Forwarded": "x", "X-Real-IP": "x"}
    names, who = fetch("/x", told, Authorization="Basic cmF2aTp4", **forged).json()
    assert not {name.lower() for name in ("Authorization", *forged)} & set(names)
    assert who == "", "without a secret a name is only said"


def test_scripts_are_found_as_a_browser_finds_them() -> None:
    assert inline_scripts("<script>a</script><script\n>b<!-- </script>c") == ["a", "b<!-- "]
    assert inline_scripts("") == []


def test_what_starts_and_ends_with_a_server_does() -> None:
    seen: list[str] = []

    async def app(scope: dict[str, object], receive: Callable[[], object], _: object) -> None:
        seen.append(str(scope["type"]))

    ran(safety.around(app)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
