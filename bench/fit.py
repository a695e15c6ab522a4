"""Learn the weights of index/weights.json from XQuAD's dev half, and say how well they do.

    python bench/fit.py EVAL_FOLDER [--write]

Two models, both linear. Sentences: conditional logit, the sentence that holds a gold answer
against the others found for the question. Answers: logistic regression, the question put to the
index against the same question with its paragraph taken out. What is printed is measured on
articles that were not learned from (three folds by article); what is written is learned from all.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parent))
from xquad import ROWS, Asked, Data, read, write_folder

from index import Hit, Index, Question
from index.evidence import Features, Relation, Scored, answer_features, rank, relation_of

WRONGLY_REFUSED = 0.035
"""Share of answerable questions that may be refused, in each relation of languages."""
FOLDS = 3
_STEPS = 400
_RIDGE = 1.0

Array = npt.NDArray[np.float64]
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """What was found for one question, with its paragraph in the index or taken out."""

    row: Row
    article: str
    asked: Asked
    question: Question
    hits: Sequence[Hit]
    sentences: Sequence[Scored]
    hits_without: Sequence[Hit]
    sentences_without: Sequence[Scored]

    def answers(self, item: Scored) -> bool:
        """Whether a sentence of the right file holds a gold answer."""
        return item.evidence.hit.passage.source == self.asked.source and any(
            answer in item.evidence.text for answer in self.asked.answers
        )


def collect(data: Data, scratch: Path) -> list[Example]:
    """Ask every question of every row."""
    examples = []
    for language in ("hi", "en"):
        write_folder(data.paragraphs[language], scratch / language)
        with Index(scratch / f"{language}.db") as index:
            index.update(scratch / language)
            for row in (row for row in ROWS if row[1] == language):
                for asked in data.asked[row]:
                    question = index.read(asked.question)
                    hits = index.search(question, limit=16)
                    without = [hit for hit in hits if hit.passage.source != asked.source]
                    found = rank(question, hits, {}), rank(question, without, {})
                    examples.append(
                        Example(
                            row,
                            asked.source[:2],
                            asked,
                            question,
                            hits,
                            found[0],
                            without,
                            found[1],
                        )
                    )
    return examples


def matrix(features: Sequence[Features], names: Sequence[str]) -> Array:
    """Put features into the order of their names. Returns shape (n, d)."""
    return np.array([[item[name] for name in names] for item in features], dtype=np.float64)


def learn_choice(features: Array, right: Array, there: Array) -> Array:
    """Fit a conditional logit by gradient ascent (Adam). Returns the weights, shape (d,).

    `features` has shape (questions, alternatives, d); `right` and `there` have shape (questions,
    alternatives) and are 1 where an alternative is right, and where there is one at all.
    """
    known = features[there > 0]
    centre, scale = known.mean(axis=0), known.std(axis=0) + 1e-9
    scaled = (features - centre) / scale * there[..., None]
    weights = np.zeros(features.shape[-1])
    mean, spread = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        scores = scaled @ weights
        odds = np.exp(scores - scores.max(axis=1, keepdims=True)) * there
        share = odds / odds.sum(axis=1, keepdims=True)
        share_right = share * right / (share * right).sum(axis=1, keepdims=True)
        slope = np.einsum("qa,qad->d", share_right - share, scaled) - _RIDGE * weights
        slope = slope / len(features)
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.999 * spread + 0.001 * slope**2
        rate = np.sqrt(spread / (1 - 0.999**step)) + 1e-8
        weights = weights + 0.05 * (mean / (1 - 0.9**step)) / rate
    return np.asarray(weights / scale)


def learn_yes_no(features: Array, target: Array) -> Array:
    """Fit a logistic regression by Newton's method. Returns the weights, shape (d,)."""
    centre, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = np.column_stack([(features - centre) / scale, np.ones(len(features))])
    weights = np.zeros(scaled.shape[1])
    for _ in range(20):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (target - chance) - _RIDGE * weights
        curve = (scaled * (chance * (1 - chance))[:, None]).T @ scaled
        weights = weights + np.linalg.solve(curve + _RIDGE * np.eye(len(weights)), slope)
    return np.asarray(weights[:-1] / scale)


def learn_sentences(examples: Sequence[Example]) -> dict[str, float]:
    """Learn which sentence answers."""
    usable = [e for e in examples if 0 < sum(map(e.answers, e.sentences)) < len(e.sentences)]
    names = list(usable[0].sentences[0].features)
    shape = (len(usable), max(len(e.sentences) for e in usable))
    features, right, there = np.zeros((*shape, len(names))), np.zeros(shape), np.zeros(shape)
    for i, example in enumerate(usable):
        count = len(example.sentences)
        features[i, :count] = matrix([item.features for item in example.sentences], names)
        right[i, :count] = [example.answers(item) for item in example.sentences]
        there[i, :count] = 1
    return dict(zip(names, map(float, learn_choice(features, right, there)), strict=True))


@dataclass(frozen=True, slots=True)
class Judged:
    """An answerable question (or one whose paragraph is out), as the second model sees it."""

    row: Row
    relation: Relation
    answerable: bool
    features: Features


def judge(examples: Sequence[Example], sentence: Features) -> list[Judged]:
    """Describe each question with its paragraph and without it."""
    judged = []
    for example in examples:
        for answerable, hits, found in (
            (True, example.hits, example.sentences),
            (False, example.hits_without, example.sentences_without),
        ):
            if found:
                best = reranked(found, sentence)[0]
                features = answer_features(example.question, hits, best)
                relation = relation_of(example.question, best.evidence.hit)
                judged.append(Judged(example.row, relation, answerable, features))
    return judged


def reranked(found: Sequence[Scored], weights: Features) -> list[Scored]:
    """Order sentences by other weights."""
    return sorted(found, key=lambda item: -dot(weights, item.features))


def learn_answers(judged: Sequence[Judged]) -> tuple[dict[str, float], dict[Relation, float]]:
    """Learn when to answer: logistic regression, and a threshold for each relation."""
    names = list(judged[0].features)
    relations: tuple[Relation, ...] = ("same", "cross", "roman")
    own = matrix([item.features for item in judged], names)
    # One intercept a relation; the thresholds take their place in the end.
    which = np.array([[float(item.relation == r) for r in relations] for item in judged])
    features = np.concatenate([own, which], axis=1)
    target = np.array([float(item.answerable) for item in judged])
    weights = dict(zip(names, map(float, learn_yes_no(features, target)), strict=False))
    thresholds: dict[Relation, float] = {}
    for relation in relations:
        scores = [
            dot(weights, item.features)
            for item in judged
            if item.answerable and item.relation == relation
        ]
        thresholds[relation] = float(np.quantile(scores, WRONGLY_REFUSED))
    return weights, thresholds


def dot(weights: Features, features: Features) -> float:
    """Score features."""
    return sum(weights[name] * value for name, value in features.items())


def report(examples: Sequence[Example]) -> None:
    """Print, for each row, what held-out folds show."""
    articles = sorted({example.article for example in examples})
    first: dict[Row, list[bool]] = {row: [] for row in ROWS}
    third: dict[Row, list[bool]] = {row: [] for row in ROWS}
    rightly: dict[Row, list[bool]] = {row: [] for row in ROWS}
    wrongly: dict[Row, list[bool]] = {row: [] for row in ROWS}
    for fold in range(FOLDS):
        held = set(articles[fold::FOLDS])
        seen = [example for example in examples if example.article not in held]
        unseen = [example for example in examples if example.article in held]
        sentence = learn_sentences(seen)
        weights, thresholds = learn_answers(judge(seen, sentence))
        for example in unseen:
            ranked = reranked(example.sentences, sentence)[:3]
            good = [example.answers(item) for item in ranked]
            first[example.row].append(any(good[:1]))
            third[example.row].append(any(good))
        for item in judge(unseen, sentence):
            refused = dot(weights, item.features) < thresholds[item.relation]
            (wrongly if item.answerable else rightly)[item.row].append(refused)
    for row in ROWS:
        print(
            f"{row[0]:>5} → {row[1]}: answer sentence first {percent(first[row])}, "
            f"in three {percent(third[row])}; rightly refused {percent(rightly[row])}, "
            f"wrongly {percent(wrongly[row])}"
        )


def percent(values: Sequence[bool]) -> str:
    """Print a share in percent."""
    return f"{100 * statistics.mean(values):.1f}"


def main() -> None:
    """Report on held-out folds; with --write learn from all and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="store the weights")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        examples = collect(read(options.folder), Path(scratch))
    report(examples)
    if options.write:
        sentence = learn_sentences(examples)
        answer, thresholds = learn_answers(judge(examples, sentence))
        stored = {
            "provenance": "Learned by bench/fit.py from the dev half of XQuAD (CC BY-SA 4.0): "
            f"{len(examples)} questions in Hindi, English and roman Hindi over Hindi and English "
            "paragraphs. Numbers only; no text of it is stored.",
            "sentence": {name: round(value, 3) for name, value in sentence.items()},
            "answer": {name: round(value, 3) for name, value in answer.items()},
            "thresholds": {name: round(value, 3) for name, value in thresholds.items()},
        }
        target = Path(__file__).parent.parent / "index" / "weights.json"
        target.write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
