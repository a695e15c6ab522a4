"""A question of a conversation, and how far its answer has come."""

import datetime
from dataclasses import dataclass, replace

from index import Hit
from qa.types import Answer, AnswerLanguage


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a question was asked of: all, but for what narrows them."""

    since: datetime.date | None = None
    until: datetime.date | None = None
    languages: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    articles: int | None = None
    """How many there were to search, before anything narrowed them; None where nobody counted."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation, and how far its answer has come."""

    question: str
    language: AnswerLanguage = "en"
    found: tuple[Hit, ...] | None = None
    """What the search found; None while it runs."""
    standalone: str | None = None
    """The question that a follow-up was taken for."""
    place: int = 0
    """How many stand in line for the model before this one."""
    draft: str = ""
    """The answer as written so far; its marks are not checked yet."""
    answer: Answer | None = None
    problem: str | None = None
    """One sentence on why there is no answer."""
    stopped: bool = False
    scope: Scope = Scope()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.stopped or self.answer is not None or self.problem is not None


def closed(turn: Turn) -> Turn:
    """Mark a question whose answer was cut off as stopped; others stay as they are."""
    return turn if turn.ended else replace(turn, stopped=True)
