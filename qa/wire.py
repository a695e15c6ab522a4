"""What two processes say to each other about one index: the requests, and lines of JSON in reply.

Of a reply, the lines that are not empty are each {"kind": …, "value": …}, the last one "result" or
"end"; or {"error": the error's class, "message": its sentence}, and then it is the last. An empty
line says that the work goes on. Knows nothing of HTTP.
"""

import datetime
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from index import Hit, Index, KhabarError, UpdateReport, errors
from qa.types import Answer, AnswerLanguage, Event, Exchange, Found, Piece, Waiting

_Value = TypeVar("_Value")
Progress = Callable[[int, int], None]
VERSION = 2
"""Of all this: another one is not talked to."""
BEAT = 1.0
"""Seconds between two lines of a reply, at most."""


class GarbledError(ValueError):
    """What came is not what this version of Khabar sends."""


@dataclass(frozen=True, slots=True)
class Models:
    """Which models of an index to use, and where the next update is to keep the vectors.

    None takes what it is open with. A path is absolute.
    """

    embedder: str | None
    reranker: str | None
    chroma: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as `stream` takes it."""

    question: str
    since: datetime.date | None = None
    until: datetime.date | None = None
    sources: tuple[str, ...] | None = None
    history: tuple[Exchange, ...] = ()
    engine: str | None = None
    """A path is absolute; None takes the engine of the process that holds the index."""
    language: AnswerLanguage | None = None
    timeout: float | None = None
    languages: tuple[str, ...] | None = None
    """Unknown ones too: the index says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Search:
    """A question as `Index.search` takes it."""

    question: str
    limit: int
    since: datetime.date | None = None
    until: datetime.date | None = None
    sources: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class There:
    """A file or a folder; its path is absolute."""

    path: str


@dataclass(frozen=True, slots=True)
class Update:
    """What is to be indexed, as `Index.update` takes it; the path is absolute."""

    folder: str
    again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing more to say."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Something to be done with an index by the process that holds it."""

    takes: TypeAdapter[Any]
    gives: TypeAdapter[Any]
    run: Callable[[Index, Any, Progress], object]
    ranks: bool = False
    """Whether it matters which reranker there is."""


ASK, MODELS = TypeAdapter(Ask), TypeAdapter(Models)
HITS, REPORT, COUNT = TypeAdapter(list[Hit]), TypeAdapter(UpdateReport), TypeAdapter(int)
COUNTS = TypeAdapter(dict[str, int | str | None])
SENTENCES = TypeAdapter(tuple[str, ...])
_THERE, _NOTHING = TypeAdapter(There), TypeAdapter(Nothing)

OPERATIONS = {
    "search": Operation(
        TypeAdapter(Search),
        HITS,
        lambda index, asked, _: index.search(
            asked.question, asked.limit, asked.since, asked.until, asked.sources, asked.languages
        ),
        ranks=True,
    ),
    "update": Operation(
        TypeAdapter(Update),
        REPORT,
        lambda index, asked, show: index.update(Path(asked.folder), show, asked.again),
    ),
    "use_terms": Operation(
        _THERE, COUNT, lambda index, there, _: index.use_terms(Path(there.path))
    ),
    "verify": Operation(
        _THERE, SENTENCES, lambda index, there, show: index.verify(Path(there.path), show)
    ),
    "rebuild": Operation(_NOTHING, COUNT, lambda index, _, show: index.rebuild(show)),
    "inventory": Operation(_NOTHING, COUNTS, lambda index, *_: asdict(index.inventory())),
}
"""All but asking, which answers event by event."""

EVENTS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in (Found, Waiting, Piece, Answer)
}
PROGRESS, RESULT, END = "progress", "result", "end"


def pack(kind: TypeAdapter[_Value], value: _Value) -> object:
    """Turn a value into what JSON can say."""
    said: object = kind.dump_python(value, mode="json")
    return said


def unpack(kind: TypeAdapter[_Value], said: object) -> _Value:
    """Turn it back; raises GarbledError if it is no such value."""
    try:
        return kind.validate_python(said)
    except ValidationError as error:
        raise GarbledError(str(error)) from error


def read(line: bytes) -> dict[str, Any]:
    """Read a JSON object; raises GarbledError if that is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise GarbledError(str(error)) from error
    if not isinstance(found, dict):
        raise GarbledError("not a JSON object")
    return found


def line(kind: str, value: object) -> bytes:
    """Write a line of a reply, of a value that `pack` has made."""
    return _line({"kind": kind, "value": value})


def event_line(event: Event) -> bytes:
    """Write the line that an event of an answer is."""
    kind = type(event).__name__
    return line(kind, pack(EVENTS[kind], event))


def error_line(error: KhabarError) -> bytes:
    """Write the line that an error is."""
    return _line({"error": _known(type(error)), "message": str(error)})


def _line(fields: dict[str, object]) -> bytes:
    # In ASCII: a lone half of a character, as a command line can have, is then no trouble.
    return json.dumps(fields).encode("ascii") + b"\n"


def _known(kind: type[BaseException]) -> str:
    """Name the nearest class that the other side knows too."""
    for each in kind.__mro__:
        name = each.__name__
        if vars(errors).get(name) is each:
            return name
    return KhabarError.__name__


def raised(fields: dict[str, Any]) -> KhabarError:
    """Make the error that a line tells of."""
    kind = vars(errors).get(str(fields["error"]), KhabarError)
    is_ours = isinstance(kind, type) and issubclass(kind, KhabarError)
    return (kind if is_ours else KhabarError)(str(fields.get("message")))
