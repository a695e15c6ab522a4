"""The fields of the HTTP API: what a request may have, and what a reply holds.

What is wrong with a request is said here too, in one sentence. Knows nothing of HTTP.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from qa.options import MAX_HITS
from qa.types import AnswerLanguage


def _day(said: object) -> datetime.date:
    if isinstance(said, datetime.date):  # read before
        return said
    try:
        return datetime.date.fromisoformat(cast("str", said))
    except (TypeError, ValueError):
        raise ValueError("it is no date like 2023-05-05") from None


_Day = Annotated[datetime.date, PlainValidator(_day, json_schema_input_type=datetime.date)]
"""As the command line takes it; pydantic would take a number of seconds too."""


EXAMPLE = "When was Qin Gang made foreign minister of China?"
"""The shipped articles answer it; it is tried at /docs if no other is typed."""
_STREAM = "Whether the reply is server-sent events, as `Accept: text/event-stream` makes it too."


class _Given(BaseModel):
    model_config = ConfigDict(strict=True)


class _Question(_Given):
    question: str = Field(description="In Hindi, English or roman Hindi.")


class Narrowed(_Given):
    """Which articles a question is asked of."""

    since: _Day | None = Field(
        default=None, description="Articles from this day on; those without a date are left out."
    )
    until: _Day | None = Field(
        default=None, description="Articles up to this day; those without a date are left out."
    )
    sources: list[str] | None = Field(
        default=None, description="Only these files, by their paths relative to the indexed folder."
    )
    languages: list[Literal["hi", "en"]] | None = Field(
        default=None,
        description="Only articles that are written in these.",
        json_schema_extra={"minItems": 1},
    )


class Exchange(_Given):
    """A question that was asked before, and its answer."""

    model_config = ConfigDict(extra="forbid")

    question: str
    answer: str


class Ask(Narrowed, _Question):
    """A question to be answered."""

    model_config = ConfigDict(extra="forbid")

    language: AnswerLanguage | None = Field(
        default=None, description="Of the answer; the question's, if there is none."
    )
    history: list[Exchange] = Field(
        default=[], description="What was asked and answered before, oldest first, for a follow-up."
    )


class Search(Narrowed, _Question):
    """A question to which passages are found."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=10, ge=1, le=MAX_HITS, description="How many passages are listed.")


class PostedAsk(Ask):
    """A question to be answered, over HTTP."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"question": EXAMPLE}]})

    limit: int = Field(
        default=10,
        ge=1,
        le=MAX_HITS,
        description="How many passages are listed; of an answer it says nothing.",
    )
    stream: bool = Field(
        default=False,
        description=_STREAM,
    )


class PostedSearch(Search):
    """A question to which passages are found, over HTTP."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"question": EXAMPLE, "limit": 3}]})

    stream: bool = Field(
        default=False,
        description=_STREAM,
    )


def sentence(
    kind: str, place: tuple[int | str, ...], message: str, known: Iterable[str] = ()
) -> str:
    """Say what is wrong with a request, of what pydantic says; `known` are its fields."""
    if not place:
        return f"The request cannot be read: {message}."
    name = ".".join(map(str, place))
    if kind == "extra_forbidden":
        there = f"; there are {', '.join(known)}" if len(place) == 1 else ""
        return f"There is no field {name!r:.100}{there}."
    if kind == "missing":
        return f"The field {name!r} is missing."
    return f"The field {name!r:.100} cannot be used: {message.removeprefix('Value error, ')}."


class CitationFields(BaseModel):
    """Where a sentence of the answer stands."""

    number: int = Field(description="The n of the mark [n] in the answer.")
    source: str = Field(description="The file, by its path relative to the indexed folder.")
    title: str | None
    date: datetime.date | None
    start: int = Field(description="Of the quote, in characters of the article's text.")
    end: int
    quote: str = Field(
        description="The article's text from `start` to `end`, character for character."
    )
    page: int | None = Field(
        description="The page it begins on, from 1; null where the format has no pages."
    )
    also_in: list[str] = Field(description="Other files that hold the same text.")


class SentenceFields(BaseModel):
    """A sentence that was written."""

    text: str
    marks: list[int] = Field(
        description="The citations that bear it out; one without any is no part of the answer."
    )


class AnswerFields(BaseModel):
    """An answer, or a refusal, which has no citations."""

    question: str
    text: str = Field(description="Sentences, each followed by the marks [n] of its citations.")
    refused: bool = Field(description="Whether the articles do not hold the answer.")
    language: AnswerLanguage
    engine: str = Field(description='What wrote it: "extract" for quotes, or the model\'s name.')
    citations: list[CitationFields]
    note: str | None = Field(description="What one should know of how the answer came about.")
    sentences: list[SentenceFields]
    standalone: str | None = Field(description="The question that a follow-up was taken for.")


class PassageFields(BaseModel):
    """A passage of an article."""

    source: str = Field(description="The file, by its path relative to the indexed folder.")
    start: int = Field(description="In characters of the article's text.")
    end: int
    text: str
    title: str | None
    date: datetime.date | None
    language: Literal["hi", "en"]
    also_in: list[str] = Field(description="Other files that hold the same text.")
    page: int | None = Field(
        description="The page it begins on, from 1; null where the format has no pages."
    )
    score: float = Field(description="How well it matches; it compares within one search.")


class Error(BaseModel):
    """Why there is no answer."""

    error: str = Field(description="One sentence.")


class Health(BaseModel):
    """That the server is there."""

    status: Literal["ok"]


Replies = dict[int | str, dict[str, Any]]
"""Replies by their status, as FastAPI takes their description."""


def replies(model: object, said: Mapping[int, str]) -> Replies:
    """Describe replies that have one body, each status with when it comes."""
    return {status: {"model": model, "description": when} for status, when in said.items()}


def streamable(model: object, said: str, *names: str) -> Replies:
    """Describe a reply that can be server-sent events too, of these names."""
    event = {
        "type": "object",
        "properties": {
            "data": {"type": "string", "contentMediaType": "application/json"},
            **({"event": {"enum": names}} if names else {}),
        },
        "required": ["data", "event"] if names else ["data"],
    }
    content = {"text/event-stream": {"schema": event}}
    return {200: {"model": model, "description": said, "content": content}}


UNUSABLE = {415: "It is not JSON.", 422: "A field, or the question, cannot be used."}
BROKEN = {500: "Something went wrong.", 503: "The model failed."}
REFUSED = replies(
    Error,
    {
        400: "It broke off, or cannot be told from what comes after it.",
        401: "The secret is missing or wrong.",
        403: "It does not come from this machine, or it comes from a web page.",
        408: "It came too slowly.",
        413: "It is too large.",
        429: "There were too many wrong secrets.",
        431: "Its address and headers are too large.",
    },
)
"""What any request may be refused with before anything is made of it."""
