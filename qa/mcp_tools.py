"""An MCP server with two tools, ask and search: for programs in which a model asks.

Each request stands by itself, and has its reply as JSON. Nothing of this is imported before the
first request: it would take most of the time that a server needs to start.
"""

import asyncio
import json
import re
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from pydantic import BaseModel, ValidationError

from index import KhabarError
from qa import events, results
from qa.api_fields import AnswerFields, Ask, PassageFields, Search, sentence
from qa.desk import Desk, unless_left
from qa.replying import to_json

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from starlette.types import Message, Receive, Scope, Send


class Passages(BaseModel):
    """The passages that were found, best first."""

    passages: list[PassageFields]


@dataclass(frozen=True, slots=True)
class _Tool:
    takes: type[Ask] | type[Search]
    gives: type[BaseModel]
    description: str


_TOOLS = {
    "ask": _Tool(
        Ask,
        AnswerFields,
        "Answer a question from the indexed Hindi and English news articles. Every sentence of the "
        "answer cites the file, and the characters in it, that it comes from; where the articles "
        "do not hold the answer, it says so.",
    ),
    "search": _Tool(
        Search,
        Passages,
        "Find the passages of the indexed Hindi and English news articles that best match a "
        "question, best first.",
    ),
}
VERSION = "1"
"""Of the API, and of the tools."""
_LONE = re.compile("[\ud800-\udfff]")
"""Half a character, as a file name of broken bytes has it; no reply can carry it."""


class Tools:
    """The ASGI application of the MCP server, while it is open."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wanted = asyncio.Event()
        self._managing: asyncio.Future[StreamableHTTPSessionManager]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Be there for requests while the block runs."""
        self._managing = asyncio.get_running_loop().create_future()
        # The manager has to be left by the task that entered it.
        running = asyncio.create_task(self._run())
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    async def _run(self) -> None:
        await self._wanted.wait()
        try:
            manager = await asyncio.to_thread(_manager, self._desk)
        except Exception as error:
            self._managing.set_exception(error)
            return
        async with manager.run():
            self._managing.set_result(manager)
            await asyncio.get_running_loop().create_future()  # until it is cancelled

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request; whoever leaves stops the work."""
        self._wanted.set()
        manager = await asyncio.shield(self._managing)
        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        messages.reverse()

        async def read() -> "Message":
            # That nobody is there any more is found out here, and ends it.
            return messages.pop() if messages else await _for_ever()

        await unless_left(receive, asyncio.ensure_future(manager.handle_request(scope, read, send)))


async def _for_ever() -> NoReturn:
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody ends it")


def _manager(desk: Desk) -> "StreamableHTTPSessionManager":
    # Imported here: see above.
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent, Tool

    async def listed(*_: object) -> ListToolsResult:
        tools = [
            Tool(
                name=name,
                description=tool.description,
                input_schema=tool.takes.model_json_schema(),
                output_schema=tool.gives.model_json_schema(mode="serialization"),
            )
            for name, tool in _TOOLS.items()
        ]
        return ListToolsResult(tools=tools)

    async def called(_: object, params: CallToolRequestParams) -> CallToolResult:
        try:
            text, fields = await _called(desk, params.name, params.arguments or {})
        except KhabarError as error:
            return CallToolResult(content=[TextContent(text=str(error))], is_error=True)
        except Exception:
            # A bug: its trace is for the terminal.
            traceback.print_exc()
            return CallToolResult(content=[TextContent(text=events.BROKEN)], is_error=True)
        return CallToolResult(content=[TextContent(text=text)], structured_content=fields)

    server = Server("khabar", version=VERSION, on_list_tools=listed, on_call_tool=called)
    # Who may ask is the business of `safety`, for this as for the rest.
    return StreamableHTTPSessionManager(server, json_response=True, stateless=True)


async def _called(desk: Desk, name: str, arguments: Mapping[str, object]) -> tuple[str, object]:
    """Use a tool; returns what it found as a text and as fields. Raises KhabarError."""
    tool = _TOOLS.get(name)
    if tool is None:
        raise KhabarError(f"There is no tool {name!r:.100}; there are {', '.join(_TOOLS)}.")
    try:
        asked = tool.takes.model_validate(arguments)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        known = tool.takes.model_fields
        raise KhabarError(sentence(first["type"], first["loc"], first["msg"], known)) from error
    fields: object
    if isinstance(asked, Ask):
        answer = await desk.answer(asked)
        text, fields = results.answer_text(answer), results.answer_fields(answer)
    else:
        hits = await desk.search(asked)
        text, fields = results.hits_text(hits), {"passages": list(map(results.hit_fields, hits))}
    return _whole(text), json.loads(_whole(to_json(fields).decode()))


def _whole(text: str) -> str:
    return _LONE.sub(lambda half: f"\\u{ord(half[0]):x}", text)
