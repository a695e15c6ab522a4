"""The library: SQLite keeps every article's text, its metadata and its state. The only truth.

Chroma and tantivy are indexes over it and can be made again from it. An article is searchable
once its state says READY, and that is written last:

    PENDING   its text and passages are here; vectors and terms may be missing
    READY     library, Chroma and tantivy all have it
    LEAVING   replaced or removed; vectors and terms may still be there

So a crash at any instant leaves rows that the next update finishes (PENDING, LEAVING), and no
question ever sees them.
"""

import datetime
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import holder
from index.errors import IndexFolderError
from index.types import Article, Language, Passage, Span

FORMAT = "3"
"""Version of what is stored; another one is refused, not guessed at."""
FILE_NAME = "khabar.sqlite"
LOCK_NAME = "khabar.lock"
_NEW = {LOCK_NAME, holder.FILE_NAME, holder.NEW_NAME, FILE_NAME}
_NEW |= {f"{FILE_NAME}-{kind}" for kind in ("journal", "wal", "shm")}
"""All that a crash can leave of an index before its library is made."""

_SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    hash TEXT NOT NULL,
    state TEXT NOT NULL,
    title TEXT,
    author TEXT,
    date TEXT,
    language TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE UNIQUE INDEX one_ready_version ON articles (source) WHERE state = 'ready';
CREATE INDEX by_state ON articles (state, date);
-- AUTOINCREMENT: an id is never used twice, so a stale vector can never name another passage.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL
);
CREATE INDEX by_article ON passages (article);
-- Every word in the index, and its stem, under the consonants it sounds with: other spellings.
-- A word leaves with the last of the articles that hold it.
CREATE TABLE vocabulary (
    skeleton TEXT NOT NULL,
    word TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (skeleton, word)
) WITHOUT ROWID;
"""

_NOT_DAMAGE = (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.IntegrityError)
"""No space, no permission, a mistake of ours: the file itself may be sound."""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What one article put into the library: its passages' ids in order."""

    id: int
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands, and what tells it from others without its text being read."""

    article: int
    source: str
    start: int
    end: int
    date: datetime.date | None
    language: Language


class Library:
    """The SQLite file of one index folder. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the library in `folder`, or make a new one where the folder is new or empty.

        Raises IndexFolderError if the folder holds something else, cannot be written, or was
        made by another version; every other method raises it if the file is damaged or full.
        """
        self._folder = folder
        self._lock = threading.RLock()
        self.vocabulary_changes = 0
        """Grows with every change of the vocabulary, for what is made of it to be made anew."""
        self.check_folder(folder)
        try:
            self._connection = sqlite3.connect(folder / FILE_NAME, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise self.unusable(folder, error) from error

    @staticmethod
    def check_folder(folder: Path) -> None:
        """Make the folder where it is missing; write nothing into one that is not ours.

        Raises IndexFolderError if it holds something else or cannot be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            names = {path.name for path in folder.iterdir()}
            # In this order: an index that another process is making right now has both or neither.
            is_ours = (folder / FILE_NAME).exists()
        except (OSError, ValueError) as error:
            raise Library.unusable(folder, error) from error
        if not is_ours and names - _NEW:
            raise IndexFolderError(
                f"{folder} is not a Khabar index and not empty; give another folder with --db."
            )

    @staticmethod
    def unusable(folder: Path, error: Exception) -> IndexFolderError:
        """Say that the folder cannot be written or read, and what to do."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, _NOT_DAMAGE):
            return IndexFolderError(
                f"The index in {folder} is damaged ({error}); delete the folder and index the "
                "articles again."
            )
        return IndexFolderError(
            f"The index folder {folder} cannot be used ({error}); "
            "give a folder that can be written with --db."
        )

    def _prepare(self) -> None:
        run = self._connection.execute
        if not run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            if {path.name for path in self._folder.iterdir()} - _NEW:
                raise sqlite3.DatabaseError("its library is empty")
            # executescript commits first, so the schema and its format stand in one transaction.
            mark = f"INSERT INTO about VALUES ('format', '{FORMAT}');"  # noqa: S608, a constant
            self._connection.executescript(f"BEGIN; {_SCHEMA} {mark} COMMIT;")
        found = self.about("format") if self._has_table("about") else None
        if found != FORMAT:
            raise IndexFolderError(
                f"{self._folder} was made by another version of Khabar (format {found}, this one "
                f"writes format {FORMAT}); delete the folder and index the articles again."
            )
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA foreign_keys = ON")

    def _has_table(self, name: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self._connection.execute(query, (name,)).fetchone() is not None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection, connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                yield self._connection
        except sqlite3.Error as error:
            raise self.unusable(self._folder, error) from error

    def _rows(self, query: str, values: Sequence[str | int | None] = ()) -> list[tuple[Any, ...]]:
        with self._reading() as connection:
            return connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def about(self, key: str) -> str | None:
        """Read a remembered fact about the index (its format, folder, embedder)."""
        rows = self._rows("SELECT value FROM about WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def remember(self, facts: Mapping[str, str]) -> None:
        """Write facts about the index, all or none."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", facts.items())

    def ready(self) -> dict[str, tuple[int, str]]:
        """Map each searchable source to its article id and content hash."""
        query = "SELECT source, id, hash FROM articles WHERE state = 'ready' ORDER BY source"
        return {source: (article, digest) for source, article, digest in self._rows(query)}

    def add(
        self,
        articles: Sequence[tuple[Article, str, Sequence[Span]]],
        vocabulary: Mapping[tuple[str, str], int],
    ) -> list[StoredArticle]:
        """Write articles, each with its content hash and passages, as PENDING.

        `vocabulary` counts the articles that hold each (skeleton, word).
        """
        stored = []
        with self._transaction() as connection:
            for article, digest, spans in articles:
                day = article.date.isoformat() if article.date else None
                row = connection.execute(
                    "INSERT INTO articles"
                    " (source, hash, state, title, author, date, language, text)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                    (
                        article.source,
                        digest,
                        "pending",
                        article.title,
                        article.author,
                        day,
                        article.language,
                        article.text,
                    ),
                ).fetchone()
                ids = [
                    connection.execute(
                        "INSERT INTO passages (article, start, end) VALUES (?, ?, ?) RETURNING id",
                        (row[0], span.start, span.end),
                    ).fetchone()[0]
                    for span in spans
                ]
                stored.append(StoredArticle(row[0], tuple(ids)))
            connection.executemany(
                "INSERT INTO vocabulary VALUES (?, ?, ?) ON CONFLICT (skeleton, word)"
                " DO UPDATE SET articles = articles + excluded.articles",
                ((skeleton, word, count) for (skeleton, word), count in vocabulary.items()),
            )
        self.vocabulary_changes += 1
        return stored

    def publish(self, articles: Iterable[int]) -> None:
        """Make PENDING articles READY and what they replace LEAVING, in one step."""
        with self._transaction() as connection:
            for article in articles:
                connection.execute(
                    "UPDATE articles SET state = 'leaving' WHERE state = 'ready' AND source ="
                    " (SELECT source FROM articles WHERE id = ?)",
                    (article,),
                )
                connection.execute("UPDATE articles SET state = 'ready' WHERE id = ?", (article,))

    def retire(self, articles: Iterable[int]) -> None:
        """Take articles out of search; `unfinished` lists them until `forget` ends them."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE articles SET state = 'leaving' WHERE id = ?", [(a,) for a in articles]
            )

    def unfinished(self) -> list[StoredArticle]:
        """List the articles that are PENDING or LEAVING, with their passages."""
        query = (
            "SELECT a.id, group_concat(p.id) FROM articles a"
            " LEFT JOIN passages p ON p.article = a.id"
            " WHERE a.state != 'ready' GROUP BY a.id ORDER BY a.id"
        )
        return [
            StoredArticle(article, tuple(map(int, ids.split(","))) if ids else ())
            for article, ids in self._rows(query)
        ]

    def forget(self, articles: Iterable[int], vocabulary: Mapping[tuple[str, str], int]) -> None:
        """Delete articles and their passages for good, and the words that only they hold.

        `vocabulary` counts the articles among them that hold each (skeleton, word), as in `add`.
        """
        with self._transaction() as connection:
            connection.executemany("DELETE FROM articles WHERE id = ?", [(a,) for a in articles])
            connection.executemany(
                "UPDATE vocabulary SET articles = articles - ? WHERE skeleton = ? AND word = ?",
                ((count, skeleton, word) for (skeleton, word), count in vocabulary.items()),
            )
            connection.executemany(
                "DELETE FROM vocabulary WHERE skeleton = ? AND word = ? AND articles <= 0",
                vocabulary.keys(),
            )
        self.vocabulary_changes += 1

    def texts(self, article: int) -> tuple[str | None, dict[int, str]]:
        """Read an article's title and the text of each of its passages, whatever its state."""
        title, text = self._rows("SELECT title, text FROM articles WHERE id = ?", [article])[0]
        query = "SELECT id, start, end FROM passages WHERE article = ? ORDER BY start"
        return title, {row[0]: text[row[1] : row[2]] for row in self._rows(query, [article])}

    def places(self, ids: Sequence[int]) -> dict[int, Place]:
        """Find where passages of READY articles stand, without their texts; others are left out."""
        # CROSS JOIN: left to itself, SQLite goes through all articles to find these.
        query = (
            "SELECT p.id, a.id, a.source, p.start, p.end, a.date, a.language FROM passages p"
            " CROSS JOIN articles a ON a.id = p.article"
            " WHERE a.state = 'ready' AND p.id IN (SELECT value FROM json_each(?))"
        )
        rows = self._rows(query, [json.dumps(list(ids))])
        return {
            number: Place(article, source, start, end, _day(day), _language(spoken))
            for number, article, source, start, end, day, spoken in rows
        }

    def passages(self, places: Mapping[int, Place]) -> dict[int, Passage]:
        """Read the passages that stand there; those no longer READY are left out."""
        wanted: dict[int, list[int]] = {}
        for number, place in places.items():
            wanted.setdefault(place.article, []).append(number)
        # Each text once (SQLite's substr would read a long one again for each of its passages), and
        # one at a time, because those of forty books fill the memory.
        query = (
            "SELECT a.id, a.title, a.text FROM json_each(?) AS wanted"
            " CROSS JOIN articles a ON a.id = wanted.value WHERE a.state = 'ready'"
        )
        found = {}
        with self._reading() as connection:
            for article, title, text in connection.execute(query, [json.dumps(list(wanted))]):
                for number in wanted[article]:
                    at = places[number]
                    cut = text[at.start : at.end]
                    found[number] = Passage(
                        number, at.source, at.start, at.end, cut, title, at.date, at.language
                    )
        return found

    def article(self, source: str) -> Article | None:
        """Read one searchable article, whole."""
        query = (
            "SELECT source, text, title, author, date, language FROM articles"
            " WHERE state = 'ready' AND source = ?"
        )
        for _, text, title, author, day, language in self._rows(query, [source]):
            return Article(source, text, title, author, _day(day), _language(language))
        return None

    def counts(self) -> tuple[int, int]:
        """Count the searchable articles and their passages."""
        query = (
            "SELECT count(DISTINCT a.id), count(p.id) FROM articles a"
            " LEFT JOIN passages p ON p.article = a.id WHERE a.state = 'ready'"
        )
        articles, passages = self._rows(query)[0]
        return articles, passages

    def matching(
        self,
        since: datetime.date | None,
        until: datetime.date | None,
        sources: Sequence[str] | None,
    ) -> list[int]:
        """List the READY articles dated within [since, until] and among `sources`.

        An article without a date is outside every span of time.
        """
        query = (
            "SELECT id, source FROM articles WHERE state = 'ready'"
            " AND (?1 IS NULL OR date >= ?1) AND (?2 IS NULL OR date <= ?2)"
        )
        # A datetime is a date too; its first ten characters are the day.
        span = [day.isoformat()[:10] if day else None for day in (since, until)]
        wanted = None if sources is None else set(sources)
        return [row[0] for row in self._rows(query, span) if wanted is None or row[1] in wanted]

    def newest(self) -> datetime.date | None:
        """Tell the date of the newest searchable article; None if none has one."""
        return _day(self._rows("SELECT max(date) FROM articles WHERE state = 'ready'")[0][0])

    def spellings(self, skeletons: Sequence[str]) -> list[tuple[str, str]]:
        """List (skeleton, word) of every word in the index that has one of the skeletons."""
        query = (
            "SELECT skeleton, word FROM vocabulary"
            " WHERE skeleton IN (SELECT value FROM json_each(?))"
        )
        return [(row[0], row[1]) for row in self._rows(query, [json.dumps(list(skeletons))])]

    def skeletons(self) -> list[str]:
        """List the skeletons of all words in the index."""
        return [row[0] for row in self._rows("SELECT DISTINCT skeleton FROM vocabulary")]


def _day(stored: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(stored) if stored else None


def _language(stored: str) -> Language:
    return "hi" if stored == "hi" else "en"
