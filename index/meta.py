"""An article's title, author, date and language, from its classified lines."""

import datetime
import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from index import byline, clean, dates
from index.clean import FRONT_MATTER, Kind, Line
from index.types import Language

_DEVANAGARI_WORD = re.compile(r"[\u0904-\u0939\u0958-\u0961][\u0900-\u0963]*")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_FIELD = re.compile(
    r"^(title|author|date)[ \t]*:[ \t]*[\"']?(.*?)[\"']?\s*$", re.IGNORECASE | re.MULTILINE
)
_DATELINE_PARAGRAPHS = 3
"""A dateline opens the report; below its first paragraphs a date is somebody else's."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an article says of itself; None where it does not say it."""

    title: str | None = None
    author: str | None = None
    date: datetime.date | None = None


def read_metadata(text: str, lines: Sequence[Line], stated: Metadata) -> Metadata:
    """Complete what the file's format states (`stated`, from HTML) with what its lines say."""
    fields = _front_matter(text)
    title = next((clean.headline(line.text) for line in lines if line.kind is Kind.TITLE), None)
    found = dates.find_dates(fields["date"]) if "date" in fields else []
    return Metadata(
        title=stated.title or fields.get("title") or title,
        author=stated.author or fields.get("author") or clean.author(lines),
        date=stated.date or (found[0].day if found else None) or article_date(lines),
    )


def _front_matter(text: str) -> dict[str, str]:
    match = FRONT_MATTER.match(text)
    fields = _FIELD.findall(match.group()) if match else []
    return {name.lower(): value for name, value in fields if value}


def article_date(lines: Sequence[Line]) -> datetime.date | None:
    """Find the day the article is from, never the day its page was saved.

    In order of trust: a date labelled as published or updated, a line that is only a date or a
    byline at the head or the foot, the dateline of the report. A date above the headline is the
    page's own clock when it carries a weekday, an ordinal or a time, or when the article names
    another day; so is, anywhere, one that says it is the day of saving or printing. Below a comment
    form dates are the readers'.
    """
    end = clean.comments_start(lines)
    own = [i for i, line in enumerate(lines) if line.kind is not Kind.FURNITURE]
    headline = own[0] if own else 0
    body = [line for line in lines if line.kind is Kind.BODY][:_DATELINE_PARAGRAPHS]
    datelines = [found for line in body if (found := dates.dateline(line.text))]
    ranked = []
    for i, line in enumerate(lines[:end]):
        if line.kind is Kind.FURNITURE:
            signed = byline.dated(line.text)
            if signed and not clean.is_at_an_end(bisect(own, i), len(own)):
                signed = None  # perhaps another article's, that the page invites to
            said = signed or line.text
            # A byline is the article's, wherever it stands; it is no clock of the page's.
            rank = _trust(said, i < headline and not signed, bool(datelines))
            if rank is not None and (day := _first_day(said)):
                ranked.append((rank, i, day))
    if ranked:
        return min(ranked)[-1]
    return next((found.day for found in datelines if found.day), None)


def _trust(line: str, on_top: bool, has_dateline: bool) -> int | None:
    """Rank what a furniture line says of the article's date, 0 best; None if it says nothing."""
    if dates.is_page_date(line):
        return None
    if dates.is_labelled(line):
        # "Updated" on top of a page may be the page's.
        return 0 if dates.says_published(line) or not on_top else 2
    if not dates.is_date_line(line):
        return None
    if not on_top:
        return 1
    return None if dates.is_clock(line) or has_dateline else 3


def _first_day(line: str) -> datetime.date | None:
    return next((found.day for found in dates.find_dates(line) if found.day), None)


def language(text: str) -> Language:
    """Tell Hindi from English by the script that most of the words are in."""
    hindi = len(_DEVANAGARI_WORD.findall(text))
    return "hi" if hindi > len(_LATIN_WORD.findall(text)) else "en"
