"""Attacks by the events of the page: what somebody sends who speaks to Gradio past the page.

None gets in, none has the server ask an address, and none fills its memory or its disk.
"""

import base64
import json
import time

import pytest
from attacked import CANARY, SECRET, Server, exchange, only, request
from test_attacks_http import upload


@pytest.fixture
def server(locked: tuple[Server, str]) -> Server:
    return locked[0]


@pytest.fixture
def ravis(locked: tuple[Server, str]) -> str:
    """Name a conversation of somebody."""
    return locked[1]


def basic(user: str) -> str:
    """Write what a browser shows of somebody who knows the secret."""
    return f"Basic {base64.b64encode(f'{user}:{SECRET}'.encode()).decode()}"


def posted(path: str, fields: object, user: str = "") -> bytes:
    """Write an event."""
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    told = {"Content-Type": "application/json", "Authorization": basic(user)}
    return request("POST", f"/gradio_api/{path}", body, **told)


def named(server: Server) -> dict[int, int]:
    """Map the events of the page to how many fields they have."""
    raw = request("GET", "/config", Authorization=basic(""))
    config = json.loads(only(exchange(server, raw)).body)
    return {
        each["id"]: len(each["inputs"]) for each in config["dependencies"] if each["backend_fn"]
    }


def chosen(server: Server, part: str, event: str = "select") -> int:
    """Find the number of an event of a part of the page."""
    raw = request("GET", "/config", Authorization=basic(""))
    config = json.loads(only(exchange(server, raw)).body)
    (place,) = (each["id"] for each in config["components"] if each["props"].get("elem_id") == part)
    # What only ends an answer is an event of its own, and none of the server's.
    ours = [each for each in config["dependencies"] if each["backend_fn"]]
    (number,) = (each["id"] for each in ours if [place, event] in each["targets"])
    return int(number)


def taken_along(name: str) -> str:
    """Say where a conversation is to be taken along."""
    return f"/conversations/{name}.md"


def file(path: str, url: str | None = None) -> dict[str, object]:
    """Write a file as Gradio's own components send it."""
    return {"path": path, "url": url, "orig_name": "a.txt", "meta": {"_type": "gradio.FileData"}}


ELSEWHERE = "http://khabar.example.org/a.txt"


@pytest.mark.parametrize(
    "value",
    [
        file(ELSEWHERE),
        file("a.txt", ELSEWHERE),
        file("/etc/passwd"),
        [file(ELSEWHERE)],
        {"files": [file(ELSEWHERE)]},
        {"__type__": "update", "value": ELSEWHERE},
        7,
        True,
        [[]],
    ],
    ids=str,
)
def test_no_file_and_no_address_stands_in_place_of_a_text(server: Server, value: object) -> None:
    for number, count in named(server).items():
        for path in ("queue/join", "run/predict") if count else ():
            event = {"fn_index": number, "data": [value] * count, "session_hash": "a"}
            found = only(exchange(server, posted(path, event)))
            assert found.status == 422
            assert json.loads(found.body) == {"error": "No such thing happens on this page."}


# Asks nothing.
WELL = {"fn_index": 2, "data": ["", None, "", "", [], []], "session_hash": "a"}


@pytest.mark.parametrize(
    "told",
    [
        {"fn_index": -1},
        {"fn_index": 99_999},
        {"fn_index": "2"},
        {"fn_index": None},
        {"data": None},
        {"data": {"a": 1}},
        {"data": []},
        {"data": [None] * 7},
        {"data": ["\ud800"]},
        {"event_data": [1]},
        {"event_data": 7},
        {"session_hash": None},
        {"session_hash": "../../x"},
        {"session_hash": "x" * 10_000},
        {"trigger_id": "x"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["queue/join", "run/predict"])
def test_what_cannot_have_happened_is_refused(
    server: Server, path: str, told: dict[str, object]
) -> None:
    event = WELL | told
    assert only(exchange(server, posted(path, event))).status == 422


@pytest.mark.parametrize("part", ["examples", "now", "conversations"])
def test_what_is_chosen_may_be_anything(server: Server, part: str) -> None:
    number = chosen(server, part)
    for said in (
        "x",
        {},
        {"do": ["open"], "id": {}, "turn": -1, "number": "9" * 99, "question": []},
    ):
        data = {"examples": WELL["data"]}.get(part, [None])
        event = {"fn_index": number, "data": data, "event_data": said, "session_hash": "a"}
        assert only(exchange(server, posted("run/predict", event))).status == 200


def test_what_comes_back_to_the_page_is_small(server: Server) -> None:
    large = WELL | {"data": ["x" * 100_000, *[None] * 5]}
    assert only(exchange(server, posted("queue/join", large))).status == 413
    # What was dropped on it may be long, and does not come back.
    files = [{"name": "a" * 200, "size": 1}] * 1_000
    number = chosen(server, "articles-drop", "input")
    dropped = {"fn_index": number, "data": [], "event_data": {"files": files, "drop": "a"}}
    found = only(exchange(server, posted("queue/join", dropped | {"session_hash": "a"})))
    assert found.status == 200
    assert only(exchange(server, posted("queue/join", WELL))).status == 200


def test_an_upload_that_nobody_takes_is_deleted(server: Server) -> None:
    (found,) = exchange(server, upload(["a.txt"] * 20, Authorization=basic("")))
    for path in json.loads(found.body):
        while (server.uploads / path).exists():
            time.sleep(0.05)


def test_nobody_sees_the_conversation_of_another(server: Server, ravis: str) -> None:
    taken = {
        user: only(exchange(server, request("GET", taken_along(ravis), Authorization=basic(user))))
        for user in ("Ravi", "Asha", "ravi", "")
    }
    assert {user: reply.status for user, reply in taken.items()} == {
        "Ravi": 200,
        "Asha": 404,
        "ravi": 404,
        "": 404,
    }
    for what in ("open", "rename", "delete"):
        event = {
            "fn_index": chosen(server, "conversations", "click" if what == "open" else "select"),
            "data": [None],
            "event_data": {"do": what, "id": ravis, "title": "x"},
            "session_hash": "asha",
        }
        found = only(exchange(server, posted("run/predict", event, "Asha")))
        assert found.status == 200
        assert b"Zorbani" not in found.body
    raw = request("GET", taken_along(ravis), Authorization=basic("Ravi"))
    assert "Zorbani" in only(exchange(server, raw)).body.decode()


@pytest.mark.parametrize(
    "name",
    [
        "../khabar",
        "..%2Fkhabar",
        "%2e%2e%2fkhabar",
        "x%0d%0aSet-Cookie:%20a=b",
        "%00",
        "'%20OR%201=1",
    ],
)
def test_the_name_of_a_conversation_leads_nowhere(server: Server, name: str) -> None:
    raw = request("GET", f"/conversations/{name}.md", Authorization=basic("Ravi"))
    found = only(exchange(server, raw))
    assert found.status == 404
    assert not found.named("set-cookie")


def test_a_title_stays_in_its_header(server: Server, ravis: str) -> None:
    title = 'a"; filename=evil.html\r\nSet-Cookie: a=b\r\n\r\n<script>ख़बर'
    event = {
        "fn_index": chosen(server, "conversations"),
        "data": [None],
        "event_data": {"do": "rename", "id": ravis, "title": title},
        "session_hash": "ravi",
    }
    assert only(exchange(server, posted("run/predict", event, "Ravi"))).status == 200
    raw = request("GET", taken_along(ravis), Authorization=basic("Ravi"))
    found = only(exchange(server, raw))
    (named,) = found.named("content-disposition")
    assert named.startswith("attachment; filename*=utf-8''a")
    assert not set(named.partition("''")[2]) & set('"; \r\n<>')
    assert not found.named("set-cookie")
    assert found.named("content-type") == ["text/markdown; charset=utf-8"]


def test_a_file_that_a_link_has_taken_the_place_of_is_not_given(server: Server) -> None:
    article = server.db.parent / "articles" / "rainfall.txt"
    (article.parent.parent / "canary.txt").write_text(CANARY)
    raw = request("GET", "/files?source=rainfall.txt", Authorization=basic(""))
    assert only(exchange(server, raw)).status == 200
    article.unlink()
    article.symlink_to("../canary.txt")
    assert only(exchange(server, raw)).status == 404
