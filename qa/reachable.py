"""Which of Gradio's routes can be reached: those that the page needs, and no other.

Gradio has many more, to read files, to ask other servers, to call what the page's buttons call.
Nor does it write files where it would by itself.
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.routing import Mount

from qa.limits import EVENTS
from qa.page_events import Events

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Receive, Scope, Send

_NAME = r"[\w-]+(\.[\w-]+)*"
_GET = re.compile(
    rf"/|/(assets|svelte)/{_NAME}|/static/(js|fonts|img)/({_NAME}/)?{_NAME}|/theme\.css|/config"
    r"|/favicon\.ico|/gradio_api/(queue/data|startup-events|upload_progress|heartbeat/\w+)",
    re.ASCII,
)
_POST = re.compile(r"/gradio_api/(queue/join|run/predict|cancel|reset|upload)", re.ASCII)
_ALLOWED = {"GET": _GET, "HEAD": _GET, "POST": _POST}
_UPLOAD = "/gradio_api/upload"


def close_off(app: "Starlette", events: Mapping[int, int], uploads: "ASGIApp") -> None:
    """Leave reachable of a page, which Gradio has just mounted on an application, what it needs.

    `events` says how many fields there are to each number of what can happen on it; `uploads`
    takes in what is uploaded.
    """
    page = app.routes[-1]
    assert isinstance(page, Mount)  # noqa: S101, it was mounted last
    page.app = _Needed(page.app, Events(page.app, events), uploads)


class _Needed:
    """Lets through to the page what the page asks."""

    def __init__(self, page: "ASGIApp", events: Events, uploads: "ASGIApp") -> None:
        self._page = page
        self._told: dict[str, ASGIApp] = {**dict.fromkeys(EVENTS, events), _UPLOAD: uploads}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        allowed = _ALLOWED.get(scope.get("method", ""))
        if not allowed or not allowed.fullmatch(scope["path"]):
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is nothing here.")
        await self._told.get(scope["path"], self._page)(scope, receive, send)


@contextmanager
def without_stubs() -> Iterator[None]:
    """Keep Gradio from writing what editors read of its components, as it does when imported.

    That takes a second or two each time, and writes in the folder where Gradio is installed. It
    passes over a class that has no file, and asks `inspect` which one it has.
    """
    getfile = inspect.getfile

    def asked(what: Any) -> str:  # noqa: ANN401, as inspect has it
        if isinstance(what, type) and what.__module__.startswith("gradio."):
            raise OSError("nothing is to be written beside it")
        return getfile(what)

    inspect.getfile = asked  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = getfile
