"""Measure answers: a folder of articles, and questions about it with their gold files.

    python bench/questions.py FOLDER QUESTIONS.jsonl [--misses]

A question: {"id", "question", "form": "hi" | "en" | "hi-Latn", "sources": [file, …],
"answers": [text, …]}; without sources it has no answer in the folder and ought to be refused.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import Evidence, Index
from qa import Answer, ask

FORMS = ("hi", "en", "hi-Latn")


@dataclass(frozen=True, slots=True)
class Gold:
    """A question and what counts as its answer."""

    id: str
    question: str
    form: str
    sources: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found and answered."""

    gold: Gold
    best_sentence: Evidence | None
    """What would be cited first, whether or not the question was refused."""
    answer: Answer

    @property
    def right_file(self) -> bool:
        """Whether what would be cited first is of a gold file."""
        best = self.best_sentence
        return best is not None and best.hit.passage.source in self.gold.sources

    def quotes_within(self, count: int) -> bool:
        """Whether one of the first quotes holds a gold answer."""
        return any(
            citation.source in self.gold.sources and answer in citation.quote
            for citation in self.answer.citations[:count]
            for answer in self.gold.answers
        )


def read(path: Path) -> list[Gold]:
    """Read a question set."""
    entries = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Gold(e["id"], e["question"], e["form"], tuple(e["sources"]), tuple(e["answers"]))
        for e in entries
    ]


def run(index: Index, golds: Sequence[Gold]) -> list[Outcome]:
    """Ask every question of an index, answered with quotes."""
    outcomes = []
    for gold in golds:
        question = index.read(gold.question)
        ranked = index.weigh(question, index.search(question)).evidence
        first = ranked[0] if ranked else None
        outcomes.append(Outcome(gold, first, ask(gold.question, index, engine="extract")))
    return outcomes


def share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> str:
    """Print the share of outcomes for which something holds."""
    if not outcomes:
        return "–"
    return f"{100 * statistics.mean(map(holds, outcomes)):.1f} % of {len(outcomes)}"


def main() -> None:
    """Print the figures by form, and on request the misses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--misses", action="store_true", help="list what went wrong")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, Index(Path(scratch) / "db") as index:
        index.update(options.folder)
        outcomes = run(index, read(options.questions))
    for form in (*FORMS, "all"):
        mine = [o for o in outcomes if form in (o.gold.form, "all")]
        answerable = [o for o in mine if o.gold.sources]
        rest = [o for o in mine if not o.gold.sources]
        print(
            f"{form:>8}: right file first {share(answerable, lambda o: o.right_file)}, "
            f"quoted first {share(answerable, lambda o: o.quotes_within(1))}, "
            f"in three {share(answerable, lambda o: o.quotes_within(3))}, "
            f"wrongly refused {share(answerable, lambda o: o.answer.refused)}, "
            f"rightly refused {share(rest, lambda o: o.answer.refused)}"
        )
    if options.misses:
        for outcome in outcomes:
            gold, answer = outcome.gold, outcome.answer
            good = outcome.quotes_within(3) if gold.sources else answer.refused
            if not good or (gold.sources and not outcome.right_file):
                print(f"{gold.id} {gold.question} | {gold.sources} {gold.answers}")
                print(f"    {answer.text[:300]}")


if __name__ == "__main__":
    main()
