"""The folder of models: one folder for each, which holds its files and a manifest.

A model is here once its manifest is, and the manifest is written last: what was half fetched or
half copied is never taken for a model. One process at a time changes a model.
"""

import datetime
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

from filelock import FileLock, Timeout

from index import models
from index.errors import ModelError, ModelLoadError
from index.models import ModelFile, Role

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""

MANIFEST = ".khabar.json"
"""Hidden: an embedder is told by its files, and when it was installed makes it no other."""
_FORMAT = 1
_WORK = ".work"
_LOCKS = ".locks"
_AT_ONCE = 1 << 20
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A model on this machine. Of each of its files bytes and SHA-256 are known."""

    role: Role
    name: str
    folder: Path
    files: tuple[ModelFile, ...]
    repository: str | None
    revision: str | None
    added_from: str | None
    when: datetime.datetime

    @property
    def path(self) -> Path:
        """What an engine opens: the GGUF file of an llm (the first, of several), or the folder."""
        if self.role != "llm":
            return self.folder
        ggufs = (file.name for file in self.files if file.name.endswith(".gguf"))
        return self.folder / next(ggufs, self.files[0].name)

    @property
    def bytes(self) -> int:
        """How much of the disk it takes."""
        return sum(file.bytes or 0 for file in self.files)


def names() -> list[str]:
    """List the models that have a manifest, sorted. Raises ModelError if that cannot be told."""
    folder = models.folder()
    try:
        return sorted(path.name for path in folder.iterdir() if is_here(path.name))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ModelError(
            f"The folder of models {folder} cannot be read ({reason(error)})."
        ) from error


def is_here(name: str) -> bool:
    """Say whether a model is here, whole or damaged."""
    return models.is_name(name) and (models.folder() / name / MANIFEST).is_file()


def read(name: str) -> Installed:
    """Read what is known of a model that is here.

    Raises ModelLoadError if its manifest or a file of it is missing or damaged.
    """
    folder = models.folder() / name
    try:
        here = _parse(json.loads((folder / MANIFEST).read_text(encoding="utf-8")), folder)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        raise _damaged(folder, f"its {MANIFEST} cannot be read") from None
    for file in here.files:
        try:
            size = (folder / file.name).stat().st_size
        except OSError:
            raise _damaged(folder, f"{file.name} is missing") from None
        if size != file.bytes:
            raise _damaged(folder, f"{file.name} has {size:,} bytes and had {file.bytes:,}")
    return here


def _parse(stated: dict[str, Any], folder: Path) -> Installed:
    """Take in a manifest; raises ValueError, LookupError or TypeError if it is none."""
    files = tuple(ModelFile(**file) for file in stated["files"])
    role = next((role for role in get_args(Role) if role == stated["role"]), None)
    when = datetime.datetime.fromisoformat(stated["installed"])
    if (
        stated["format"] != _FORMAT
        or role is None
        or not files
        or when.tzinfo is None
        or not all(isinstance(file.bytes, int) and isinstance(file.sha256, str) for file in files)
        or not all(isinstance(file.name, str) and models.is_inside(file.name) for file in files)
    ):
        raise ValueError
    return Installed(
        role,
        folder.name,
        folder,
        files,
        stated["repository"],
        stated["revision"],
        stated["from"],
        when,
    )


def _damaged(folder: Path, what: str) -> ModelLoadError:
    return ModelLoadError(
        f"The model {folder.name} in {folder} is damaged ({what}); remove it with: qa models "
        f"remove {folder.name}"
    )


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Keep all others from changing a model; gives a folder to work in, which may not be there.

    Raises ModelError if another process is changing it, or if the disk cannot be written.
    """
    folder = models.folder()
    try:
        (folder / _LOCKS).mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCKS / name, timeout=0):
            yield folder / _WORK / name
    except Timeout as error:
        raise ModelError(
            f"The model {name} is being fetched or changed by another Khabar process; wait for "
            "that to end."
        ) from error
    except OSError as error:
        kept = f"; what came of {name} is kept until qa models remove {name}"
        raise ModelError(
            f"The folder of models {folder} cannot be written ({reason(error)}); make room there, "
            f"or name another in {models.FOLDER_VARIABLE}{kept if _is_begun(name) else ''}."
        ) from error


def _is_begun(name: str) -> bool:
    try:
        return (models.folder() / _WORK / name).exists()
    except OSError:
        return False


def fresh(work: Path, name: str) -> Path:
    """Make a folder in a working folder, or take the one there; all else there is thrown away."""
    for other in work.iterdir() if work.exists() else ():
        if other.name != name:
            shutil.rmtree(other)
    (work / name).mkdir(parents=True, exist_ok=True)
    return work / name


def publish(
    staging: Path,
    role: Role,
    name: str,
    files: Sequence[ModelFile],
    *,
    repository: str | None = None,
    revision: str | None = None,
    added_from: Path | None = None,
) -> Installed:
    """Give a whole model, made in a folder of `fresh`, its name; what had it before is deleted."""
    manifest = {
        "format": _FORMAT,
        "name": name,
        "role": role,
        "repository": repository,
        "revision": revision,
        "files": [asdict(file) for file in files],
        "installed": datetime.datetime.now(datetime.UTC).isoformat(),
        "from": None if added_from is None else str(added_from.absolute()),
    }
    with (staging / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    home = models.folder() / name
    if home.exists():
        home.rename(staging.parent / "replaced")
    staging.rename(home)
    shutil.rmtree(staging.parent)
    return read(name)


def delete(name: str, work: Path) -> None:
    """Delete a model, and what was fetched of it."""
    work.mkdir(parents=True, exist_ok=True)
    if is_here(name):  # gone at once, and not file by file
        (models.folder() / name).rename(work / "removed")
    shutil.rmtree(work)


def check_space(name: str, needed: int) -> None:
    """Raise ModelError, with the figures, if the disk cannot take so many bytes more."""
    folder = models.folder()
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise ModelError(
            f"The model {name} needs {models.sized(needed)} more in {folder}, and "
            f"{models.sized(free)} are free there; make room, or name another folder in "
            f"{models.FOLDER_VARIABLE}."
        )


def sha256(path: Path, advance: Callable[[int], None]) -> str:
    """Hash a file; `advance` is called with the bytes read since the last call."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_AT_ONCE):
            digest.update(block)
            advance(len(block))
    return digest.hexdigest()


def reason(error: Exception) -> str:
    """Say in a few words what was wrong."""
    stated = error.strerror if isinstance(error, OSError) else None
    return (stated or str(error).strip() or repr(error)).splitlines()[0]
