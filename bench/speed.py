"""Measure waiting: a cold `qa ask` beside `import chromadb`, and a search in a warm process.

python bench/speed.py FOLDER QUESTIONS.jsonl
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from index import Index
from qa import questions

RUNS = 9


def seconds(command: Sequence[str]) -> float:
    """Run a command once and time it."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603, our own commands
    return time.perf_counter() - begin


def main() -> None:
    """Print medians over alternating runs, their ratio, and the search times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    asked = questions.read(options.questions, options.folder).questions
    with tempfile.TemporaryDirectory() as scratch:
        database = str(Path(scratch) / "db")
        with Index(database) as index:
            index.update(options.folder)
        bare = [sys.executable, "-c", "import chromadb"]
        cold = [sys.executable, "-m", "qa", "ask", asked[0].question, "--db", database]
        pairs = [(seconds(bare), seconds(cold)) for _ in range(RUNS)]
        imports, asks = map(statistics.median, zip(*pairs, strict=True))
        print(
            f"import chromadb {imports:.2f} s, cold qa ask {asks:.2f} s: {asks / imports:.2f} times"
        )
        with Index(database) as index:
            index.search(asked[0].question)
            times = []
            for item in asked:
                begin = time.perf_counter()
                index.search(item.question)
                times.append(1000 * (time.perf_counter() - begin))
        print(
            f"search: median {statistics.median(times):.1f} ms, "
            f"95th percentile {statistics.quantiles(times, n=20)[-1]:.1f} ms"
        )


if __name__ == "__main__":
    main()
