"""Ask in four threads while a fifth changes the folder and updates the index, for ten minutes.

    python bench/soak.py EVAL_FOLDER [--minutes 10] [--files 1000]

EVAL_FOLDER is xquad.py's: its questions are asked, of the articles that scale.py makes up of its
sentences. Files are added, changed, moved and removed every second, and the index updated after
it; now and then another process asks too. A citation is wrong if its quote is not what the file
held there: in any version that was on the disk, or still indexed because the update that takes it
out had not ended, when the question began or later. Prints how many questions, updates and
errors there were, memory and open files over time; the exit code is 1 if anything was wrong.
"""

import argparse
import itertools
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent))
from scale import articles
from xquad import Data, read

from index import Index
from index.embed import BUILT_IN
from qa import Citation, ask, extract

THREADS = 4
EVERY = 1.0
"""Seconds between two rounds of changes."""
CHANGES = 12
"""Most files that a round adds, changes, moves or removes."""
OTHER_EVERY = 10.0
"""Seconds between two questions of another process."""
OTHER_WAITS = 120
"""Seconds in which it must have been answered or sent away."""
SHOWN = 10
"""Errors printed whole."""
KINDS = ("add", "change", "move", "remove")


@dataclass(slots=True)
class Version:
    """A text that a source had, and when the update had ended that took it out."""

    text: str
    left: float | None = None


class Folder:
    """The folder of articles, and every version that each file of it had."""

    def __init__(self, root: Path, data: Data, files: int, chance: random.Random) -> None:
        self.root = root
        self._texts = articles(data)
        self._chance = chance
        self._count = itertools.count()
        self._wanted = files
        self._lock = threading.Lock()
        self._versions: dict[str, list[Version]] = {}
        self._now: dict[str, str] = {}
        self._leaving: list[Version] = []
        for _ in range(files):
            self._add()

    def change(self) -> Counter[str]:
        """Add, change, move and remove some files at random; their number stays about the same."""
        done: Counter[str] = Counter()
        for _ in range(self._chance.randint(1, CHANGES)):
            few, many = len(self._now) < self._wanted, len(self._now) > self._wanted
            kind = self._chance.choices(KINDS, (2 if few else 1, 1, 1, 2 if many else 1))[0]
            done[kind] += 1
            if kind == "add":
                self._add()
                continue
            source = self._chance.choice(sorted(self._now))
            if kind == "change":
                self._write(source, next(self._texts))
            elif kind == "move":
                text = self._now[source]
                other = self._new_name()
                (self.root / other).parent.mkdir(exist_ok=True)
                (self.root / source).rename(self.root / other)
                self._leave(source)
                self._enter(other, text)
            else:
                (self.root / source).unlink()
                self._leave(source)
        return done

    def updated(self) -> None:
        """Note that an update has ended: no question that begins now may see what has left."""
        now = time.monotonic()
        for version in self._leaving:
            version.left = now
        self._leaving.clear()

    def ever_held(self, citation: Citation, begun: float) -> bool:
        """Tell whether a version that could be seen at a time, or later, holds the quote there."""
        with self._lock:
            versions = list(self._versions.get(citation.source, ()))
        return any(
            version.text[citation.start : citation.end] == citation.quote
            for version in versions
            if version.left is None or version.left >= begun
        )

    def sources(self) -> list[str]:
        """List the files that are there."""
        return sorted(self._now)

    def _new_name(self) -> str:
        return f"{self._chance.choice('abc')}/{next(self._count):06d}.txt"

    def _add(self) -> None:
        source = self._new_name()
        (self.root / source).parent.mkdir(parents=True, exist_ok=True)
        self._write(source, next(self._texts))

    def _write(self, source: str, text: str) -> None:
        (self.root / source).write_text(text, encoding="utf-8")
        if source in self._now:
            self._leave(source)
        self._enter(source, text)

    def _enter(self, source: str, text: str) -> None:
        self._now[source] = text
        with self._lock:
            self._versions.setdefault(source, []).append(Version(text))

    def _leave(self, source: str) -> None:
        del self._now[source]
        self._leaving.append(self._versions[source][-1])


class Soak:
    """The threads, and what they count."""

    def __init__(self, index: Index, folder: Folder, questions: Sequence[str]) -> None:
        self.index, self.folder, self.questions = index, folder, questions
        self.over = threading.Event()
        self.counts: Counter[str] = Counter()
        self.errors: list[str] = []
        self.waits: list[float] = []
        self._lock = threading.Lock()

    def count(self, what: str, number: int = 1) -> None:
        """Count something."""
        with self._lock:
            self.counts[what] += number

    def fail(self, text: str) -> None:
        """Note an error."""
        with self._lock:
            self.errors.append(text)

    def guard(self, job: Callable[[], None]) -> None:
        """Do a job until it is over; what ends it sooner is an error."""
        try:
            job()
        except Exception:
            self.fail(traceback.format_exc())

    def check(self, citations: Sequence[Citation], begun: float) -> None:
        """Count citations, and those that are wrong."""
        self.count("citations", len(citations))
        for citation in citations:
            if not self.folder.ever_held(citation, begun):
                self.count("wrong citations")
                self.fail(f"a wrong citation: {citation}")

    def asking(self, seed: int) -> None:
        """Ask at random until it is over."""
        chance = random.Random(seed)  # noqa: S311, no secret
        while not self.over.is_set():
            begun = time.monotonic()
            answer = ask(chance.choice(self.questions), self.index, engine=extract.NAME)
            self.waits.append(time.monotonic() - begun)
            self.count("questions")
            self.count("refusals", answer.refused)
            self.check(answer.citations, begun)

    def updating(self) -> None:
        """Change the folder and update until it is over."""
        while not self.over.wait(EVERY):
            for kind, number in self.folder.change().items():
                self.count(f"files: {kind}", number)
            report = self.index.update(self.folder.root)
            self.folder.updated()
            self.count("updates")
            if report.failed or self.index.articles() != self.folder.sources():
                self.fail(f"the index is not the folder's; failed: {report.failed}")

    def asking_from_outside(self, database: Path) -> None:
        """Ask in a process of its own, now and then, until it is over."""
        chance = random.Random(THREADS)  # noqa: S311, no secret
        while not self.over.wait(OTHER_EVERY):
            begun = time.monotonic()
            question = chance.choice(self.questions)
            command = [sys.executable, "-m", "qa", "ask", question, "--db", str(database)]
            done = subprocess.run(  # noqa: S603 - our own words
                [*command, "--model", extract.NAME, "--json"],
                capture_output=True,
                text=True,
                timeout=OTHER_WAITS,
                check=False,
            )
            if done.returncode == 0:
                self.count("other process: answered")
                fields = json.loads(done.stdout)["citations"]
                self.check([Citation(**each) for each in fields], begun)
            elif done.stderr.startswith("qa: The index ") and done.stderr.count("\n") == 1:
                self.count("other process: told who holds the index")
            else:
                self.fail(f"another process ended with {done.returncode}: {done.stderr}")


def main() -> None:
    """Let it run, and print what was counted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--files", type=int, default=1_000)
    options = parser.parse_args()
    data = read(options.folder)
    questions = [item.question for asked in data.asked.values() for item in asked]
    scratch = Path(tempfile.mkdtemp())
    try:
        sys.exit(soak(data, questions, scratch, options.minutes, options.files))
    finally:
        shutil.rmtree(scratch)


def soak(data: Data, questions: Sequence[str], scratch: Path, minutes: float, files: int) -> int:
    """Run for so many minutes; gives the exit code."""
    folder = Folder(scratch / "articles", data, files, random.Random(7))  # noqa: S311, no secret
    database = scratch / "db"
    process = psutil.Process()
    memory: list[float] = []
    opened: list[int] = []
    with Index(database, BUILT_IN) as index:
        index.update(folder.root)
        run = Soak(index, folder, questions)
        jobs: list[Callable[[], None]] = [partial(run.asking, seed) for seed in range(THREADS)]
        jobs += [run.updating, partial(run.asking_from_outside, database)]
        threads = [threading.Thread(target=run.guard, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        while time.monotonic() - begun < 60 * minutes:
            time.sleep(1)
            memory.append(process.memory_info().rss / 1e6)
            opened.append(process.num_fds())
        run.over.set()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - begun
    for name, number in sorted(run.counts.items()):
        print(f"{name:42}{number:8,}")
    print(f"{'errors':42}{len(run.errors):8,}")
    print(
        f"{run.counts['questions'] / seconds:.1f} questions/s, median "
        f"{1000 * statistics.median(run.waits):.0f} ms, 99th percentile "
        f"{1000 * statistics.quantiles(run.waits, n=100)[-1]:.0f} ms"
    )
    part = min(60, max(1, len(memory) // 4))
    for name, values in (("resident MB", memory), ("open files", opened)):
        first, last = values[:part], values[-part:]
        print(
            f"{name}: {statistics.median(first):.0f} in the first {part} s (at most "
            f"{max(first):.0f}), {statistics.median(last):.0f} in the last (at most "
            f"{max(last):.0f}), at most {max(values):.0f}"
        )
    for error in run.errors[:SHOWN]:
        print(error, file=sys.stderr)
    return 1 if run.errors else 0


if __name__ == "__main__":
    main()
