"""The plain values that travel between the rooms: articles, passages, hits, reports."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Language = Literal["hi", "en"]
"""What an article is written in; mixed text counts as the language most of its words are in."""

SUFFIXES = (
    ".txt",
    ".text",
    ".md",
    ".markdown",
    ".html",
    ".htm",
    ".pdf",
    ".docx",
    ".odt",
    ".epub",
    ".csv",
    ".tsv",
    ".jsonl",
)
"""How the names of files end that may be articles, in lower case."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters, `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One file of the folder, as read.

    `text` is the decoded file (for HTML the extracted text); every offset in Khabar counts its
    characters. `title`, `author` and `date` are None where the article does not state them.
    """

    source: str
    """Path relative to the indexed folder, with forward slashes; of a table's row with its number,
    "news.csv#12"."""
    text: str
    title: str | None
    author: str | None
    date: date | None
    language: Language
    pages: tuple[int, ...] = ()
    """Where each page begins, in characters of `text`; empty where the format has no pages."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one article, about 120 words: what is searched and cited.

    `article.text[start:end] == text` always. `title` is the article's and not part of the text.
    """

    id: int
    source: str
    start: int
    end: int
    text: str
    title: str | None
    date: date | None
    language: Language
    also_in: tuple[str, ...] = ()
    """Other files that hold the same text, of those that were asked for."""
    page: int | None = None
    """The page it begins on, from 1; None where the format has no pages."""
    page_breaks: tuple[int, ...] = ()
    """Where within it a further page begins, in characters of the article."""

    def page_of(self, place: int) -> int | None:
        """Tell on which page a character of the article stands that is within the passage."""
        return self.page and self.page + bisect_right(self.page_breaks, place)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. Scores compare within one search; higher is better."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What one update did, by source."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    """Articles that stand elsewhere now, and in no other list: source → what it was before."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Articles that could not be read, each with the reason. An earlier version stays indexed."""
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Files passed over on purpose (hidden, another kind, a link), each with the reason."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing: an article that is searchable, or what could not be read."""

    source: str
    file: str
    """The source itself, or of a table's row the table; relative to the indexed folder."""
    title: str | None
    date: date | None
    language: Language | None
    """None where nothing of it is indexed; title and date are then None too."""
    passages: int
    problem: str | None
    """Why it could not be read as it is now; an earlier version may be indexed."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of what an index holds and what it could not read, sorted by source."""

    entries: tuple[Entry, ...]
    total: int
    """How many there are on all pages."""


@dataclass(frozen=True, slots=True)
class ModelsUsed:
    """What embeds and reranks now: the short name of an installed model, or else its path."""

    embedder: str
    """Or "built-in"."""
    reranker: str
    """Or "none"."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What an index holds; passages, vectors and entries of words are as many if it is whole."""

    articles: int
    passages: int
    vectors: int
    word_entries: int
    embedder: str | None
    """Which vectors these are; None before the first article."""
