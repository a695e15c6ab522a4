"""The API of OpenAI, as far as a question has a use for it: chat completions, and the models.

What existing clients do with it just works: the last message of the user is the question, those
before it and their answers are the conversation. Parameters that Khabar has no use for are
accepted. The text of the answer has its marks [n] and ends with the list of sources; a message's
`citations` has them with all their fields.

A client cannot take back what it has shown, and what a model writes is right only once it is
checked. So a reply that is streamed has comments while a model writes, and the text when it is
checked. How many tokens it took is not told: Khabar does not know for every engine.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from qa import events, extract, results
from qa.api_fields import BROKEN, REFUSED, Replies, replies, streamable
from qa.desk import Desk, unless_left
from qa.llm import Engine
from qa.openai_fields import Chat, ChatError, Completion, Model, Models
from qa.posted import Posted
from qa.replying import json_response, openai_problem
from qa.service import Service
from qa.types import Answer, Event

NAME = "khabar"
"""The model that answers now, whichever that is."""
_CHAT, _MODELS = "/v1/chat/completions", "/v1/models"
_NOTHING_ASKED = (
    'There is no question: no message of the role "user" comes after the last answer; add one.'
)
_DONE = b"data: [DONE]\n\n"


def router(desk: Desk) -> APIRouter:
    """Make the routes."""
    routes = APIRouter()
    began = int(time.time())
    # The first takes the place of what FastAPI would say of fields.
    unusable: Replies = {"4XX": {"model": ChatError, "description": "It cannot be used."}}
    unusable |= replies(ChatError, {400: "A field, or the question, cannot be used."})
    refused = {status: told | {"model": ChatError} for status, told in REFUSED.items()}
    unknown = replies(ChatError, {404: "There is no such model."})
    failed = replies(ChatError, BROKEN)
    completed = streamable(Completion, "The answer.")
    one, listed = replies(Model, {200: "The model."}), replies(Models, {200: "The models."})

    async def chat(asked: Chat, request: Request) -> Response:
        """Continue a conversation, as OpenAI's API does.

        The answer's sentences carry marks [n]; the sources stand at its end and, with all their
        fields, in `citations`. Streamed, those come with the last delta.
        """
        engine = _engine(desk.service, asked.model)
        question = asked.question()
        if question is None:
            raise HTTPException(HTTPStatus.BAD_REQUEST, _NOTHING_ASKED)
        reply = _Reply(asked.model)
        if asked.stream:
            told = reply.streamed(desk.tell(question, engine))
            return await events.begun(told, _problem_event)
        work = asyncio.ensure_future(desk.answer(question, engine))
        answer = await unless_left(request.receive, work)
        # None is for nobody: who asked has gone.
        return json_response(answer and reply.whole(answer))

    async def models() -> Response:
        """List the models that can be asked: `khabar` is the one that answers now."""
        return json_response(
            {"object": "list", "data": [_model(name, began) for name in _names(desk.service)]}
        )

    async def model(model: str) -> Response:
        """Say whether there is a model."""
        _engine(desk.service, model)
        return json_response(_model(model, began))

    routes.add_api_route(
        _CHAT,
        chat,
        methods=["POST"],
        responses=refused | completed | unknown | failed | unusable,
        route_class_override=Posted,
    )
    routes.add_api_route(_MODELS, models, responses=refused | listed | unusable)
    routes.add_api_route(
        f"{_MODELS}/{{model:path}}", model, responses=refused | one | unknown | unusable
    )
    return routes


def _names(service: Service) -> list[str]:
    """List what can be asked: whatever answers now, that by its own name, and quotes."""
    return list(dict.fromkeys([NAME, service.engine_name, extract.NAME]))


def _engine(service: Service, model: str) -> Engine | str:
    """Find what answers by a name. Raises HTTPException if there is no such model."""
    names = _names(service)
    if model not in names:
        raise HTTPException(
            HTTPStatus.NOT_FOUND,
            f"There is no model {model!r:.100}; there are {', '.join(names)}.",
        )
    return extract.NAME if model == extract.NAME else service.engine


def _model(name: str, began: int) -> dict[str, object]:
    return {"id": name, "object": "model", "created": began, "owned_by": NAME}


def _problem_event(sentence: str) -> bytes:
    return events.line(None, openai_problem(HTTPStatus.INTERNAL_SERVER_ERROR, sentence))


class _Reply:
    """The frame of one completion: its id, its time, and the model that was asked for."""

    def __init__(self, model: str) -> None:
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._model = model

    def whole(self, answer: Answer) -> dict[str, Any]:
        """Give an answer in one piece."""
        message = {
            "role": "assistant",
            "content": results.answer_text(answer),
            "citations": _citations(answer),
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return self._framed("chat.completion", choice)

    async def streamed(
        self, told: AsyncGenerator[Event | None, None]
    ) -> AsyncGenerator[bytes | None, None]:
        """Give an answer as server-sent events, once it is checked; None at the beats till then.

        Closes what tells.
        """
        begun = False
        async with aclosing(told):
            async for event in told:
                if not begun:
                    yield self._chunk({"role": "assistant", "content": ""})
                    begun = True
                if isinstance(event, Answer):
                    for chunk in self._chunks(event):
                        yield chunk
                elif event is None:
                    yield None

    def _chunks(self, answer: Answer) -> Iterator[bytes]:
        yield self._chunk({"content": results.answer_text(answer)})
        yield self._chunk({"citations": _citations(answer)}, "stop")
        yield _DONE

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return events.line(None, self._framed("chat.completion.chunk", choice))

    def _framed(self, kind: str, choice: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": kind,
            "created": self._created,
            "model": self._model,
            "choices": [choice],
        }


def _citations(answer: Answer) -> list[dict[str, Any]]:
    return [asdict(citation) for citation in answer.citations]
