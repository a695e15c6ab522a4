"""Conversations, kept from one start of a server to the next: SQLite, in the index's folder.

Each belongs to an owner, a text, "" for nobody in particular; nobody sees or changes another's. A
turn is stored as JSON, so that a later version reads what an earlier one wrote.
"""

import datetime
import json
import secrets
import sqlite3
import textwrap
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from index import errors
from qa.stored_turn import columns, folded, read, text_of
from qa.turn import Turn

FILE_NAME = "conversations.sqlite"
LONGEST_TITLE = 200
"""Characters of a title that somebody gives."""
_SHORT_TITLE = 60
"""Characters of one that a first question makes."""
_ID_BYTES = 16
"""Random ones; an id is no secret among an owner's own, and nobody else is to guess it."""

_STEPS = (
    """
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner BLOB NOT NULL,
    title TEXT NOT NULL,
    changed REAL NOT NULL
);
CREATE INDEX by_owner ON conversations (owner, changed);
CREATE TABLE turns (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
    -- What is left of a turn that a later version cannot read.
    question TEXT NOT NULL,
    language TEXT NOT NULL,
    -- What a search goes through: question and answer, folded.
    said TEXT NOT NULL,
    turn BLOB NOT NULL
);
CREATE INDEX by_conversation ON turns (conversation);
""",
)
"""What makes each version of the file of the one before it; `PRAGMA user_version` counts them."""

_NOT_DAMAGE = (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.IntegrityError)
"""No space, no permission, a mistake of ours: the file itself may be sound."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A conversation as a list shows it."""

    id: str
    title: str
    changed: datetime.datetime
    """When its last question was answered, in UTC."""
    questions: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a turn is kept."""

    conversation: str
    number: int
    """Of the turn, among all that are kept."""


class Conversations:
    """The conversations of one index. Safe to use from several threads.

    Every method raises IndexFolderError if their file is damaged, full or not writable; those that
    name a conversation raise ConversationError if the owner has none of that id.
    """

    def __init__(self, folder: Path) -> None:
        """Open the conversations in an index's folder, or begin with none.

        Raises IndexFolderError if their file cannot be used, or a newer version made it.
        """
        self._file = folder / FILE_NAME
        self._lock = threading.RLock()
        try:
            # What people ask is nobody else's to read; SQLite gives its other files the same mode.
            self._file.touch(mode=0o600, exist_ok=True)
            self._connection = sqlite3.connect(self._file, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def _prepare(self) -> None:
        # One damaged character is no reason for the others not to be read.
        self._connection.text_factory = lambda data: data.decode("utf-8", "replace")
        self._connection.create_function("folded", 1, folded, deterministic=True)
        run = self._connection.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA foreign_keys = ON")
        [found] = run("PRAGMA user_version").fetchone()
        if found > len(_STEPS):
            raise errors.IndexFolderError(
                f"The conversations in {self._file} were made by a newer version of Khabar (format "
                f"{found}, this one reads up to {len(_STEPS)}); use that version, or move the file "
                "elsewhere to begin anew."
            )
        for number, step in enumerate(_STEPS[found:], start=found + 1):
            # executescript commits first: each step and its number stand in one transaction.
            self._connection.executescript(f"BEGIN; {step} PRAGMA user_version = {number}; COMMIT;")

    def _unusable(self, error: Exception) -> errors.IndexFolderError:
        """Say that the file cannot be written or read, and what to do."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, _NOT_DAMAGE):
            return errors.IndexFolderError(
                f"The conversations in {self._file} are damaged ({error}); move that file "
                "elsewhere to begin anew, or put a copy of it from before in its place."
            )
        if errors.is_disk_full(error, self._file.parent):
            return errors.IndexFolderError(
                f"The disk of {self._file.parent} is full ({error}); free some space: the "
                "conversations so far stay."
            )
        return errors.IndexFolderError(
            f"The conversations cannot be kept in {self._file} ({error}); let that file and its "
            "folder be written."
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Have the connection to oneself; all that is done with it is written, or nothing."""
        try:
            with self._lock, self._connection as connection:
                yield connection
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def headings(self, owner: str, containing: str = "", limit: int = 100) -> list[Heading]:
        """List an owner's conversations, the one changed last first.

        Those whose title, a question or an answer has every word of `containing`, in any case.
        """
        # The words as JSON: a query that is the same for however many of them.
        query = (
            "SELECT c.id, c.title, c.changed,"
            " (SELECT count(*) FROM turns t WHERE t.conversation = c.number)"
            " FROM conversations c WHERE c.owner = ? AND NOT EXISTS"
            " (SELECT 1 FROM json_each(?) word WHERE NOT instr(folded(c.title), word.value)"
            " AND NOT EXISTS (SELECT 1 FROM turns t"
            " WHERE t.conversation = c.number AND instr(t.said, word.value)))"
            " ORDER BY c.changed DESC, c.number DESC LIMIT ?"
        )
        words = json.dumps(folded(containing).split())
        with self._transaction() as connection:
            rows = connection.execute(query, [_key(owner), words, limit]).fetchall()
        return [Heading(name, title, _moment(at), count) for name, title, at, count in rows]

    def heading(self, owner: str, conversation: str) -> Heading:
        """Tell of one conversation what a list would show."""
        query = (
            "SELECT c.title, c.changed,"
            " (SELECT count(*) FROM turns t WHERE t.conversation = c.number)"
            " FROM conversations c WHERE c.owner = ? AND c.id = ?"
        )
        with self._transaction() as connection:
            row = connection.execute(query, [_key(owner), text_of(conversation)]).fetchone()
        if row is None:
            raise _missing()
        return Heading(conversation, row[0], _moment(row[1]), row[2])

    def begin(self, owner: str, turn: Turn) -> Kept:
        """Keep a first turn as a new conversation, whose title is its question.

        Here and below, a turn that has not ended is kept as one that was stopped. Raises
        ConversationError if nothing was asked.
        """
        if not turn.question.strip():
            raise errors.ConversationError(
                "A conversation begins with a question, and this one is empty; ask one."
            )
        name = secrets.token_urlsafe(_ID_BYTES)
        query = "INSERT INTO conversations (id, owner, title, changed) VALUES (?, ?, ?, ?)"
        with self._transaction() as connection:
            title = text_of(_shortened(turn.question))
            row = connection.execute(query, [name, _key(owner), title, _now()]).lastrowid
            return Kept(name, _insert(connection, row, turn))

    def add(self, owner: str, conversation: str, turn: Turn) -> Kept:
        """Keep a further turn; it is on the disk when this returns."""
        with self._transaction() as connection:
            number = _insert(connection, _touch(connection, owner, conversation), turn)
        return Kept(conversation, number)

    def replace(self, owner: str, kept: Kept, turn: Turn) -> None:
        """Keep a turn as it is now."""
        query = (
            "UPDATE turns SET question = ?, language = ?, said = ?, turn = ?"
            " WHERE number = ? AND conversation = ?"
        )
        with self._transaction() as connection:
            number = _touch(connection, owner, kept.conversation)
            connection.execute(query, [*columns(turn), kept.number, number])

    def turns(self, owner: str, conversation: str) -> list[Turn]:
        """Read a conversation, oldest turn first.

        One that can no longer be read has its question, and a problem in place of its answer. Of
        what a search found, the passages that are cited are kept, and the first three.
        """
        query = (
            "SELECT t.question, t.language, t.turn FROM turns t JOIN conversations c"
            " ON c.number = t.conversation WHERE c.owner = ? AND c.id = ? ORDER BY t.number"
        )
        with self._transaction() as connection:
            rows = connection.execute(query, [_key(owner), text_of(conversation)]).fetchall()
        if not rows:
            raise _missing()
        return [read(*row) for row in rows]

    def rename(self, owner: str, conversation: str, title: str) -> str:
        """Give a conversation another title; returns it with its spaces collapsed.

        Raises ConversationError if it is empty or longer than 200 characters.
        """
        kept = " ".join(text_of(title).split())
        if not 0 < len(kept) <= LONGEST_TITLE:
            raise errors.ConversationError(
                f"A title has 1 to {LONGEST_TITLE} characters, and this one has {len(kept)}; give "
                "another."
            )
        query = "UPDATE conversations SET title = ? WHERE owner = ? AND id = ?"
        with self._transaction() as connection:
            values = [kept, _key(owner), text_of(conversation)]
            if not connection.execute(query, values).rowcount:
                raise _missing()
        return kept

    def delete(self, owner: str, conversation: str) -> None:
        """Delete a conversation with all its turns."""
        query = "DELETE FROM conversations WHERE owner = ? AND id = ?"
        with self._transaction() as connection:
            if not connection.execute(query, [_key(owner), text_of(conversation)]).rowcount:
                raise _missing()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _touch(connection: sqlite3.Connection, owner: str, conversation: str) -> int:
    """Note that a conversation changes now; returns its number."""
    query = "UPDATE conversations SET changed = ? WHERE owner = ? AND id = ? RETURNING number"
    values = [_now(), _key(owner), text_of(conversation)]
    rows = connection.execute(query, values).fetchall()
    if not rows:
        raise _missing()
    return int(rows[0][0])


def _insert(connection: sqlite3.Connection, conversation: int | None, turn: Turn) -> int:
    query = (
        "INSERT INTO turns (question, language, said, turn, conversation) VALUES (?, ?, ?, ?, ?)"
    )
    number = connection.execute(query, [*columns(turn), conversation]).lastrowid
    assert number is not None  # noqa: S101, an INSERT has one
    return number


def _missing() -> errors.ConversationError:
    return errors.ConversationError(
        "There is no such conversation; it may have been deleted. Choose another, or begin a new "
        "one."
    )


def _shortened(question: str) -> str:
    """Cut a question to a title, at a word."""
    line = " ".join(question.split())
    short = textwrap.shorten(line, _SHORT_TITLE, placeholder="…", break_on_hyphens=False)
    if short != "…":
        return short
    cut = line[: _SHORT_TITLE - 1]
    # A vowel sign or a joiner is no beginning: what it belongs to goes with it.
    while cut and unicodedata.category(line[len(cut)])[0] in "MC":
        cut = cut[:-1]
    return f"{cut}…"


def _key(owner: str) -> bytes:
    # Every character counts here, half ones too: two owners never become one.
    return owner.encode("utf-8", "surrogatepass")


def _now() -> float:
    return datetime.datetime.now(datetime.UTC).timestamp()


def _moment(stored: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(stored, datetime.UTC)
