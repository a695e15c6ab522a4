"""Let updates die at random instants, and see whether the next one makes the index whole.

    python bench/crashes.py [--kills 200] [--full-disks 20] [--server-kills 20]
                            [--files 2000] [--jobs 2] [--seed 0]

An index of FILES short articles is made once, and the folder changed: files added, changed, moved
and removed. Then, for each trial, the update of a copy of that index is ended in another process at
a random instant of the time that it takes undisturbed:

- a kill: SIGKILL
- a full disk: the copy lies on a small tmpfs (which takes root to mount) that runs out of space;
  the update has to say so in one sentence; the tmpfs is made larger, and every second time the
  same process goes on
- a kill of the server: the vectors are on a Chroma server of the trial's own, which is killed; the
  update has to say so in one sentence; the server is started again

Afterwards the index is opened again: every article it shows must be the file before or after, and
every passage it finds must stand where it says. Then the update is finished, and articles,
passages, words, terms and vectors must be those of a new index, passage for passage and bit for bit
(see whole.py). Prints in which state the dead left the library. The exit code is 1 if any trial
went wrong.
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent))
from whole import Case, check, opened, prepare, state

from index import KhabarError
from index.library import Library
from index.parts import PLACE, SERVER

UNDISTURBED = 2
"""Rounds of updates that run to their end, as many at a time as there are jobs."""
ENOUGH = "1g"
"""What a full disk is made larger to."""
_ROUNDING = 300_000
"""Bytes that files take on a tmpfs beyond their sizes, because each takes whole pages."""
_LOOK = 0.02
"""Seconds between two looks at the size of a folder."""
_ORPHANS_END = 10.0
"""Seconds in which the processes that a killed one had started must have ended."""

# Updates an index, and again after each line it is told; says how each time ended.
CHILD = """
import json, sys
from index import Index, KhabarError

database, folder, chroma = sys.argv[1:]
with Index(database, **({"chroma": chroma} if chroma else {})) as index:
    index.inventory()
    print(json.dumps("begun"), flush=True)
    while True:
        try:
            index.update(folder)
            print(json.dumps("ended"), flush=True)
        except KhabarError as error:
            print(json.dumps([type(error).__name__, str(error)]), flush=True)
        if not sys.stdin.readline():
            break
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a trial ended: in which state the dead left the library, and what was wrong."""

    state: str
    wrong: str = ""


# Trials


@contextmanager
def updating(database: Path, case: Case, chroma: str | None) -> Iterator[subprocess.Popen[str]]:
    """Start an update in another process; afterwards it and all that it started are gone."""
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", CHILD, str(database), str(case.after), chroma or ""],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        try:
            assert said(child) == "begun"
            yield child
        finally:
            child.kill()
            child.wait()
            end_group(child.pid)


def end_group(group: int) -> None:
    """Wait until no process of a session is left, and end those that stay too long.

    Raises AssertionError if there were any.
    """
    until = time.monotonic() + _ORPHANS_END
    while left := [process for process in psutil.process_iter() if _is_of(process, group)]:
        if time.monotonic() > until:
            os.killpg(group, signal.SIGKILL)
            raise AssertionError(f"{len(left)} processes that the dead one had started went on")
        time.sleep(0.1)


def _is_of(process: psutil.Process, group: int) -> bool:
    with suppress(psutil.Error, ProcessLookupError):
        # A zombie has ended; whoever took it over has not asked how.
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    return False


def said(child: "subprocess.Popen[str]") -> str | list[str]:
    """Read what a child says next: a word, or an error's name and sentence; "" once it is dead."""
    assert child.stdout is not None
    line = child.stdout.readline()
    told: str | list[str] = json.loads(line) if line else ""
    return told


def go_on(child: "subprocess.Popen[str]") -> None:
    """Let a child update once more."""
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def kill(case: Case, scratch: Path, chance: random.Random) -> str:
    """Kill an update at a random instant."""
    database = scratch / "db"
    shutil.copytree(case.prepared, database)
    with updating(database, case, None) as child:
        time.sleep(chance.uniform(0, case.seconds))
        child.kill()
        after = "after its end" if said(child) else ""
    after = after or state(database, case)
    check(database, case)
    return after


def fill_disk(case: Case, scratch: Path, chance: random.Random) -> str:
    """Let an update run out of space at a random point."""
    most = case.most
    while True:
        room = int(chance.uniform(size(case.prepared), most))
        if after := _fill(case, scratch, room + _ROUNDING, chance):
            return after
        most = room  # it had room enough


def _fill(case: Case, scratch: Path, room: int, chance: random.Random) -> str | None:
    """Update on a disk of so many bytes; None if that was enough."""
    disk = scratch / "disk"
    disk.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o"]
    subprocess.run([*mount, f"size={room}", "tmpfs", disk], check=True)  # noqa: S603
    try:
        database = disk / "db"
        shutil.copytree(case.prepared, database)
        with updating(database, case, None) as child:
            told = said(child)
            if told == "ended":
                return None
            assert isinstance(told, list), "the update died of a full disk"
            check_sentence(told, "IndexFolderError")
            after = state(database, case)
            subprocess.run([*mount, f"remount,size={ENOUGH}", disk], check=True)  # noqa: S603
            if chance.random() < 0.5:
                go_on(child)
                told = said(child)
                assert told == "ended", f"with space again, the same process says {told}"
                after += ", then by the same process"
        check(database, case)
    finally:
        subprocess.run(["umount", disk], check=True)  # noqa: S603, S607
    return after


def kill_server(case: Case, scratch: Path, chance: random.Random) -> str:
    """Kill the Chroma server of an update at a random instant."""
    assert case.server is not None
    database, kept = scratch / "db", scratch / "server"
    shutil.copytree(case.prepared, database)
    shutil.copytree(case.server, kept)
    port = free_port()
    with closing(Library(database)) as library:
        # Its server has moved: questions come before the next update, which would find out.
        library.remember({SERVER: f"http://127.0.0.1:{port}", PLACE: str(database)})
    with serving(kept, port) as (chroma, server), updating(database, case, chroma) as child:
        time.sleep(chance.uniform(0, case.seconds))
        server.kill()
        server.wait()
        told = said(child)
        if isinstance(told, list):
            check_sentence(told, "IndexFolderError")
        after = state(database, case) if isinstance(told, list) else "after its end"
    with serving(kept, port) as (chroma, _):
        check(database, case, chroma)
    return after


def check_sentence(told: list[str], kind: str) -> None:
    """Check that an update said in one sentence what was wrong."""
    name, sentence = told
    assert name == kind, f"{name}: {sentence}"
    assert sentence.endswith(".") and "\n" not in sentence, sentence


def trial(kind: Callable[[Case, Path, random.Random], str], case: Case, seed: int) -> Outcome:
    """Make one trial in a folder of its own."""
    scratch = Path(tempfile.mkdtemp(dir=case.before.parent))
    try:
        return Outcome(kind(case, scratch, random.Random(seed)))  # noqa: S311, no secret
    except (AssertionError, KhabarError) as error:
        return Outcome("wrong", f"seed {seed}: {type(error).__name__}: {error}")
    finally:
        shutil.rmtree(scratch)


# A Chroma server


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, port: int) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run a Chroma server, and give its address once it answers."""
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder)]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(  # noqa: S603 - our own words
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"ANONYMIZED_TELEMETRY": "False"},
    ) as server:
        try:
            while True:
                with suppress(urllib.error.URLError, ConnectionError):
                    urllib.request.urlopen(f"{url}/api/v2/heartbeat")  # noqa: S310
                    break
                assert server.poll() is None, "the Chroma server does not start"
                time.sleep(0.1)
            yield url, server
        finally:
            server.terminate()


# All of it


def on_server(case: Case, scratch: Path) -> Case:
    """Make the index of the folder before once more, with its vectors on a server."""
    prepared, server = scratch / "prepared-for-server", scratch / "server"
    aside = case.after.rename(scratch / "aside")
    case.before.rename(case.after)  # an index follows one folder
    with serving(server, free_port()) as (chroma, _), opened(prepared, chroma) as index:
        index.update(case.after)
    case.after.rename(case.before)
    aside.rename(case.after)
    return replace(case, prepared=prepared, server=server)


def size(folder: Path) -> int:
    """Add up the bytes of a folder's files, while they come and go."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size
    return total


def undisturbed(case: Case) -> tuple[float, int]:
    """Let an update run to its end; gives its seconds and its index's most bytes."""
    scratch = Path(tempfile.mkdtemp(dir=case.before.parent))
    database = scratch / "db"
    shutil.copytree(case.prepared, database)
    sizes = [size(database)]
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK):
            sizes.append(size(database))

    watcher = threading.Thread(target=look)
    try:
        with updating(database, case, None) as child:
            watcher.start()
            begun = time.monotonic()
            assert said(child) == "ended"
            seconds = time.monotonic() - begun
    finally:
        over.set()
        watcher.join()
        shutil.rmtree(scratch)
    return seconds, max(sizes)


def run(
    name: str,
    kind: Callable[[Case, Path, random.Random], str],
    case: Case,
    seeds: range,
    jobs: ProcessPoolExecutor,
) -> int:
    """Make trials of one kind and print how they ended; gives how many went wrong."""
    if not seeds:
        return 0
    states: Counter[str] = Counter()
    wrong = 0
    for outcome in jobs.map(trial, [kind] * len(seeds), [case] * len(seeds), seeds):
        states[outcome.state] += 1
        if outcome.wrong:
            wrong += 1
            print(f"  {outcome.wrong}", flush=True)
    print(f"{name}: {len(seeds) - wrong} of {len(seeds)} ended equal to a new index; it died with")
    for left, count in states.most_common():
        print(f"  {count:5} {left}", flush=True)
    return wrong


def main() -> None:
    """Make the articles and all trials."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--full-disks", type=int, default=20)
    parser.add_argument("--server-kills", type=int, default=20)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--jobs", type=int, default=2, help="trials at a time")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as name,
        ProcessPoolExecutor(options.jobs, mp_context=spawn) as jobs,
    ):
        case = prepare(Path(name), options.files, options.seed)
        # As many at a time as later: two on two cores take longer than one.
        taken = [*jobs.map(undisturbed, [case] * options.jobs * UNDISTURBED)]
        case = replace(
            case,
            seconds=statistics.median(seconds for seconds, _ in taken),
            most=max(most for _, most in taken),
        )
        passages = len(case.expected["passages"])
        print(
            f"{options.files:,} files, {passages:,} passages afterwards; an undisturbed update "
            f"takes {case.seconds:.1f} s, {options.jobs} at a time",
            flush=True,
        )
        seeds = range(options.seed, options.seed + options.kills)
        wrong = run("SIGKILL", kill, case, seeds, jobs)
        seeds = range(options.seed, options.seed + options.full_disks)
        wrong += run("full disk", fill_disk, case, seeds, jobs)
        if options.server_kills:
            seeds = range(options.seed, options.seed + options.server_kills)
            wrong += run(
                "SIGKILL of the server", kill_server, on_server(case, Path(name)), seeds, jobs
            )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
