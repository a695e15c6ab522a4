"""The library: SQLite keeps every text once, its metadata, its state and where it stands.

The only truth: Chroma and tantivy are indexes over it and can be made again from it. An article is
searchable once its state says READY, and that is written last:

    PENDING   its text and passages are here; vectors and terms may be missing
    STORED    Chroma and tantivy have it too; the file it stands in is not yet read to its end
    READY     library, Chroma and tantivy all have it, and at least one source names it
    LEAVING   replaced or removed; vectors and terms may still be there

So a crash at any instant leaves rows that the next update finishes, and no question ever sees them.
This module opens the file and reads what questions ask for; `index.catalogue` writes.
"""

import datetime
import json
import sqlite3
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index import holder
from index.errors import IndexFolderError, disk_full, is_disk_full
from index.types import Article, Language, Passage

FORMAT = "4"
"""Version of what is stored; another one is refused, not guessed at."""
FILE_NAME = "khabar.sqlite"
LOCK_NAME = "khabar.lock"
FOLLOWED = "folder"
"""What the library remembers the folder of articles by."""
_NEW = {LOCK_NAME, holder.FILE_NAME, holder.NEW_NAME, FILE_NAME}
_NEW |= {f"{FILE_NAME}-{kind}" for kind in ("journal", "wal", "shm")}
"""All that a crash can leave of an index before its library is made."""
CONVERSATIONS = "conversations.sqlite"
ARTICLES, REMOVED = "articles", "removed"
"""What people asked, the files that they gave, and those that they took out: no part of the index,
and not to be made again if they are deleted."""
_NEW |= {f"{CONVERSATIONS}{kind}" for kind in ("", "-journal", "-wal", "-shm")}
_NEW |= {ARTICLES, REMOVED}
START_AGAIN = (
    f"delete all in it but {CONVERSATIONS}*, {ARTICLES}/ and {REMOVED}/, and index the articles "
    "again."
)

_SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- A text, with what it says of itself: once, in however many files it stands.
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    title TEXT,
    author TEXT,
    date TEXT,
    language TEXT NOT NULL,
    pages TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX by_state ON articles (state, date);
-- AUTOINCREMENT: an id is never used twice, so a stale vector can never name another passage.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL
);
CREATE INDEX by_article ON passages (article);
-- A file as it was when all its articles had been indexed.
CREATE TABLE files (file TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
-- Where an article stands: a file, or a row of one.
CREATE TABLE sources (
    source TEXT PRIMARY KEY,
    file TEXT NOT NULL REFERENCES files (file),
    article INTEGER NOT NULL REFERENCES articles (id)
) WITHOUT ROWID;
CREATE INDEX by_file ON sources (file);
CREATE INDEX sources_of ON sources (article);
-- What could not be read, and why, so that it need not be tried again at every update.
CREATE TABLE failures (
    source TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    tried REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX failures_of ON failures (file);
-- Every word in the index, and its stem, under the consonants it sounds with: other spellings.
-- A word leaves with the last of the articles that hold it.
CREATE TABLE vocabulary (
    skeleton TEXT NOT NULL,
    word TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (skeleton, word)
) WITHOUT ROWID;
"""

_BY_LANGUAGE = "CREATE INDEX IF NOT EXISTS by_language ON articles (state, language, date)"
"""All that a question's filters look at, so that no article is read for them."""

_NOT_DAMAGE = (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.IntegrityError)
"""No space, no permission, a mistake of ours: the file itself may be sound."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands, and what tells it from others without its text being read."""

    article: int
    source: str
    start: int
    end: int
    date: datetime.date | None
    language: Language
    also_in: tuple[str, ...] = ()
    """Other sources of the article, of those that were asked for."""


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
    def is_in(folder: Path) -> bool:
        """Whether a folder holds a library."""
        return (folder / FILE_NAME).is_file()

    @staticmethod
    def unusable(folder: Path, error: Exception) -> IndexFolderError:
        """Say that the folder cannot be written or read, and what to do."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, _NOT_DAMAGE):
            return IndexFolderError(f"The index in {folder} is damaged ({error}); {START_AGAIN}")
        if is_disk_full(error, folder):
            return disk_full(folder, error)
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
                f"writes format {FORMAT}); {START_AGAIN}"
            )
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA foreign_keys = ON")
        # Younger than the format. Where a full disk has no room for it, answers are only slower.
        with suppress(sqlite3.OperationalError):
            run(_BY_LANGUAGE)

    def _has_table(self, name: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self._connection.execute(query, (name,)).fetchone() is not None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all that is done with the connection, or none of it."""
        with self.reading() as connection, connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Have the connection to oneself; what goes wrong with it is an IndexFolderError."""
        try:
            with self._lock:
                yield self._connection
        except sqlite3.Error as error:
            raise self.unusable(self._folder, error) from error

    def rows(self, query: str, values: Sequence[str | int | None] = ()) -> list[tuple[Any, ...]]:
        """Read the rows of a query."""
        with self.reading() as connection:
            return connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def damage(self) -> list[str]:
        """Say what SQLite itself finds wrong with the file; nothing if it is sound."""
        found = [str(row[0]) for row in self.rows("PRAGMA integrity_check(3)")]
        broken = self.rows("PRAGMA foreign_key_check")
        return [line for line in found if line != "ok"] + [
            f"a row of {table} names one that {parent} lacks" for table, _, parent, _ in broken[:3]
        ]

    def about(self, key: str) -> str | None:
        """Read a remembered fact about the index (its format, folder, embedder)."""
        rows = self.rows("SELECT value FROM about WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def remember(self, facts: Mapping[str, str]) -> None:
        """Write facts about the index, all or none."""
        with self.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", facts.items())

    def sources(self) -> dict[str, int]:
        """Map each searchable source to its article, sorted."""
        return dict(self.rows("SELECT source, article FROM sources ORDER BY source"))

    def texts(self, article: int) -> tuple[str | None, dict[int, str]]:
        """Read an article's title and the text of each of its passages, whatever its state."""
        title, text = self.rows("SELECT title, text FROM articles WHERE id = ?", [article])[0]
        query = "SELECT id, start, end FROM passages WHERE article = ? ORDER BY start"
        return title, {row[0]: text[row[1] : row[2]] for row in self.rows(query, [article])}

    def places(self, ids: Sequence[int], sources: Sequence[str] | None = None) -> dict[int, Place]:
        """Find where passages of READY articles stand, without their texts; others are left out.

        An article of several sources has the first of them, or of those among `sources`.
        """
        # CROSS JOIN: left to itself, SQLite goes through all articles to find these.
        query = (
            "SELECT p.id, a.id, s.source, s.file, p.start, p.end, a.date, a.language"
            " FROM passages p CROSS JOIN articles a ON a.id = p.article"
            " CROSS JOIN sources s ON s.article = a.id"
            " WHERE a.state = 'ready' AND p.id IN (SELECT value FROM json_each(?))"
            " ORDER BY s.source"
        )
        wanted = None if sources is None else set(sources)
        found: dict[int, Place] = {}
        others: dict[int, list[str]] = {}
        for row in self.rows(query, [_json(ids)]):
            number, article, source, file, start, end, day, spoken = row
            if wanted is not None and not {source, file} & wanted:
                continue
            if number in found:
                others.setdefault(number, []).append(source)
            else:
                found[number] = Place(
                    article, source, start, end, read_day(day), read_language(spoken)
                )
        return found | {n: replace(found[n], also_in=tuple(each)) for n, each in others.items()}

    def passages(self, places: Mapping[int, Place]) -> dict[int, Passage]:
        """Read the passages that stand there; those no longer READY are left out."""
        wanted: dict[int, list[int]] = {}
        for number, place in places.items():
            wanted.setdefault(place.article, []).append(number)
        # Each text once (SQLite's substr would read a long one again for each of its passages), and
        # one at a time, because those of forty books fill the memory.
        query = (
            "SELECT a.id, a.title, a.pages, a.text FROM json_each(?) AS wanted"
            " CROSS JOIN articles a ON a.id = wanted.value WHERE a.state = 'ready'"
        )
        found = {}
        with self.reading() as connection:
            for article, title, pages, text in connection.execute(query, [_json(wanted)]):
                begins = json.loads(pages)
                for number in wanted[article]:
                    at = places[number]
                    page = bisect_right(begins, at.start)
                    found[number] = Passage(
                        number,
                        at.source,
                        at.start,
                        at.end,
                        text[at.start : at.end],
                        title,
                        at.date,
                        at.language,
                        at.also_in,
                        page or None,
                        tuple(begins[page : bisect_left(begins, at.end)]),
                    )
        return found

    def article(self, source: str) -> Article | None:
        """Read one searchable article, whole."""
        query = (
            "SELECT a.text, a.title, a.author, a.date, a.language, a.pages FROM sources s"
            " JOIN articles a ON a.id = s.article WHERE s.source = ?"
        )
        for text, title, author, day, language, pages in self.rows(query, [source]):
            spoken, begins = read_language(language), tuple(json.loads(pages))
            return Article(source, text, title, author, read_day(day), spoken, begins)
        return None

    def counts(self) -> tuple[int, int]:
        """Count the sources of searchable articles, and the articles' passages."""
        query = (
            "SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM passages p"
            " JOIN articles a ON a.id = p.article WHERE a.state = 'ready')"
        )
        sources, passages = self.rows(query)[0]
        return sources, passages

    def matching(
        self,
        since: datetime.date | None,
        until: datetime.date | None,
        sources: Sequence[str] | None,
        languages: Sequence[str] | None = None,
    ) -> list[int]:
        """List the READY articles dated within [since, until], among `sources`, in `languages`.

        The file of a table stands for all its rows. An article without a date is outside every
        span of time.
        """
        query = (
            "SELECT DISTINCT a.id FROM articles a WHERE a.state = 'ready'"
            " AND (?1 IS NULL OR a.date >= ?1) AND (?2 IS NULL OR a.date <= ?2)"
            " AND (?4 IS NULL OR a.language IN (SELECT value FROM json_each(?4)))"
            " AND (?3 IS NULL OR EXISTS (SELECT 1 FROM sources s WHERE s.article = a.id AND"
            " (s.source IN (SELECT value FROM json_each(?3))"
            " OR s.file IN (SELECT value FROM json_each(?3)))))"
        )
        # A datetime is a date too; its first ten characters are the day.
        span = [day.isoformat()[:10] if day else None for day in (since, until)]
        among = [None if each is None else _json(each) for each in (sources, languages)]
        return [row[0] for row in self.rows(query, [*span, *among])]

    def newest(self) -> datetime.date | None:
        """Tell the date of the newest searchable article; None if none has one."""
        return read_day(self.rows("SELECT max(date) FROM articles WHERE state = 'ready'")[0][0])

    def spellings(self, skeletons: Sequence[str]) -> list[tuple[str, str]]:
        """List (skeleton, word) of every word in the index that has one of the skeletons."""
        query = (
            "SELECT skeleton, word FROM vocabulary"
            " WHERE skeleton IN (SELECT value FROM json_each(?))"
        )
        return [(row[0], row[1]) for row in self.rows(query, [_json(skeletons)])]

    def vocabulary(self) -> dict[tuple[str, str], int]:
        """Count the articles that hold each (skeleton, word)."""
        rows = self.rows("SELECT skeleton, word, articles FROM vocabulary")
        return {(skeleton, word): count for skeleton, word, count in rows}

    def skeletons(self) -> list[str]:
        """List the skeletons of all words in the index."""
        return [row[0] for row in self.rows("SELECT DISTINCT skeleton FROM vocabulary")]


def _json(values: Iterable[int] | Iterable[str]) -> str:
    return json.dumps(list(values))


def read_day(stored: str | None) -> datetime.date | None:
    """Read a date as it is stored."""
    return datetime.date.fromisoformat(stored) if stored else None


def read_language(stored: str) -> Language:
    """Read a language as it is stored."""
    return "hi" if stored == "hi" else "en"
