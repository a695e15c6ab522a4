"""The catalogue: which files the index holds, and how articles come into the library and leave it.

Everything that writes articles is here, each step one transaction. `index.update` says in which
order the steps are taken, and `index.library` what the states mean.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from index.library import Library
from index.types import Article, Span

DELETED_VECTORS = "deleted vectors"
"""Under this the library counts those that still take space in Chroma."""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article to be stored; its source is left aside."""

    hash: str
    """Of its text and metadata."""
    article: Article
    spans: Sequence[Span]

    def texts(self) -> list[str]:
        """Cut out the passages' texts."""
        return [self.article.text[span.start : span.end] for span in self.spans]


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What one article put into the library: its passages' ids in order."""

    id: int
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read to its end: its articles, and what of it could not be read."""

    file: str
    hash: str
    articles: Mapping[str, str]
    """Source → hash of the article."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Source → why that row could not be read."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file, or a row of it, could not be read when it had this content."""

    source: str
    hash: str
    reason: str
    tried: float
    """When, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is indexed, for an update to compare with."""

    files: Mapping[str, ReadFile]
    """By file, without the problems of rows."""
    failures: Mapping[str, Sequence[Failure]]
    """What could not be read, by file."""
    held: set[str]
    """The hashes of the articles that library, Chroma and tantivy have."""


class Catalogue:
    """What an index holds, file by file. Safe to use from several threads, as the library is."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def known(self) -> Known:
        """Read all that an update has to know of what is indexed."""
        files: dict[str, ReadFile] = {}
        query = (
            "SELECT f.file, f.hash, s.source, a.hash FROM files f"
            " LEFT JOIN sources s ON s.file = f.file LEFT JOIN articles a ON a.id = s.article"
            " ORDER BY f.file, s.source"
        )
        articles: dict[str, str] = {}
        for file, content, source, article in self._library.rows(query):
            if file not in files:
                articles = {}
                files[file] = ReadFile(file, content, articles)
            if source is not None:
                articles[source] = article
        query = "SELECT hash FROM articles WHERE state != 'pending'"
        return Known(files, self._failures(), {row[0] for row in self._library.rows(query)})

    def sources_in(self, files: Iterable[str]) -> dict[str, str]:
        """Map the sources of files to them."""
        query = "SELECT source, file FROM sources WHERE file IN (SELECT value FROM json_each(?))"
        return dict(self._library.rows(query, [json.dumps(list(files))]))

    def _failures(self) -> dict[str, list[Failure]]:
        found: dict[str, list[Failure]] = {}
        query = "SELECT file, source, hash, reason, tried FROM failures ORDER BY source"
        for file, *failure in self._library.rows(query):
            found.setdefault(file, []).append(Failure(*failure))
        return found

    def add(
        self, articles: Iterable[NewArticle], vocabulary: Mapping[tuple[str, str], int]
    ) -> list[StoredArticle]:
        """Write articles with their passages, as PENDING.

        `vocabulary` counts the articles that hold each (skeleton, word).
        """
        stored = []
        with self._library.transaction() as connection:
            for new in articles:
                article = new.article
                row = connection.execute(
                    "INSERT INTO articles"
                    " (hash, state, title, author, date, language, pages, text)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                    (
                        new.hash,
                        "pending",
                        article.title,
                        article.author,
                        article.date.isoformat() if article.date else None,
                        article.language,
                        json.dumps(article.pages),
                        article.text,
                    ),
                ).fetchone()
                ids = [
                    connection.execute(
                        "INSERT INTO passages (article, start, end) VALUES (?, ?, ?) RETURNING id",
                        (row[0], span.start, span.end),
                    ).fetchone()[0]
                    for span in new.spans
                ]
                stored.append(StoredArticle(row[0], tuple(ids)))
            connection.executemany(
                "INSERT INTO vocabulary VALUES (?, ?, ?) ON CONFLICT (skeleton, word)"
                " DO UPDATE SET articles = articles + excluded.articles",
                ((skeleton, word, count) for (skeleton, word), count in vocabulary.items()),
            )
        self._library.vocabulary_changes += 1
        return stored

    def settle(self, stored: Iterable[int], files: Iterable[ReadFile]) -> None:
        """Make PENDING articles STORED, and those of files read to their end READY, in one step.

        What the files held before, and nothing else holds, is LEAVING.
        """
        with self._library.transaction() as connection:
            connection.executemany(
                "UPDATE articles SET state = 'stored' WHERE id = ?", [(a,) for a in stored]
            )
            for read in files:
                before = connection.execute(
                    "SELECT article FROM sources WHERE file = ?", [read.file]
                ).fetchall()
                connection.execute("DELETE FROM sources WHERE file = ?", [read.file])
                connection.execute(
                    "INSERT OR REPLACE INTO files VALUES (?, ?)", [read.file, read.hash]
                )
                connection.executemany(
                    "INSERT INTO sources SELECT ?, ?, id FROM articles WHERE hash = ?",
                    [(source, read.file, article) for source, article in read.articles.items()],
                )
                connection.execute(
                    "UPDATE articles SET state = 'ready' WHERE state != 'ready'"
                    " AND id IN (SELECT article FROM sources WHERE file = ?)",
                    [read.file],
                )
                connection.executemany(_LEAVE, before)
                connection.execute("DELETE FROM failures WHERE file = ?", [read.file])
                now = time.time()
                connection.executemany(
                    "INSERT INTO failures VALUES (?, ?, ?, ?, ?)",
                    [(s, read.file, read.hash, why, now) for s, why in read.problems.items()],
                )

    def fail(self, file: str, content: str, reason: str) -> None:
        """Remember why a file of this content could not be read; what was indexed of it stays."""
        with self._library.transaction() as connection:
            connection.execute("DELETE FROM failures WHERE file = ?", [file])
            connection.execute(
                "INSERT INTO failures VALUES (?, ?, ?, ?, ?)",
                [file, file, content, reason, time.time()],
            )

    def retire(self, files: Iterable[str]) -> None:
        """Take files out of search; `unfinished` lists what only they held until `forget`."""
        with self._library.transaction() as connection:
            for file in files:
                before = connection.execute(
                    "SELECT article FROM sources WHERE file = ?", [file]
                ).fetchall()
                for table in ("sources", "failures", "files"):
                    connection.execute(f"DELETE FROM {table} WHERE file = ?", [file])  # noqa: S608
                connection.executemany(_LEAVE, before)

    def unfinished(self, *, stored: bool) -> Iterator[StoredArticle]:
        """List the articles that are PENDING or LEAVING, and those STORED if asked for."""
        query = (
            "SELECT a.id, group_concat(p.id) FROM articles a"
            " LEFT JOIN passages p ON p.article = a.id"
            " WHERE a.state IN ('pending', 'leaving', ?) GROUP BY a.id ORDER BY a.id"
        )
        for article, ids in self._library.rows(query, ["stored" if stored else ""]):
            yield StoredArticle(article, tuple(map(int, ids.split(","))) if ids else ())

    def forget(self, articles: Iterable[int], vocabulary: Mapping[tuple[str, str], int]) -> None:
        """Delete articles and their passages for good, and the words that only they hold.

        `vocabulary` counts the articles among them that hold each (skeleton, word), as in `add`.
        """
        with self._library.transaction() as connection:
            gone = json.dumps(list(articles))
            connection.execute(
                "INSERT INTO about SELECT ?1, count(*) FROM passages WHERE article IN"
                " (SELECT value FROM json_each(?2)) ON CONFLICT (key)"
                " DO UPDATE SET value = CAST(value AS INTEGER) + excluded.value",
                [DELETED_VECTORS, gone],
            )
            connection.execute(
                "DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?))", [gone]
            )
            connection.executemany(
                "UPDATE vocabulary SET articles = articles - ? WHERE skeleton = ? AND word = ?",
                ((count, skeleton, word) for (skeleton, word), count in vocabulary.items()),
            )
            connection.executemany(
                "DELETE FROM vocabulary WHERE skeleton = ? AND word = ? AND articles <= 0",
                vocabulary.keys(),
            )
        self._library.vocabulary_changes += 1

    def complete(self) -> Iterator[int]:
        """List the READY articles in the order of a new index, by source, then the STORED ones."""
        query = (
            "SELECT a.id, min(s.source) AS first FROM articles a"
            " LEFT JOIN sources s ON s.article = a.id WHERE a.state IN ('ready', 'stored')"
            " GROUP BY a.id ORDER BY first IS NULL, first, a.id"
        )
        return (row[0] for row in self._library.rows(query))


_LEAVE = (
    "UPDATE articles SET state = 'leaving' WHERE id = ? AND state = 'ready'"
    " AND NOT EXISTS (SELECT 1 FROM sources WHERE article = articles.id)"
)
