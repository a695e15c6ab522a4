"""The main path in: a folder of files becomes an index, exactly and only what changed.

The order of writing is what makes a crash harmless. For each batch of articles:

1. library: text and passages, PENDING (one transaction)
2. Chroma: the vectors
3. tantivy: the stems (one commit)
4. library: PENDING becomes STORED; of the files read to their end, all articles READY, and what
   only their earlier versions held LEAVING (one transaction)

After the last batch:

5. library: what only vanished files held is LEAVING (one transaction)
6. Chroma, tantivy: what is LEAVING goes; then the library forgets it

Questions see READY articles only. What a crash leaves is PENDING or LEAVING, and the next update
begins with step 6 for both; or STORED, and is taken up when its file is read again, or else goes at
the end. Then the passages are counted, one by one after a crash: where Chroma or tantivy lacks what
the library has, it is made again from the library.

While one batch is written, the next is embedded and the one after it read.
"""

import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from index import load, prepare
from index.ahead import ahead
from index.catalogue import ReadFile, StoredArticle
from index.embed import Embedder, Vectors
from index.errors import FolderError, IndexFolderError, ModelError
from index.prepare import Failed, Item, Prepared, Unchanged
from index.reading import Reader
from index.rebuild import add_vectors, compact, move, rows, term_rows
from index.store import Progress, Store
from index.types import UpdateReport

_PASSAGE_CHARS = 1_000
"""A passage is rarely longer; an article that is long but has few passages counts by this."""
_BATCH_SECONDS = 1.0
"""A batch is closed after this long, full or not: so much work a crash may cost."""
_FORGET_AT_ONCE = 200
"""Articles whose words are counted together when they leave."""
_ALWAYS_TIDY = 2_000
"""Up to so many passages, deleted ones leave the frequencies at once: half a second of work."""
_MAX_DELETED = 0.2
"""In a larger index, the share of deleted passages that the frequencies may still count."""


def update(store: Store, folder: Path, progress: Progress | None = None) -> UpdateReport:
    """Make the index equal to the folder.

    Raises FolderError if the folder is missing or holds no article, IndexFolderError if the index
    follows another folder, IndexBusyError if an update of this index is already running.
    """
    root = load.check_folder(folder)
    _check_same_folder(store, root)
    with store.updated():
        return _update(store, root, progress)


def _check_same_folder(store: Store, root: Path) -> None:
    """Refuse a second folder: another one's files would look like removals."""
    followed = store.library.about("folder")
    if followed and Path(followed).is_dir() and not root.samefile(followed):
        raise IndexFolderError(
            f"The index {store.folder} follows the folder {followed}; index {root} into another "
            "folder with --db."
        )


@dataclass(slots=True)
class _Course:
    """How an update goes."""

    total: int
    progress: Progress | None
    done: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    def ended(self, item: ReadFile | Unchanged | Failed) -> None:
        """Note how a file went."""
        if isinstance(item, Failed):
            self.failed[item.file] = item.reason
        else:
            self.failed |= item.problems
        self.done += 1
        if self.progress:
            self.progress(self.done, self.total)


def _update(store: Store, root: Path, progress: Progress | None) -> UpdateReport:
    skipped: dict[str, str] = {}
    failed: dict[str, str] = {}
    candidates = load.scan(root, skipped, failed)
    if not candidates and not failed:
        raise FolderError(
            f"{root} holds no article; put {', '.join(load.SUFFIXES)} files into it "
            f"({len(skipped)} other files were passed over)."
        )
    store.library.remember({"folder": str(root)})
    store.current.delete_others()
    had_crashed = _sweep(store, stored=False)
    move(store)
    before = store.library.sources()
    course = _Course(len(candidates), progress, failed=failed)
    reader = Reader()
    items = prepare.read_files(candidates, store.catalogue, reader)
    batches = ahead(_embedded(ahead(_batches(items, store.embedder)), store.embedder))
    # The reader goes first: whoever waits for it in the other thread waits no longer.
    with closing(batches), closing(reader):
        for batch, vectors in batches:
            _write(store, batch, vectors)
            for item in batch:
                if not isinstance(item, Prepared):
                    course.ended(item)
    _retire(store, {candidate.source for candidate in candidates}, failed)
    _sweep(store, stored=True)
    _mend(store, one_by_one=had_crashed)
    compact(store)
    return _report(store, before, failed, skipped)


def _batches(items: Generator[Item], embedder: Embedder) -> Generator[list[Item]]:
    """Gather items into batches of so many passages as are worth embedding together."""
    batch: list[Item] = []
    count, begun = 0, time.monotonic()
    with closing(items):
        for item in items:
            batch.append(item)
            if isinstance(item, Prepared):
                text = item.new.article.text
                count += max(1, len(item.texts), len(text) // _PASSAGE_CHARS)
            if count >= embedder.at_once or time.monotonic() - begun > _BATCH_SECONDS:
                yield batch
                batch, count, begun = [], 0, time.monotonic()
    if batch:
        yield batch


def _embedded(
    batches: Generator[list[Item]], embedder: Embedder
) -> Generator[tuple[list[Item], Vectors | None]]:
    with closing(batches):
        for batch in batches:
            texts = [text for item in batch if isinstance(item, Prepared) for text in item.texts]
            yield batch, _vectors(embedder, texts) if texts else None


def _vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    vectors = embedder.passages(texts)
    if len(vectors) != len(texts) or not np.isfinite(vectors).all():
        raise ModelError(
            f"The embedder {embedder.name} made {len(vectors)} vectors of {len(texts)} passages, "
            "or some that are not numbers; fetch it again, or use another with --embedder."
        )
    return vectors


def _write(store: Store, batch: Sequence[Item], vectors: Vectors | None) -> None:
    """Do steps 1 to 4 for one batch."""
    new = [item for item in batch if isinstance(item, Prepared)]
    stored: list[StoredArticle] = []
    if new:
        store.remember_embedder()
        vocabulary = prepare.count(item.vocabulary for item in new)
        stored = store.catalogue.add([item.new for item in new], vocabulary)
        passages = [passage for entry in stored for passage in entry.passages]
        if vectors is not None:
            articles = [entry.id for entry in stored for _ in entry.passages]
            store.current.vectors.add(passages, articles, vectors)
        store.current.terms.add(
            (passage, entry.id, stems, item.title_terms)
            for entry, item in zip(stored, new, strict=True)
            for passage, stems in zip(entry.passages, item.terms, strict=True)
        )
    files = [item for item in batch if isinstance(item, ReadFile)]
    if stored or files:
        store.catalogue.settle([entry.id for entry in stored], files)
    for item in batch:
        if isinstance(item, Failed) and item.hash:
            store.catalogue.fail(item.file, item.hash, item.reason)


def _retire(store: Store, present: set[str], failed: Iterable[str]) -> None:
    """Do step 5. What lies below a folder that cannot be listed now is unseen, and not removed."""
    unlisted = _below(failed)
    held = {*store.catalogue.files(), *store.catalogue.failures()}
    gone = [file for file in held - present if not file.startswith(unlisted)]
    if gone:
        store.catalogue.retire(gone)


def _below(failed: Iterable[str]) -> tuple[str, ...]:
    """Say how the names begin of what lies below folders that cannot be listed."""
    return tuple("" if name == "." else f"{name}/" for name in failed)


def _sweep(store: Store, *, stored: bool) -> bool:
    """Do step 6, or undo what a crash left half written. Returns whether there was anything."""
    gone = [*store.catalogue.unfinished(stored=stored)]
    if not gone:
        return False
    store.current.vectors.delete([passage for entry in gone for passage in entry.passages])
    store.current.terms.add((), gone=[entry.id for entry in gone])
    remaining = iter(gone)
    while part := [entry.id for entry in islice(remaining, _FORGET_AT_ONCE)]:
        texts = (store.library.texts(article) for article in part)
        leaving = (prepare.vocabulary(title, each.values()) for title, each in texts)
        store.catalogue.forget(part, prepare.count(leaving))
    return True


def _mend(store: Store, *, one_by_one: bool) -> None:
    """Make good what Chroma or tantivy lost, and where deleted passages weigh too much."""
    _, count = store.library.counts()
    vectors, terms = store.current.vectors, store.current.terms
    if one_by_one or vectors.count() != count:
        there = vectors.passages().keys()
        wanted = {row.passage for row in rows(store)}
        vectors.delete(sorted(there - wanted))
        if wanted - there:
            store.remember_embedder()
            missing = (row for row in rows(store) if row.passage not in there)
            add_vectors(vectors, store.embedder, missing)
    deleted = terms.deleted()
    is_worn = deleted > (0 if count <= _ALWAYS_TIDY else _MAX_DELETED * count)
    if is_worn or terms.count() != count:
        terms.replace(term_rows(rows(store)))


def _report(
    store: Store, before: Mapping[str, int], failed: Mapping[str, str], skipped: Mapping[str, str]
) -> UpdateReport:
    """Say what became of each source, by the article that stood there and the one that does now."""
    after = store.library.sources()
    left: dict[int, list[str]] = {}
    for source in sorted(before, reverse=True):
        if source not in after:
            left.setdefault(before[source], []).append(source)
    came = [source for source in after if source not in before]
    moved = {source: left[after[source]].pop() for source in came if left.get(after[source])}
    kept = store.catalogue.sources_in(failed)
    unlisted = _below(failed)
    reasons = {
        source: f"{reason} The earlier version stays indexed." if source in kept else reason
        for source, reason in failed.items()
    }
    stayed = [source for source in after if source in before]
    return UpdateReport(
        added=tuple(source for source in came if source not in moved),
        changed=tuple(source for source in stayed if after[source] != before[source]),
        removed=tuple(sorted(set(before) - set(after) - set(moved.values()))),
        unchanged=tuple(
            source
            for source in stayed
            if after[source] == before[source]
            and source not in kept
            and not source.startswith(unlisted)
        ),
        moved=moved,
        failed=reasons,
        skipped=skipped,
    )
