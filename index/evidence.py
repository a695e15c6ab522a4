"""Which sentences of the found passages answer the question, the most telling first.

A linear model over a few readable features. Its weights were learned by `bench/fit.py`; see
`index.verdict`, which judges whether the best sentence answers at all.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import mul

from index import asked
from index.analyze import is_function_word, stem, words
from index.chunk import sentences
from index.lexicon import load as load_lexicon
from index.question import Question
from index.types import Hit

PASSAGES = 8
"""Passages whose sentences are looked at."""
_NEAR = 3
"""Words between two terms that stand together in the question and in the sentence."""
_HEADING_WORDS = 12
_ENDS_SENTENCE = re.compile(r"[।॥.!?…|:;][\"'”’»)\]]*$")

Features = Mapping[str, float]

Matches = tuple[float, ...]
"""How well each term of the question is met, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a found passage; `start` and `end` count the file's characters."""

    hit: Hit
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence with the features its score was made of; what `bench/fit.py` learns from."""

    evidence: Evidence
    features: Features
    met: Matches
    met_in_passage: Matches
    """By the whole passage and its title."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a passage; `start` and `end` count the passage's characters."""

    start: int
    end: int
    text: str
    words: tuple[str, ...]
    roots: tuple[str, ...]
    stems: frozenset[str]
    """The roots but for those of function words."""
    places: Mapping[str, Sequence[int]]
    """Where each root stands."""

    @property
    def is_heading(self) -> bool:
        return len(self.words) <= _HEADING_WORDS and not _ENDS_SENTENCE.search(self.text)


@lru_cache(maxsize=4_096)
def _cut(text: str) -> tuple[_Sentence, ...]:
    """Cut a passage's text into sentences; kept, because good passages are found again."""
    result = []
    for span in sentences(text):
        found = tuple(words(text[span.start : span.end]))
        roots = tuple(map(stem, found))
        kept = zip(found, roots, strict=True)
        stems = frozenset(root for word, root in kept if not is_function_word(word))
        places: dict[str, list[int]] = {}
        for i, root in enumerate(roots):
            places.setdefault(root, []).append(i)
        said = text[span.start : span.end]
        result.append(_Sentence(span.start, span.end, said, found, roots, stems, places))
    return tuple(result)


@dataclass(frozen=True, slots=True)
class _Read:
    """A hit, its sentences, and how each of them meets the question."""

    hit: Hit
    cut: Sequence[_Sentence]
    met: Sequence[Matches]
    met_in_passage: Matches


def rank(question: Question, hits: Sequence[Hit], weights: Features) -> list[Scored]:
    """Score every sentence of the best passages, best first; each sentence of a file once.

    Ties break on source and place. Headings are left out: they promise, and do not tell.
    """
    passages = [_read(question, hit) for hit in hits[:PASSAGES]]
    local = _local_rarity(question, passages)
    top = max((hit.score for hit in hits), default=0.0) or 1.0
    said = frozenset(words(question.text))
    rarity = [term.rarity for term in question.terms]

    def coverage(met: Matches) -> float:
        return _dot(rarity, met) / sum(rarity)  # as `Question.coverage`, some 150 times a question

    found: dict[tuple[str, int], Scored] = {}
    for passage in passages:
        hit = passage.hit
        in_passage = coverage(passage.met_in_passage)
        for i, sentence in enumerate(passage.cut):
            if sentence.is_heading and len(passage.cut) > 1:
                continue
            met = passage.met[i]
            with_last = _either(passage.met[max(i - 1, 0) : i + 1])
            with_next = _either(passage.met[i : i + 2])
            features = {
                "coverage": coverage(met),
                "coverage with the sentence before": coverage(with_last),
                "coverage with the sentence after": coverage(with_next),
                "coverage of passage": in_passage,
                "coverage by what is rare here": _dot(local, met) / sum(local),
                "passage score": hit.score / top,
                **_inner_features(question, said, sentence),
            }
            score = sum(weights.get(name, 0.0) * value for name, value in features.items())
            key = (hit.passage.source, hit.passage.start + sentence.start)
            if key not in found or found[key].evidence.score < score:
                start, end = key[1], hit.passage.start + sentence.end
                evidence = Evidence(hit, start, end, sentence.text, score)
                found[key] = Scored(evidence, features, met, passage.met_in_passage)
    return sorted(
        found.values(),
        key=lambda item: (
            -item.evidence.score,
            item.evidence.hit.passage.source,
            item.evidence.start,
        ),
    )


def _read(question: Question, hit: Hit) -> _Read:
    cut = _cut(hit.passage.text)
    # An article of the time asked about speaks of it throughout; a passage is about its title.
    named = question.time_stems(hit.passage.date)
    met = [question.met(sentence.stems | named) for sentence in cut]
    title = frozenset(map(stem, words(hit.passage.title or "")))
    return _Read(hit, cut, met, _either([*met, question.met(title)]))


def _either(matches: Sequence[Matches]) -> Matches:
    """Take what the best of them meets, term by term."""
    return tuple(map(max, zip(*matches, strict=True)))


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return float(sum(map(mul, weights, values)))


def _local_rarity(question: Question, passages: Sequence[_Read]) -> list[float]:
    """Weigh each term by how few of these sentences have it: what tells them apart."""
    pool = [met for passage in passages for met in passage.met]
    counts = map(sum, zip(*pool, strict=True)) if pool else [0.0] * len(question.terms)
    return [math.log(1 + (len(pool) + 1) / (count + 0.5)) for count in counts]


def _inner_features(question: Question, said: frozenset[str], sentence: _Sentence) -> Features:
    """Describe where in the sentence the question's terms stand, and what else it says."""
    places = sentence.places
    spots = [
        {spot for stem in term.stems & places.keys() for spot in places[stem]}
        for term in question.terms
    ]
    matched = set().union(*spots)
    pairs = list(pairwise(spots))
    together = sum(any(0 < abs(x - y) <= _NEAR for x in a for y in b) for a, b in pairs)
    kinds = asked.places(question.asks, said, sentence.words, load_lexicon())
    gap = min((abs(kind - spot) for kind in kinds for spot in matched), default=None)
    new = {root for i, root in enumerate(sentence.roots) if i not in matched} & sentence.stems
    return {
        "adjacent terms": together / len(pairs) if pairs else 0.0,
        "asked kind": float(bool(question.asks and kinds)),
        "asked kind missing": float(bool(question.asks and not kinds)),
        "asked kind near": 0.0 if gap is None else 1 / (1 + gap),
        "new words": min(len(new), 10) / 10,
        "length": min(len(sentence.words), 60) / 60,
    }
