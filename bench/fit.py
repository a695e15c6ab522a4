"""Learn the weights of index/weights.json from XQuAD's dev half, and say how well they do.

    python bench/fit.py EVAL_FOLDER [--write]

Two models. Sentences: conditional logit, the sentence that holds a gold answer against the others
found for the question. Answers: boosted trees, the question put to the index against the same
question with its paragraph taken out. What is printed is measured on articles that were not learned
from (three folds by article); what is written is learned from all.
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
from sklearn.ensemble import HistGradientBoostingClassifier

sys.path.insert(0, str(Path(__file__).parent))
from xquad import ROWS, Asked, Data, read, write_folder

from index import Index, Question
from index.evidence import Features, Scored, rank
from index.verdict import Node, Trees, Weights, answer_features, pair_of

WRONGLY_REFUSED = 0.035
"""Share of answerable questions that may be refused, in each pair of languages."""
FOLDS = 3
_INNER_FOLDS = 4
"""To set thresholds on articles that the trees have not seen."""
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
    articles: int
    """Of which the folder held the paragraphs."""
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

    Three times: of all paragraphs together, of folders that hold the paragraphs of four articles,
    and of folders that hold one article's only, because users have large and small ones, and what
    is rare differs between them.
    """
    paragraphs = data.paragraphs[language]
    articles = sorted({name[:2] for name in paragraphs})
    sizes = (len(articles), 4, 1)
    groups = [articles[i : i + size] for size in sizes for i in range(0, len(articles), size)]
    rows = [row for row in ROWS if row[1] == language]
    examples = []
    for group in groups:
        files = {name: text for name, text in paragraphs.items() if name[:2] in group}
        folder = scratch / "-".join([language, *group])
        write_folder(files, folder)
        with Index(folder.with_suffix(".db")) as index:
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
                        examples.append(
                            Example(row, len(group), source[:2], item, found, find(index, item))
                        )
                (folder / source).write_text(text, encoding="utf-8")
    return examples


def find(index: Index, asked: Asked) -> Found:
    """Search for a question and score the sentences, all weights being nought."""
    question = index.read(asked.question)
    hits = index.search(question)
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

    example: Example
    answerable: bool
    pair: str
    features: Features | None
    """None where nothing was found, and the question is refused whatever the trees say."""


def judge(examples: Sequence[Example], sentence: Features) -> list[Judged]:
    """Describe each question with its paragraph and without it."""
    judged = []
    for example in examples:
        for answerable, found in ((True, example.present), (False, example.absent)):
            if not found.sentences:
                judged.append(Judged(example, answerable, "", None))
                continue
            ranked = reranked(found.sentences, sentence)
            features = answer_features(found.question, ranked[0])
            judged.append(Judged(example, answerable, pair_of(found.question, ranked[0]), features))
    return judged


def reranked(found: Sequence[Scored], weights: Features) -> list[Scored]:
    """Order sentences by other weights."""
    return sorted(found, key=lambda item: -dot(weights, item.features))


def dot(weights: Features, features: Features) -> float:
    """Score features."""
    return sum(weights[name] * value for name, value in features.items())


MORE = 1
LESS = -1
MONOTONE = {
    "coverage": MORE,
    "coverage with the sentence before": MORE,
    "coverage of passage": MORE,
    "adjacent terms": MORE,
    "asked kind": MORE,
    "share of terms in sentence": MORE,
    "share of terms in passage": MORE,
    "rarest term not in passage": LESS,
    "rarest term in sentence": MORE,
    **{f"{kind}s not in passage": LESS for kind in ("number", "name", "word")},
    **{f"{kind}s in no article": LESS for kind in ("number", "name", "word")},
}
"""Which way a feature may speak: what more of the question met makes likelier, never less so."""


def learn_trees(judged: Sequence[Judged]) -> Trees:
    """Boost small trees on the logistic loss, by scikit-learn."""
    seen = [item for item in judged if item.features is not None]
    names = list(seen[0].features or ())
    features = matrix([item.features or {} for item in seen], names)
    model = HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.05,
        max_leaf_nodes=5,
        min_samples_leaf=120,
        l2_regularization=5,
        monotonic_cst=[MONOTONE.get(name, 0) for name in names],
        early_stopping=False,
        random_state=0,
    )
    model.fit(features, [item.answerable for item in seen])
    return Trees(names, [nodes(predictor.nodes) for (predictor,) in model._predictors])


def nodes(stored: npt.NDArray[np.void]) -> list[Node]:
    """Take a tree out of scikit-learn's, in its own order of nodes, rounded."""
    tree: list[Node] = []
    for node in stored:
        if node["is_leaf"]:
            tree.append((round(float(node["value"]), 4),))
        else:
            most = round(float(node["num_threshold"]), 4)
            tree.append((int(node["feature_idx"]), most, int(node["left"]), int(node["right"])))
    return tree


Thresholds = dict[str, list[float]]


def learn_answers(judged: Sequence[Judged]) -> tuple[Trees, list[int], Thresholds]:
    """Learn when to answer: trees from all, thresholds from articles their trees have not seen.

    Returns the trees, the sizes of index for which there are thresholds, and these by languages.
    """
    articles = sorted({item.example.article for item in judged})
    scores: dict[tuple[str, int], list[float]] = {}
    for fold in range(_INNER_FOLDS):
        held = set(articles[fold::_INNER_FOLDS])
        trees = learn_trees([item for item in judged if item.example.article not in held])
        for item in judged:
            if item.answerable and item.features is not None and item.example.article in held:
                key = item.pair, item.example.articles
                scores.setdefault(key, []).append(trees.score(item.features))
    kinds = sorted({item.example.articles for item in judged})
    sizes = [
        int(
            statistics.median(
                item.example.present.question.passages
                for item in judged
                if item.example.articles == kind
            )
        )
        for kind in kinds
    ]
    pairs = sorted({" ".join(key).replace("roman", "hi-Latn") for key in ROWS})
    thresholds = {
        pair: [float(np.quantile(scores[pair, kind], WRONGLY_REFUSED)) for kind in kinds]
        for pair in pairs
    }
    # No row of the data has them; what is true of Hindi passages is the best guess.
    thresholds["hi-Latn en"] = thresholds["hi-Latn hi"]
    return learn_trees(judged), sizes, thresholds


def report(examples: Sequence[Example]) -> None:
    """Print, for each size of folder and each row, what held-out folds show."""
    articles = sorted({example.article for example in examples})
    outcomes: dict[str, dict[tuple[int, Row], list[bool]]] = {
        "answer sentence first": {},
        "in three": {},
        "rightly refused": {},
        "wrongly": {},
    }

    def note(what: str, example: Example, value: bool) -> None:
        outcomes[what].setdefault((example.articles, example.row), []).append(value)

    for fold in range(FOLDS):
        held = set(articles[fold::FOLDS])
        seen = [example for example in examples if example.article not in held]
        unseen = [example for example in examples if example.article in held]
        sentence = learn_sentences(seen)
        weights = Weights(sentence, *learn_answers(judge(seen, sentence)))
        for example in unseen:
            ranked = reranked(example.present.sentences, sentence)[:3]
            good = [example.answers(item) for item in ranked]
            note("answer sentence first", example, any(good[:1]))
            note("in three", example, any(good))
        for item in judge(unseen, sentence):
            note(
                "wrongly" if item.answerable else "rightly refused",
                item.example,
                refuses(weights, item),
            )
    for kind in sorted({example.articles for example in examples}, reverse=True):
        print(f"Of folders with the paragraphs of {kind} articles:")
        for row in ROWS:
            figures = [f"{what} {percent(table[kind, row])}" for what, table in outcomes.items()]
            print(f"{row[0]:>5} → {row[1]}: {', '.join(figures)}")


def refuses(weights: Weights, item: Judged) -> bool:
    """Whether a question is refused."""
    if item.features is None:
        return True
    passages = item.example.present.question.passages
    return weights.answer.score(item.features) < weights.threshold(item.pair, passages)


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
    answer, sizes, thresholds = learn_answers(judge(examples, sentence))
    stored = {
        "provenance": "Learned by bench/fit.py from the dev half of XQuAD (CC BY-SA 4.0): "
        f"{len(examples)} times a question in Hindi, English or roman Hindi was put to Hindi or "
        "English paragraphs, with and without the one that answers it: those of all articles, of "
        "four, and of one. Numbers only; no text of it is stored.",
        "sentence": {name: round(value, 3) for name, value in sentence.items()},
        "answer": {"features": list(answer.features), "trees": "TREES"},
        "sizes": sizes,
        "thresholds": {pair: [round(t, 3) for t in values] for pair, values in thresholds.items()},
    }
    target = Path(__file__).parent.parent / "index" / "weights.json"
    text = json.dumps(stored, indent=2, ensure_ascii=False)
    # A line for each tree, for what changed to be seen.
    trees = ",\n".join(f"      {json.dumps(tree)}" for tree in answer.trees)
    text = text.replace('"TREES"', f"[\n{trees}\n    ]")
    target.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
