"""What is uploaded on the page, on its way in: whole, or nothing of it stays."""

import os
import shutil
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from gradio.route_utils import upload_fn
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from qa.limits import MOST_BYTES, UPLOAD, RefusedError
from qa.replying import json_response
from qa.upload_folder import VARIABLE

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_RESERVE = 500_000_000
"""Bytes of the disk that uploads leave to all else."""


class Uploading:
    """Takes in uploads as Gradio does, but each in a folder of its own, which goes in the end.

    Gradio leaves what it has received where it cannot use all of it.
    """

    def __init__(self, known: set[str]) -> None:
        """Take where Gradio keeps the files that it deletes if nobody takes them."""
        self._known = known

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Reply with the paths of the files. Raises HTTPException for what is no upload."""
        see_that_there_is_room(Headers(scope=scope))
        folder = Path(os.environ[VARIABLE])
        work = tempfile.mkdtemp(dir=folder)
        try:
            received = await _received(Request(scope, receive), work)
            # Each to a folder of its own: who takes one in deletes it there. The same file sent
            # twice at once is one.
            moved = {path: _moved(Path(path), folder) for path in dict.fromkeys(received)}
        finally:
            shutil.rmtree(work, ignore_errors=True)
        self._known.update(moved.values())
        await json_response([moved[path] for path in received])(scope, receive, send)


async def _received(request: Request, folder: str) -> list[str]:
    try:
        paths, _, _ = await upload_fn(request, folder, MOST_BYTES, None)
    except RefusedError:
        raise
    except MultiPartException as error:
        if "maximum allowed size" not in error.message:
            raise _UNREADABLE from error
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"A file is too large, or its name is; a file may have {MOST_BYTES:,} bytes.",
        ) from error
    except (HTTPException, TypeError, ValueError) as error:
        # The last two where Gradio did not think of it: a field that is no file, an odd boundary.
        raise _UNREADABLE from error
    return [str(path) for path in paths]


_UNREADABLE = HTTPException(HTTPStatus.BAD_REQUEST, "This is not an upload of files.")


def _moved(path: Path, folder: Path) -> str:
    return str(path.rename(Path(tempfile.mkdtemp(dir=folder)) / path.name))


def see_that_there_is_room(headers: Headers) -> None:
    """Raise HTTPException if what is uploaded could fill the disk, and so stop all else."""
    size = int(headers.get("content-length", UPLOAD))
    free = shutil.disk_usage(os.environ[VARIABLE]).free
    if free < size + _RESERVE:
        raise HTTPException(
            HTTPStatus.INSUFFICIENT_STORAGE,
            f"The disk has {free:,} bytes left, which is too little for {size:,} more; free some "
            "space on the machine that Khabar runs on.",
        )
