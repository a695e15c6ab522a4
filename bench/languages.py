"""Measure how often the language of a question is told rightly, and how long that takes.

    python bench/languages.py tests/data/languages.tsv

QUESTIONS is a table with the columns part, language, kind and question; # begins a comment.
"""

import argparse
import csv
import statistics
import time
from collections import defaultdict
from pathlib import Path

from index.language import language_of
from index.lexicon import load


def main() -> None:
    """Print the share of right tellings by part and kind, and the milliseconds a question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    with parser.parse_args().questions.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    lexicon = load()
    rights = defaultdict(list)
    begin = time.perf_counter()
    for row in rows:
        right = language_of(row["question"], lexicon) == row["language"]
        rights[row["part"], "all"].append(right)
        rights[row["part"], f"{row['language']} {row['kind']}"].append(right)
    milliseconds = (time.perf_counter() - begin) * 1000 / len(rows)
    for (part, kind), told in sorted(rights.items()):
        share = 100 * statistics.mean(told)
        print(f"{part:>8} {kind:<16} {share:5.1f} % ({sum(told)} of {len(told)})")
    print(f"{milliseconds:.2f} ms a question, sounds of the lexicon included")


if __name__ == "__main__":
    main()
