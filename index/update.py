"""The main path in: a folder of files becomes an index, exactly and only what changed.

The order of writing is what makes a crash harmless. For each batch of articles:

1. library: text and passages, PENDING (one transaction)
2. Chroma: the vectors
3. tantivy: the stems (one commit)
4. library: PENDING becomes READY, what it replaces LEAVING (one transaction)
5. Chroma, tantivy: what is LEAVING goes; then the library forgets it

Questions see READY articles only. Whatever a crash leaves is PENDING or LEAVING, and the next
update begins with step 5 for both, then indexes the file again.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from index import chunk, clean, load, meta
from index.analyze import stem, stems, words
from index.devanagari import skeleton, sound_key
from index.errors import FileError, FolderError, IndexBusyError, IndexFolderError
from index.library import StoredArticle
from index.load import Candidate, RawArticle
from index.store import Progress, Store
from index.types import Article, Span, UpdateReport

_BATCH_PASSAGES = 1_000
"""Passages embedded and written together: a second of work, a few megabytes."""

_Prepared = tuple[Article, str, Sequence[Span]]


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
    """An index follows one folder: another one's files would look like removals."""
    followed = store.library.about("folder")
    if followed and Path(followed) != root and Path(followed).is_dir():
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
    store.remember_embedder()
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
        except FileError as error:
            kept = " The earlier version stays indexed." if candidate.source in before else ""
            failed[candidate.source] = f"{error}{kept}"
            yield None
            continue
        article, spans = read_article(candidate.source, raw)
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
        count += len(item[2])
        if count >= _BATCH_PASSAGES:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _write(store: Store, batch: Sequence[_Prepared]) -> None:
    """Steps 1 to 4 for one batch."""
    texts = [article.text[span.start : span.end] for article, _, spans in batch for span in spans]
    bodies = [stems(text) for text in texts]
    titles = [stems(article.title or "") for article, _, _ in batch]
    vocabulary = {word for text in texts for word in words(text)}
    vocabulary |= {word for article, _, _ in batch for word in words(article.title or "")}
    vocabulary |= {stem(word) for word in vocabulary}
    stored = store.library.add(batch, [(skeleton(sound_key(word)), word) for word in vocabulary])
    passages = [passage for entry in stored for passage in entry.passages]
    owners = [i for i, entry in enumerate(stored) for _ in entry.passages]
    store.vectors.add(passages, [stored[i].id for i in owners], store.embedder.passages(texts))
    store.terms.add(
        (passage, stored[i].id, " ".join(body), " ".join(titles[i]))
        for passage, i, body in zip(passages, owners, bodies, strict=True)
    )
    store.library.publish(entry.id for entry in stored)


def _sweep(store: Store) -> None:
    """Step 5: finish what has left, and undo what a crash left half written."""
    gone: list[StoredArticle] = store.library.unfinished()
    if not gone:
        return
    store.vectors.delete([passage for entry in gone for passage in entry.passages])
    store.terms.add((), gone=[entry.id for entry in gone])
    store.library.forget(entry.id for entry in gone)
