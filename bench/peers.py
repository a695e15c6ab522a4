"""Set Khabar beside the keyword search of LlamaIndex, Haystack, LangChain and txtai, on XQuAD.

    python bench/peers.py EVAL_FOLDER [--venv DIR]

EVAL_FOLDER is xquad.py's. Every paragraph is one document, for all. The libraries, each with its
defaults (see peers_worker.py), are installed in the versions of peers-requirements.txt in an
environment of their own (1.5 GB): in DIR, where it stays for the next time, or a temporary folder.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from xquad import ROWS, Data, ndcg, read, write_folder

from index import Index

REQUIREMENTS = Path(__file__).with_name("peers-requirements.txt")
WORKER = Path(__file__).with_name("peers_worker.py")


@dataclass(frozen=True, slots=True)
class Run:
    """What one system found for each question of a row, best first, and how long it took."""

    rankings: list[list[str]]
    seconds: list[float]


def install(folder: Path, requirements: Path = REQUIREMENTS) -> Path:
    """Install the peers, unless they are there in these versions; gives their Python."""
    python = folder / "bin" / "python"
    pins = requirements.read_text(encoding="utf-8")
    installed = folder / "installed.txt"
    if not installed.exists() or installed.read_text(encoding="utf-8") != pins:
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements)]
        subprocess.run(pip, check=True)  # noqa: S603 - our own words
        installed.write_text(pins, encoding="utf-8")
    return python


def run_peers(python: Path, data: Data) -> list[dict[str, Run]]:
    """Put each row's questions to each peer, in one process of their environment."""
    lines = []
    for form, language in ROWS:
        questions = [asked.question for asked in data.asked[form, language]]
        row = {"documents": data.paragraphs[language], "questions": questions}
        lines.append(json.dumps(row))
    done = subprocess.run(  # noqa: S603 - our own words
        [python, "-I", WORKER],
        input="\n".join(lines),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
        # Left alone, Haystack reports its use to its makers, and others may look for models.
        env=os.environ | {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1"},
    )
    return [
        {peer: Run(**run) for peer, run in json.loads(line).items()}
        for line in done.stdout.splitlines()
    ]


def run_khabar(data: Data) -> list[Run]:
    """Put each row's questions to Khabar, with the built-in embedder."""
    runs = []
    with tempfile.TemporaryDirectory() as scratch:
        for language, paragraphs in data.paragraphs.items():
            write_folder(paragraphs, Path(scratch) / language)
        for form, language in ROWS:
            with Index(Path(scratch) / f"{language}.db", "built-in") as index:
                index.update(Path(scratch) / language)
                rankings, seconds = [], []
                for asked in data.asked[form, language]:
                    begin = time.perf_counter()
                    # Of passages, which can be several of one file, 30 make ten files.
                    hits = index.search(asked.question, limit=30)
                    seconds.append(time.perf_counter() - begin)
                    rankings.append(list(dict.fromkeys(hit.passage.source for hit in hits)))
            runs.append(Run(rankings, seconds))
    return runs


def measure(run: Run, golds: list[str]) -> tuple[float, float, float]:
    """Compute nDCG@10 and recall@5, in percent, and the median of milliseconds a question."""
    pairs = list(zip(run.rankings, golds, strict=True))
    return (
        100 * statistics.mean(ndcg(ranking, gold) for ranking, gold in pairs),
        100 * statistics.mean(gold in ranking[:5] for ranking, gold in pairs),
        1000 * statistics.median(run.seconds),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--venv", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    data = read(arguments.folder)
    with tempfile.TemporaryDirectory() as scratch:
        python = install((arguments.venv or Path(scratch)).absolute())
        peers = run_peers(python, data)
    table: dict[str, list[tuple[float, float, float]]] = {}
    for row, khabar, others in zip(ROWS, run_khabar(data), peers, strict=True):
        golds = [asked.source for asked in data.asked[row]]
        for system, run in ({"Khabar": khabar} | others).items():
            table.setdefault(system, []).append(measure(run, golds))
    print("nDCG@10, recall@5 and milliseconds a question (median); questions → paragraphs")
    print(" " * 10 + "".join(f"{f'{form} → {language}':>19}" for form, language in ROWS))
    for system, cells in table.items():
        line = "".join(f"{gain:7.1f}{recall:6.1f}{wait:6.1f}" for gain, recall, wait in cells)
        print(f"{system:10}{line}")


if __name__ == "__main__":
    main()
