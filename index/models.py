"""models.txt: every model the project can use, pinned, sized and licensed.

Knows the list only; whether a model is on this machine is not known here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from index.errors import ModelError

Role = Literal["embedder", "reranker", "llm"]

FILE_NAME = "models.txt"
_SHARED = "share/khabar-qa"
_HEAD = re.compile(r"\[(?P<role>[^\]]*)\]\s+(?P<name>\S+)")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_REVISION = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BYTES = re.compile(r"[1-9][0-9]*")
_UNKNOWN = "-"


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


def parse(text: str) -> list[Model]:
    """Read the list, in its order: of each role the first is the default.

    Raises ModelError naming the first line that is wrong.
    """
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
            raise _wrong(number, "a model begins with [embedder], [reranker] or [llm] and a name")
    return [_model(block) for block in blocks]


def _head(number: int, line: str, earlier: Iterable[_Block]) -> _Block:
    match = _HEAD.fullmatch(line)
    role = next((role for role in get_args(Role) if match and match["role"] == role), None)
    if match is None or role is None:
        raise _wrong(number, f"{line!r} is not [embedder], [reranker] or [llm] and a name")
    if not _NAME.fullmatch(match["name"]):
        raise _wrong(number, f"{match['name']!r} is not a short name (a-z, 0-9, . _ -)")
    if any(block.name == match["name"] for block in earlier):
        raise _wrong(number, f"there are two models named {match['name']}")
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
        raise _wrong(number, f"{key!r} is none of repository, revision, file, licence")
    if key in block.fields:
        raise _wrong(number, f"{block.name} has two lines for {key}")
    pattern, expected = _FIELDS[key]
    if not pattern.fullmatch(value):
        raise _wrong(number, f"{value!r} is not {expected}")
    block.fields[key] = value


def _file(number: int, value: str) -> ModelFile:
    try:
        name, size, sha256 = value.split()
    except ValueError:
        raise _wrong(number, "a file is its name, bytes and SHA-256 (- for unknown)") from None
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise _wrong(number, f"{name!r} is not a file inside a repository")
    if size != _UNKNOWN and not _BYTES.fullmatch(size):
        raise _wrong(number, f"{size!r} is not a number of bytes")
    if sha256 != _UNKNOWN and not _SHA256.fullmatch(sha256):
        raise _wrong(number, f"{sha256!r} is not a SHA-256 (64 hex digits)")
    return ModelFile(
        name,
        None if size == _UNKNOWN else int(size),
        None if sha256 == _UNKNOWN else sha256,
    )


def _model(block: _Block) -> Model:
    for key in ("repository", "licence"):
        if key not in block.fields:
            raise _wrong(block.line, f"{block.name} has no {key}")
    return Model(
        block.role,
        block.name,
        block.fields["repository"],
        block.fields.get("revision"),
        tuple(block.files),
        block.fields["licence"],
    )


def _wrong(number: int, what: str) -> ModelError:
    return ModelError(f"{FILE_NAME}, line {number}: {what}.")


@cache
def known() -> tuple[Model, ...]:
    """Read the list that comes with Khabar.

    Raises ModelError if it is missing or damaged.
    """
    path = _path()
    try:
        return tuple(parse(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The list of models {path} cannot be read: {error}.") from error


def find(name: str) -> Model | None:
    """Look a model up by its short name, in any case; None if the list has none of that name."""
    return next((model for model in known() if model.name == name.lower()), None)


def _path() -> Path:
    """Find models.txt: beside the packages in a checkout, in share/ where pip installed them."""
    root = Path(__file__).resolve().parent.parent
    installed = (folder / _SHARED / FILE_NAME for folder in (root, *root.parents))
    return next(
        (path for path in (root / FILE_NAME, *installed) if path.is_file()), root / FILE_NAME
    )
