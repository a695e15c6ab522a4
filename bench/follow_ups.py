"""Measure how often a follow-up is told from a question that stands by itself, and what it finds.

    python bench/follow_ups.py seeds tests/data/follow_ups.jsonl

CONVERSATIONS has a JSON object a line: history (questions with answers), question, follow_up,
standalone (how a person would put it by itself), sources (articles that answer), set.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from index import Index
from qa import follow_up

Row = dict[str, Any]


def main() -> None:
    """Print precision, recall and how often a right article is best, or among the best three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("conversations", type=Path)
    arguments = parser.parse_args()
    lines = arguments.conversations.read_text("utf-8").splitlines()
    rows: list[Row] = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as folder, Index(Path(folder) / "db") as index:
        index.update(arguments.articles)
        for part in dict.fromkeys(row["set"] for row in rows):
            measure(index, part, [row for row in rows if row["set"] == part])


def measure(index: Index, part: str, rows: Sequence[Row]) -> None:
    """Print the figures of one set of conversations."""

    def history(row: Row) -> list[tuple[str, str]]:
        return [(question, answer) for question, answer in row["history"]]

    def by_rule(row: Row) -> str:
        written = follow_up.by_rule(row["question"], history(row), index.read)
        return written or str(row["question"])

    told = [
        row for row in rows if follow_up.is_follow_up(row["question"], index.read, history(row))
    ]
    asked = [row for row in rows if row["follow_up"]]
    right = sum(row["follow_up"] for row in told)
    print(f"{part}: {right} of {len(told)} told as follow-ups are, of {len(asked)} there are")
    ways: dict[str, Callable[[Row], str]] = {
        "as it stands": lambda row: row["question"],
        "by rule": by_rule,
        "by a person": lambda row: row["standalone"],
    }
    for name, write in ways.items():
        found = [(index.search(write(row), limit=3), row["sources"]) for row in asked]
        ranks = [[hit.passage.source in sources for hit in hits] for hits, sources in found]
        first, third = (sum(any(rank[:n]) for rank in ranks) / len(ranks) for n in (1, 3))
        print(f"  {name:<13} right article first {first:.1%}, among three {third:.1%}")
    kept = [
        follow_up.checked(row["standalone"], row["question"], history(row), index.read)
        for row in asked
    ]
    print(f"  what a person wrote is trusted: {sum(map(bool, kept))} of {len(kept)}")


if __name__ == "__main__":
    main()
