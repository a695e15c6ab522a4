"""Whether something changes in a folder, now. The only place that imports watchfiles.

Each folder is watched by itself, not the tree as a whole: watchfiles would go through links, into
hidden folders and into the index. When folders come or go, the watch begins anew.
"""

import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import psutil
from watchfiles import Change, watch

from index.errors import WatchError
from index.load import SUFFIXES

POLL = 2.0
"""Seconds between two looks through a folder whose changes the system does not report."""
_LOOK = 0.4
"""Seconds between two looks whether the folder is still the one that is watched."""
_STEP_MS = 50
"""Between two looks at what the system has reported."""
_REMOTE = ("9p", "afs", "ceph", "cifs", "fuse.", "glusterfs", "nfs", "smb", "vboxsf", "virtiofs")
"""How the kinds of file systems begin that report only what this machine changes."""


def changes(folder: Path, aside: Path, stop: Event) -> Iterator[bool | WatchError]:
    """Tell every half second, or sooner, whether something changed, until `stop` is set.

    A file that may be an article counts, and a folder; what is hidden, and the absolute path
    `aside`, does not. The folder may be missing, vanish and return. Yields a WatchError, once,
    where the system does not report changes: the folder is looked through every `POLL` seconds.
    """
    folder = folder.absolute()
    polls: bool | None = None  # None: as watchfiles decides, or its environment variables
    while not stop.is_set():
        identity = _identity(folder)
        folders = _folders(folder.resolve(), aside)
        kind = remote_kind(folder.resolve(), _mounts())
        if kind and not polls:
            polls = True
            yield _not_reported(folder, f"it lies on {kind}, which other machines may change")
        reported = watch(
            *folders,
            watch_filter=None,
            recursive=False,
            step=_STEP_MS,
            debounce=_STEP_MS,
            rust_timeout=int(1000 * _LOOK),
            yield_on_timeout=True,
            stop_event=stop,
            force_polling=polls,
            poll_delay_ms=int(1000 * POLL),
        )
        try:
            with closing(reported):
                busy_until = 0.0
                watched = set(folders)
                for batch in reported:
                    if _are_other_folders(batch, watched, aside) or _identity(folder) != identity:
                        break
                    now = time.monotonic()
                    if any(_may_be_article(path) for _, path in batch):
                        # A file that is being written is seen to change at every look only.
                        busy_until = now + (1.5 * POLL if polls else 0.0)
                        yield True
                    else:
                        yield now < busy_until
        except (FileNotFoundError, PermissionError):
            stop.wait(_LOOK)  # it went between being listed and being watched
        except (OSError, RuntimeError) as error:
            if polls:
                stop.wait(POLL)
            else:
                polls = True
                yield _not_reported(folder, str(error).partition(" about ")[0].rstrip("."))
        if not stop.is_set():
            yield True  # because nobody watched for a moment


def _identity(folder: Path) -> tuple[int, int] | None:
    """Tell a folder from another one in its place; None if there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _folders(root: Path, aside: Path) -> list[str]:
    """List the folder and those below it that an update looks into; none if it is missing."""
    found = []
    waiting = [str(root)]
    while waiting:
        path = waiting.pop()
        try:
            path.encode()  # watchfiles takes no other, and no article in it is read
            with os.scandir(path) as entries:
                waiting += [
                    entry.path
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False) and _counts(entry.path, aside)
                ]
        except (OSError, UnicodeEncodeError):
            continue
        found.append(path)
    return found


def _counts(path: str, aside: Path) -> bool:
    """Tell whether a folder is neither hidden nor the index."""
    return not Path(path).name.startswith(".") and Path(path) != aside


def _are_other_folders(
    batch: Iterable[tuple[Change, str]], watched: Collection[str], aside: Path
) -> bool:
    """Tell whether a watched folder has gone, or one to be watched has come."""
    return any(
        path in watched
        if change is Change.deleted
        else change is Change.added
        and Path(path).is_dir()
        and not Path(path).is_symlink()
        and _counts(path, aside)
        for change, path in batch
    )


def _may_be_article(path: str) -> bool:
    name = Path(path).name
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES


def _mounts() -> list[tuple[str, str]]:
    """List each place where a file system is mounted, with its kind."""
    return [(each.mountpoint, each.fstype) for each in psutil.disk_partitions(all=True)]


def remote_kind(folder: Path, mounts: Iterable[tuple[str, str]]) -> str | None:
    """Name the kind of file system that a folder lies on, if other machines can write there.

    `mounts` are (place, kind); of two at one place, the later one is seen.
    """
    kinds = dict(mounts)
    for place in (folder, *folder.parents):
        if kind := kinds.get(str(place)):
            return kind if kind.startswith(_REMOTE) else None
    return None


def _not_reported(folder: Path, reason: str) -> WatchError:
    return WatchError(
        f"The system does not report what changes in {folder} ({reason}); the folder is looked "
        f"through every {POLL:.0f} seconds instead, which takes longer."
    )
