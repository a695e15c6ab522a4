"""Answer without a model: the most telling sentences, verbatim."""

import unicodedata
from collections.abc import Sequence

from index import Evidence
from qa.types import Citation, Sentence

NAME = "extract"
MAX_SENTENCES = 3


def choose(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Pick one to three sentences, most telling first, none of them saying the same again."""
    chosen: list[Evidence] = []
    for candidate in evidence:
        if len(chosen) == MAX_SENTENCES:
            break
        if not any(_alike(candidate, earlier) for earlier in chosen):
            chosen.append(candidate)
    return chosen


def _alike(one: Evidence, other: Evidence) -> bool:
    """Whether two sentences are the same words, whatever stands around them."""
    return _letters(one.text) == _letters(other.text)


def _letters(text: str) -> str:
    """Keep letters, digits and marks: vowel signs are marks, and कहा is not कही."""
    return "".join(char for char in text if unicodedata.category(char)[0] in "LMN")


def cite(evidence: Sequence[Evidence]) -> list[Citation]:
    """Cite each sentence whole, numbered from 1."""
    return [
        Citation(
            number,
            item.hit.passage.source,
            item.hit.passage.title,
            item.hit.passage.date,
            item.start,
            item.end,
            item.text,
            item.hit.passage.page_of(item.start),
            item.hit.passage.also_in,
        )
        for number, item in enumerate(evidence, start=1)
    ]


def sentences(citations: Sequence[Citation]) -> tuple[Sentence, ...]:
    """Each quote as a sentence of the answer, on one line."""
    return tuple(Sentence(" ".join(c.quote.split()), (c.number,)) for c in citations)


def compose(quoted: Sequence[Sentence]) -> str:
    """Write the quotes one under the other, each with its mark."""
    return "\n\n".join(f"{sentence.text} [{sentence.marks[0]}]" for sentence in quoted)
