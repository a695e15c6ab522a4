"""The main path in: a folder of files becomes an index, exactly and only what changed.

The order of writing is what makes a crash harmless. For each batch of articles:

1. library: text and passages, PENDING (one transaction)
2. Chroma: the vectors
3. tantivy: the stems (one commit)
4. library: PENDING becomes READY, what it replaces LEAVING (one transaction)
5. Chroma, tantivy: what is LEAVING goes; then the library forgets it

Questions see READY articles only. Whatever a crash leaves is PENDING or LEAVING, and the next
update begins with step 5 for both, then indexes the file again. It ends by counting: where Chroma
or tantivy lacks what the library has, it is made again from the library.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

from index import chunk, clean, load, meta
from index.analyze import stem, stems, words
from index.devanagari import skeleton, sound_keys
from index.errors import FileError, FolderError, IndexBusyError, IndexFolderError
from index.library import StoredArticle
from index.load import Candidate, RawArticle
from index.store import Progress, Store
from index.types import Article, Span, UpdateReport

_BATCH_PASSAGES = 1_000
"""Passages embedded and written together: a second of work, a few megabytes."""
_PASSAGE_CHARS = 1_000
"""A passage is rarely longer; an article that is long but has few passages counts by this."""
_FORGET_AT_ONCE = 200
"""Articles whose words are counted together when they leave."""
_ALWAYS_TIDY = 2_000
"""Up to so many passages, deleted ones leave the frequencies at once: half a second of work."""
_MAX_DELETED = 0.2
"""In a larger index, the share of deleted passages that the frequencies may still count."""

_Prepared = tuple[Article, str, Sequence[Span]]
_Row = tuple[int, int, str, str]
"""A passage as it goes into Chroma and tantivy: its id, its article's id, its text, the title."""


def update(store: Store, folder: Path, progress: Progress | None = None) -> UpdateReport:
    """Make the index equal to the folder.

    Raises FolderError if the folder is missing or holds no article, IndexFolderError if the index
    follows another folder, IndexBusyError if an update of this index is already running.
    """
    root = load.check_folder(folder)
    _check_same_folder(store, root)
    if not store.updating.acquire(blocking=False):
        raise IndexBusyError("Another update of this index is running; wait for it to end.")
    try:
        return _update(store, root, progress)
    finally:
        store.updating.release()


def _check_same_folder(store: Store, root: Path) -> None:
    """Refuse a second folder: another one's files would look like removals."""
    followed = store.library.about("folder")
    if followed and Path(followed).is_dir() and not root.samefile(followed):
        raise IndexFolderError(
            f"The index {store.folder} follows the folder {followed}; index {root} into another "
            "folder with --db."
        )


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
    _sweep(store)
    before = store.library.ready()
    unchanged: list[str] = []
    prepared = _prepare(candidates, before, unchanged, failed)
    done: list[str] = []
    for batch in _batches(_reporting(prepared, len(candidates), progress)):
        _write(store, batch)
        done.extend(article.source for article, _, _ in batch)
    present = {candidate.source for candidate in candidates} | _under(failed, before)
    removed = [source for source in before if source not in present]
    store.library.retire(before[source][0] for source in removed)
    _sweep(store)
    _mend(store)
    return UpdateReport(
        added=tuple(source for source in done if source not in before),
        changed=tuple(source for source in done if source in before),
        removed=tuple(removed),
        unchanged=tuple(unchanged),
        failed=failed,
        skipped=skipped,
    )


def _under(failed: Iterable[str], before: Iterable[str]) -> set[str]:
    """List what is indexed below a folder that cannot be listed now: unseen is not removed."""
    folders = tuple("" if name == "." else f"{name}/" for name in failed)
    return {source for source in before if source.startswith(folders)}


def _prepare(
    candidates: Sequence[Candidate],
    before: dict[str, tuple[int, str]],
    unchanged: list[str],
    failed: dict[str, str],
) -> Iterator[_Prepared | None]:
    """Read and cut each file that is new or changed; None for one that needs no writing."""
    for candidate in candidates:
        try:
            data = load.read_bytes(candidate.path)
            digest = load.content_hash(data)
            if before.get(candidate.source, (0, ""))[1] == digest:
                unchanged.append(candidate.source)
                yield None
                continue
            raw = load.parse(data, candidate.path.suffix)
            article, spans = read_article(candidate.source, raw)
        # Whatever one file makes a parser do, the others are still to be read.
        except Exception as error:
            reason = str(error) if isinstance(error, FileError) else f"cannot be read: {error!r}."
            kept = " The earlier version stays indexed." if candidate.source in before else ""
            failed[candidate.source] = f"{reason}{kept}"
            yield None
            continue
        yield article, digest, spans


def read_article(source: str, raw: RawArticle) -> tuple[Article, list[Span]]:
    """Read an article's metadata and cut its body into passages."""
    lines = clean.classify(raw.text)
    about = meta.read_metadata(raw.text, lines, raw.stated)
    language = meta.language(raw.text)
    runs = [chunk.sentences(raw.text, run.start, run.end) for run in clean.body_runs(lines)]
    article = Article(source, raw.text, about.title, about.author, about.date, language)
    return article, chunk.passages(raw.text, runs)


def _reporting(
    prepared: Iterable[_Prepared | None], total: int, progress: Progress | None
) -> Iterator[_Prepared]:
    for done, item in enumerate(prepared, start=1):
        if item is not None:
            yield item
        if progress:
            progress(done, total)


def _batches(prepared: Iterable[_Prepared]) -> Iterator[list[_Prepared]]:
    batch: list[_Prepared] = []
    count = 0
    for item in prepared:
        batch.append(item)
        article, _, spans = item
        count += max(1, len(spans), len(article.text) // _PASSAGE_CHARS)
        if count >= _BATCH_PASSAGES:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _write(store: Store, batch: Sequence[_Prepared]) -> None:
    """Do steps 1 to 4 for one batch."""
    store.remember_embedder()
    texts = [[article.text[s.start : s.end] for s in spans] for article, _, spans in batch]
    vocabulary = _vocabulary(
        (article.title, each) for (article, _, _), each in zip(batch, texts, strict=True)
    )
    stored = store.library.add(batch, vocabulary)
    rows: list[_Row] = [
        (passage, entry.id, text, article.title or "")
        for entry, (article, _, _), each in zip(stored, batch, texts, strict=True)
        for passage, text in zip(entry.passages, each, strict=True)
    ]
    _add_vectors(store, rows)
    store.terms.add(_terms(rows))
    store.library.publish(entry.id for entry in stored)


def _add_vectors(store: Store, rows: Iterable[_Row]) -> None:
    remaining = iter(rows)
    while part := list(islice(remaining, _BATCH_PASSAGES)):
        passages, articles, texts, _ = zip(*part, strict=True)
        store.vectors.add(passages, articles, store.embedder.passages(texts))


def _terms(rows: Iterable[_Row]) -> Iterator[tuple[int, int, str, str]]:
    for passage, article, text, title in rows:
        yield passage, article, " ".join(stems(text)), _title_stems(title)


@lru_cache(maxsize=1_000)
def _title_stems(title: str) -> str:
    return " ".join(stems(title))


def _vocabulary(articles: Iterable[tuple[str | None, Iterable[str]]]) -> Counter[tuple[str, str]]:
    """Count the articles, each a title and texts, that hold each (skeleton, word or stem)."""
    counts: Counter[str] = Counter()
    for title, texts in articles:
        found = set(words(title or ""))
        for text in texts:
            found.update(words(text))
        counts.update(found | {stem(word) for word in found})
    return Counter(
        {(skeleton(key), word): n for word, n in counts.items() for key in sound_keys(word)}
    )


def _sweep(store: Store) -> None:
    """Do step 5: finish what has left, and undo what a crash left half written."""
    gone: list[StoredArticle] = store.library.unfinished()
    if not gone:
        return
    store.vectors.delete([passage for entry in gone for passage in entry.passages])
    store.terms.add((), gone=[entry.id for entry in gone])
    for i in range(0, len(gone), _FORGET_AT_ONCE):
        part = [entry.id for entry in gone[i : i + _FORGET_AT_ONCE]]
        texts = (store.library.texts(article) for article in part)
        words_gone = _vocabulary((title, passages.values()) for title, passages in texts)
        store.library.forget(part, words_gone)


def _mend(store: Store) -> None:
    """Make Chroma or tantivy anew where it was lost, or where deleted passages weigh too much."""
    _, count = store.library.counts()
    if store.vectors.count() != count:
        there = store.vectors.passages()
        wanted = {row[0] for row in _rows(store)}
        store.vectors.delete(sorted(there - wanted))
        store.remember_embedder()
        _add_vectors(store, (row for row in _rows(store) if row[0] not in there))
    deleted = store.terms.deleted()
    is_worn = deleted > (0 if count <= _ALWAYS_TIDY else _MAX_DELETED * count)
    if is_worn or store.terms.count() != count:
        store.terms.replace(_terms(_rows(store)))


def _rows(store: Store) -> Iterator[_Row]:
    """Read every READY passage out of the library, in the order of a new index."""
    for article, _ in store.library.ready().values():
        title, passages = store.library.texts(article)
        for passage, text in passages.items():
            yield passage, article, text, title or ""
