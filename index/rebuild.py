"""Vectors and terms made anew from the library, beside those in use, which then give way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

import numpy as np

from index import prepare
from index.catalogue import DELETED_VECTORS
from index.chosen import ChosenEmbedder
from index.errors import IndexFolderError, ModelError
from index.generation import Generation
from index.store import Progress, Store
from index.vectors import VectorIndex, Vectors

_MAX_WORN = 0.5
"""Deleted vectors, as a share of the others, whose space is worth making all anew for."""
_LEAST_WORN = 10_000
"""Fewer take less than 20 MB."""


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as it goes into Chroma and tantivy."""

    passage: int
    article: int
    text: str
    title: str


def rows(store: Store) -> Iterator[Row]:
    """Read every READY and STORED passage out of the library, in the order of a new index."""
    for article in store.catalogue.complete():
        title, passages = store.library.texts(article)
        for passage, text in passages.items():
            yield Row(passage, article, text, title or "")


def term_rows(passages: Iterable[Row]) -> Iterator[tuple[int, int, str, str]]:
    """Analyse passages for tantivy."""
    titles = lru_cache(maxsize=1)(prepare.terms)  # those of one article come one after the other
    for row in passages:
        yield row.passage, row.article, prepare.terms(row.text), titles(row.title)


def embed(chosen: ChosenEmbedder, texts: Sequence[str]) -> Vectors:
    """Embed passages. Returns shape (len(texts), dimension).

    Raises ModelError if the embedder made something else of them.
    """
    vectors = chosen.open().passages(texts)
    if len(vectors) != len(texts) or not np.isfinite(vectors).all():
        raise ModelError(
            f"The embedder {chosen.name} made {len(vectors)} vectors of {len(texts)} "
            "passages, or some that are not numbers; fetch it again, or use another with "
            "--embedder."
        )
    return vectors


def add_vectors(chosen: ChosenEmbedder, vectors: VectorIndex, passages: Iterable[Row]) -> None:
    """Embed passages and add their vectors."""
    remaining = iter(passages)
    while part := [*islice(remaining, chosen.kind.at_once)]:
        made = embed(chosen, [row.text for row in part])
        vectors.add([row.passage for row in part], [row.article for row in part], made)


def rebuild(store: Store, progress: Progress | None = None) -> int:
    """Make both anew from the library's texts alone; returns how many passages there are.

    `progress` is called with (passages done, passages in all). Questions go on being answered from
    what there was, until the end. Raises KhabarError, and leaves all as it was, if it fails;
    IndexBusyError if an update is running.
    """
    with store.updated():
        return _rebuild(store, None, progress)


def use_embedder(store: Store, choice: str, progress: Progress | None = None) -> int:
    """Make both anew with another embedder, as `rebuild` does; returns how many passages.

    None are, where that embedder is in use already. Raises KhabarError, and leaves all as it was,
    if it fails.
    """
    with store.updated():
        chosen = ChosenEmbedder(choice)
        if store.current.embedder and store.current.embedder.name == chosen.name:
            return 0
        chosen.open()
        return _rebuild(store, None, progress, chosen)


def move(store: Store) -> bool:
    """Bring the vectors where they are wanted, if they are elsewhere. For `update` to call.

    Returns whether they were there already: a server may have got another address. Otherwise they
    are copied, or made anew where those that there are cannot be read.
    """
    wanted = store.wanted_address()
    if wanted == store.current.address:
        return False
    _, total = store.library.counts()
    there = Generation(wanted, store.current.embedder)
    if total and wanted.server is not None and there.vectors.count() >= total:
        store.swap(there)
        return True
    there.close()
    try:
        source: VectorIndex | None = store.current.vectors
        store.current.vectors.count()
    except IndexFolderError:
        source = None  # it does not answer, or is damaged: then the texts are embedded again
    _rebuild(store, source, None)
    return False


def repair(store: Store) -> None:
    """Make all anew from the library, because some of it is damaged. For `update` to call."""
    _rebuild(store, None, None)


def compact(store: Store) -> None:
    """Win back the space of deleted vectors, which Chroma never does, once there are many.

    For `update` to call.
    """
    _, count = store.library.counts()
    deleted = int(store.library.about(DELETED_VECTORS) or 0)
    if deleted > max(_LEAST_WORN, _MAX_WORN * count):
        _rebuild(store, store.current.vectors, None)


def _rebuild(
    store: Store,
    vectors: VectorIndex | None,
    progress: Progress | None,
    other: ChosenEmbedder | None = None,
) -> int:
    """Make a new generation, with such vectors as there are, and put it in use.

    `other` is the embedder that it is to have in place of the one in use.
    """
    _, total = store.library.counts()
    chosen = other or (store.settle_embedder() if total else store.chosen)
    at = store.wanted_address()
    is_settled = other or store.current.embedder
    fresh = Generation(replace(at, number=at.number + 1), chosen if is_settled else None)
    try:
        fresh.clear()
        done, remaining = 0, rows(store)
        while part := [*islice(remaining, chosen.kind.at_once)]:
            _copy(chosen, vectors, fresh.vectors, part)
            done += len(part)
            if progress:
                progress(done, total)
        fresh.terms.replace(term_rows(rows(store)))
        _ = fresh.vectors  # an empty one too is made before it counts
        store.swap(fresh)
    except BaseException:
        if store.current is not fresh:
            fresh.delete()
        raise
    return total


def _copy(
    chosen: ChosenEmbedder, source: VectorIndex | None, target: VectorIndex, part: list[Row]
) -> None:
    """Add the vectors of passages: those there are, and for the others new ones."""
    there = source.read([row.passage for row in part]) if source else {}
    known = [row for row in part if row.passage in there]
    if known:
        made = np.stack([there[row.passage] for row in known])
        target.add([row.passage for row in known], [row.article for row in known], made)
    add_vectors(chosen, target, (row for row in part if row.passage not in there))
