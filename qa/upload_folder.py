"""Where uploads lie until they are taken in: a folder of this process's own, which goes with it.

What a process that was killed has left there is removed as the next one begins. A process has its
folder locked for as long as it lives, so that those of others are told from those of the dead.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

VARIABLE = "GRADIO_TEMP_DIR"
"""In the environment: where Gradio takes uploads to lie."""
_PREFIX = "khabar-uploads-"
_LOCK = "lock"
_FILES = "files"
"""The uploads are by themselves: what looks after them does not come upon the lock."""


@contextmanager
def own_uploads() -> Iterator[None]:
    """Have Gradio keep what is uploaded where only this process's user looks, and remove it then.

    To be entered before a page is mounted.
    """
    before = os.environ.get(VARIABLE)
    _remove_those_of_the_dead()
    folder, lock = _made()
    os.environ[VARIABLE] = str(folder / _FILES)
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
        lock.release()  # first: Windows deletes nothing that is open
        shutil.rmtree(folder, ignore_errors=True)  # another may remove it just as well by now


def _made() -> tuple[Path, FileLock]:
    """Make a folder, and lock it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))  # with mode 0700
        (folder / _FILES).mkdir(mode=0o700)
        lock = _lock(folder)
        # One that begins at the same time can take it for a dead one's until it is locked.
        with suppress(Timeout, FileNotFoundError):
            lock.acquire(timeout=0)
            if (folder / _FILES).is_dir():
                return folder, lock
        lock.release()


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / _LOCK, thread_local=False)


def _remove_those_of_the_dead() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # What cannot be looked at or removed is not worth a server that does not start.
        with suppress(OSError, Timeout):
            if _is_own(folder):
                with _lock(folder).acquire(timeout=0):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    """Whether a folder was made here by this user, and nobody else can have put anything into it.

    Links are not followed: anybody can put one where all keep what they do not need for long.
    """
    there, lock = folder.lstat(), (folder / _LOCK).lstat()
    if not stat.S_ISDIR(there.st_mode) or not stat.S_ISREG(lock.st_mode):
        return False
    # Windows has neither: there each user has such a folder alone.
    return os.name == "nt" or (
        there.st_uid == os.getuid() and not there.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    )
