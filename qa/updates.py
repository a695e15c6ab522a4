"""Updates of an index that a server is asked for: one at a time, for all pages.

Whoever asks while one runs waits, with all who come meanwhile, for one more. An update ends also
when nobody looks at it any more.
"""

import sys
import threading
import time
import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from index import Index, KhabarError, UpdateReport, errors
from qa.shelf import Placed, Removed, Shelf

_WAIT = 0.5
"""Seconds until an index is tried again that another process is updating."""
_NOTED = 0.1
"""Seconds between two notes of how far an update has come."""
_PATIENCE = 15.0
"""Seconds until the rest of a drop is given up for now: the browser may be gone."""
_REMEMBERED = 100
"""Drops."""
_ALL = sys.maxsize
_LONGEST = 60.0
"""Seconds that all wait, at most, until those that drop files have dropped the last."""


@dataclass(frozen=True, slots=True)
class Course:
    """How the updates go that follow one upon another, and what they have done so far."""

    is_running: bool = False
    is_receiving: bool = False
    """Whether it waits for the rest of what is being dropped."""
    done: int = 0
    """Files that the update under way has looked at, of `total`; 0 of 0 before it has begun."""
    total: int = 0
    received: int = 0
    """Files that were dropped and are in the folder."""
    known: int = 0
    """Dropped files that were there already."""
    refused: tuple[Placed, ...] = ()
    taken: tuple[Removed, ...] = ()
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    """What could not be read of what was asked for, with the reason."""
    problem: str | None = None
    """Why an update did not come to its end; "" for a bug, whose trace is in the terminal."""


class Updates:
    """Updates an index from the folder it follows. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        self.shelf = Shelf(index)
        self._index = index
        self._changed = threading.Condition()
        self._course = Course()
        self._wanted = False
        self._again: set[str] = set()
        self._about: set[str] | None = set()
        """The files that this is about; None for all."""
        self._dropping: dict[str, float] = {}
        """Drops of which more is waited for, until when."""
        self._to_come: dict[str, int] = {}
        """Parts that have yet to come of a drop, those that are not waited for any more too."""
        self._told: set[str] = set()
        """Drops that the course tells of."""
        self._ending = False
        self._is_done = False
        """Whether the last update came to its end."""
        self._thread: threading.Thread | None = None

    def course(self) -> Course:
        """Tell how it goes, or how it went last."""
        with self._changed:
            return replace(self._course, is_receiving=bool(self._dropping))

    def dropped(self, drop: str, placed: Sequence[Placed], parts: int) -> None:
        """Have a part of what was dropped indexed, once all have come, in whatever order.

        The drop is called `drop`, and has so many `parts`.
        """
        sources = [each.source for each in placed if each.source is not None]
        with self._changed:
            self._begin(sources, drop)
            to_come = self._to_come.pop(drop, parts) - 1
            self._dropping.pop(drop, None)
            if to_come > 0:
                self._to_come[drop] = to_come
                self._dropping[drop] = time.monotonic() + _PATIENCE
                if len(self._to_come) > _REMEMBERED:
                    del self._to_come[next(iter(self._to_come))]
            course = self._course
            self._course = replace(
                course,
                received=course.received + sum(each.is_new for each in placed),
                known=course.known
                + sum(each.source is not None and not each.is_new for each in placed),
                refused=(*course.refused, *(each for each in placed if each.refusal)),
            )
            self._want(sources)

    def taken_out(self, taken: Removed) -> None:
        """Have a file forgotten that was taken out of the folder."""
        with self._changed:
            self._begin([taken.source])
            self._course = replace(self._course, taken=(*self._course.taken, taken))
            self._want([taken.source])

    def ask(self, sources: Collection[str] | None = None) -> None:
        """Have files read again, whatever is known of them; None for all of the folder."""
        with self._changed:
            self._begin(sources)
            self._want(sources or ())

    def resume(self) -> None:
        """Have indexed what a server before this one put into the folder, or took out, and did not.

        It may have crashed, or been told to end.
        """
        self.shelf.tidy()
        if self.shelf.is_changed:
            # By name, or a folder that was emptied would be taken for a mistake.
            self.ask([each.source for each in self.shelf.removed()])

    def _begin(self, about: Collection[str] | None, drop: str = "") -> None:
        """Begin a new series of updates, if there is none under way, nor more of the same drop."""
        if self._thread is None and drop not in self._told:
            self._course, self._about, self._told = Course(), set(), set()
        if drop:
            self._told.add(drop)
        if about is None or self._about is None:
            self._about = None
        else:
            self._about.update(about)

    def _want(self, again: Collection[str]) -> None:
        self._wanted = True
        self._again.update(again)
        if self._thread is None and not self._ending:
            self._course = replace(self._course, is_running=True)
            self._thread = threading.Thread(target=self._run, name="updates", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def wait(self) -> Course:
        """Wait until all that was asked for is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._thread is None)
            return self._course

    def close(self) -> None:
        """End what runs after its batch, and begin no more. What it has not done, the next does."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self.wait()

    def _run(self) -> None:
        while (again := self._next()) is not None:
            try:
                self._is_done = False
                self._note(self._update(again))
                self._is_done = True
            except KeyboardInterrupt:  # its own: it is to end
                continue
            except KhabarError as error:
                self._change(problem=str(error))
            except Exception:
                # A bug: its trace is for the terminal; the next update is tried all the same.
                traceback.print_exc()
                self._change(problem="")

    def _next(self) -> set[str] | None:
        """Wait for the drops to be whole, and take what is wanted; None if that is nothing."""
        with self._changed:
            deadline = time.monotonic() + _LONGEST
            while self._dropping and not self._ending:
                self._changed.wait(min(deadline, *self._dropping.values()) - time.monotonic())
                now = time.monotonic()
                self._dropping = {
                    drop: until
                    for drop, until in self._dropping.items()
                    if min(until, deadline) > now
                }
            if self._ending or not self._wanted:
                if not self._wanted and self._is_done:
                    self.shelf.note(changed=False)
                self._thread = None
                self._course = replace(self._course, is_running=False)
                self._changed.notify_all()
                return None
            again, self._again, self._wanted = self._again, set(), False
            self._course = replace(self._course, done=0, total=0)
            return again

    def _update(self, again: set[str]) -> UpdateReport:
        noted = 0.0

        def show(done: int, total: int) -> None:
            nonlocal noted
            if self._ending:
                raise KeyboardInterrupt  # as Ctrl-C in a terminal: what is indexed stays
            now = time.monotonic()
            if now - noted >= _NOTED or done == total:
                noted = now
                self._change(done=done, total=total)

        if self._about is None:
            known = self._index.listing(limit=_ALL).entries
            again |= {entry.file for entry in known if entry.problem is not None}
        while True:
            try:
                return self._index.update(self.shelf.folder, show, again)
            except errors.IndexBusyError:  # one that somebody else has asked for
                time.sleep(_WAIT)
                show(0, 0)

    def _note(self, report: UpdateReport) -> None:
        with self._changed:
            course, about = self._course, self._about
            failed = {
                source: reason
                for source, reason in report.failed.items()
                if about is None or source in about or source.rpartition("#")[0] in about
            }
            self._course = replace(
                course,
                added=(*course.added, *report.added, *report.moved),
                changed=(*course.changed, *report.changed),
                removed=(*course.removed, *report.removed),
                failed={**course.failed, **failed},
            )

    def _change(self, **changes: object) -> None:
        with self._changed:
            self._course = replace(self._course, **changes)  # type: ignore[arg-type]
