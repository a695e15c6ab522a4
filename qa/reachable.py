"""Which of Gradio's routes can be reached: those that the page needs, and no other.

Gradio has many more, to read files, to ask other servers, to call what the page's buttons call.
Nor does it leave files where it would by itself.
"""

import inspect
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Mount

from qa.limits import EVENTS, UPLOAD
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
_FOLDER = "GRADIO_TEMP_DIR"
_UPLOAD = "/gradio_api/upload"
_RESERVE = 500_000_000
"""Bytes of the disk that uploads leave to all else; a broken one is only removed in the end."""


def close_off(app: "Starlette", events: Mapping[int, int]) -> None:
    """Leave reachable of a page, which Gradio has just mounted on an application, what it needs.

    `events` says how many fields there are to each number of what can happen on it.
    """
    page = app.routes[-1]
    assert isinstance(page, Mount)  # noqa: S101, it was mounted last
    page.app = _Needed(page.app, Events(page.app, events))


class _Needed:
    """Lets through to the page what the page asks."""

    def __init__(self, page: "ASGIApp", events: Events) -> None:
        self._page = page
        self._events = events

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        allowed = _ALLOWED.get(scope.get("method", ""))
        if not allowed or not allowed.fullmatch(scope["path"]):
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is nothing here.")
        if scope["path"] == _UPLOAD:
            _see_that_there_is_room(Headers(scope=scope))
        told = self._events if scope["path"] in EVENTS else self._page
        await told(scope, receive, send)


def _see_that_there_is_room(headers: Headers) -> None:
    """Raise HTTPException if what is uploaded could fill the disk, and so stop all else."""
    size = int(headers.get("content-length", UPLOAD))
    free = shutil.disk_usage(os.environ[_FOLDER]).free
    if free < size + _RESERVE:
        raise HTTPException(
            HTTPStatus.INSUFFICIENT_STORAGE,
            f"The disk has {free:,} bytes left, which is too little for {size:,} more; free some "
            "space on the machine that Khabar runs on.",
        )


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


@contextmanager
def own_uploads() -> Iterator[None]:
    """Have Gradio keep what is uploaded where only this process's user looks, and remove it then.

    To be entered before a page is mounted.
    """
    before = os.environ.get(_FOLDER)
    with tempfile.TemporaryDirectory(prefix="khabar-uploads-") as folder:  # made with mode 0700
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ[_FOLDER]
            else:
                os.environ[_FOLDER] = before
