"""The plain values an answer is made of."""

import datetime
from dataclasses import dataclass, field
from typing import Literal

from index import Hit, Passage

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
    page: int | None = None
    """The page it begins on, from 1; None where the format has no pages."""
    also_in: tuple[str, ...] = ()
    """Other files that hold the same text, of those that were asked for."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, and whether the articles bear it out."""

    text: str
    marks: tuple[int, ...]
    """The numbers of the citations that bear it out; empty where nothing in the articles does."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The sentences of a passage that a model is shown, under one number."""

    passage: Passage
    spans: tuple[tuple[int, int], ...]
    """Start and end of each, in order, in characters of the passage's text."""


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
    sentences: tuple[Sentence, ...] = ()
    """All that was written, in order. `text` leaves out those that nothing bears out."""
    standalone: str | None = None
    """The question that a follow-up was taken for, and that was asked of the articles."""
    shown: tuple[Excerpt, ...] = field(default=(), repr=False)
    """What a model read; empty where none was asked."""


Exchange = Answer | tuple[str, str]
"""A question that was asked before and its answer: as `ask` gave it, or as two texts."""


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that were found, before the answer is written."""

    hits: tuple[Hit, ...]
    standalone: str | None = None
    """The question that a follow-up was taken for; None where it was asked as it stands."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The model reads, or is busy with others' questions; told again while that lasts."""

    place: int
    """How many stand before this one; 0 says that its turn has come."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The next piece of the answer's text.

    What a model writes is not checked yet: the Answer that follows is what counts.
    """

    text: str


Event = Found | Waiting | Piece | Answer
