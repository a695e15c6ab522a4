"""Which of Gradio's routes can be reached: those that the page needs, and no other.

Gradio has many more, to read files, to ask other servers, to call what the page's buttons call.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.routing import Mount

if TYPE_CHECKING:
    from fastapi import FastAPI
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


def close_off(app: "FastAPI") -> None:
    """Leave reachable of a page, which Gradio has just mounted on an application, what it needs."""
    page = app.routes[-1]
    assert isinstance(page, Mount)  # noqa: S101, it was mounted last
    page.app = _Needed(page.app)


class _Needed:
    """Lets through to the page what the page asks."""

    def __init__(self, page: "ASGIApp") -> None:
        self._page = page

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        allowed = _ALLOWED.get(scope.get("method", ""))
        if not allowed or not allowed.fullmatch(scope["path"]):
            raise HTTPException(404, "There is nothing here.")
        await self._page(scope, receive, send)


@contextmanager
def own_uploads() -> Iterator[None]:
    """Have Gradio keep what is uploaded where only this process's user looks, and remove it then.

    To be entered before a page is mounted.
    """
    before = os.environ.get(_FOLDER)
    with tempfile.TemporaryDirectory(prefix="khabar-") as folder:  # made with mode 0700
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ[_FOLDER]
            else:
                os.environ[_FOLDER] = before
