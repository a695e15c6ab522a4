"""Search: BM25 and vectors, fused, then reranked. From a question to passages, best first."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from index import lexicon, question
from index.errors import IndexDamagedError, QuestionError
from index.library import Library, Place
from index.question import Question, Vocabulary, Weights
from index.rerank import Reranker
from index.spread import LOOKED_AT, spread
from index.store import Store
from index.types import Hit, Language, Passage

_CANDIDATES = 100
"""Passages each side proposes; the answer is hardly ever further down."""
_DEEPER = 8
"""Times as many, where too few of them are there to be seen."""
_TITLE_WEIGHT = 0.3
"""A word in the title counts this much of one in the passage."""
_DENSE_WEIGHT = 0.3
"""Cosine similarity of built-in vectors counts this much of the best BM25 score. Between 0 and 0.8
they change nDCG@10 on XQuAD by at most 0.2."""

# Shares of 1, the rest being the other side's. None was measured on a real model: no weights can be
# had where Khabar is made. They come from the published figures that stand with them, nDCG@10.
_NEURAL_SHARE = 0.5
"""Of a neural embedder within a language. With equal shares, untuned, BM25 and mDPR make 61.6 of
45.8 and 38.3 on Hindi in MIRACL (Zhang et al. 2023); multilingual-e5-small alone has 55.9 there
(hard negatives)."""
_NEURAL_SHARE_ACROSS = 0.6
"""The same where question and passage differ in language: embedders keep nearly all they have
(Belebele, English to Hindi: 79 of 86 for multilingual-e5-small, 91 of 91 for embeddinggemma-300m),
and what the lexicon lacks BM25 cannot see."""
_NEURAL_SHARE_ROMAN = 0.3
"""The same for roman Hindi, where the lexical side leads: embedders lose a third (Belebele: 50 of
86 and 72 of 91), sound keys hardly anything (XQuAD: 94 of 97)."""
_RERANKED = 30
"""Hits that a reranker reads; a large one takes more than a second for each without a GPU. Of
XQuAD's questions, 99 in 100 have their answer among so many."""
_RERANKER_SHARE = 0.6
"""Of a reranker: more than an embedder's, being the better judge (MIRACL, all languages: 69.3 for
bge-reranker-v2-m3), and not all, because BM25 matches names and numbers more exactly."""
_RERANKER_SHARE_ROMAN = 0.3
"""The same for roman Hindi: an embedder's, since bge-reranker-v2-m3 is made of one (bge-m3 keeps
56 of 89)."""


def read(store: Store, text: str) -> Question:
    """Analyse a question against this index.

    Raises QuestionError if it cannot be asked.
    """
    checked = question.check(text)
    with store.generation() as generation:
        vocabulary = Vocabulary(
            store.library.spellings,
            store.near,
            generation.terms.frequency,
            generation.terms.count(),
            store.library.newest(),
        )
        return question.read(checked, lexicon.load(), store.own_terms, vocabulary, Weights())


def search(
    store: Store,
    asked: Question,
    limit: int,
    since: datetime.date | None,
    until: datetime.date | None,
    sources: Sequence[str] | None,
    languages: Sequence[str] | None,
) -> list[Hit]:
    """Find the passages that best match a question, best first; ties by source and place.

    Scores compare within one search; with a neural embedder or a reranker they are from 0 to 1.
    Raises QuestionError for languages that no article can be in.
    """
    written_in = _check_languages(languages)
    articles = None
    if any(each is not None for each in (since, until, sources, written_in)):
        articles = store.library.matching(since, until, sources, written_in)
    reranker = store.reranker  # once: it may be replaced at any time
    shown = max(limit, LOOKED_AT)
    depth = max(_CANDIDATES, limit)
    among = _Among(articles, sources)
    needed = shown if asked.time is None and reranker is None else None
    places, scores, found = _find(store, asked, depth, needed, among)
    # While much is being indexed, what is not to be seen yet can fill all places.
    while len(places) < shown and found >= depth:
        depth *= _DEEPER
        places, scores, found = _find(store, asked, depth, needed, among)
    if reranker is not None:
        scores = _rerank(store, reranker, asked, places, scores)
    scores = _prefer_time(asked, places, scores)
    # Texts are read last, and only of those that may be shown: that takes longer than finding them.
    best = _best_first(places, scores)[:shown]
    passages = store.library.passages({number: places[number] for number in best})
    hits = [Hit(passages[number], scores[number]) for number in best if number in passages]
    return spread(hits)[: max(limit, 0)]


def _check_languages(languages: Sequence[str] | None) -> Sequence[str] | None:
    """Refuse what is no list of languages; None for all of them, so that nothing is left out."""
    if languages is None:
        return None
    known = get_args(Language)
    if isinstance(languages, str) or not languages or any(e not in known for e in languages):
        raise QuestionError(
            f"languages is a list of what the articles are written in, of {', '.join(known)}, and "
            f"not {languages!r:.80}."
        )
    return None if set(known) <= {*languages} else languages


@dataclass(frozen=True, slots=True)
class _Among:
    """What a search is confined to: None for everything."""

    articles: Sequence[int] | None
    sources: Sequence[str] | None


def _find(
    store: Store, asked: Question, depth: int, needed: int | None, among: _Among
) -> tuple[Mapping[int, Place], Mapping[int, float], int]:
    """Fuse the best passages by BM25 and the nearest by vectors.

    Returns places and scores, those of the best `needed` at least, or of all (None, where others
    may yet come before them); and how many passages were found, some perhaps not to be seen yet.
    """
    groups = [(term.rarity, term.alternatives) for term in asked.terms]
    # Vectors and what embeds the question are one pair: either may be another the next time.
    with store.generation() as generation:
        embedder = store.embedder_of(generation).open()
        vector = embedder.question(asked.text)
        lexical = generation.terms.search(groups, _TITLE_WEIGHT, depth, among.articles)
        try:
            dense = generation.vectors.nearest(vector, depth, among.articles)
        except IndexDamagedError:
            # Words find most of it, until the next update makes the vectors anew; --verify and
            # qa doctor say that they are damaged.
            dense = []
    if embedder.absolute:
        scores = fuse(lexical, dense)
        count = len(scores) if needed is None else needed
        places = _places(store.library, scores, count, among.sources)
        return places, {number: scores[number] for number in places}, len(scores)
    candidates = [*(dict(lexical) | dict(dense))]
    places = store.library.places(candidates, among.sources)
    weights = {number: _neural_share(asked, place) for number, place in places.items()}
    fused = interpolate(_of_best(lexical), min_max(dense), weights)
    return places, fused, len(candidates)


def _places(
    library: Library, scores: Mapping[int, float], count: int, sources: Sequence[str] | None
) -> Mapping[int, Place]:
    """Look up the best so many and their ties, or all where some of these are not READY."""
    if count < len(scores):
        least = sorted(scores.values(), reverse=True)[count - 1]
        places = library.places(
            [number for number, score in scores.items() if score >= least], sources
        )
        if len(places) >= count:
            return places
    return library.places(list(scores), sources)


def _best_first(places: Mapping[int, Place], scores: Mapping[int, float]) -> list[int]:
    """Sort passages by score; ties by source and place."""
    return sorted(places, key=lambda n: (-scores[n], places[n].source, places[n].start))


def _neural_share(asked: Question, place: Place | Passage) -> float:
    if asked.language == "hi-Latn":
        return _NEURAL_SHARE_ROMAN
    return _NEURAL_SHARE if asked.language == place.language else _NEURAL_SHARE_ACROSS


def _prefer_time(
    asked: Question, places: Mapping[int, Place], scores: Mapping[int, float]
) -> Mapping[int, float]:
    """Count an article of the time asked about as if its passages named that time.

    A preference only: whether 1947 is when it was reported or when it happened, no rule can tell.
    """
    if asked.time is None:
        return scores
    total = sum(term.rarity for term in asked.terms)
    timely = {}
    for number, place in places.items():
        named = asked.time_stems(place.date)
        worth = sum(term.rarity * term.match(named) for term in asked.terms) if named else 0.0
        timely[number] = scores[number] + worth / total
    return timely


def _rerank(
    store: Store,
    reranker: Reranker,
    asked: Question,
    places: Mapping[int, Place],
    scores: Mapping[int, float],
) -> Mapping[int, float]:
    """Let the reranker say which of the best passages answer; the others stay below them."""
    best = _best_first(places, scores)[:_RERANKED]
    found = store.library.passages({number: places[number] for number in best})
    read = [number for number in best if number in found]
    texts = [f"{found[number].title or ''}\n{found[number].text}".strip() for number in read]
    opinions = zip(read, reranker.scores(asked.text, texts), strict=True)
    before = min_max([*scores.items()])
    share = _RERANKER_SHARE_ROMAN if asked.language == "hi-Latn" else _RERANKER_SHARE
    return interpolate(before, min_max([*opinions]), dict.fromkeys(before, share))


def fuse(
    lexical: Sequence[tuple[int, float]], dense: Sequence[tuple[int, float]]
) -> dict[int, float]:
    """Add BM25, as a share of the best, and cosine similarity with a weight of its own.

    For similarities that say something by themselves. Both lists are (passage, score). Measured on
    XQuAD, reciprocal rank fusion (Cormack et al. 2009) loses 3 points of nDCG@10 to it within a
    language, 21 to 24 across two and 44 from roman Hindi: ranks of the built-in vectors deserve
    less trust than ranks of BM25.
    """
    scores = _of_best(lexical)
    for passage, similarity in dense:
        scores[passage] = scores.get(passage, 0.0) + _DENSE_WEIGHT * similarity
    return scores


def interpolate(
    first: Mapping[int, float], second: Mapping[int, float], weights: Mapping[int, float]
) -> dict[int, float]:
    """Combine two sides' scores from 0 to 1, by passage, into one from 0 to 1.

    `weights` is the second side's share for each passage wanted; a passage that one side does not
    name has its 0. Convex combination, after Bruch, Gai and Ingber 2023, who find it ahead of
    reciprocal rank fusion and indifferent to how exactly the sides were normalised.
    """
    return {
        passage: (1 - weight) * first.get(passage, 0.0) + weight * second.get(passage, 0.0)
        for passage, weight in weights.items()
    }


def min_max(scored: Sequence[tuple[int, float]]) -> dict[int, float]:
    """Stretch (passage, score) so that the worst has 0 and the best 1; all have 1 if they tie.

    What range a model's scores lie in, which differs from model to model, is gone after it.
    """
    worst = min((score for _, score in scored), default=0.0)
    spread = max((score for _, score in scored), default=0.0) - worst
    return {passage: (score - worst) / spread if spread else 1.0 for passage, score in scored}


def _of_best(scored: Sequence[tuple[int, float]]) -> dict[int, float]:
    """Make (passage, BM25) shares of the best: what matches nothing has 0 already."""
    best = max((score for _, score in scored), default=0.0)
    return {passage: score / best for passage, score in scored}
