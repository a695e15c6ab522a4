"""Follow a folder: an update at the start, and one after each burst of changes.

What changed is for the update to find, which sees the folder as it is; so a change reported
needlessly costs one look at the folder, and one that goes unreported waits for the next, or an
hour. Knows nothing of files.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event

from index.changes import changes
from index.errors import KhabarError
from index.store import Progress
from index.types import UpdateReport

QUIET = 1.0
"""Seconds without a change that end a burst: nobody is copying files any more."""
AT_LATEST = 10.0
"""Seconds after which an update is due, though the burst has no end."""
FULL = 3_600.0
"""Seconds after which an update is due, though no change was reported. Not every one is: the
system's queue of them can run over, and a file system need not tell."""
RETRY = 30.0
"""Seconds after which an update that failed is tried again, though no change was reported."""

Outcome = UpdateReport | KhabarError
"""What an update did, or the sentence that says why it could not be made."""


class _Stopped(KeyboardInterrupt):
    """Ends a running update as Ctrl-C does."""


def follow(
    update: Callable[[Progress], UpdateReport],
    folder: Path,
    aside: Path,
    stop: Event,
    progress: Progress | None = None,
) -> Iterator[Outcome]:
    """Update at the start and after each burst of changes in the folder, until `stop` is set.

    `update` makes one update, and may be stopped midway; changes in `aside`, the index's own
    folder, do not count. Yields the first report, then each that tells of something added, changed,
    removed or moved, or of a file that cannot be read; a file is told of once, until its reason is
    another. A KhabarError is yielded once, and the folder followed on.
    """

    def show(done: int, total: int) -> None:
        if stop.is_set():
            raise _Stopped
        if progress:
            progress(done, total)

    told = _Told()
    burst = _Burst()
    at_latest = 0.0
    for change in changes(folder, aside, stop):
        if isinstance(change, KhabarError):
            yield change
            continue
        now = time.monotonic()
        if change:
            burst.note(now)
        if not burst.is_over(now) and now < at_latest:
            continue
        burst = _Burst()
        try:
            outcome: Outcome = update(show)
        except _Stopped:
            return
        except KhabarError as error:
            outcome = error
        at_latest = time.monotonic() + (RETRY if isinstance(outcome, KhabarError) else FULL)
        yield from told.news(outcome)


class _Burst:
    """Changes that follow close on each other."""

    def __init__(self) -> None:
        self._first: float | None = None
        self._last = 0.0

    def note(self, now: float) -> None:
        """Take in one more change."""
        self._first = now if self._first is None else self._first
        self._last = now

    def is_over(self, now: float) -> bool:
        """Tell whether there were changes, and it is time to look at them."""
        if self._first is None:
            return False
        return now - self._last >= QUIET or now - self._first >= AT_LATEST


class _Told:
    """What has been told, so that nothing is told twice."""

    def __init__(self) -> None:
        self._last: Outcome | None = None
        self._report = UpdateReport()

    def news(self, outcome: Outcome) -> list[Outcome]:
        """Give what is new in an outcome: a list of one, or of none."""
        last, self._last = self._last, outcome
        if isinstance(outcome, KhabarError):
            return [] if str(outcome) == str(last) else [outcome]
        report, self._report = self._report, outcome
        news = replace(
            outcome,
            failed=_new(outcome.failed, report.failed),
            skipped=_new(outcome.skipped, report.skipped),
        )
        # The first report says that the watch is on; one after an error, that it is over.
        changed = news.added or news.changed or news.removed or news.moved
        is_news = changed or news.failed or news.skipped
        return [news] if is_news or not isinstance(last, UpdateReport) else []


def _new(reasons: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    return {source: why for source, why in reasons.items() if known.get(source) != why}
