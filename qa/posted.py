"""JSON that is posted: read before anything is made of it, so that one sentence refuses it."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from qa.api_fields import sentence

_JSON = "application/json"
_ANYTHING = TypeAdapter[Any](Any)


class Posted(APIRoute):
    """A route to which JSON is posted."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Handle a request once it has been read."""
        handle = super().get_route_handler()

        async def read_first(request: Request) -> Response:
            read = _Read(request.scope, request.receive)
            await read.read()
            return await handle(read)

        return read_first


class _Read(Request):
    """A request that is read before its route sees it."""

    async def read(self) -> None:
        """Read it. Raises HTTPException if it is not JSON."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _JSON:
            raise HTTPException(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                f"A question comes as {_JSON}, and not as {kind!r}.",
            )
        try:
            self._content = _ANYTHING.validate_json(await self.body())
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            said = sentence(first["type"], first["loc"], first["msg"])
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, said) from error

    async def json(self) -> Any:  # noqa: ANN401, as Starlette has it
        """Give what was read."""
        return self._content
