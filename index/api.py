"""`Index`: what the rest of the world uses."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from index import listing, own_terms, search, verdict
from index.errors import KhabarError
from index.library import FOLLOWED
from index.load import MAX_BYTES
from index.question import Question
from index.store import Progress, Store
from index.types import (
    SUFFIXES,
    Article,
    Hit,
    Inventory,
    Language,
    Listing,
    ModelsUsed,
    UpdateReport,
)
from index.verdict import Verdict


class Index:
    """A searchable index of a folder of articles, kept in a folder of its own.

    Use as a context manager, or call `close`. Safe to use from several threads; one process at a
    time.
    """

    SUFFIXES = SUFFIXES
    """How the names of the files end that an update reads, in lower case."""
    PLAIN_BYTES = MAX_BYTES
    """Bytes that a plain text or a saved web page may have; other formats may have more."""

    def __init__(
        self,
        path: str | Path,
        embedder: str | Path | None = None,
        reranker: str | Path | None = None,
        chroma: str | None = None,
    ) -> None:
        """Open the index in `path`, or begin a new one where the folder is new or empty.

        `embedder` is the folder of a sentence-transformers model, or "built-in"; None takes the
        one the index was made with (for a new index: KHABAR_EMBEDDER, or the built-in one).
        `reranker` is the folder of a cross-encoder, or "none"; None takes KHABAR_RERANKER, or none.
        `chroma` is the address of a Chroma server on which the next update is to keep the vectors,
        or "local" for the index's own folder; None leaves them where they are.
        Raises IndexFolderError, IndexBusyError, EmbedderMismatchError or ModelError.
        """
        self._store = Store(
            Path(path).expanduser(),
            None if embedder is None else str(embedder),
            None if reranker is None else str(reranker),
            chroma,
        )

    @property
    def folder(self) -> Path:
        """The folder that the index is kept in, resolved."""
        return self._store.folder

    @property
    def source_folder(self) -> Path | None:
        """The folder that the index follows, resolved; None before the first update."""
        folder = self._store.library.about(FOLLOWED)
        return None if folder is None else Path(folder)

    def update(
        self, folder: str | Path, progress: Progress | None = None, again: Collection[str] = ()
    ) -> UpdateReport:
        """Make the index equal to the folder, reading only what changed.

        `progress` is called with (files done, files in all). `again` are files, or sources, to be
        read though they are unchanged, or failed as they are; those that are not there are passed
        over, and a text that comes out the same is not embedded again. Raises FolderError if the
        folder is missing, or holds no article and `again` does not name all that the index has;
        IndexFolderError if the index follows another or cannot be written, IndexBusyError if an
        update is running already, and ModelError; a file that cannot be read is reported and stops
        nothing.
        """
        # Imported here: reading files takes much that asking, which comes cold, does without.
        from index import update

        return update.update(self._store, Path(folder).expanduser(), progress, again)

    def rebuild(self, progress: Progress | None = None) -> int:
        """Make vectors and terms anew from the library; returns how many passages there are.

        Questions go on being answered meanwhile. `progress` is called with (passages done, passages
        in all). Raises KhabarError, and leaves all as it was, if it fails.
        """
        from index import rebuild

        return rebuild.rebuild(self._store, progress)

    def use_embedder(self, choice: str | Path, progress: Progress | None = None) -> int:
        """Make all vectors anew with another embedder, and use it; returns how many passages.

        `choice` is one as at opening; nothing is made anew for the one in use. Questions go on
        being answered with that one, until both are replaced in one step. `progress` is called with
        (passages done, passages in all). Raises ModelError if there is no such embedder,
        IndexBusyError while an update is running, IndexFolderError if it cannot be written; and
        leaves all as it was, as a crash does.
        """
        from index import rebuild

        return rebuild.use_embedder(self._store, str(choice), progress)

    def use_reranker(self, choice: str | Path) -> None:
        """Rerank with another model, or "none", from the next question on, as long as this is open.

        Raises ModelError, and leaves all as it was, if there is no such reranker.
        """
        self._store.use_reranker(str(choice))

    def models_used(self) -> ModelsUsed:
        """Name the embedder and the reranker in use."""
        return self._store.models_used()

    def verify(
        self, folder: str | Path | None = None, progress: Progress | None = None
    ) -> tuple[str, ...]:
        """Compare library, vectors, terms and folder; returns a sentence on each difference.

        `folder` is where the articles are, if not where they were. `progress` is called with
        (passages done, passages in all). Raises IndexBusyError while an update is running.
        """
        from index import verify

        root = None if folder is None else Path(folder).expanduser()
        return verify.verify(self._store, root, progress)

    def follow(
        self, folder: str | Path, stop: Event, progress: Progress | None = None
    ) -> Iterator[UpdateReport | KhabarError]:
        """Update now and whenever the folder changes, until `stop` is set, from any thread.

        Yields what each update did that did anything; of the files that could not be read, it
        names those it has not named before. What prevents an update, such as a folder that is
        missing or a full disk, is yielded once, not raised, and tried again.
        """
        # Imported here, as `update` is.
        from index import update, watch

        path = Path(folder).expanduser()
        return watch.follow(
            lambda show: update.update(self._store, path, show),
            path,
            self._store.folder,
            stop,
            progress,
        )

    def use_terms(self, file: str | Path) -> int:
        """Look for a file's terms in questions from now on, and remember them in the index.

        A line of it is `term<TAB>other, other`, in Hindi or English, and says that they all mean
        one thing; a line that begins with # says nothing. What an earlier file said is forgotten:
        an empty one leaves no terms. Returns how many lines are in use. Raises TermsError, and
        changes nothing, if the file or a line of it cannot be used.
        """
        path = Path(file).expanduser()
        return len(self._store.replace_own_terms(own_terms.read_file(path), path.name))

    def search(
        self,
        question: str | Question,
        limit: int = 10,
        since: datetime.date | None = None,
        until: datetime.date | None = None,
        sources: Sequence[str] | None = None,
        languages: Sequence[str] | None = None,
    ) -> list[Hit]:
        """Find the passages that best match a question, best first.

        `since` and `until` are inclusive and leave out articles without a date; `sources` are
        paths relative to the indexed folder; `languages` are those that the articles are written
        in, "hi" and "en". Raises QuestionError for what cannot be asked.
        """
        asked = self.read(question) if isinstance(question, str) else question
        return search.search(self._store, asked, limit, since, until, sources, languages)

    def read(self, question: str) -> Question:
        """Analyse a question against this index. Raises QuestionError for what cannot be asked."""
        return search.read(self._store, question)

    def weigh(self, question: Question, hits: Sequence[Hit]) -> Verdict:
        """Rank the sentences of found passages, and judge whether they answer the question."""
        return verdict.weigh(question, hits)

    def article(self, source: str) -> Article | None:
        """Read one indexed article whole; None if there is none of that source."""
        return self._store.library.article(source)

    def articles(self) -> list[str]:
        """List the sources of all indexed articles, sorted."""
        return list(self._store.library.sources())

    def listing(self, text: str = "", limit: int = 50, offset: int = 0) -> Listing:
        """List a page of the searchable articles, and of what could not be read, by source.

        `text` is what the source or the title has to hold, in whatever spelling `normalise` takes
        for the same: small letters, with nukta or without. Of a folder that cannot be listed there
        is one entry.
        """
        return listing.listing(self._store.library, text, limit, offset)

    def file(self, source: str) -> Path | None:
        """Find the file that a source of `listing` stands in, of a table's row the table.

        None if there is no such source, or no such file in the folder that the index follows: it
        has gone, or a link has taken its place or that of a folder on the way.
        """
        return listing.file(self._store.library, source)

    def newest(self, language: Language, limit: int) -> dict[str, int]:
        """Map the sources of a language's newest articles to numbers, newest first.

        Undated articles come last. A number stands for one text: another text has another one.
        """
        return listing.newest(self._store.library, language, limit)

    def inventory(self) -> Inventory:
        """Count what is indexed, in each of the places where it is kept."""
        articles, passages = self._store.library.counts()
        with self._store.generation() as generation:
            vectors, terms = generation.vectors.count(), generation.terms.count()
        name = self._store.library.about("embedder name")
        return Inventory(articles, passages, vectors, terms, name)

    def announce(self, address: str | None, token: str | None) -> None:
        """Tell other processes where this one answers for the index; None takes it back.

        They find both in `IndexBusyError.holder`. `address` is `http://127.0.0.1:PORT`, and
        whatever listens there lets nobody in without the token.
        """
        self._store.announce(address, token)

    def close(self) -> None:
        """Let go of the files, for another process to open them."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
