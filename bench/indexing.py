"""Measure indexing beside a bare Chroma and beside other libraries: speed, memory, disk, waiting.

    python bench/indexing.py EVAL_FOLDER [--passages 100000] [--files 20000] [--rounds 1]
                             [--venv DIR]

EVAL_FOLDER is xquad.py's, and the articles are those that scale.py makes up of it. Everything is
measured in processes of its own on two cores. Khabar reads files, cuts and embeds them with the
built-in embedder and writes library, Chroma and tantivy; a bare Chroma is given the same vectors
in its largest batches, once with ids only and once as scripts usually do, with each passage's text
and the name of its file. With --venv the passages are also given to LlamaIndex, Haystack and
LangChain as their own documents, with the same vectors (see indexing_worker.py), installed in the
versions of indexing-requirements.txt in DIR, which is an environment of their own. They get our
passages, not the files: their splitters cut otherwise, and other passages would not have the same
vectors. Memory is the most that a process and its children had resident at one time, looked at
twenty times a second: libraries and the passages that are held count.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parent))
from peers import install
from scale import SEED, articles, cold, size, write_articles
from xquad import Data, read

from index import Index
from index.embed import BUILT_IN, open_embedder
from index.store import Store

REQUIREMENTS = Path(__file__).with_name("indexing-requirements.txt")
WORKER = Path(__file__).with_name("indexing_worker.py")
PEERS = {"LlamaIndex": None, "Haystack": 2_000, "LangChain": None}
"""The most passages that each is given. Haystack writes one a call, which takes 10 to 100 ms each
whatever their number: all of them would take hours."""
CORES = 2
LARGEST_BATCH = 5_461
"""Records that Chroma 1.5 takes a call; a bare `add` is fastest with it."""
DELETED = 1_000
"""Files deleted at once, or half of all where there are fewer."""
SHORT = 300
"""Characters of each of the many files that do not change."""
_LOOK = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took, and the most memory it and its children had resident."""

    passages: int
    seconds: float
    megabytes: float


@contextmanager
def watched(pid: int) -> Iterator[list[float]]:
    """Give a list that ends with the most megabytes a process and its children had resident."""
    most = [0.0]
    over = threading.Event()

    def look() -> None:
        process = psutil.Process(pid)
        while not over.wait(_LOOK):
            with suppress(psutil.Error):
                family = [process, *process.children(recursive=True)]
                most[0] = max(most[0], sum(each.memory_info().rss for each in family) / 1e6)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def alone(step: Callable[..., tuple[int, float]], *arguments: object) -> Run:
    """Run a step, which gives (passages, seconds), in a new process."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_answer, args=(theirs, step, arguments))
    process.start()
    theirs.close()
    assert process.pid is not None
    with watched(process.pid) as most:
        try:
            passages, seconds = ours.recv()
        except EOFError:
            sys.exit(f"{step.__name__} failed; what it said stands above.")
        finally:
            process.join()
    return Run(passages, seconds, most[0])


def _answer(
    answer: Connection, step: Callable[..., tuple[int, float]], arguments: tuple[object, ...]
) -> None:
    answer.send(step(*arguments))


def update(folder: Path, database: Path) -> tuple[int, float]:
    """Make Khabar's index equal to a folder; opening it is not in the time."""
    with Index(database, BUILT_IN) as index:
        begin = time.perf_counter()
        index.update(folder)
        seconds = time.perf_counter() - begin
        return index.inventory().vectors, seconds


def embed(database: Path, passages: Path, vectors: Path) -> tuple[int, float]:
    """Write down the passages of Khabar's index and their vectors, for others to store."""
    begin = time.perf_counter()
    embedder = open_embedder(BUILT_IN)
    parts = []
    with (
        closing(Store(database, None, None)) as store,
        passages.open("w", encoding="utf-8") as lines,
    ):
        for source, article in store.library.sources().items():
            title, texts = store.library.texts(article)
            read = store.library.article(source)
            date = read.date.isoformat() if read and read.date else ""
            for number, text in texts.items():
                about = {"id": str(number), "source": source, "title": title or "", "date": date}
                lines.write(json.dumps(about | {"text": text}, ensure_ascii=False) + "\n")
            parts.append(embedder.passages(list(texts.values())))
    np.save(vectors, np.concatenate(parts))
    return sum(map(len, parts)), time.perf_counter() - begin


def bare(passages: Path, vectors: Path, database: Path, usual: bool) -> tuple[int, float]:
    """Add the vectors to a Chroma collection: ids only, or as scripts usually do with the texts."""
    # Imported here: other steps are not to hold it.
    import chromadb
    from chromadb.config import Settings

    loaded = np.load(vectors)
    with passages.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    ids = [row["id"] for row in rows]
    texts = [row["text"] for row in rows] if usual else None
    sources = [{"source": row["source"]} for row in rows] if usual else None
    del rows
    client = chromadb.PersistentClient(str(database), Settings(anonymized_telemetry=False))
    collection = client.create_collection(
        "passages", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    begin = time.perf_counter()
    for i in range(0, len(ids), LARGEST_BATCH):
        part = slice(i, i + LARGEST_BATCH)
        collection.add(
            ids=ids[part],
            embeddings=loaded[part],
            documents=texts[part] if texts else None,
            metadatas=sources[part] if sources else None,
        )
    return collection.count(), time.perf_counter() - begin


def peer(python: Path, name: str, count: int, passages: Path, vectors: Path, database: Path) -> Run:
    """Store the first `count` passages with another library, in its environment."""
    paths = map(str, (passages, vectors, database))
    command = [str(python), "-I", str(WORKER), name, str(count), *paths]
    # Left alone, some report their use to their makers, and others may look for models.
    quiet = {
        "ANONYMIZED_TELEMETRY": "False",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
        "LANGSMITH_TRACING": "false",
    }
    with (
        subprocess.Popen(  # noqa: S603 - our own words
            command, stdout=subprocess.PIPE, encoding="utf-8", env=os.environ | quiet
        ) as process,
        watched(process.pid) as most,
    ):
        out, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{name} failed; what it said stands above.")
    result: dict[str, Any] = json.loads(out)
    return Run(result["passages"], result["seconds"], most[0])


def show(name: str, runs: list[Run], database: Path) -> float:
    """Print a line of the table; gives passages a second, the median of the runs."""
    speed = statistics.median(run.passages / run.seconds for run in runs)
    space = 1e6 * size(database) / runs[-1].passages
    memory = max(run.megabytes for run in runs)
    print(f"{name:34}{speed:10.0f}{memory:12.0f}{space:18.0f}", flush=True)
    return speed


def compare(folder: Path, scratch: Path, rounds: int, python: Path | None) -> None:
    """Index the folder with Khabar, a bare Chroma and, in their environment, the peers."""
    passages, vectors = scratch / "passages.jsonl", scratch / "vectors.npy"
    khabar, ids_only, usual = (scratch / name for name in ("khabar", "ids-only", "usual"))
    runs: dict[Path, list[Run]] = {khabar: [], ids_only: [], usual: []}
    for number in range(rounds):
        for database in runs:
            if number:
                shutil.rmtree(database)
        runs[khabar].append(alone(update, folder, khabar))
        if not number:
            alone(embed, khabar, passages, vectors)
        runs[ids_only].append(alone(bare, passages, vectors, ids_only, False))
        runs[usual].append(alone(bare, passages, vectors, usual, True))
    (count,) = {run.passages for each in runs.values() for run in each}
    print(f"{'':34}{'passages/s':>10}{'peak MB':>12}{'bytes/passage':>18}")
    speed = show("Khabar, from files", runs[khabar], khabar)
    bare_speed = show("Chroma, ids and vectors", runs[ids_only], ids_only)
    usual_speed = show("Chroma, with texts and file names", runs[usual], usual)
    if python:
        for name, most in PEERS.items():
            given = min(count, most or count)
            run = peer(python, name, given, passages, vectors, scratch / name)
            assert run.passages == given
            show(f"{name}, {given:,} of the passages", [run], scratch / name)
    print(
        f"Khabar's passages/s are {speed / bare_speed:.2f} of a bare Chroma's, "
        f"{speed / usual_speed:.2f} of one with texts; its bytes "
        f"{size(khabar) / size(usual):.2f} of that one's"
    )


def wait(data: Data, folder: Path, scratch: Path, files: int) -> None:
    """Print how long one waits for an index that is there: to open it, and to update it."""
    database = scratch / "khabar"
    for form, language in (("hi", "hi"), ("en", "en")):
        cold(database, form, data.asked[form, language][0].question)
    many, its_index = scratch / "many", scratch / "many-index"
    many.mkdir()
    for i, text in enumerate(itertools.islice(articles(data), files)):
        (many / f"{i:06d}.txt").write_text(text[:SHORT], encoding="utf-8")
    alone(update, many, its_index)
    for _ in range(2):
        run = alone(update, many, its_index)
        print(f"nothing changed in {files:,} files: {run.seconds:.1f} s", flush=True)
    there = sorted(folder.iterdir())
    gone = min(DELETED, len(there) // 2)
    for path in random.Random(SEED).sample(there, gone):  # noqa: S311, no secret
        path.unlink()
    run = alone(update, folder, database)
    print(f"{gone:,} of {len(there):,} files deleted: {run.seconds:.1f} s")
    run = alone(update, folder, database)
    print(f"and an update after that, nothing changed: {run.seconds:.1f} s")


def main() -> None:
    """Make the articles, and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--venv", type=Path, metavar="DIR")
    options = parser.parse_args()
    data = read(options.folder)
    python = install(options.venv.absolute(), REQUIREMENTS) if options.venv else None
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        folder = scratch / "articles"
        count, _ = write_articles(data, options.passages, folder)
        print(
            f"{count:,} articles; before it starts, {os.getloadavg()[0]:.1f} cores are busy",
            flush=True,
        )
        compare(folder, scratch, options.rounds, python)
        wait(data, folder, scratch, options.files)


if __name__ == "__main__":
    main()
