"""Khabar's own English sentences in Hindi, for whoever reads the page in Hindi. Pure.

Errors are raised, kept and sent in English; this is the last step before one is shown. hindi.tsv
has the sentences, and a test tells of any that the code can say and that is not there. What they
quote is other people's text: looking a sentence up takes time in proportion to its length.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qa import phrases, words
from qa.look import Language
from qa.types import AnswerLanguage

TABLE = Path(__file__).with_name("hindi.tsv")
_PLACE = re.compile(r"\{(\w+)(\??)\}")
_DEEPEST = 4
"""Sentences within sentences; there are never more than three, but in what was made to harm."""
_SAID_ELSEWHERE = (phrases.EMPTY, phrases.BROKEN, phrases.NO_DATE, phrases.UNREADABLE)
_WITH_REASON = (words.QUOTES_INSTEAD, words.CUT_SHORT)


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with places for names, numbers and reasons."""

    english: str
    hindi: str
    parts: tuple[str, ...]
    """What stands before, between and after the places."""
    places: tuple[tuple[str, bool], ...]
    """Each by its name in both languages, and whether what stands there may have a Hindi too."""

    def values(self, text: str) -> tuple[str, ...] | None:
        """Take out of a sentence what stands in the places; None if it is another sentence.

        Each part is looked for where it comes first. If any way to divide the text fits, this one
        does, so that nothing has to be tried twice.
        """
        first, *others = self.parts
        if not _begins(text, first):
            return None
        if not others:
            return () if len(text) == len(first) else None
        *middle, last = others
        start, end = len(first), len(text) - len(last)
        if end < start or not text.endswith(last):
            return None
        found = []
        for part in middle:
            place = text.find(part, start, end)
            if place < 0:
                return None
            found.append(text[start:place])
            start = place + len(part)
        return (*found, text[start:end])

    def with_values(self, values: Iterable[str]) -> str:
        """Write the Hindi with what stands in the places, given in their English order."""
        given = dict(zip((name for name, _ in self.places), values, strict=True))
        return _PLACE.sub(lambda place: given[place[1]], self.hindi)


def _begins(text: str, part: str) -> bool:
    """Compare the beginning; a small first letter or a capital: systems and files say it both."""
    head = text[: len(part)]
    return head == part or (head[:1].lower() == part[:1].lower() and head[1:] == part[1:])


def template(english: str, hindi: str) -> Template:
    """Take a sentence apart at its places."""
    pieces = _PLACE.split(english)
    places = zip(pieces[1::3], pieces[2::3], strict=True)
    return Template(
        english, hindi, tuple(pieces[::3]), tuple((name, bool(mark)) for name, mark in places)
    )


def pairs() -> Iterator[tuple[str, str]]:
    """Read the table: English, Hindi."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            english, _, hindi = line.partition("\t")
            yield english, hindi


@cache
def templates() -> tuple[Template, ...]:
    """Give all sentences: first the one that says most itself, and leaves least to be anything."""
    said = [(each["en"], each["hi"]) for each in _SAID_ELSEWHERE]
    found = [template(english, hindi) for english, hindi in (*pairs(), *said)]
    return tuple(sorted(found, key=lambda each: -sum(map(len, each.parts))))


def translated(text: str, depth: int = 0) -> str:
    """Say one of Khabar's English sentences in Hindi; any other text comes back as it is."""
    for each in templates():
        values = each.values(text)
        if values is not None:
            return each.with_values(
                translated(value, depth + 1) if may and depth < _DEEPEST else value
                for (_, may), value in zip(each.places, values, strict=True)
            )
    return text


def for_reader(text: str, reader: Language) -> str:
    """Say one of Khabar's English sentences in the language somebody reads the page in."""
    return translated(text) if reader == "hi" else text


def note(text: str, language: AnswerLanguage, reader: Language) -> str:
    """Say the reason that an answer's note quotes in Hindi, where the note around it is Hindi.

    `language` is the answer's. In roman letters there is no table: the reason stays English there,
    unless the rest of the page is read in Hindi.
    """
    if language == "hi" or (language == "hi-Latn" and reader == "hi"):
        for sentence in _WITH_REASON:
            before = sentence[language].partition("{reason}")[0]
            if text.startswith(before):
                return before + translated(text[len(before) :])
    return text
