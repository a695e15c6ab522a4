"""qa doctor: what runs here, on what, and whether it answers; on one screen, for a bug report."""

import argparse
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from index import Index, KhabarError, errors, installed, models
from qa import examples, extract, in_use, llm, machine
from qa.answer import stream
from qa.llm import Engine
from qa.opening import reach
from qa.terminal import Bar, printable, write, write_json
from qa.types import Answer, Piece

_PACKAGES = (
    "chromadb",
    "tantivy",
    "sentence-transformers",
    "llama-cpp-python",
    "gradio",
)
_QUESTIONS = examples.QUESTIONS[:5]


@dataclass(frozen=True, slots=True)
class _Asked:
    """How one of the questions went."""

    question: str
    outcome: str
    """ "right" if the article that answers is cited first, by the engine that was to answer."""
    first: float
    """Seconds to the first words."""
    whole: float
    """Seconds to the checked answer."""


@dataclass(frozen=True, slots=True)
class _Checkup:
    """All that was found out."""

    versions: dict[str, str]
    models: dict[models.Role, in_use.Used]
    settings: str
    """How the llm is run."""
    cores: int
    free_memory: int
    """Bytes, as the free disks."""
    folder_of_models: str | None
    """None, and no free disk, if it cannot be named."""
    free_disk_of_models: int | None
    free_disk_of_index: int
    index: dict[str, Any] | None
    """What it holds."""
    asked: tuple[_Asked, ...]
    problems: tuple[str, ...]
    """A sentence on each thing that is wrong."""


def run(options: argparse.Namespace) -> int:
    """Look at everything and write it down; returns 1 if something is wrong."""
    with Bar(" steps") as bar:
        found = _look(options.db, bar)
    if options.json:
        write_json(asdict(found))
    else:
        for line in _lines(found, options.db):
            write(printable(line).rstrip())
    return 1 if found.problems else 0


def _look(db: Path, bar: Bar) -> _Checkup:
    problems: list[str] = []
    steps = len(_QUESTIONS) + 2
    inventory = _inventory(db, problems)
    folder = _folder_of_models(problems)
    bar.show(1, steps)
    try:
        engine = llm.choose(None)
    except errors.ModelError as error:
        problems.append(str(error))
        engine = None
    bar.show(2, steps)
    asked: list[_Asked] = []
    try:
        for each in _ask(engine):
            asked.append(each)
            bar.show(2 + len(asked), steps)
    except KhabarError as error:
        problems.append(f"The questions could not be asked: {error}")
    wrong = sum(each.outcome != "right" for each in asked)
    if wrong:
        problems.append(f"{wrong} of {len(asked)} questions were not answered as they should be.")
    here = machine.this_machine(gpu=False)
    return _Checkup(
        versions=_versions(),
        models=in_use.models_in_use(),
        settings=_settings(engine),
        cores=here.cores,
        free_memory=here.free,
        folder_of_models=str(folder) if folder else None,
        free_disk_of_models=_free_disk(folder) if folder else None,
        free_disk_of_index=_free_disk(db),
        index=inventory,
        asked=tuple(asked),
        problems=tuple(dict.fromkeys(problems)),
    )


def _versions() -> dict[str, str]:
    found = {"khabar": _version("khabar-qa"), "Python": platform.python_version()}
    return found | {package: _version(package) for package in _PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _inventory(db: Path, problems: list[str]) -> dict[str, Any] | None:
    if not db.is_dir():
        return None  # nothing is wrong with having none yet
    try:
        with reach(db) as index:
            held = asdict(index.inventory()) if isinstance(index, Index) else index.inventory()
    except errors.IndexBusyError:
        return None
    except KhabarError as error:
        problems.append(str(error))
        return None
    if not held["passages"] == held["vectors"] == held["word_entries"]:
        problems.append(
            f"The index {db} has {held['passages']:,} passages, {held['vectors']:,} vectors and "
            f"{held['word_entries']:,} entries of words, and there should be as many of each; "
            "index the articles again, which makes them equal."
        )
    return held


def _folder_of_models(problems: list[str]) -> Path | None:
    """Name the folder, if it can be named, and add what is wrong with it or with a model in it."""
    try:
        folder = models.folder()
        problems.extend(installed.damaged().values())
    except errors.ModelError as error:
        problems.append(str(error))
        return None
    return folder


def _ask(engine: Engine | None) -> Iterator[_Asked]:
    """Ask the questions of a new index of the shipped articles."""
    with tempfile.TemporaryDirectory() as folder, Index(Path(folder) / "db") as index:
        index.update(examples.articles())
        for question, source in _QUESTIONS:
            begun = time.perf_counter()
            first = 0.0
            for event in stream(question, index, engine=engine or extract.NAME):
                if isinstance(event, Piece) and not first:
                    first = time.perf_counter() - begun
                elif isinstance(event, Answer):
                    outcome = _outcome(event, source, engine)
            yield _Asked(question, outcome, first, time.perf_counter() - begun)


def _outcome(answer: Answer, source: str, engine: Engine | None) -> str:
    if answer.refused:
        return "refused"
    if answer.citations[0].source != source:
        return "another article"
    return "right" if engine is None or answer.engine == engine.name else "quotes instead"


def _settings(engine: Engine | None) -> str:
    if engine is None:
        return "the articles are quoted"
    chosen = getattr(engine, "settings", None)
    return f"run with {chosen}" if chosen else f"on a server, context={engine.room}"


def _free_disk(path: Path) -> int:
    there = next(folder for folder in (path, *path.absolute().parents) if _is_there(folder))
    return shutil.disk_usage(there).free


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # in a folder that is not for us to look into
        return False


_INDENT = 11
"""Characters before what is said of a thing; its name stands there."""


def _lines(found: _Checkup, db: Path) -> Iterator[str]:
    def line(name: str, text: str) -> str:
        return name.ljust(_INDENT) + text

    khabar, *others = (f"{name} {number}" for name, number in found.versions.items())
    yield line("versions", f"{khabar}, {platform.system()} {platform.machine()}")
    yield line("", ", ".join(others))
    yield line("machine", f"{found.cores} cores, {models.sized(found.free_memory)} of memory free")
    for role, used in found.models.items():
        yield line(role, f"{used.name} ({used.why})")
    yield line("", found.settings)
    if found.folder_of_models and found.free_disk_of_models is not None:
        free = models.sized(found.free_disk_of_models)
        yield line("models", f"{found.folder_of_models}, {free} free")
    yield line("index", f"{_about(found.index, db)}, {models.sized(found.free_disk_of_index)} free")
    yield line("questions", "on the shipped articles; seconds to the first words, and in all")
    for asked in found.asked:
        yield line(
            "", f"{asked.first:6.2f} {asked.whole:6.2f}  {asked.outcome:15}  {asked.question}"
        )
    if found.asked:
        first = statistics.median(asked.first for asked in found.asked)
        whole = statistics.median(asked.whole for asked in found.asked)
        yield line("", f"{first:6.2f} {whole:6.2f}  in the median")
    for problem in found.problems:
        yield line("problem", problem)
    if not found.problems:
        yield line("all well", "")


def _about(held: dict[str, Any] | None, db: Path) -> str:
    if held is not None:
        counts = f"{held['articles']:,} articles, {held['passages']:,} passages"
        return f"{db}: {counts}, vectors by {held['embedder']}"
    return f"{db}: in use by another process" if db.is_dir() else f"none at {db}"
