"""models.txt: every model the project can use, pinned, sized and licensed.

Knows the lists only, the shipped one and the user's own; whether a model is on this machine is for
installed.py to know.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from platformdirs import user_data_path

from index.errors import ModelError

Role = Literal["embedder", "reranker", "llm"]

FILE_NAME = "models.txt"
EMBEDDER_VARIABLE = "KHABAR_EMBEDDER"
RERANKER_VARIABLE = "KHABAR_RERANKER"
FOLDER_VARIABLE = "KHABAR_MODELS"
_SHARED = "share/khabar-qa"
_HEAD = re.compile(r"\[(?P<role>[^\]]*)\]\s+(?P<name>\S+)")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
TAKEN = {FILE_NAME, "built-in", "none", "extract"}
"""Not names of models: the user's list lies beside them, and the others choose no model."""
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_REVISION = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BYTES = re.compile(r"[1-9][0-9]*")
_NOWHERE = re.compile(r'[\\:*?"<>|]')
"""Not in names of files, since on some systems they lead elsewhere or cannot be written."""
_UNKNOWN = "-"
NAME_RULE = "a-z, 0-9, . _ -"


def is_name(text: str) -> bool:
    """Say whether a text can be a model's short name, and so the name of its folder."""
    return _NAME.fullmatch(text) is not None and text not in TAKEN


def is_inside(name: str) -> bool:
    """Say whether a file of this name stays in the folder it is put in, and is not hidden there."""
    parts = name.split("/")
    return not any(
        part.startswith(".") or not part or not part.isprintable() or _NOWHERE.search(part)
        for part in parts
    )


def sized(size: int) -> str:
    """Write a number of bytes the way a person reads it: 3.3 GB."""
    for unit, bytes_ in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= bytes_:
            return f"{size / bytes_:.{1 if size < 10 * bytes_ else 0}f} {unit}"
    return f"{size} bytes"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model; `bytes` and `sha256` are None where nobody has stated them."""

    name: str
    bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the list. A model without files is its repository as a whole."""

    role: Role
    name: str
    repository: str
    revision: str | None
    files: tuple[ModelFile, ...]
    licence: str


@dataclass(slots=True)
class _Block:
    """A model while its lines are read."""

    line: int
    role: Role
    name: str
    fields: dict[str, str] = field(default_factory=dict)
    files: list[ModelFile] = field(default_factory=list)


class _LineError(Exception):
    """(line, what is wrong with it)."""


def parse(text: str, name: str = FILE_NAME) -> list[Model]:
    """Read a list, in its order: of each role the first is the default.

    Raises ModelError naming the file, called `name`, and the first line that is wrong.
    """
    try:
        return _parse(text)
    except _LineError as error:
        number, what = error.args
        raise ModelError(f"{name}, line {number}: {what}.") from None


def _parse(text: str) -> list[Model]:
    blocks: list[_Block] = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            blocks.append(_head(number, line, blocks))
        elif blocks:
            _field(number, line, blocks[-1])
        else:
            raise _LineError(
                number, "a model begins with [embedder], [reranker] or [llm] and a name"
            )
    return [_model(block) for block in blocks]


def _head(number: int, line: str, earlier: Iterable[_Block]) -> _Block:
    match = _HEAD.fullmatch(line)
    role = next((role for role in get_args(Role) if match and match["role"] == role), None)
    if match is None or role is None:
        raise _LineError(number, f"{line!r} is not [embedder], [reranker] or [llm] and a name")
    if not is_name(match["name"]):
        raise _LineError(number, f"{match['name']!r} is not a short name ({NAME_RULE})")
    if any(block.name == match["name"] for block in earlier):
        raise _LineError(number, f"there are two models named {match['name']}")
    return _Block(number, role, match["name"])


_FIELDS = {
    "repository": (_REPOSITORY, "owner/name"),
    "revision": (_REVISION, "40 hex digits"),
    "licence": (re.compile(r".+"), "a licence"),
}


def _field(number: int, line: str, block: _Block) -> None:
    key, _, value = line.partition(" ")
    value = value.strip()
    if key == "file":
        block.files.append(_file(number, value))
        return
    if key not in _FIELDS:
        raise _LineError(number, f"{key!r} is none of repository, revision, file, licence")
    if key in block.fields:
        raise _LineError(number, f"{block.name} has two lines for {key}")
    pattern, expected = _FIELDS[key]
    if not pattern.fullmatch(value):
        raise _LineError(number, f"{value!r} is not {expected}")
    block.fields[key] = value


def _file(number: int, value: str) -> ModelFile:
    try:
        name, size, sha256 = value.split()
    except ValueError:
        raise _LineError(number, "a file is its name, bytes and SHA-256 (- for unknown)") from None
    if not is_inside(name):
        raise _LineError(number, f"{name!r} is not a file inside a repository")
    if size != _UNKNOWN and not _BYTES.fullmatch(size):
        raise _LineError(number, f"{size!r} is not a number of bytes")
    if sha256 != _UNKNOWN and not _SHA256.fullmatch(sha256):
        raise _LineError(number, f"{sha256!r} is not a SHA-256 (64 hex digits)")
    return ModelFile(
        name,
        None if size == _UNKNOWN else int(size),
        None if sha256 == _UNKNOWN else sha256,
    )


def _model(block: _Block) -> Model:
    for key in ("repository", "licence"):
        if key not in block.fields:
            raise _LineError(block.line, f"{block.name} has no {key}")
    return Model(
        block.role,
        block.name,
        block.fields["repository"],
        block.fields.get("revision"),
        tuple(block.files),
        block.fields["licence"],
    )


def folder() -> Path:
    """Name the folder that keeps this user's models: KHABAR_MODELS, or the platform's own place."""
    named = os.environ.get(FOLDER_VARIABLE)
    if not named:
        return user_data_path("khabar", appauthor=False) / "models"
    try:
        return Path(named).expanduser().absolute()
    except RuntimeError as error:  # ~somebody has no home here
        raise ModelError(
            f"{FOLDER_VARIABLE} names the home of a user that is not here: {named}."
        ) from error


def known() -> tuple[Model, ...]:
    """Read the list that comes with Khabar, and models.txt in the folder of models if there is one.

    The user's own models come last, so they are no defaults; one with a shipped name takes the
    place of the shipped one. Raises ModelError if a list is damaged, or the shipped one missing.
    """
    shipped_list = _read(shipped(FILE_NAME))
    own = _read(folder() / FILE_NAME, wanted=False)
    models = {model.name: model for model in shipped_list} | {model.name: model for model in own}
    return tuple(models.values())


def _read(path: Path, wanted: bool = True) -> list[Model]:
    try:
        return parse(path.read_text(encoding="utf-8-sig"), path.name if wanted else str(path))
    except (FileNotFoundError, NotADirectoryError) as error:
        if not wanted:
            return []
        raise ModelError(f"The list of models {path} is missing; install Khabar again.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The list of models {path} cannot be read: {error}.") from error


def find(name: str) -> Model | None:
    """Look a model up by its short name, in any case; None if no list has one of that name."""
    return next((model for model in known() if model.name == name.lower()), None)


def shipped(name: str) -> Path:
    """Find what ships with Khabar beside its packages, in share/ where pip installed them."""
    root = Path(__file__).resolve().parent.parent
    installed = (folder / _SHARED / name for folder in (root, *root.parents))
    return next((path for path in (root / name, *installed) if path.exists()), root / name)
