"""The plain values an answer is made of."""

import datetime
from dataclasses import dataclass
from typing import Literal

from index import Hit

AnswerLanguage = Literal["hi", "en", "hi-Latn"]
"""Hindi, English, or Hindi in roman letters."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence of the answer stands: `article.text[start:end] == quote`, always."""

    number: int
    """The n of the mark [n] in the answer."""
    source: str
    title: str | None
    date: datetime.date | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a refusal, which has no citations."""

    question: str
    text: str
    """Sentences, each followed by the marks [n] of its citations."""
    refused: bool
    language: AnswerLanguage
    engine: str
    """What wrote it: "extract", or the model's name."""
    citations: tuple[Citation, ...]
    note: str | None = None
    """What the reader should know of how the answer came about; None for nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that were found, before the answer is written."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """The next piece of the answer's text.

    What a model writes is not checked yet: the Answer that follows is what counts.
    """

    text: str


Event = Found | Piece | Answer
