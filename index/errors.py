"""Every error Khabar raises on purpose. Each message says what was found and what to do.

KhabarError
├── FolderError          the folder of articles is not there, or holds none
├── WatchError           changes in that folder are not reported by the system (followed still)
├── FileError            one article cannot be read (reported, never stops the others)
│   └── NotNowError          not now, through no fault of the file
├── QuestionError        nothing that can be asked: empty, too long, another script
├── QuestionFileError    a file of questions, or of an earlier evaluation, that cannot be used
├── IndexFolderError     the index folder is not ours, of another version, or not writable
│   ├── IndexBusyError       another process holds it
│   ├── IndexDamagedError    vectors or terms are damaged, and can be made anew
│   └── EmbedderMismatchError    it was made with another embedder
├── ConversationError    a conversation that is not there, or a title that is none
├── ModelError           a model that is not here, or cannot be fetched or used
│   ├── ModelLoadError       a model that is here, and damaged, of another kind or too big
│   └── ModelTimeoutError    its time was up before the answer was whole
└── TermsError           a file of the user's own terms that cannot be used
"""

import errno
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from index.holder import Holder

_FULL = ("No space left", "disk is full", "os error 28")
"""How SQLite, Chroma and tantivy pass on that a disk is full."""
_HARDLY_ANY = 1_000_000
"""Bytes; with fewer no update gets far."""
_REFUSED = ("too many open files", "permission denied", "read-only", "readonly", "not permitted")


class KhabarError(Exception):
    """Anything Khabar could not do; `str(error)` is one sentence a user can act on."""


class FolderError(KhabarError):
    """The folder of articles is not there, is not a folder, or holds no article."""


class WatchError(KhabarError):
    """The system does not report what changes in a folder, which is followed in another way."""


class FileError(KhabarError):
    """One article cannot be read; the update goes on with the others."""


class NotNowError(FileError):
    """One article cannot be read now, through no fault of its own."""


class QuestionError(KhabarError):
    """The question is empty, too long, or in a script Khabar does not read."""


class QuestionFileError(KhabarError):
    """A file of questions, or of an earlier evaluation, is damaged or does not fit the articles."""


class IndexFolderError(KhabarError):
    """The index folder is not Khabar's, of another version, or cannot be written."""


class IndexBusyError(IndexFolderError):
    """Another process holds the index; Chroma is safe in one process at a time.

    `holder` tells which one, and where it answers for the index; None if that is not known.
    """

    def __init__(self, message: str, holder: "Holder | None" = None) -> None:
        super().__init__(message)
        self.holder = holder


class IndexDamagedError(IndexFolderError):
    """Vectors or terms are damaged; the library is not, and they can be made anew from it."""


class EmbedderMismatchError(IndexFolderError):
    """The index was made with another embedder; vectors of two embedders do not compare."""


class ConversationError(KhabarError):
    """There is no such conversation, or what is to become its title is none."""


class ModelError(KhabarError):
    """A model is not here, cannot be fetched, or failed while it wrote."""


class ModelLoadError(ModelError):
    """A model file or folder is damaged, not of the expected kind, or too big for this machine."""


class ModelTimeoutError(ModelError):
    """A model had not ended its answer when the time for it was up."""


class TermsError(KhabarError):
    """A file of the user's own terms is missing, too large, or has a line that says nothing."""


def is_disk_full(error: BaseException, folder: "Path") -> bool:
    """Whether something failed because the disk of a folder, or one's part of it, is full."""
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT) or any(words in str(error) for words in _FULL):
        return True
    # Not everybody says so: tantivy's writer "was killed", Chroma reads what it could not write.
    try:
        return shutil.disk_usage(folder).free < _HARDLY_ANY
    except (OSError, ValueError):
        return False


def is_refused(error: BaseException) -> bool:
    """Whether something failed because the system did not let it, and not for what it found."""
    return any(words in str(error).lower() for words in _REFUSED)


def disk_full(folder: "Path", error: BaseException) -> IndexFolderError:
    """Say that the disk of a folder is full, and what to do."""
    return IndexFolderError(
        f"The disk of {folder} is full ({error}); free some space and index the articles again: "
        "what is indexed stays."
    )


def unusable(what: str, folder: "Path", error: BaseException) -> IndexFolderError:
    """Say that the index of `what` in a folder cannot be used: why, and what to do.

    An IndexDamagedError, unless the disk is full or the system did not let it be used.
    """
    if is_disk_full(error, folder):
        return disk_full(folder, error)
    kind = IndexFolderError if is_refused(error) else IndexDamagedError
    return kind(
        f"The index of {what} in {folder} cannot be used ({error}); make it anew with "
        "qa index FOLDER --rebuild."
    )
