"""Which sentences of the found passages answer the question, and whether any does.

Sentences are scored by a linear model over a few readable features; its weights were learned by
`bench/fit.py` and stand in `weights.json` with where they come from.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from index.analyze import is_function_word, stem, words
from index.chunk import sentences
from index.lexicon import load as load_lexicon
from index.question import Question
from index.types import Hit, Span

PASSAGES = 8
"""Passages whose sentences are looked at."""

FEATURES = (
    "coverage",
    "coverage with the sentence before",
    "coverage with the sentence after",
    "coverage of passage",
    "coverage among these sentences",
    "coverage of title",
    "passage score",
    "first passage",
    "adjacent terms",
    "rarest term",
    "asked kind",
    "asked kind missing",
    "asked kind near",
    "opens with a term",
    "opens with a pronoun",
    "new words",
    "length",
    "opens passage",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a found passage; `start` and `end` count the file's characters."""

    hit: Hit
    start: int
    end: int
    text: str
    score: float
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the found passages hold for a question."""

    evidence: tuple[Evidence, ...]
    """Sentences, the most telling first."""
    answerable: bool


_YEAR_OR_DATE = re.compile(
    r"\b1\d{3}\b|\b20\d\d\b|century|centuri|decade|सदी|शताब्दी|दशक|जनवरी|फरवरी|मार्च|अप्रैल|\bमई\b|जून|जुलाई"
    r"|अगस्त|सितंबर|अक्टूबर|अक्तूबर|नवंबर|दिसंबर|\b(?:january|february|march|april|may|june|july|august"
    r"|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
    r"|(?:सोम|मंगल|बुध|गुरु|शुक्र|शनि|रवि)वार"
)
_NUMBER_WORDS = frozenset(
    stem(word)
    for word in """
    one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty
    hundred thousand million billion trillion lakh crore half third quarter dozen double twice percent
    एक दो तीन चार पांच छह सात आठ नौ दस ग्यारह बारह पंद्रह बीस तीस चालीस पचास साठ सौ हजार लाख करोड अरब मिलियन
    बिलियन आधा आधे दोनों तीनों चारों दोगुना प्रतिशत फीसदी
    """.split()
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    span: Span
    text: str
    words: tuple[str, ...]
    stems: frozenset[str]


def _cut(hit: Hit) -> list[_Sentence]:
    passage = hit.passage
    result = []
    for span in sentences(passage.text):
        text = passage.text[span.start : span.end]
        found = tuple(words(text))
        kept = frozenset(stem(word) for word in found if not is_function_word(word))
        absolute = Span(passage.start + span.start, passage.start + span.end)
        result.append(_Sentence(absolute, text, found, kept))
    return result


def weigh(question: Question, hits: Sequence[Hit]) -> Verdict:
    """Rank the sentences of the found passages and judge whether they answer the question."""
    ranked = rank(question, hits, _WEIGHTS)
    return Verdict(tuple(ranked), bool(ranked))


def rank(question: Question, hits: Sequence[Hit], weights: Sequence[float]) -> list[Evidence]:
    """Score every sentence of the best passages, best first; each sentence of a file once.

    Ties break on source and place.
    """
    found: dict[tuple[str, int], Evidence] = {}
    top = max((hit.score for hit in hits), default=1.0) or 1.0
    passages = [(hit, _cut(hit)) for hit in hits[:PASSAGES]]
    local = _local_weights(question, [s for _, cut in passages for s in cut])
    for position, (hit, cut) in enumerate(passages):
        everything = frozenset().union(*(sentence.stems for sentence in cut))
        title = frozenset(stem(word) for word in words(hit.passage.title or ""))
        for i, sentence in enumerate(cut):
            features = (
                *_coverages(question, cut, i),
                question.coverage(everything),
                _weighted(local, _matches(question, sentence.stems)),
                question.coverage(title),
                hit.score / top,
                float(position == 0),
                *_own(question, sentence),
                float(i == 0),
            )
            score = sum(w * f for w, f in zip(weights, features, strict=True))
            key = (hit.passage.source, sentence.span.start)
            if key not in found or found[key].score < score:
                found[key] = Evidence(
                    hit, sentence.span.start, sentence.span.end, sentence.text, score, features
                )
    return sorted(found.values(), key=lambda e: (-e.score, e.hit.passage.source, e.start))


def _matches(question: Question, stems: Collection[str]) -> list[float]:
    return [term.match(stems) for term in question.terms]


def _weighted(weights: Sequence[float], matches: Sequence[float]) -> float:
    total = sum(weights)
    return sum(w * m for w, m in zip(weights, matches, strict=True)) / total if total else 0.0


def _local_weights(question: Question, pool: Sequence[_Sentence]) -> list[float]:
    import math

    counts = [0.0] * len(question.terms)
    for sentence in pool:
        for i, match in enumerate(_matches(question, sentence.stems)):
            counts[i] += match
    return [math.log(1 + (len(pool) + 1) / (count + 0.5)) for count in counts]


def _coverages(question: Question, cut: Sequence[_Sentence], i: int) -> tuple[float, float, float]:
    own = cut[i].stems
    before = cut[i - 1].stems if i else frozenset()
    after = cut[i + 1].stems if i + 1 < len(cut) else frozenset()
    return (
        question.coverage(own),
        question.coverage(own | before),
        question.coverage(own | after),
    )


_WEIGHTS = [
    1.176,
    3.996,
    2.148,
    2.129,
    2.571,
    0.0,
    4.694,
    0.01,
    1.213,
    -0.367,
    0.621,
    -0.794,
    0.693,
    0.185,
    0.143,
    0.364,
    0.368,
    0.134,
]
_PRONOUNS = frozenset(
    "he she it they this these those that his her its their such यह ये वह वे इस इन उस उन इसे इन्हें उन्हें उसे उन्होंने "
    "इसका इसके इसकी उसका उसके उसकी इनका इनके इनकी उनका उनके उनकी इसमें उसमें इससे उससे उसने इसने ऐसा ऐसे ऐसी".split()
)


def _own(question: Question, sentence: _Sentence) -> tuple[float, ...]:
    content = [stem(word) for word in sentence.words]
    places: dict[str, list[int]] = {}
    for i, root in enumerate(content):
        places.setdefault(root, []).append(i)
    term_places = []
    for term in question.terms:
        spots = sorted(
            {
                spot
                for alternative in term.alternatives
                for part in alternative.split()
                for spot in places.get(part, ())
            }
        )
        term_places.append(spots)
    pairs = list(zip(term_places, term_places[1:]))
    adjacent = sum(any(abs(x - y) <= 3 and x != y for x in a for y in b) for a, b in pairs)
    matched = {spot for spots in term_places for spot in spots}
    rarest = max(question.terms, key=lambda term: term.idf, default=None)
    kinds = _asked_places(question, sentence)
    near = 0.0
    if kinds and matched:
        gap = min(abs(k - m) for k in kinds for m in matched)
        near = 1 / (1 + gap)
    new = {root for i, root in enumerate(content) if i not in matched} & sentence.stems
    first = min(matched, default=99)
    return (
        adjacent / len(pairs) if pairs else 0.0,
        rarest.match(sentence.stems) if rarest else 0.0,
        float(bool(kinds)) if question.asks else 0.0,
        float(not kinds) if question.asks else 0.0,
        near,
        float(first <= 2),
        float(bool(sentence.words) and sentence.words[0] in _PRONOUNS),
        min(len(new), 10) / 10,
        min(len(sentence.words), 60) / 60,
    )


def _asked_places(question: Question, sentence: _Sentence) -> list[int]:
    said = set(words(question.text))
    lexicon = load_lexicon()
    places = []
    for i, word in enumerate(sentence.words):
        if word in said or question.asks is None:
            continue
        if question.asks == "number":
            good = word[0].isdigit() or stem(word) in _NUMBER_WORDS
        elif question.asks == "time":
            good = bool(_YEAR_OR_DATE.search(word))
        else:
            good = (
                not is_function_word(word)
                and not word[0].isdigit()
                and not lexicon.knows(stem(word))
            )
        if good:
            places.append(i)
    return places
