"""Search: BM25 and vectors, fused. From a question to passages, best first."""

import datetime
from collections.abc import Sequence

from index import lexicon, question
from index.question import Question, Weights
from index.store import Store
from index.types import Hit

_CANDIDATES = 100
"""Passages each side proposes; the answer is hardly ever further down."""
_RRF_K = 60
"""Damps the first ranks in reciprocal rank fusion (Cormack et al. 2009)."""


def read(store: Store, text: str) -> Question:
    """Analyse a question against this index.

    Raises QuestionError if it cannot be asked.
    """
    return question.read(
        question.check(text),
        lexicon.load(),
        store.library.spellings,
        store.terms.frequency,
        store.terms.count(),
        Weights(),
    )


def search(
    store: Store,
    asked: Question,
    limit: int,
    since: datetime.date | None,
    until: datetime.date | None,
    sources: Sequence[str] | None,
) -> list[Hit]:
    """Find the passages that best match a question, best first; ties by source and place."""
    articles = None
    if since is not None or until is not None or sources is not None:
        articles = store.library.matching(since, until, sources)
    groups = [(term.idf, term.alternatives) for term in asked.terms]
    depth = max(_CANDIDATES, limit)
    lexical = store.terms.search(groups, TITLE_WEIGHT, depth, articles)
    dense = store.vectors.nearest(store.embedder.question(asked.text), depth, articles)
    scores = fuse(lexical, dense)
    found = store.library.passages(list(scores))
    hits = [Hit(passage, scores[number]) for number, passage in found.items()]
    hits.sort(key=lambda hit: (-hit.score, hit.passage.source, hit.passage.start))
    return hits[:limit]


TITLE_WEIGHT = 0.3
DENSE_WEIGHT = 0.3


def fuse(
    lexical: Sequence[tuple[int, float]], dense: Sequence[tuple[int, float]]
) -> dict[int, float]:
    scores: dict[int, float] = {}
    top = max((score for _, score in lexical), default=1.0)
    for passage, score in lexical:
        scores[passage] = scores.get(passage, 0.0) + score / top
    for passage, score in dense:
        scores[passage] = scores.get(passage, 0.0) + DENSE_WEIGHT * score
    return scores
