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

from index.errors import IndexFolderError
from index.types import Article, Language, Passage, Span

FORMAT = "1"
"""Version of what is stored; another one is refused, not guessed at."""
FILE_NAME = "khabar.sqlite"

PENDING, READY, LEAVING = "pending", "ready", "leaving"

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
CREATE INDEX by_state ON articles (state);
-- AUTOINCREMENT: an id is never used twice, so a stale vector can never name another passage.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL
);
CREATE INDEX by_article ON passages (article);
-- Every word in the index, and its stem, under the consonants it sounds with: other spellings.
CREATE TABLE vocabulary (
    skeleton TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (skeleton, word)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What one article put into the library: its passages' ids in order."""

    id: int
    passages: tuple[int, ...]


class Library:
    """The SQLite file of one index folder. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the library in `folder`, or make a new one where the folder is new or empty.

        Raises IndexFolderError if the folder holds something else, cannot be written, or was
        made by another version.
        """
        self._lock = threading.RLock()
        path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            if is_new and any(folder.iterdir()):
                raise IndexFolderError(
                    f"{folder} is not a Khabar index and not empty; give another folder with --db."
                )
            self._connection = sqlite3.connect(path, check_same_thread=False)
            self._prepare(folder, is_new=is_new)
        except (OSError, sqlite3.Error) as error:
            raise self.unusable(folder, error) from error

    @staticmethod
    def unusable(folder: Path, error: Exception) -> IndexFolderError:
        """Say that the folder cannot be written or read, and what to do."""
        return IndexFolderError(
            f"The index folder {folder} cannot be used ({error}); "
            "give a folder that can be written with --db."
        )

    def _prepare(self, folder: Path, *, is_new: bool) -> None:
        run = self._connection.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA foreign_keys = ON")
        tables = run("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if is_new or not tables:
            # executescript commits first, so the schema and its format stand in one transaction.
            mark = f"INSERT INTO about VALUES ('format', '{FORMAT}');"
            self._connection.executescript(f"BEGIN; {_SCHEMA} {mark} COMMIT;")
        found = self.about("format") if self._has_table("about") else None
        if found != FORMAT:
            raise IndexFolderError(
                f"{folder} was made by another version of Khabar (format {found}, this one writes "
                f"format {FORMAT}); delete the folder and index the articles again."
            )

    def _has_table(self, name: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self._connection.execute(query, (name,)).fetchone() is not None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection

    def _rows(self, query: str, values: Sequence[str | int | None] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

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
        vocabulary: Iterable[tuple[str, str]],
    ) -> list[StoredArticle]:
        """Write articles, each with its content hash and passages, as PENDING."""
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
                        PENDING,
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
            connection.executemany("INSERT OR IGNORE INTO vocabulary VALUES (?, ?)", vocabulary)
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

    def forget(self, articles: Iterable[int]) -> None:
        """Delete articles and their passages for good."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM articles WHERE id = ?", [(a,) for a in articles])

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Read the passages of READY articles; others are left out."""
        query = (
            "SELECT p.id, a.source, p.start, p.end, substr(a.text, p.start + 1, p.end - p.start),"
            " a.title, a.date, a.language"
            " FROM passages p JOIN articles a ON a.id = p.article"
            " WHERE a.state = 'ready' AND p.id IN (SELECT value FROM json_each(?))"
        )
        rows = self._rows(query, [json.dumps(list(ids))])
        return {row[0]: Passage(*row[:6], _day(row[6]), _language(row[7])) for row in rows}

    def article(self, source: str) -> Article | None:
        """Read one searchable article, whole."""
        query = (
            "SELECT source, text, title, author, date, language FROM articles"
            " WHERE state = 'ready' AND source = ?"
        )
        for row in self._rows(query, [source]):
            return Article(*row[:4], _day(row[4]), _language(row[5]))
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
        span = [day.isoformat() if day else None for day in (since, until)]
        wanted = None if sources is None else set(sources)
        return [row[0] for row in self._rows(query, span) if wanted is None or row[1] in wanted]

    def spellings(self, skeletons: Sequence[str]) -> list[tuple[str, str]]:
        """List (skeleton, word) of every word in the index that has one of the skeletons."""
        query = (
            "SELECT skeleton, word FROM vocabulary"
            " WHERE skeleton IN (SELECT value FROM json_each(?))"
        )
        return [(row[0], row[1]) for row in self._rows(query, [json.dumps(list(skeletons))])]


def _day(stored: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(stored) if stored else None


def _language(stored: str) -> Language:
    return "hi" if stored == "hi" else "en"
