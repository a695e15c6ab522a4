"""Whether what was found answers the question at all.

The judgement rests on what of the question the best sentence and its passage hold, names and
numbers apart, never on a similarity score, which is as high for what merely sounds alike.
Boosted trees over readable features (Friedman 2001), each tree bound to answer rather for more of
the question met. They were learned by `bench/fit.py` and stand in `weights.json`, with what they
were learned from.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from index.evidence import Evidence, Features, Scored, rank
from index.question import Question
from index.types import Hit

_MANY = 4
"""Terms of a kind; more count as so many."""

Node = tuple[int, float, int, int] | tuple[float]
"""A question (feature, at most, then, else) about one feature, or the value of a leaf."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the found passages hold for a question."""

    evidence: tuple[Evidence, ...]
    """Sentences, the most telling first."""
    answerable: bool


@dataclass(frozen=True, slots=True)
class Trees:
    """A sum of decision trees over named features."""

    features: Sequence[str]
    trees: Sequence[Sequence[Node]]

    def score(self, values: Features) -> float:
        """Add up the leaves that the values lead to."""
        row = [values[name] for name in self.features]
        return sum(_leaf(tree, row) for tree in self.trees)


def _leaf(tree: Sequence[Node], row: Sequence[float]) -> float:
    node = tree[0]
    while len(node) == 4:
        feature, most, then, otherwise = node
        node = tree[then if row[feature] <= most else otherwise]
    return node[0]


@dataclass(frozen=True)
class Weights:
    """What was learned: which sentence answers, whether it does, and where to refuse."""

    sentence: Features
    answer: Trees
    sizes: Sequence[int]
    """Of the indexes, in passages, for which thresholds were set; smaller ones first."""
    thresholds: Mapping[str, Sequence[float]]
    """For each size, by the languages of question and passage, as `pair_of` names them."""

    def threshold(self, pair: str, passages: int) -> float:
        """Tell below which score to refuse, between two sizes by the logarithm of the size.

        In a small folder on one subject, the subject's own words are everywhere and tell little.
        """
        sizes = [math.log(size) for size in self.sizes]
        return float(np.interp(math.log(max(passages, 1)), sizes, self.thresholds[pair]))


@cache
def learned() -> Weights:
    """Read the weights that ship with Khabar."""
    text = resources.files("index").joinpath("weights.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    trees = [[tuple(node) for node in tree] for tree in stored["answer"]["trees"]]
    answer = Trees(stored["answer"]["features"], trees)
    return Weights(stored["sentence"], answer, stored["sizes"], stored["thresholds"])


def weigh(question: Question, hits: Sequence[Hit]) -> Verdict:
    """Rank the sentences of the found passages and judge whether they answer the question."""
    weights = learned()
    ranked = rank(question, hits, weights.sentence)
    evidence = tuple(item.evidence for item in ranked)
    if not ranked:
        return Verdict(evidence, answerable=False)
    score = weights.answer.score(answer_features(question, ranked[0]))
    threshold = weights.threshold(pair_of(question, ranked[0]), question.passages)
    return Verdict(evidence, score >= threshold)


def pair_of(question: Question, best: Scored) -> str:
    """Name the languages of a question and of the passage that meets it best."""
    return f"{question.language} {best.evidence.hit.passage.language}"


def answer_features(question: Question, best: Scored) -> dict[str, float]:
    """Describe how well the best sentence, and the passage it stands in, meet the question.

    How far it is ahead of other passages is not among them, though on XQuAD it tells a little
    more: in a newspaper, an event that others report as well is no less reported.
    """
    here = best.evidence.hit.passage
    # Counted plainly as well as by rarity: in a small folder on one subject, the subject's own
    # words are in every article and weigh nothing.
    features = {name: best.features[name] for name in _SHARED} | {
        "asked kind": best.features["asked kind"] - best.features["asked kind missing"],
        "terms": min(len(question.terms), 10) / 10,
        "share of terms in sentence": sum(best.met) / len(best.met),
        "share of terms in passage": sum(best.met_in_passage) / len(best.met),
        "across languages": float(question.language not in (here.language, "hi-Latn")),
        "roman": float(question.language == "hi-Latn"),
    }
    return features | _term_features(question, best)


_SHARED = (
    "coverage",
    "coverage with the sentence before",
    "coverage of passage",
    "adjacent terms",
    "asked kind near",
)


def _term_features(question: Question, best: Scored) -> dict[str, float]:
    """Tell what kinds of terms are met, and what kinds are not, here or in any article."""
    features: dict[str, float] = {}
    terms = list(zip(question.terms, best.met, best.met_in_passage, strict=True))
    for kind in ("number", "name", "word"):
        mine = [item for item in terms if item[0].kind == kind]
        there = [item for item in mine if item[0].rarity < 1]
        counts = {
            "in no article": len(mine) - len(there),
            "not in passage": sum(not passage for _, _, passage in there),
            "not in sentence": sum(not sentence for _, sentence, _ in there),
        }
        features |= {f"{kind}s {where}": min(count, _MANY) for where, count in counts.items()}
    missing = [term.rarity for term, _, passage in terms if not passage and term.rarity < 1]
    met = [term.rarity for term, sentence, _ in terms if sentence]
    return features | {
        "rarest term not in passage": max(missing, default=0.0),
        "rarest term in sentence": max(met, default=0.0),
    }
