"""What the page says happened on it, read before Gradio is told.

Gradio would fetch an address that stands in place of a text, as a file to be worked on, and look up
its name. The page has nothing but texts, and lists of them; where files were dropped, what they are
called stands beside them.
"""

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from qa.limits import FIELDS, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


_ARRIVED = "khabar.arrived"


def arrived(scope: "Scope") -> float:
    """Tell when an event came, by `time.monotonic`; what is done about it may begin much later."""
    moment: float = scope[_ARRIVED]
    return moment


class _Event(BaseModel):
    """An event, as the page writes it."""

    model_config = ConfigDict(strict=True)

    fn_index: int
    data: list[str | list[str] | None]
    event_data: dict[str, Any] | str | None = None
    """A text of a field that has changed: what is in it."""
    session_hash: Annotated[str, Field(pattern=r"^[a-z0-9]{1,32}$")]
    trigger_id: int | None = None


class Events:
    """Lets through to the page what can have happened on it."""

    def __init__(self, page: "ASGIApp", known: "Mapping[int, int]") -> None:
        """Take the page, and how many fields there are to each number of what can happen."""
        self._page = page
        self._known = known

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Tell the page. Raises HTTPException for what cannot have happened."""
        scope[_ARRIVED] = time.monotonic()
        body = await Request(scope, receive).body()
        try:
            event = _Event.model_validate_json(body)
        except ValidationError as error:
            raise _NONE from error
        if len(event.data) != self._known.get(event.fn_index):
            raise _NONE
        if event.data and len(body) > FIELDS:
            # It comes back in the reply, which is kept till it is read.
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The fields are too full; they may have {FIELDS:,} bytes.",
            )
        told = False

        async def read() -> "Message":
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._page(scope, read, send)


_NONE = HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "No such thing happens on this page.")
