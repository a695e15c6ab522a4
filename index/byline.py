"""Bylines: the name of who wrote an article, and the date that stands behind it on the line."""

import re

from index import furniture
from index.chunk import words
from index.dates import find_dates, is_date_line
from index.devanagari import normalise
from index.stopwords import HINDI

MAX_NAME_WORDS = 6
_NAME_ENDS = re.compile(
    r"\s*[|•·,;(]|\s+[-–—]\s+|\s{3,}|(?:^|\s+)(?:updated|published|posted|on)(?=[\s:.]|$)",
    re.IGNORECASE,
)
# "रवि शर्मा | 21 जनवरी 2024": a name, and nothing but a date behind the bar.
_SIGNED = re.compile(r"(?P<name>[^|•·]{3,60}?)\s*[|•·]\s*(?P<date>.+)")
_PERSONS_WORD = re.compile(
    r"(?:[A-Z]\.)+|[A-Z]|(?![A-Z]+$)[A-Z][^\W\d_]*(?:['’-][^\W\d_]+)*"
    r"|[\u0904-\u0939\u0958-\u095f][\u0900-\u0963]*\.?"
)
# What sections, newspapers and towns are called and people are not: "World News", "New Delhi".
_NOBODYS = frozenset(
    normalise(
        "new news times today live post express press desk bureau team staff special report story "
        "world national international sports business opinion editorial edition "
        "नई नयी न्यूज़ समाचार ख़बर ख़बरें टाइम्स टुडे लाइव डेस्क ब्यूरो टीम विशेष रिपोर्ट संवाददाता देश विदेश "
        "दुनिया राष्ट्रीय अंतरराष्ट्रीय खेल कारोबार राय संपादकीय संस्करण"
    ).split()
)
_MOST_PERSONS_WORDS = 4


def name(text: str) -> str | None:
    """Read the name that what follows a byline's label opens with."""
    found = text[: _name_end(text)].strip(" :.-–—")
    return found if 0 < words(found) <= MAX_NAME_WORDS else None


def dated(text: str) -> str | None:
    """Read off a byline, from behind the name, all that is about its date; None if nothing is."""
    said = furniture.byline(text) or (text if signed(text) else None)
    if said is None:
        return None
    behind = said[_name_end(said) :]
    tails = (behind[word.start() :] for word in re.finditer(r"\S+", behind))
    return next(filter(is_date_line, tails), None)


def signed(text: str) -> str | None:
    """Read the name off a line that is nothing but a person's name, a bar and a date."""
    match = _SIGNED.fullmatch(text)
    if match is None or is_date_line(text) or not is_date_line(match["date"]):
        return None
    return match["name"] if _is_persons(match["name"]) else None


def _name_end(text: str) -> int:
    """Find where a name ends: at a bar, a date, a bracket, a comma or a label."""
    end = _NAME_ENDS.search(text)
    ends = [end.start()] if end else []
    return min([*ends, *(found.start for found in find_dates(text)), len(text)])


def _is_persons(said: str) -> bool:
    parts = said.split()
    return (
        2 <= len(parts) <= _MOST_PERSONS_WORDS
        and all(_PERSONS_WORD.fullmatch(part) for part in parts)
        and not any(normalise(part) in _NOBODYS | HINDI for part in parts)
        and not furniture.is_furniture(said)
    )
