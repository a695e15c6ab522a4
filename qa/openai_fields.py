"""The fields of OpenAI's API, as far as Khabar reads or writes them."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from qa import results
from qa.api_fields import EXAMPLE, Ask, CitationFields, Exchange, Narrowed


class _Loose(BaseModel):
    """Fields of OpenAI's that Khabar has no use for are let be."""

    model_config = ConfigDict(extra="ignore")


class Part(_Loose):
    """A part of a message."""

    type: str
    text: str = ""


def _parts(said: object) -> object:
    return [Part(type="text", text=said)] if isinstance(said, str) else said


_Content = Annotated[
    list[Part] | None, BeforeValidator(_parts, json_schema_input_type=str | list[Part] | None)
]
"""A text is a message of one part: what is wrong with a part is then told by where it stands."""


class Message(_Loose):
    """A message of a conversation."""

    role: str = Field(description='Of "user" or "assistant"; what others say is not looked at.')
    content: _Content = None

    @property
    def text(self) -> str:
        """What it says, of all parts that are text."""
        return "\n".join(part.text for part in self.content or [] if part.type == "text")


_EXAMPLE: JsonDict = {"model": "khabar", "messages": [{"role": "user", "content": EXAMPLE}]}


class Chat(Narrowed):
    """A conversation, to be continued. What else OpenAI's API knows is accepted."""

    model_config = ConfigDict(title="Chat", json_schema_extra={"examples": [_EXAMPLE]})

    model: str = Field(description="`khabar`, or one that `GET /v1/models` lists.")
    messages: list[Message] = Field(
        min_length=1, description="The last one of the user is the question."
    )
    stream: bool | None = Field(
        default=False, description="Whether the reply is server-sent events."
    )

    def question(self) -> Ask | None:
        """Find the question and what was said before it; None if the user says nothing."""
        history: list[Exchange] = []
        asked: str | None = None
        for message in self.messages:
            if message.role == "user":
                asked = message.text
            elif message.role == "assistant" and asked is not None:
                answer = results.without_sources(message.text)
                history.append(Exchange(question=asked, answer=answer))
                asked = None
        if asked is None:
            return None
        return Ask(
            question=asked,
            history=history,
            since=self.since,
            until=self.until,
            sources=self.sources,
            languages=self.languages,
        )


class Problem(_Loose):
    """What is wrong, as OpenAI tells it."""

    message: str = Field(description="One sentence.")
    type: str
    param: str | None
    code: str | None


class ChatError(_Loose):
    """Why there is no answer, as OpenAI tells it."""

    error: Problem


class ReplyMessage(_Loose):
    """The answer."""

    role: Literal["assistant"]
    content: str = Field(
        description="Sentences with the marks [n] of their citations, and a list of the sources."
    )
    citations: list[CitationFields]


class Choice(_Loose):
    """The one answer there is."""

    index: int
    message: ReplyMessage
    finish_reason: Literal["stop"]


class Completion(_Loose):
    """A conversation continued."""

    id: str
    object: Literal["chat.completion"]
    created: int = Field(description="In seconds since 1970.")
    model: str
    choices: list[Choice]


class Model(_Loose):
    """A model that can be asked."""

    id: str
    object: Literal["model"]
    created: int = Field(description="In seconds since 1970: when the server began.")
    owned_by: str


class Models(_Loose):
    """The models that can be asked."""

    object: Literal["list"]
    data: list[Model]
