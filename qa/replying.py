"""Replies in JSON, and why there is no answer: a sentence, in the way of the API that was asked."""

import json
from collections.abc import Mapping
from datetime import date
from http import HTTPStatus

from starlette.responses import Response

_JSON = "application/json"
_OWN = frozenset({"/v1/ask", "/v1/search"})
"""What of /v1 is not OpenAI's; its clients look for all their errors in OpenAI's way."""
_ASK_A_MODEL = ("/v1/chat/completions", "/v1/models/")
_CODES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "invalid_api_key",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_exceeded",
}


def json_response(
    value: object, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """Reply with JSON."""
    return Response(to_json(value), status, headers, _JSON)


def to_json(value: object) -> bytes:
    """Write JSON; half a character, as a file name can have, becomes its escape."""
    text = json.dumps(value, ensure_ascii=False, default=date.isoformat)
    return text.encode("utf-8", "backslashreplace")


def problem(
    path: str,
    status: int,
    sentence: str,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Say in one sentence what is wrong; `param` is the field that is to blame."""
    if not path.startswith("/v1/") or path in _OWN:
        return json_response({"error": sentence}, status, headers)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        status = HTTPStatus.BAD_REQUEST  # as OpenAI has it
    code = _CODES.get(status)
    if status == HTTPStatus.NOT_FOUND and path.startswith(_ASK_A_MODEL):
        code = "model_not_found"
    return json_response(openai_problem(status, sentence, param, code), status, headers)


def openai_problem(
    status: int, sentence: str, param: str | None = None, code: str | None = None
) -> dict[str, object]:
    """Tell what is wrong as OpenAI does."""
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    error = {"message": sentence, "type": kind, "param": param, "code": code}
    return {"error": error}
