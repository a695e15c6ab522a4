"""Example questions: ones that the indexed articles answer, whatever these are."""

import threading
from collections.abc import Iterator, Sequence, Set
from itertools import islice, zip_longest
from pathlib import Path, PurePosixPath
from typing import Literal
from weakref import WeakKeyDictionary

from index import Evidence, Index, errors, models
from qa import extract, suggest

QUESTIONS = (
    ("रूस और पाकिस्तान के राजनयिक रिश्ते कितने साल पुराने हो गए हैं?", "bilawal-lavrov-goa-varta-hi.txt"),
    ("जून 2019 में शंघाई सहयोग संगठन की बैठक किस शहर में हुई थी?", "imran-lavrov-mulaqat-hi.txt"),
    ("What kind of tree did Lavrov plant in Islamabad?", "lavrov-qureshi-talks-en.txt"),
    ("When was Qin Gang made foreign minister of China?", "jaishankar-qin-lavrov-goa-en.txt"),
    ("imran khan kashmir vivad ko kaise suljhana chahte the?", "imran-lavrov-mulaqat-hi.txt"),
    ("lavrov kitne din ke daure par pakistan aaye the?", "russia-military-equipment-pledge-en.txt"),
)
"""Questions about the articles that ship with Khabar, each with the one that answers it."""
_LANGUAGES: tuple[Literal["hi", "en"], ...] = ("hi", "en")
_NEWEST = 12
"""Articles of each language that are looked at."""
_OF_ONE = 2
"""Questions of one article that are tried."""
_TRIED = 12
"""Questions that are tried in all: each takes a search, some 20 ms in an index of 100,000
passages."""


def articles() -> Path:
    """Find the shipped articles' folder."""
    return models.shipped("seeds")


def questions(index: Index, count: int = 6) -> list[str]:
    """Give up to so many questions, each of which the index answers, one an article.

    The newest articles first, Hindi and English by turns: made from what they report, or else of
    their titles; those written by hand where the shipped articles are indexed and there are not
    enough others. Each was asked, and is quoted an answer from the article that it is about. Kept
    until the newest articles change, or the models. Raises KhabarError if the index cannot be read.
    """
    newest = [index.newest(language, _NEWEST) for language in _LANGUAGES]
    key = (count, index.models_used(), *(tuple(each.items()) for each in newest))
    with _lock:
        known = _known.get(index)
        if known is None or known[0] != key:
            by_turns = [each for pair in zip_longest(*newest) for each in pair if each is not None]
            known = _known[index] = key, tuple(islice(_answered(index, by_turns), count))
    return list(known[1])


_lock = threading.Lock()
_known: "WeakKeyDictionary[Index, tuple[object, tuple[str, ...]]]" = WeakKeyDictionary()


def _answered(index: Index, sources: Sequence[str]) -> Iterator[str]:
    """Try questions, and give those that are answered from where they should be."""
    used: set[str] = set()
    for source, question, span in islice(_candidates(index, sources, used), _TRIED):
        if question not in used and _is_answered(index, question, source, span):
            used |= {source, question}
            yield question


def _candidates(
    index: Index, sources: Sequence[str], used: Set[str]
) -> Iterator[tuple[str, str, tuple[int, int] | None]]:
    """Give (source, question, what of the article made it); sources in `used` have theirs."""
    shipped = {path.name for path in articles().iterdir()}
    own = [source for source in sources if PurePosixPath(source).name not in shipped]
    titles = []
    for source in own:
        # One that left a moment ago is passed over.
        if (article := index.article(source)) is not None:
            titles.append((source, suggest.of_title(article)))
            for made in suggest.of_sentences(article)[:_OF_ONE]:
                if source not in used:
                    yield source, made.question, (made.start, made.end)
    for source, title in titles:
        if title is not None and source not in used:
            yield source, title, None
    there = {PurePosixPath(source).name: source for source in sources}
    for question, name in QUESTIONS:
        if (source := there.get(name, name)) in sources or index.article(source) is not None:
            yield source, question, None


def _is_answered(index: Index, question: str, source: str, span: tuple[int, int] | None) -> bool:
    """Whether the best quote is the article's, and what made the question is among the quotes."""
    try:
        asked = index.read(question)
    except errors.QuestionError:
        return False
    verdict = index.weigh(asked, index.search(asked))
    quotes = extract.choose(verdict.evidence)
    if not verdict.answerable or source not in _sources(quotes[0]):
        return False
    return span is None or any(
        source in _sources(quote) and quote.start < span[1] and span[0] < quote.end
        for quote in quotes
    )


def _sources(quote: Evidence) -> tuple[str, ...]:
    return quote.hit.passage.source, *quote.hit.passage.also_in
