"""Check what a model wrote against what it was shown, and find each sentence in the file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index import Passage, sentences, stems
from qa.types import Citation

_CITED = re.compile(r"(?P<sentence>[^\[\]]+?)\s*(?P<marks>(?:\[\d+\]\s*)+)")
_NUMBER = re.compile(r"\d+")
_MIN_SHARED = 1
"""A sentence must share at least this many stems with the passage it cites."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence a model wrote, and the numbers of the passages it cites."""

    text: str
    passages: tuple[int, ...]


def parse(draft: str) -> list[Sentence]:
    """Read the sentences of a draft that carry citations; others are left out."""
    return [
        Sentence(
            " ".join(match["sentence"].split()),
            tuple(dict.fromkeys(int(number) for number in _NUMBER.findall(match["marks"]))),
        )
        for match in _CITED.finditer(draft)
        if match["sentence"].strip()
    ]


def check(drafted: Sequence[Sentence], shown: Sequence[Passage]) -> tuple[str, list[Citation]]:
    """Keep the sentences whose citations hold, and cite the sentence of the file behind each.

    Returns the text with its marks renumbered from 1, and the citations; both empty if nothing
    holds.
    """
    parts: list[str] = []
    citations: list[Citation] = []
    numbers: dict[tuple[str, int], int] = {}
    for sentence in drafted:
        marks = []
        for number in sentence.passages:
            if not 1 <= number <= len(shown):
                continue
            found = locate(sentence.text, shown[number - 1])
            if found is None:
                continue
            key = (found.source, found.start)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(_numbered(found, numbers[key]))
            marks.append(f"[{numbers[key]}]")
        if marks:
            parts.append(f"{sentence.text} {''.join(dict.fromkeys(marks))}")
    return " ".join(parts), citations


def _numbered(found: Citation, number: int) -> Citation:
    return Citation(
        number, found.source, found.title, found.date, found.start, found.end, found.quote
    )


def locate(claim: str, passage: Passage) -> Citation | None:
    """Find the sentence of a passage that shares most with a claim; None if none shares enough."""
    wanted = set(stems(claim))
    best: tuple[int, int, int] | None = None
    for span in sentences(passage.text):
        shared = len(wanted & set(stems(passage.text[span.start : span.end])))
        if shared >= _MIN_SHARED and (best is None or shared > best[0]):
            best = (shared, span.start, span.end)
    if best is None:
        return None
    _, start, end = best
    return Citation(
        0,
        passage.source,
        passage.title,
        passage.date,
        passage.start + start,
        passage.start + end,
        passage.text[start:end],
    )
