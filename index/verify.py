"""Whether library, Chroma, tantivy and the folder say the same. None of them is changed here."""

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from index import load, prepare
from index.errors import FileError, FolderError
from index.library import FOLLOWED, START_AGAIN
from index.rebuild import Row, rows
from index.store import Progress, Store
from index.vectors import Vectors

_SAME = 1e-3
"""Two makings of one vector differ by less, whichever processor made them."""
_EMBEDDED_AGAIN = 1_000
"""Vectors made anew to compare: all of a neural embedder's would take as long as indexing."""
_SHOWN = 3


def verify(store: Store, folder: Path | None, progress: Progress | None = None) -> tuple[str, ...]:
    """Compare all there is to compare; returns a sentence on each difference.

    `progress` is called with (passages done, passages in all). Raises IndexBusyError while an
    update is running, FolderError if the folder is not there.
    """
    followed = store.library.about(FOLLOWED)
    if folder is None and followed is None:
        raise FolderError(
            f"The index {store.folder} follows no folder yet; make it first: qa index FOLDER."
        )
    root = folder or Path(followed or "")
    with store.updated():
        if damage := store.library.damage():
            return (
                f"The library in {store.folder} is damaged ({'; '.join(damage)}); {START_AGAIN}",
            )
        return (
            *_unfinished(store),
            *_indexes(store),
            *_vectors(store, progress),
            *_vocabulary(store),
            *_folder(store, load.check_folder(root)),
        )


def _unfinished(store: Store) -> Iterator[str]:
    unfinished = sum(1 for _ in store.catalogue.unfinished(stored=True))
    if unfinished:
        yield (
            f"{unfinished:,} articles are half written or half removed; nobody sees them, and the "
            "next update ends that."
        )


def _indexes(store: Store) -> Iterator[str]:
    wanted = {row.passage: row.article for row in rows(store)}
    vectors, terms = store.current.vectors.passages(), store.current.terms.passages()
    unfinished = {p for entry in store.catalogue.unfinished(stored=True) for p in entry.passages}
    for name, there in (("Chroma", vectors.keys()), ("Tantivy", terms)):
        if missing := wanted.keys() - there:
            yield f"{name} lacks {_some(missing)} passages that the library has."
        if extra := there - wanted.keys() - unfinished:
            yield f"{name} has {_some(extra)} passages that the library lacks."
    wrong = [p for p, article in vectors.items() if wanted.get(p, article) != article]
    if wrong:
        yield f"Chroma gives {_some(wrong)} passages to another article than the library."


def _vectors(store: Store, progress: Progress | None) -> Iterator[str]:
    """Read every vector, and make some of them again."""
    _, total = store.library.counts()
    step = max(1, total // _EMBEDDED_AGAIN)
    broken: list[int] = []
    other: list[int] = []
    done, remaining = 0, rows(store)
    while part := [*islice(remaining, store.chosen.kind.at_once)]:
        there = store.current.vectors.read([row.passage for row in part])
        broken += [p for p, vector in there.items() if not _is_unit(vector)]
        again = [row for i, row in enumerate(part, done) if i % step == 0 and row.passage in there]
        other += _made_otherwise(store, again, there)
        done += len(part)
        if progress:
            progress(done, total)
    if broken:
        yield f"Chroma has {_some(broken)} vectors that are not of length 1."
    if other:
        yield f"{_some(other)} vectors are not those of their passages."


def _is_unit(vector: Vectors) -> bool:
    length = float(np.linalg.norm(vector))
    return abs(length - 1) < _SAME or length == 0  # that of a passage without words


def _made_otherwise(
    store: Store,
    again: list[Row],
    there: dict[int, Vectors],
) -> list[int]:
    if not again:
        return []
    made = store.embedder.passages([row.text for row in again])
    return [
        row.passage
        for row, vector in zip(again, made, strict=True)
        if vector.shape != there[row.passage].shape
        or float(np.abs(vector - there[row.passage]).max()) > _SAME
    ]


def _vocabulary(store: Store) -> Iterator[str]:
    held = (store.library.texts(article) for article in store.catalogue.complete())
    counted = prepare.count(prepare.forms(title, texts.values()) for title, texts in held)
    stored = store.library.vocabulary()
    other = [pair for pair in counted.keys() | stored if counted[pair] != stored.get(pair, 0)]
    if other and not any(store.catalogue.unfinished(stored=True)):
        yield f"The library counts {len(other):,} words otherwise than its articles do."


def _folder(store: Store, root: Path) -> Iterator[str]:
    known = store.catalogue.known()
    failed: dict[str, str] = {}
    candidates = {
        candidate.source: candidate.path for candidate in load.scan(root, {}, failed, store.folder)
    }
    changed, new = [], []
    for file, path in candidates.items():
        try:
            content = load.content_hash(load.read_bytes(path))
        except FileError as error:
            if file in known.files:  # the others are no part of the index
                failed[file] = str(error)
            continue
        if any(failure.hash == content for failure in known.failures.get(file, [])):
            continue
        if file not in known.files:
            new.append(file)
        elif known.files[file].hash != content:
            changed.append(file)
    gone = [file for file in known.files if file not in candidates]
    for names, what in ((new, "not indexed"), (changed, "changed"), (gone, "no longer there")):
        if names:
            yield f"{_some(names)} files of the folder are {what} since the last update."
    if failed:
        yield f"{_some(failed)} files of the folder cannot be read."


def _some(things: Collection[int] | Collection[str]) -> str:
    """Count things, and name the first few."""
    first = ", ".join(map(str, sorted(things, key=str)[:_SHOWN]))
    return f"{len(things):,} ({first}{', …' if len(things) > _SHOWN else ''})"
