"""What a run of questions shows, in figures, and how sure a difference of two runs is.

Pure functions of outcomes; knows neither how they came about nor how they are printed.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ALL = "all"
_RESAMPLES = 2_000
"""Enough for a percentile interval: Efron and Tibshirani 1993, section 13.3, ask for 1,000."""
_AT_ONCE = 1_000_000
"""Drawn values held in memory together: eight megabytes."""
_SEED = 1993

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article; `start` and `end` count the file's characters."""

    source: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question. Ranks count from 1; None where the gold was not found."""

    id: str
    question: str
    language: str
    sources: tuple[str, ...]
    answers: tuple[str, ...]
    without: bool
    """Asked with its sources taken out of the index."""
    rank: int | None
    """Of the first gold file among the files found, each at its best passage."""
    sentence_rank: int | None
    """Of the first sentence of a gold file that holds a gold answer."""
    refused: bool
    ms: float
    first_file: str | None
    first_sentence: Sentence | None

    @property
    def answerable(self) -> bool:
        """Whether the articles it was asked of hold an answer."""
        return bool(self.sources) and not self.without


def recall(rank: int | None, depth: int) -> float:
    """Compute recall at a depth with one relevant file: 1 or 0."""
    return float(rank is not None and rank <= depth)


def ndcg(rank: int | None, depth: int = 10) -> float:
    """Compute nDCG at a depth (Järvelin and Kekäläinen 2002) with one relevant file."""
    return 1 / math.log2(rank + 1) if rank is not None and rank <= depth else 0.0


def _mean(values: Array) -> Array:
    return np.asarray(values.mean(axis=-1))


def _median(values: Array) -> Array:
    return np.asarray(np.median(values, axis=-1))


def _percentile_95(values: Array) -> Array:
    return np.asarray(np.percentile(values, 95, axis=-1))


@dataclass(frozen=True, slots=True)
class Measure:
    """A value for each outcome it applies to, and how values become one figure."""

    name: str
    value: Callable[[Outcome], float | None]
    """None for an outcome that it does not apply to."""
    statistic: Callable[[Array], Array] = _mean
    """Works along the last axis."""
    is_share: bool = True
    """A share of 1; otherwise milliseconds."""


def _of_answerable(value: Callable[[Outcome], float]) -> Callable[[Outcome], float | None]:
    return lambda outcome: value(outcome) if outcome.answerable else None


def _refused_of_unanswerable(outcome: Outcome) -> float | None:
    return None if outcome.sources else float(outcome.refused)


def _refused_of_taken_out(outcome: Outcome) -> float | None:
    return float(outcome.refused) if outcome.without else None


def _ms(outcome: Outcome) -> float | None:
    return None if outcome.without else outcome.ms


MEASURES = (
    Measure("recall@1", _of_answerable(lambda o: recall(o.rank, 1))),
    Measure("recall@5", _of_answerable(lambda o: recall(o.rank, 5))),
    Measure("recall@10", _of_answerable(lambda o: recall(o.rank, 10))),
    Measure("nDCG@10", _of_answerable(lambda o: ndcg(o.rank))),
    Measure("answer sentence first", _of_answerable(lambda o: recall(o.sentence_rank, 1))),
    Measure("answer sentence in three", _of_answerable(lambda o: recall(o.sentence_rank, 3))),
    Measure("wrongly refused", _of_answerable(lambda o: float(o.refused))),
    Measure("rightly refused", _refused_of_unanswerable),
    Measure("rightly refused, article out", _refused_of_taken_out),
    Measure("median ms", _ms, _median, is_share=False),
    Measure("95th percentile ms", _ms, _percentile_95, is_share=False),
)


def by_language(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Group outcomes: all of them, and by the question's language where there are several."""
    everything = list(outcomes)
    groups: dict[str, list[Outcome]] = {}
    for outcome in everything:
        groups.setdefault(outcome.language, []).append(outcome)
    return {ALL: everything} | (dict(sorted(groups.items())) if len(groups) > 1 else {})


def count(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """Count the questions that the articles answer, and those that they do not."""
    asked = [bool(outcome.sources) for outcome in outcomes if not outcome.without]
    return sum(asked), len(asked) - sum(asked)


def summarise(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """Compute every measure; None for one that applies to no outcome."""
    return {measure.name: _figure(measure, outcomes) for measure in MEASURES}


def _figure(measure: Measure, outcomes: Iterable[Outcome]) -> float | None:
    values = [value for value in map(measure.value, outcomes) if value is not None]
    return float(measure.statistic(np.array(values))) if values else None


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure in two runs, over the questions of both; `low` to `high` is the 95 % interval."""

    measure: Measure
    questions: int
    before: float
    after: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before


def compare(before: Iterable[Outcome], after: Iterable[Outcome]) -> list[Difference]:
    """Compare two runs measure by measure, over the questions that both have."""
    earlier = {(outcome.id, outcome.without): outcome for outcome in before}
    pairs = [
        (earlier[outcome.id, outcome.without], outcome)
        for outcome in after
        if (outcome.id, outcome.without) in earlier
    ]
    found = []
    for measure in MEASURES:
        both = [(measure.value(one), measure.value(other)) for one, other in pairs]
        known = [(one, other) for one, other in both if one is not None and other is not None]
        if known:
            values = np.array(known)  # (n, 2)
            old, new = values[:, 0], values[:, 1]
            low, high = interval(old, new, measure.statistic)
            figures = float(measure.statistic(old)), float(measure.statistic(new))
            found.append(Difference(measure, len(known), *figures, low, high))
    return found


def ids(outcomes: Iterable[Outcome]) -> set[str]:
    """Collect the ids of the questions."""
    return {outcome.id for outcome in outcomes}


def interval(
    before: Array, after: Array, statistic: Callable[[Array], Array] = _mean
) -> tuple[float, float]:
    """Bootstrap the 95 % interval of a difference by percentiles (Efron and Tibshirani 1993).

    `before` and `after` have shape (n,) and are paired: a question is drawn with both of its
    values. The same values give the same interval every time.
    """
    draw = np.random.default_rng(_SEED)
    n = len(before)
    rows = max(1, _AT_ONCE // n)
    differences: list[Array] = []
    for begin in range(0, _RESAMPLES, rows):
        drawn = draw.integers(n, size=(min(rows, _RESAMPLES - begin), n))
        differences.append(statistic(after[drawn]) - statistic(before[drawn]))
    low, high = np.quantile(np.concatenate(differences), (0.025, 0.975))
    return float(low), float(high)


def faults(outcome: Outcome) -> list[str]:
    """Say what went wrong with a question; nothing if nothing did."""
    if not outcome.answerable:
        article = ", article out" if outcome.without else ""
        return [] if outcome.refused else [f"wrongly answered{article}"]
    found = []
    if outcome.rank != 1:
        found.append(f"file {_place(outcome.rank)}")
    if not recall(outcome.sentence_rank, 3):
        found.append(f"answer sentence {_place(outcome.sentence_rank)}")
    if outcome.refused:
        found.append("wrongly refused")
    return found


def _place(rank: int | None) -> str:
    return "not found" if rank is None else f"at {rank}"
