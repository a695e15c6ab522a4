"""Fetches a model of the list, checks every byte of it, and installs it."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from index import installed, model_folder, models
from index.errors import ModelError, ModelLoadError
from index.hub import Hub, Remote
from index.model_folder import Installed, Progress
from index.models import Model, ModelFile

_PART = ".part"
"""Ends the name of a file that is not whole or not checked."""
_DESCRIBING = ("modules.json", "config.json")
_READ = {".json", ".txt", ".model", ".jinja"}
"""What loading a model reads besides weights: settings, vocabularies, templates."""
_WEIGHTS = re.compile(r"(pytorch_)?model(-\d+-of-\d+)?\.(safetensors|bin)")
_KNOWN_CODE = "sentence_transformers."


def pull(model: Model, progress: Progress | None = None) -> Installed:
    """Fetch a model at the revision that the list pins, or else the newest, and install it.

    Goes on where an earlier call stopped. Raises ModelError if the hub cannot be reached, has no
    such file or wants its terms accepted first, the disk is too small, or what came is not what
    models.txt and the hub say it is.
    """
    with model_folder.alone(model.name) as work:
        home = models.folder() / model.name
        if home.exists() and not model_folder.is_here(model.name):
            raise ModelError(
                f"{home} is no model that qa models put there; move it out of the way."
            )
        here = _installed(model)
        if here is not None and here.revision == model.revision:
            return here
        hub = Hub(model.repository)
        commit, listed = hub.listing(model.revision)
        if here is not None and here.revision == commit:
            return here
        staging = model_folder.fresh(work, commit)
        fetch = _Fetch(hub, commit, staging)
        wanted = [_pinned(model, listed, name) for name in _choose(model, listed, fetch)]
        fetch.watch(progress, sum(file.bytes or 0 for file in wanted))
        used = sum(path.stat().st_size for path in staging.rglob("*") if path.is_file())
        model_folder.check_space(model.name, fetch.total - used)
        return model_folder.publish(
            staging,
            model.role,
            model.name,
            [fetch(file) for file in wanted],
            repository=model.repository,
            revision=commit,
        )


def _installed(model: Model) -> Installed | None:
    """Take what is installed of a model, if it is whole and has the files that the list names."""
    with suppress(ModelLoadError):
        here = installed.find(model.name)
        if here is not None and here.repository == model.repository:
            names = {file.name for file in here.files}
            return here if names.issuperset(file.name for file in model.files) else None
    return None


class _Fetch:
    """Fetches files of one commit into a folder."""

    def __init__(self, hub: Hub, commit: str, staging: Path) -> None:
        self.total = 0
        self._hub = hub
        self._commit = commit
        self.staging = staging
        self._progress: Progress | None = None
        self._done = 0

    def watch(self, progress: Progress | None, total: int) -> None:
        """Tell of progress from now on."""
        self._progress, self.total, self._done = progress, total, 0

    def __call__(self, file: Remote) -> ModelFile:
        """Fetch a file, or what is missing of it; only after the check has it its name."""
        target = self.staging / file.name
        part = target.with_name(target.name + _PART)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.rename(part)  # whole since an earlier call, and checked again
        self._advance(part.stat().st_size if part.exists() else 0)
        self._hub.read(file, self._commit, part, self._advance)
        found = ModelFile(file.name, part.stat().st_size, model_folder.sha256(part, _unseen))
        if wrong := _difference(file, found, part):
            part.unlink()
            raise ModelError(
                f"What came as {file.name} of {self._hub.repository} is not that file ({wrong}), "
                "and was deleted; fetch it again, and if that does not help, from elsewhere."
            )
        with part.open("rb+") as whole:
            os.fsync(whole.fileno())
        part.rename(target)
        return found

    def _advance(self, more: int) -> None:
        self._done += more
        if self._progress is not None:
            self._progress(self._done, max(self._done, self.total))


def _unseen(_: int) -> None:
    pass


def _difference(file: Remote, found: ModelFile, path: Path) -> str | None:
    """Say how what came differs from what should have come; None if it does not."""
    if file.bytes is not None and file.bytes != found.bytes:
        return f"it goes on after {file.bytes:,} bytes"
    if file.sha256 is not None and file.sha256 != found.sha256:
        return f"its SHA-256 is {found.sha256} instead of {file.sha256}"
    if file.sha256 is None and file.git is not None and file.git != _git(path):
        return "its git hash is another"
    return None


def _git(path: Path) -> str:
    """Hash a file as git does, which keeps those that are small itself."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def _pinned(model: Model, listed: Mapping[str, Remote], name: str) -> Remote:
    """Join what models.txt and the hub say of a file; raises ModelError if they do not agree."""
    if name not in listed:
        raise ModelError(f"{model.repository} has no file {name}; look at its line in models.txt.")
    if not models.is_inside(name):
        raise ModelError(
            f"{model.repository} has a file called {name[:200]!r}, which is no place inside a "
            "folder; nothing was fetched."
        )
    there = listed[name]
    pin = next((file for file in model.files if file.name == name), ModelFile(name, None, None))
    for what, pinned, stated in (
        ("bytes", pin.bytes, there.bytes),
        ("SHA-256", pin.sha256, there.sha256),
    ):
        if pinned is not None and stated not in (None, pinned):
            raise ModelError(
                f"The hub says of {name} in {model.repository}: {what} {stated}, and models.txt "
                f"{pinned}; nothing was fetched."
            )
    return Remote(name, pin.bytes or there.bytes, pin.sha256 or there.sha256, there.git)


def _choose(model: Model, listed: Mapping[str, Remote], fetch: "_Fetch") -> list[str]:
    """Name the files to fetch: of an llm those in models.txt, else all that loading it takes."""
    named = [file.name for file in model.files]
    if model.role == "llm":
        if not any(name.endswith(".gguf") for name in named):
            raise ModelError(
                f"models.txt does not say which file of {model.repository} {model.name} is; it "
                "takes a line like: file NAME.gguf - -"
            )
        return named
    for name in _DESCRIBING:
        if name in listed:
            fetch(_pinned(model, listed, name))
    places = _check(model, fetch.staging)
    found = [
        path
        for path in map(PurePosixPath, listed)
        if str(path) in listed and str(path.parent) in places and not path.name.startswith(".")
    ]
    weights = [path for path in found if _WEIGHTS.fullmatch(path.name)]
    if not weights:
        raise ModelError(f"{model.repository} has no weights that Khabar can load.")
    safe = {path.parent for path in weights if path.suffix == ".safetensors"}
    chosen = [path for path in weights if path.suffix == ".safetensors" or path.parent not in safe]
    chosen += [path for path in found if path.suffix in _READ]
    # The small ones first: what is wrong with a repository shows in them.
    by_size = sorted(map(str, chosen), key=lambda name: (listed[name].bytes or 0, name))
    return list(dict.fromkeys((*by_size, *named)))


def _check(model: Model, staging: Path) -> set[str]:
    """Name the folders that hold a model's parts; raises ModelError if Khabar cannot use them."""
    if installed.role_of(staging) != model.role:
        raise ModelError(
            f"{model.repository} holds no {model.role} that Khabar can use (an embedder has a "
            "modules.json, a reranker a config.json that says ...ForSequenceClassification)."
        )
    places = {"."}
    path = staging / _DESCRIBING[0]
    if path.exists():
        try:
            for part in json.loads(path.read_text(encoding="utf-8")):
                places.add(part["path"] or ".")
                if not part["type"].startswith(_KNOWN_CODE):
                    raise ModelError(
                        f"{model.repository} comes with code of its own ({part['type']}), and "
                        "Khabar runs no code that it has fetched."
                    )
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise ModelError(f"The modules.json of {model.repository} cannot be read.") from error
    return places
