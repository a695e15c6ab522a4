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
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parent))
from xquad import ROWS, Asked, Data, read, write_folder

from index import Index, Question
from index.evidence import PASSAGES, Features, Relation, Scored, answer_features, rank, relation_of

WRONGLY_REFUSED = 0.035
"""Share of answerable questions that may be refused, in each relation of languages."""
FOLDS = 3
_STEPS = 400
_RIDGE = 1.0

Array = npt.NDArray[np.float64]
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What an index held for a question."""

    question: Question
    sentences: Sequence[Scored]


@dataclass(frozen=True, slots=True)
class Example:
    """A question put to an index with its paragraph, and to the same index without it."""

    row: Row
    article: str
    asked: Asked
    present: Found
    absent: Found

    def answers(self, item: Scored) -> bool:
        """Whether a sentence of the right file holds a gold answer."""
        return item.evidence.hit.passage.source == self.asked.source and any(
            answer in item.evidence.text for answer in self.asked.answers
        )


def collect(data: Data, language: str, scratch: Path) -> list[Example]:
    """Ask every question of articles in one language, with and without its paragraph.

    Twice: of all paragraphs together, and of a small folder that holds one article's paragraphs
    only, because users have both, and what is rare differs between them.
    """
    paragraphs = data.paragraphs[language]
    folders = {"all": paragraphs}
    for article in sorted({name[:2] for name in paragraphs}):
        folders[article] = {n: text for n, text in paragraphs.items() if n.startswith(article)}
    rows = [row for row in ROWS if row[1] == language]
    examples = []
    for name, files in folders.items():
        folder = scratch / f"{language}-{name}"
        write_folder(files, folder)
        with Index(scratch / f"{language}-{name}.db") as index:
            index.update(folder)
            asked = [(row, item) for row in rows for item in data.asked[row]]
            asked = [(row, item) for row, item in asked if item.source in files]
            present = {(row, item.id): find(index, item) for row, item in asked}
            for source, text in files.items():
                (folder / source).unlink()
                index.update(folder)
                for row, item in asked:
                    if item.source == source:
                        found = present[row, item.id]
                        examples.append(Example(row, source[:2], item, found, find(index, item)))
                (folder / source).write_text(text, encoding="utf-8")
    return examples


def find(index: Index, asked: Asked) -> Found:
    """Search for a question and score the sentences, all weights being nought."""
    question = index.read(asked.question)
    hits = index.search(question, limit=PASSAGES)
    return Found(question, rank(question, hits, {}))


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
    usable = []
    for example in examples:
        right_ones = sum(map(example.answers, example.present.sentences))
        if 0 < right_ones < len(example.present.sentences):
            usable.append(example)
    names = list(usable[0].present.sentences[0].features)
    shape = (len(usable), max(len(e.present.sentences) for e in usable))
    features, right, there = np.zeros((*shape, len(names))), np.zeros(shape), np.zeros(shape)
    for i, example in enumerate(usable):
        count = len(example.present.sentences)
        features[i, :count] = matrix([item.features for item in example.present.sentences], names)
        right[i, :count] = [example.answers(item) for item in example.present.sentences]
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
        for answerable, found in ((True, example.present), (False, example.absent)):
            if found.sentences:
                best = reranked(found.sentences, sentence)[0]
                features = answer_features(found.question, best)
                relation = relation_of(found.question, best.evidence.hit)
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
            ranked = reranked(example.present.sentences, sentence)[:3]
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
    data = read(options.folder)
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(2) as pool:
        parts = [pool.submit(collect, data, language, Path(scratch)) for language in ("hi", "en")]
        examples = [example for part in parts for example in part.result()]
    report(examples)
    if options.write:
        store(examples)


def store(examples: Sequence[Example]) -> None:
    """Learn from all examples and write index/weights.json."""
    sentence = learn_sentences(examples)
    answer, thresholds = learn_answers(judge(examples, sentence))
    stored = {
        "provenance": "Learned by bench/fit.py from the dev half of XQuAD (CC BY-SA 4.0): "
        f"{len(examples)} times a question in Hindi, English or roman Hindi was put to Hindi or "
        "English paragraphs, with and without the one that answers it, all of them together and "
        "one article's alone. Numbers only; no text of it is stored.",
        "sentence": {name: round(value, 3) for name, value in sentence.items()},
        "answer": {name: round(value, 3) for name, value in answer.items()},
        "thresholds": {name: round(value, 3) for name, value in thresholds.items()},
    }
    target = Path(__file__).parent.parent / "index" / "weights.json"
    target.write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
