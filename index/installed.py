"""Which models are on this machine, by short name; adds those that lie elsewhere on it.

Knows nothing of the network: download.py does.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from index import model_folder, models
from index.errors import ModelError, ModelLoadError
from index.model_folder import Installed as Installed
from index.model_folder import Progress
from index.models import Model, ModelFile, Role

_GGUF = b"GGUF"
_A = {"embedder": "an embedder", "reranker": "a reranker", "llm": "an llm"}
_CACHED = re.compile(r"models--.+--(?P<name>.+)")
"""How huggingface_hub's cache calls the folder that holds a repository's snapshots."""


def installed() -> list[Installed]:
    """List the models that are here whole, by name; of the others `damaged` tells."""
    found = []
    for name in model_folder.names():
        with suppress(ModelLoadError):
            found.append(model_folder.read(name))
    return found


def damaged() -> dict[str, str]:
    """Map the name of each model that is damaged to a sentence about it."""
    reasons = {}
    for name in model_folder.names():
        try:
            model_folder.read(name)
        except ModelLoadError as error:
            reasons[name] = str(error)
    return reasons


def find(name: str) -> Installed | None:
    """Look a model up by its short name, in any case; None if none of that name is here.

    Raises ModelLoadError if it is damaged.
    """
    name = name.lower()
    return model_folder.read(name) if model_folder.is_here(name) else None


def default(role: Role) -> Installed | None:
    """Take the model installed last, for who fetches one means to use it; None if there is none.

    That suits an llm, which can be another for each question. An index keeps the embedder it was
    made with, and a reranker takes its time: neither is used before somebody asks for it. Raises
    ModelLoadError if all there is, is damaged.
    """
    here = [model for model in installed() if model.role == role]
    if here:
        return max(here, key=lambda model: (model.when, model.name))
    for name, reason in damaged().items():
        listed = models.find(name)
        if listed is None or listed.role == role:
            raise ModelLoadError(reason)
    return None


def locate(choice: str, role: Role) -> Path:
    """Find what is meant by a path, or by the short name of a model.

    A path that leads somewhere comes first. Raises ModelError if a model of that name is not here,
    damaged or of another role; returns a path that leads nowhere as it is.
    """
    path = expanded(choice)
    with suppress(OSError, ValueError):
        if path.exists():
            return path
    # An index remembers its embedder by the path; of a model that was removed, that ends in its
    # name.
    name = path.name if path.parent == models.folder() else choice
    here = find(name)
    known = here or models.find(name)
    if known is None:
        return path
    if known.role != role:
        raise ModelError(f"{known.name} is {_A[known.role]}, and {_A[role]} is wanted here.")
    if here is None:
        raise ModelError(
            f"The {role} {known.name} is not on this machine; fetch it with: qa models pull "
            f"{known.name}"
        )
    return here.path


def expanded(choice: str | Path) -> Path:
    """Put the home folder in place of ~."""
    try:
        return Path(choice).expanduser()
    except RuntimeError:  # ~somebody has no home here
        return Path(choice)


def origin(folder: Path) -> str:
    """Say what a model was called where it came from; empty if it was not installed."""
    try:
        stated = json.loads((folder / model_folder.MANIFEST).read_text(encoding="utf-8"))
        return stated["repository"] or _title(Path(stated["from"]))
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def architecture(folder: Path) -> str | None:
    """Read in config.json which network a model is; None if that does not say."""
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8"))["architectures"][0]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return kind if isinstance(kind, str) else None


def is_cross_encoder(architecture: str | None) -> bool:
    """Say whether a network reads two texts together and judges them."""
    return (architecture or "").endswith("ForSequenceClassification")


def role_of(path: Path) -> Role | None:
    """Tell by its content what a file or folder is; None if it is nothing that Khabar uses."""
    if not path.is_dir():
        with path.open("rb") as file:
            return "llm" if file.read(len(_GGUF)) == _GGUF else None
    # First, because sentence-transformers writes modules.json for its cross-encoders, too.
    if is_cross_encoder(architecture(path)):
        return "reranker"
    return "embedder" if (path / "modules.json").is_file() else None


def add(path: str | Path, name: str | None = None, progress: Progress | None = None) -> Installed:
    """Install a GGUF file, or the folder of an embedder or reranker, that is on this machine.

    Its files are linked, or copied where that cannot be: nothing is lost if the originals go. It
    is called `name`, or like the model in models.txt that has these files, or after its own name.
    Raises ModelError if it is no model, cannot be read or copied, or the name is taken.
    """
    source = expanded(path)
    try:
        role = role_of(source)
        if role is None:
            raise ModelError(
                f"{source} is no model that Khabar uses: neither a GGUF file, nor a folder with a "
                "sentence-transformers model or a cross-encoder."
            )
        originals = _files(source)
        files = _weigh(originals, progress)
    except (OSError, ValueError) as error:
        raise ModelError(f"{source} cannot be read ({model_folder.reason(error)}).") from error
    same = next((model for model in models.known() if _is_same(model, role, files)), None)
    name = _name(name, source, role, same)
    if role == "llm":
        own = same.files[0].name if same else f"{name}.gguf"
        files = [ModelFile(own, files[0].bytes, files[0].sha256)]
    with model_folder.alone(name) as work:
        if (models.folder() / name).exists():
            raise ModelError(
                f"There is a {name} in {models.folder()} already; remove it first with: qa models "
                f"remove {name}, or choose another name with --name."
            )
        staging = model_folder.fresh(work, "added")
        try:
            for original, file in zip(originals.values(), files, strict=True):
                _link(original, staging / file.name, name)
            return model_folder.publish(
                staging,
                role,
                name,
                files,
                repository=same.repository if same else None,
                revision=same.revision if same else None,
                added_from=source,
            )
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise


def _files(source: Path) -> Mapping[str, Path]:
    """List the files of a model by their names in it, without those that are hidden."""
    if not source.is_dir():
        return {source.name: source}
    names = {path.relative_to(source).as_posix(): path for path in sorted(source.rglob("*"))}
    return {name: path for name, path in names.items() if models.is_inside(name) and path.is_file()}


def _weigh(originals: Mapping[str, Path], progress: Progress | None) -> list[ModelFile]:
    sizes = {name: path.stat().st_size for name, path in originals.items()}
    done = 0

    def advance(read: int) -> None:
        nonlocal done
        done += read
        if progress:
            progress(done, sum(sizes.values()))

    return [
        ModelFile(name, sizes[name], model_folder.sha256(path, advance))
        for name, path in originals.items()
    ]


def _is_same(model: Model, role: Role, files: list[ModelFile]) -> bool:
    """Say whether a model of the list has these files, going by all that it states of its own."""
    if model.role != role or (role == "llm" and len(model.files) != 1):
        return False
    there = {"" if role == "llm" else file.name: file for file in files}
    stated = [file for file in model.files if file.sha256]
    found = [there.get("" if role == "llm" else file.name) for file in stated]
    return bool(stated) and all(
        here is not None and here.sha256 == file.sha256 and file.bytes in (None, here.bytes)
        for file, here in zip(stated, found, strict=True)
    )


def _name(wanted: str | None, source: Path, role: Role, same: Model | None) -> str:
    """Choose the name; raises ModelError if it cannot be one, or is that of another model."""
    if wanted is not None:
        name = wanted.lower()
    elif same is not None:
        name = same.name
    else:
        name = re.sub(r"[^a-z0-9._-]+", "-", _title(source).lower()).strip("._-")[:100]
    if name in models.TAKEN:
        raise ModelError(
            f"{name} means something else in Khabar, so no model is called that; choose another "
            "name with --name."
        )
    if not models.is_name(name):
        raise ModelError(
            f"{name[:200]!r} is not a short name ({models.NAME_RULE}); give one with --name."
        )
    known = models.find(name)
    stated = known is not None and any(file.sha256 for file in known.files)
    if known not in (None, same) and (stated or known.role != role):
        raise ModelError(
            f"{name} is the name of a model in {models.FILE_NAME}, and {source} is not that one; "
            "choose another name with --name."
        )
    return name


def _title(source: Path) -> str:
    """Say what a model is called where it lies."""
    cached = _CACHED.fullmatch(source.absolute().parent.parent.name)
    if cached and source.absolute().parent.name == "snapshots":
        return cached["name"]
    return source.absolute().stem if source.suffix == ".gguf" else source.absolute().name


def _link(original: Path, copy: Path, name: str) -> None:
    """Link a file, or copy it where the disk is another or the file somebody else's."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    original = original.resolve()  # the link is to be to the file, and not to a link to it
    try:
        os.link(original, copy)
    except OSError:
        model_folder.check_space(name, original.stat().st_size)
        shutil.copyfile(original, copy)


def remove(name: str) -> None:
    """Delete a model, and what was fetched of one. Raises ModelError if there is none so called."""
    name = name.lower()
    with model_folder.alone(_checked(name)) as work:
        if not model_folder.is_here(name) and not work.exists():
            raise ModelError(f"There is no model {name} here; qa models lists those that are.")
        model_folder.delete(name, work)


def _checked(name: str) -> str:
    if not models.is_name(name):
        raise ModelError(f"{name[:200]!r} is not a short name ({models.NAME_RULE}).")
    return name
