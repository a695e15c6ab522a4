"""Which sentences of the found passages answer the question, and whether any does.

Two linear models over a few readable features. Their weights were learned by `bench/fit.py` and
stand in `weights.json`, with what they were learned from.
"""

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Literal

from index import asked
from index.analyze import is_function_word, stem, words
from index.chunk import sentences
from index.lexicon import load as load_lexicon
from index.question import Question
from index.types import Hit

PASSAGES = 8
"""Passages whose sentences are looked at."""
_MIN_ABSENT = 2
_NEAR = 3
"""Words between two terms that stand together in the question and in the sentence."""
_HEADING_WORDS = 12
_ENDS_SENTENCE = re.compile(r"[।॥.!?…|:;][\"'”’»)\]]*$")

Relation = Literal["same", "cross", "roman"]
"""Question and passage in one language, in two, or a question in roman Hindi: what can be matched
differs, and so does how much must be."""

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a found passage; `start` and `end` count the file's characters."""

    hit: Hit
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the found passages hold for a question."""

    evidence: tuple[Evidence, ...]
    """Sentences, the most telling first."""
    answerable: bool


@dataclass(frozen=True)
class Weights:
    """The learned weights: of a sentence's features, of an answer's, and where it is refused."""

    sentence: Features
    answer: Features
    thresholds: Mapping[Relation, float]


@cache
def learned() -> Weights:
    """Read the weights that ship with Khabar."""
    text = resources.files("index").joinpath("weights.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    return Weights(stored["sentence"], stored["answer"], stored["thresholds"])


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    text: str
    words: tuple[str, ...]
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence with the features its score was made of; what `bench/fit.py` learns from."""

    evidence: Evidence
    features: Features
    stems: frozenset[str]
    passage_stems: frozenset[str]
    """Of the whole passage and its title."""


def weigh(question: Question, hits: Sequence[Hit]) -> Verdict:
    """Rank the sentences of the found passages and judge whether they answer the question.

    The judgement rests on what of the question the best sentence and passage hold, never on a
    similarity score, which is as high for what merely sounds alike.
    """
    weights = learned()
    ranked = rank(question, hits, weights.sentence)
    if not ranked or _is_elsewhere(question):
        return Verdict(tuple(item.evidence for item in ranked), answerable=False)
    score = _dot(weights.answer, answer_features(question, ranked[0]))
    relation = relation_of(question, ranked[0].evidence.hit)
    answerable = score >= weights.thresholds[relation]
    return Verdict(tuple(item.evidence for item in ranked), answerable)


def _is_elsewhere(question: Question) -> bool:
    """Whether half of the question's words, two at least, stand in no article in any spelling.

    Of XQuAD's answerable questions that holds for 0 to 1.5 in a hundred, by row.
    """
    absent = sum(term.rarity >= 1.0 for term in question.terms)
    return absent >= _MIN_ABSENT and 2 * absent >= len(question.terms)


def relation_of(question: Question, hit: Hit) -> Relation:
    """Tell how the language of a question relates to that of a passage."""
    if question.language == "hi-Latn":
        return "roman"
    return "same" if question.language == hit.passage.language else "cross"


def rank(question: Question, hits: Sequence[Hit], weights: Features) -> list[Scored]:
    """Score every sentence of the best passages, best first; each sentence of a file once.

    Ties break on source and place. Headings are left out: they promise, and do not tell.
    """
    passages = [(hit, _cut(hit)) for hit in hits[:PASSAGES]]
    local = _local_rarity(question, [sentence for _, cut in passages for sentence in cut])
    top = max((hit.score for hit in hits), default=0.0) or 1.0
    found: dict[tuple[str, int], Scored] = {}
    for hit, cut in passages:
        passage_stems = _passage_stems(hit, cut)
        passage_coverage = question.coverage(passage_stems)
        for i, sentence in enumerate(cut):
            if _is_heading(sentence) and len(cut) > 1:
                continue
            before = cut[i - 1].stems if i else frozenset()
            after = cut[i + 1].stems if i + 1 < len(cut) else frozenset()
            features = {
                "coverage": question.coverage(sentence.stems),
                "coverage with the sentence before": question.coverage(sentence.stems | before),
                "coverage with the sentence after": question.coverage(sentence.stems | after),
                "coverage of passage": passage_coverage,
                "coverage by what is rare here": _local_coverage(question, local, sentence.stems),
                "passage score": hit.score / top,
                **_inner_features(question, sentence),
            }
            score = _dot(weights, features)
            key = (hit.passage.source, sentence.start)
            if key not in found or found[key].evidence.score < score:
                evidence = Evidence(hit, sentence.start, sentence.end, sentence.text, score)
                found[key] = Scored(evidence, features, sentence.stems, passage_stems)
    return sorted(
        found.values(),
        key=lambda item: (
            -item.evidence.score,
            item.evidence.hit.passage.source,
            item.evidence.start,
        ),
    )


def answer_features(question: Question, best: Scored) -> Features:
    """Describe how well the best sentence, and the passage it stands in, meet the question."""
    in_sentence = [term.match(best.stems) for term in question.terms]
    in_passage = [term.match(best.passage_stems) for term in question.terms]
    shared = (
        "coverage",
        "coverage with the sentence before",
        "coverage of passage",
        "adjacent terms",
        "asked kind near",
    )
    # Counted plainly as well as by rarity: in a small folder on one subject, the subject's own
    # words are in every article and weigh nothing.
    return {name: best.features[name] for name in shared} | {
        "asked kind": best.features["asked kind"] - best.features["asked kind missing"],
        "terms": min(len(in_sentence), 10) / 10,
        "share of terms in sentence": _share_met(in_sentence),
        "share of terms in passage": _share_met(in_passage),
    }


def _share_met(matches: Sequence[float]) -> float:
    return sum(matches) / len(matches)


def _dot(weights: Features, features: Features) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def _cut(hit: Hit) -> list[_Sentence]:
    passage = hit.passage
    result = []
    for span in sentences(passage.text):
        text = passage.text[span.start : span.end]
        found = tuple(words(text))
        kept = frozenset(stem(word) for word in found if not is_function_word(word))
        start, end = passage.start + span.start, passage.start + span.end
        result.append(_Sentence(start, end, text, found, kept))
    return result


def _passage_stems(hit: Hit, cut: Sequence[_Sentence]) -> frozenset[str]:
    """Collect the stems of a passage and of its title, which the passage is about."""
    title = frozenset(stem(word) for word in words(hit.passage.title or ""))
    return title.union(*(sentence.stems for sentence in cut))


def _is_heading(sentence: _Sentence) -> bool:
    return len(sentence.words) <= _HEADING_WORDS and not _ENDS_SENTENCE.search(sentence.text)


def _local_rarity(question: Question, pool: Sequence[_Sentence]) -> list[float]:
    """Weigh each term by how few of these sentences have it: what tells them apart."""
    counts = [sum(term.match(s.stems) for s in pool) for term in question.terms]
    return [math.log(1 + (len(pool) + 1) / (count + 0.5)) for count in counts]


def _local_coverage(question: Question, rarity: Sequence[float], stems: Collection[str]) -> float:
    met = (r * term.match(stems) for r, term in zip(rarity, question.terms, strict=True))
    return sum(met) / sum(rarity)


def _inner_features(question: Question, sentence: _Sentence) -> Features:
    """Describe where in the sentence the question's terms stand, and what else it says."""
    places: dict[str, list[int]] = {}
    roots = [stem(word) for word in sentence.words]
    for i, root in enumerate(roots):
        places.setdefault(root, []).append(i)
    spots = [
        {
            spot
            for alternative in term.alternatives
            for part in alternative.split()
            for spot in places.get(part, ())
        }
        for term in question.terms
    ]
    matched = set().union(*spots)
    pairs = list(pairwise(spots))
    together = sum(any(0 < abs(x - y) <= _NEAR for x in a for y in b) for a, b in pairs)
    kinds = asked.places(question.asks, question.text, sentence.words, load_lexicon())
    gap = min((abs(kind - spot) for kind in kinds for spot in matched), default=None)
    new = {root for i, root in enumerate(roots) if i not in matched} & sentence.stems
    return {
        "adjacent terms": together / len(pairs) if pairs else 0.0,
        "asked kind": float(bool(question.asks and kinds)),
        "asked kind missing": float(bool(question.asks and not kinds)),
        "asked kind near": 0.0 if gap is None else 1 / (1 + gap),
        "new words": min(len(new), 10) / 10,
        "length": min(len(sentence.words), 60) / 60,
    }
