"""An index that another process has open: what is asked of it goes there.

Nobody else is contacted, and the other side is a process of the same user: it showed its token in
the index folder. Errors come back as they were raised there.
"""

import json
import os
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from index import Hit, UpdateReport, errors
from qa import wire
from qa.choices import portable
from qa.llm import MODEL_VARIABLE, Engine
from qa.types import AnswerLanguage, Event, Exchange

_Value = TypeVar("_Value")
_GREETING = 3.0
"""Seconds for a connection, and for the other side to say that it is there."""
_SILENCE = 15.0
"""Seconds without a line, of which one comes every second: a process that imports PyTorch can be
silent for some."""


class RemoteIndex:
    """An index held by another process. Nothing is open here, so closing it does nothing."""

    def __init__(
        self,
        path: str | Path,
        busy: errors.IndexBusyError,
        models: wire.Models,
    ) -> None:
        """Take the error that says who holds it, and models to use in place of the holder's."""
        self._path = path
        self._busy = busy
        self._models = wire.pack(wire.MODELS, models)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the index to who holds it."""

    def greet(self) -> None:
        """Raise IndexBusyError if the holder does not answer."""
        with closing(self._lines("GET", "/", None, _GREETING)) as lines:
            if next(lines, {}).get("version") != wire.VERSION:
                raise self._strange()

    def stream(
        self,
        question: str,
        *,
        since: date | None,
        until: date | None,
        sources: Sequence[str] | None,
        history: Sequence[Exchange],
        engine: str | Path | Engine | None,
        language: AnswerLanguage | None,
        timeout: float | None,
        languages: Sequence[str] | None = None,
    ) -> Iterator[Event]:
        """Answer as `stream` does; closing the iterator stops the work there.

        Raises IndexBusyError for an open engine, which cannot go there.
        """
        wanted = engine or os.environ.get(MODEL_VARIABLE)
        if wanted and not isinstance(wanted, str | Path):
            raise errors.IndexBusyError(
                f"{self._busy} An engine that is open here cannot answer there; give its name.",
                self._busy.holder,
            )
        asked = wire.Ask(
            question,
            _day(since),
            _day(until),
            None if sources is None else tuple(sources),
            tuple(each if not isinstance(each, list) else tuple(each) for each in history),
            portable(wanted),
            language,
            timeout,
            None if languages is None else tuple(languages),
        )
        with closing(self._request("ask", wire.pack(wire.ASK, asked))) as lines:
            for line in lines:
                if line["kind"] == wire.END:
                    return
                yield wire.unpack(wire.EVENTS[line["kind"]], line["value"])
        raise self._ended()

    def search(
        self,
        question: str,
        limit: int = 10,
        since: date | None = None,
        until: date | None = None,
        sources: Sequence[str] | None = None,
        languages: Sequence[str] | None = None,
    ) -> list[Hit]:
        """Search as `Index.search` does."""
        listed = None if sources is None else tuple(sources)
        written_in = None if languages is None else tuple(languages)
        asked = wire.Search(question, limit, _day(since), _day(until), listed, written_in)
        return self._done("search", wire.HITS, asked)

    def update(
        self,
        folder: str | Path,
        progress: wire.Progress | None = None,
        again: Collection[str] = (),
    ) -> UpdateReport:
        """Update as `Index.update` does.

        Interrupted, it stops there too, and what is done is kept.
        """
        asked = wire.Update(_absolute(folder), tuple(again))
        return self._done("update", wire.REPORT, asked, progress)

    def verify(self, folder: str | Path, progress: wire.Progress | None = None) -> tuple[str, ...]:
        """Compare as `Index.verify` does."""
        return self._done("verify", wire.SENTENCES, _there(folder), progress)

    def rebuild(self, progress: wire.Progress | None = None) -> int:
        """Make vectors and terms anew as `Index.rebuild` does."""
        return self._done("rebuild", wire.COUNT, wire.Nothing(), progress)

    def inventory(self) -> dict[str, int | str | None]:
        """Count what is indexed as `Index.inventory` does; by the names of its fields."""
        return self._done("inventory", wire.COUNTS, wire.Nothing())

    def use_terms(self, file: str | Path) -> int:
        """Use a file of terms as `Index.use_terms` does."""
        return self._done("use_terms", wire.COUNT, _there(file))

    def _done(
        self,
        name: str,
        gives: TypeAdapter[_Value],
        asked: object,
        progress: wire.Progress | None = None,
    ) -> _Value:
        packed = wire.pack(wire.OPERATIONS[name].takes, asked)
        with closing(self._request(name, packed)) as lines:
            for line in lines:
                if line["kind"] == wire.RESULT:
                    return wire.unpack(gives, line["value"])
                if line["kind"] == wire.PROGRESS and progress:
                    progress(*line["value"])
        raise self._ended()

    def _request(self, name: str, asked: object) -> Generator[dict[str, Any], None, None]:
        """Give the lines of a reply; raises the error that one of them tells of."""
        body = json.dumps({"asked": asked, "models": self._models})
        reply = self._lines("POST", f"/{name}", body.encode("ascii"), _SILENCE)
        with closing(reply) as lines:
            for line in lines:
                if "error" in line:
                    raise wire.raised(line)
                yield line

    def _lines(
        self, method: str, path: str, body: bytes | None, patience: float
    ) -> Generator[dict[str, Any], None, None]:
        holder = self._busy.holder
        assert holder is not None  # noqa: S101, there would be nobody to ask
        place = urlsplit(holder.address or "")
        headers = {"Authorization": f"Bearer {holder.token}", "Content-Type": "application/json"}
        # No client of a library: this one knows of no proxy, redirect or environment.
        connection = HTTPConnection(place.hostname or "", place.port, timeout=patience)
        with closing(connection):
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
            except (OSError, HTTPException) as error:
                raise self._silent() from error
            if response.status != HTTPStatus.OK:
                raise self._refused(response)
            try:
                for line in response:
                    if line.strip():
                        yield wire.read(line)
            except wire.GarbledError as error:
                raise self._strange() from error
            except TimeoutError as error:
                raise self._silent() from error
            except (OSError, HTTPException) as error:
                raise self._ended() from error

    def _silent(self) -> errors.IndexBusyError:
        return self._named("which does not answer; end it, or ask again later")

    def _ended(self) -> errors.IndexBusyError:
        return self._named("which ended before it had answered; ask again")

    def _refused(self, response: HTTPResponse) -> errors.IndexBusyError:
        if response.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return self._strange()
        if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return self._ended()
        return self._silent()

    def _strange(self) -> errors.IndexBusyError:
        return self._named("which is of another version of Khabar; end it")

    def _named(self, what: str) -> errors.IndexBusyError:
        holder = self._busy.holder
        message = f"The index {self._path} is in use by {holder}, {what}."
        return errors.IndexBusyError(message, holder)


def _there(path: str | Path) -> wire.There:
    return wire.There(_absolute(path))


def _absolute(path: str | Path) -> str:
    return str(Path(path).expanduser().absolute())


def _day(day: date | None) -> date | None:
    return day.date() if isinstance(day, datetime) else day
