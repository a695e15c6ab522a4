"""The MCP server: what a client of the protocol does with Khabar's two tools."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from answering import answering, endless, ran
from mcp import Client
from talks import ARTICLES, PLANTED, indexed
from test_events import post

from index import Index

T = TypeVar("T")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("talks"))


@pytest.fixture(scope="module")
def address(db: Path) -> Iterator[str]:
    with answering(db) as url:
        yield url


def connected(address: str, use: Callable[[Client], Awaitable[T]], mode: str = "auto") -> T:
    """Connect the real client, of this year's protocol or of the one before, and use it."""

    async def run() -> T:
        async with Client(f"{address}/mcp", mode=mode) as client:
            return await use(client)

    return ran(run())


def called(address: str, tool: str, **arguments: object) -> Any:
    return connected(address, lambda client: client.call_tool(tool, arguments))


def test_there_are_two_tools_and_what_they_take_is_told(address: str) -> None:
    tools = connected(address, lambda client: client.list_tools()).tools
    takes = {tool.name: set(tool.input_schema["properties"]) for tool in tools}
    narrowed = {"question", "since", "until", "sources", "languages"}
    assert takes == {"ask": narrowed | {"language", "history"}, "search": narrowed | {"limit"}}
    assert all(tool.description and tool.output_schema for tool in tools)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_answer_comes_as_fields_and_as_a_text_with_its_sources(address: str, mode: str) -> None:
    answer = connected(address, lambda client: client.call_tool("ask", {"question": PLANTED}), mode)
    assert not answer.is_error
    assert answer.structured_content == post(f"{address}/v1/ask", question=PLANTED).json()
    (text,) = answer.content
    assert text.type == "text"
    assert text.text.startswith("Lavrov planted a pine sapling in the grounds")
    citation = answer.structured_content["citations"][0]
    assert f"(talks.txt {citation['start']}-{citation['end']})" in text.text
    assert ARTICLES["talks.txt"][citation["start"] : citation["end"]] == citation["quote"]


def test_passages_come_as_fields_and_as_a_text(address: str) -> None:
    fields = {"question": "Lavrov", "limit": 2, "languages": ["hi"]}
    found = called(address, "search", **fields)
    assert found.structured_content == {"passages": post(f"{address}/v1/search", **fields).json()}
    (text,) = found.content
    assert text.text.startswith("vaada.txt ")
    assert "सैन्य उपकरण" in text.text


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": " "}, "The question is empty; type one in Hindi or English."),
        ("ask", {}, "The field 'question' is missing."),
        ("ask", {"question": "x", "since": "now"}, "The field 'since' cannot be used: it is no "),
        ("search", {"question": "x", "limit": 0}, "The field 'limit' cannot be used: "),
        ("search", {"question": "x", "top": 1}, "There is no field 'top'; there are question, "),
        ("dig", {"question": "x"}, "There is no tool 'dig'; there are ask, search."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    address: str, tool: str, arguments: dict[str, object], said: str
) -> None:
    refused = called(address, tool, **arguments)
    assert refused.is_error
    (text,) = refused.content
    assert text.text.startswith(said)
    assert "\n" not in text.text


def test_a_bug_is_told_without_its_trace(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(Index, "search", broken)
    refused = called(address, "search", question=PLANTED)
    assert refused.is_error
    assert refused.content[0].text == "Something went wrong; the terminal says what."
    assert "ZeroDivisionError: a secret" in capsys.readouterr().err


CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": PLANTED}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def test_each_request_stands_by_itself(address: str) -> None:
    reply = httpx.post(f"{address}/mcp", json=CALL, headers=ACCEPT, trust_env=False)
    assert reply.headers["content-type"] == "application/json"
    assert reply.json()["result"]["structuredContent"]["citations"]
    assert httpx.get(f"{address}/mcp", trust_env=False).status_code == 405


def test_whoever_leaves_stops_the_model(db: Path) -> None:
    engine = endless()

    async def leave(address: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            url = f"{address}/mcp"
            asking = asyncio.ensure_future(client.post(url, json=CALL, headers=ACCEPT))
            await asyncio.to_thread(engine.begun.wait, 10)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    with answering(db, engine) as address:
        ran(leave(address))
        assert engine.stopped.wait(10)
