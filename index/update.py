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
the end. Then the passages are counted, and where an update or a process before did not come to its
end, Chroma's are read one by one: where Chroma or tantivy lacks what the library has, it is made
again from the library; so is all of it where it is damaged.

While one batch is written, the next is embedded and the one after it read.
"""

import time
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from index import changed, load, prepare
from index.ahead import ahead
from index.catalogue import Known, ReadFile, StoredArticle
from index.changed import Failed, Looked, Unread
from index.errors import (
    FolderError,
    IndexDamagedError,
    IndexFolderError,
    KhabarError,
)
from index.library import FOLLOWED
from index.prepare import Batch, Ended
from index.rebuild import add_vectors, compact, embed, move, repair, rows, term_rows
from index.store import Progress, Store
from index.types import UpdateReport
from index.workshop import Task, Workshop

_PASSAGE_BYTES = 1_200
"""Of a file, for each passage: some 750 in English and 1,900 in Hindi."""
_GROUP_SECONDS = 1.0
"""A group of files is closed after this long, full or not, so that progress is seen."""
_FORGET_AT_ONCE = 200
"""Articles whose words are counted together when they leave."""
_ALWAYS_TIDY = 2_000
"""Up to so many passages, deleted ones leave the frequencies at once: half a second of work."""
_MAX_DELETED = 0.2
"""In a larger index, the share of deleted passages that the frequencies may still count."""


def update(
    store: Store,
    folder: Path,
    progress: Progress | None = None,
    again: Collection[str] = (),
) -> UpdateReport:
    """Make the index equal to the folder; `again` are files or sources to be read in any case.

    Raises FolderError if the folder is missing or holds no article, IndexFolderError if the index
    follows another folder, IndexBusyError if an update of this index is already running.
    """
    root = load.check_folder(folder)
    _check_same_folder(store, root)
    with store.updated():
        try:
            return _update(store, root, progress, again)
        except IndexDamagedError:
            # As a full disk can leave Chroma's files. The library has all that is in them.
            repair(store)
            return _update(store, root, progress, again)


def _check_same_folder(store: Store, root: Path) -> None:
    """Refuse a second folder: another one's files would look like removals."""
    followed = store.library.about(FOLLOWED)
    if followed and Path(followed).is_dir() and not root.samefile(followed):
        raise IndexFolderError(
            f"The index {store.folder} follows the folder {followed}; index {root} into another "
            "folder with --db."
        )


def _is_emptied(store: Store, again: Collection[str]) -> bool:
    """Whether all that is known is named in `again`: then the folder is not empty by mistake."""
    known = store.catalogue.known()
    files = known.files.keys() | known.failures.keys()
    return bool(files) and files <= changed.files_of(known, again)


@dataclass(slots=True)
class _Course:
    """How an update goes."""

    total: int
    progress: Progress | None
    done: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    def ended(self, file: Ended) -> None:
        """Note how a file went."""
        if isinstance(file, Failed):
            self.failed[file.file] = file.reason
        else:
            self.failed |= file.problems
        self.done += 1
        self.show()

    def show(self) -> None:
        """Say how far it has come; whoever hears it may end the update."""
        if self.progress:
            self.progress(self.done, self.total)


def _update(
    store: Store, root: Path, progress: Progress | None, again: Collection[str]
) -> UpdateReport:
    skipped: dict[str, str] = {}
    failed: dict[str, str] = {}
    candidates = load.scan(root, skipped, failed, store.folder)
    if not candidates and not failed and not _is_emptied(store, again):
        raise FolderError(
            f"{root} holds no article; put {', '.join(load.SUFFIXES)} files into it "
            f"({len(skipped)} other files were passed over)."
        )
    is_doubtful = store.is_doubtful()
    store.begin(root)
    is_doubtful |= move(store)  # first: where the vectors were may be gone
    store.current.delete_others()
    is_doubtful |= _sweep(store, stored=False)
    before, known = store.library.sources(), store.catalogue.known()
    unseen = [changed.unseen(known, name, reason) for name, reason in failed.items()]
    _remember(store, unseen)
    course = _Course(len(candidates), progress, failed=failed)
    embedder = store.chosen.kind
    workshop = Workshop(Task(known.held, embedder.at_once, embedder.light))
    groups = _groups(
        changed.look(candidates, known, changed.files_of(known, again)), embedder.at_once
    )
    prepared = ahead(workshop.prepare(groups))
    batches = ahead(_embedded(prepared, store), stop=workshop.stop, waiting=course.show)
    written: set[str] = set()
    try:
        for batch in batches:
            _write(store, batch.without(written))
            written.update(item.new.hash for item in batch.articles)
            for file in batch.ended:
                course.ended(file)
    finally:
        batches.close()
        workshop.close()
    present = {candidate.source for candidate in candidates} | {each.file for each in unseen}
    _retire(store, known, present, failed)
    _sweep(store, stored=True)
    _mend(store, one_by_one=is_doubtful)
    store.end()
    # What is indexed is indexed; without room for another making, the next update tries again.
    with suppress(KhabarError):
        compact(store)
    return _report(store, before, failed, skipped)


def _groups(files: Generator[Looked], passages: int) -> Generator[list[Looked]]:
    """Gather files of some so many passages, or what there is after a second."""
    group: list[Looked] = []
    size, begun = 0, time.monotonic()
    with closing(files):
        for file in files:
            group.append(file)
            size += len(file.data) if isinstance(file, Unread) else 0
            if size > passages * _PASSAGE_BYTES or time.monotonic() - begun > _GROUP_SECONDS:
                yield group
                group, size, begun = [], 0, time.monotonic()
    if group:
        yield group


def _embedded(batches: Generator[Batch], store: Store) -> Generator[Batch]:
    """Make the vectors that are still to be made; no model is loaded for none."""
    with closing(batches):
        for batch in batches:
            if batch.vectors is not None:
                yield batch
                continue
            texts = [text for item in batch.articles for text in item.new.texts()]
            yield replace(batch, vectors=embed(store.chosen, texts)) if texts else batch


def _write(store: Store, batch: Batch) -> None:
    """Do steps 1 to 4 for one batch."""
    stored: list[StoredArticle] = []
    if batch.articles:
        store.settle_embedder()
        stored = store.catalogue.add([item.new for item in batch.articles], batch.vocabulary)
        if batch.vectors is not None:
            passages = [passage for entry in stored for passage in entry.passages]
            articles = [entry.id for entry in stored for _ in entry.passages]
            store.current.vectors.add(passages, articles, batch.vectors)
        store.current.terms.add(
            (passage, entry.id, stems, item.title_terms)
            for entry, item in zip(stored, batch.articles, strict=True)
            for passage, stems in zip(entry.passages, item.terms, strict=True)
        )
    files = [file for file in batch.ended if isinstance(file, ReadFile)]
    if stored or files:
        store.catalogue.settle([entry.id for entry in stored], files)
    _remember(store, batch.ended)


def _remember(store: Store, ended: Iterable[Ended]) -> None:
    """Note what could not be read, and why."""
    for file in ended:
        if isinstance(file, Failed) and not file.is_known:
            store.catalogue.fail(file.file, file.hash, file.reason)


def _retire(store: Store, known: Known, present: set[str], failed: Iterable[str]) -> None:
    """Do step 5. What lies below a folder that cannot be listed now is unseen, and not removed."""
    unlisted = _below(failed)
    held = known.files.keys() | known.failures.keys()
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
        leaving = (prepare.forms(title, each.values()) for title, each in texts)
        store.catalogue.forget(part, prepare.count(leaving))
    return True


def _mend(store: Store, *, one_by_one: bool) -> None:
    """Make good what Chroma or tantivy lost, and where deleted passages weigh too much."""
    _, count = store.library.counts()
    vectors, terms = store.current.vectors, store.current.terms
    if one_by_one or vectors.count() != count:
        wanted = {row.passage for row in rows(store)}
        vectors.delete(sorted(vectors.passages().keys() - wanted))
        # Read, and not only listed: a full disk can leave the name of a vector without the vector.
        there = vectors.readable(sorted(wanted))
        if wanted - there:
            store.settle_embedder()
            missing = (row for row in rows(store) if row.passage not in there)
            add_vectors(store.chosen, vectors, missing)
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
    files = {*kept.values()}
    reasons = {
        source: f"{reason} The earlier version stays indexed." if source in files else reason
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
