"""A run of questions as text for the terminal, and as JSON there and back."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index import errors
from qa import measures, questions
from qa.measures import Difference, Measure, Outcome

_VERSION = 1
_ABOUT = ("questions", "articles", "left_out", "embedder", "reranker")
_LONGEST = 160
"""Characters shown of a sentence."""
_GAP = "  "
_NO_FIGURE = "–"


def lines(
    outcomes: Sequence[Outcome], before: Sequence[Outcome] | None = None, *, misses: bool = False
) -> list[str]:
    """Write a run down: its measures, with `misses` what went wrong, and what `before` was."""
    written = table(measures.by_language(outcomes))
    if before is not None:
        written += ["", *comparison(before, outcomes)]
    if misses:
        written += ["", *list_misses(outcomes)]
    return written


def table(groups: Mapping[str, Sequence[Outcome]]) -> list[str]:
    """Lay the measures out in lines, a column for each group."""
    counts = [measures.count(outcomes) for outcomes in groups.values()]
    figures = [measures.summarise(outcomes) for outcomes in groups.values()]
    rows = [
        ["", *groups],
        ["questions with an answer", *(f"{answerable:,}" for answerable, _ in counts)],
        ["questions without", *(f"{unanswerable:,}" for _, unanswerable in counts)],
    ]
    for measure in measures.MEASURES:
        column = [group[measure.name] for group in figures]
        if any(value is not None for value in column):
            rows.append([measure.name, *(_figure(measure, value) for value in column)])
    return _aligned(rows)


def _figure(measure: Measure, value: float | None) -> str:
    if value is None:
        return _NO_FIGURE
    return f"{100 * value:.1f} %" if measure.is_share else f"{value:.1f}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Set the first column left and the others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        _GAP.join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in rows
    ]


def list_misses(outcomes: Iterable[Outcome]) -> list[str]:
    """Write a line for each question that went wrong, with what came instead."""
    lines = []
    for outcome in outcomes:
        wrong = measures.faults(outcome)
        if wrong:
            lines.append(
                f"{outcome.id}: {', '.join(wrong)} | {_flat(outcome.question)} | {_came(outcome)}"
            )
    return lines


def _came(outcome: Outcome) -> str:
    sentence = outcome.first_sentence
    if sentence is None:
        return outcome.first_file or "nothing"
    text = _flat(sentence.text)
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
    place = f"{sentence.source} {sentence.start}-{sentence.end}: {shown}"
    is_other_file = outcome.first_file not in (sentence.source, None)
    return f"{outcome.first_file}; {place}" if is_other_file else place


def _flat(text: str) -> str:
    return " ".join(text.split())


def comparison(before: Sequence[Outcome], after: Sequence[Outcome]) -> list[str]:
    """Lay out two runs measure by measure, for each group of the later one."""
    old, new = measures.ids(before), measures.ids(after)
    lines = [
        f"Questions in both runs: {len(old & new):,}; in this one only: {len(new - old):,}; in "
        f"the other only: {len(old - new):,}. 95 % intervals, paired bootstrap."
    ]
    for name, outcomes in measures.by_language(after).items():
        rows = [[name, "before", "after", "difference", "from", "to"]]
        rows += [_compared(item) for item in measures.compare(before, outcomes)]
        if len(rows) > 1:
            lines += ["", *_aligned(rows)]
    return lines


def _compared(item: Difference) -> list[str]:
    scale = 100 if item.measure.is_share else 1
    changes = [f"{_zero(scale * change):+.1f}" for change in (item.difference, item.low, item.high)]
    figures = [_figure(item.measure, value) for value in (item.before, item.after)]
    return [item.measure.name, *figures, *changes]


def _zero(value: float) -> float:
    """Take the sign from what is printed as 0.0."""
    return 0.0 if abs(value) < 0.05 else value


def as_json(
    about: Mapping[str, object],
    outcomes: Sequence[Outcome],
    before: Sequence[Outcome] | None = None,
) -> dict[str, Any]:
    """Put a run into plain values, shares as 0 to 1; `before` adds the comparison by group.

    Of `about`, what was asked of what, with which models and how many questions left out.
    """
    groups = measures.by_language(outcomes)
    compared = {}
    if before is not None:
        compared = {
            "comparison": {
                name: {
                    item.measure.name: {
                        "questions": item.questions,
                        "before": item.before,
                        "after": item.after,
                        "difference": item.difference,
                        "interval": [item.low, item.high],
                    }
                    for item in measures.compare(before, group)
                }
                for name, group in groups.items()
            }
        }
    return {
        "version": _VERSION,
        **{key: _plain(about.get(key)) for key in _ABOUT},
        "measures": {name: _figures(group) for name, group in groups.items()},
        **compared,
        "outcomes": [asdict(outcome) for outcome in outcomes],
    }


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _figures(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    answerable, unanswerable = measures.count(outcomes)
    counts = {"questions with an answer": answerable, "questions without": unanswerable}
    return counts | measures.summarise(outcomes)


def read(path: Path) -> list[Outcome]:
    """Read the outcomes of an earlier run, as `as_json` put them.

    Raises QuestionFileError if the file is not one.
    """
    run = questions.read_object(questions.read_text(path), str(path))
    entries = run.get("outcomes")
    # A later version may mean other things by the same names.
    if run.get("version") != _VERSION or not isinstance(entries, list):
        raise errors.QuestionFileError(
            f"{path} is not what qa eval --json writes, or of another version; run it again."
        )
    outcomes = [
        read_outcome(entry, f"{path.name}, outcomes[{i}]") for i, entry in enumerate(entries)
    ]
    if len({(outcome.id, outcome.without) for outcome in outcomes}) < len(outcomes):
        raise errors.QuestionFileError(f"{path} has two outcomes of one id; run it again.")
    return outcomes


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_rank(value: object) -> bool:
    return value is None or (type(value) is int and value >= 1)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not _is_flag(value) and 0 <= value < math.inf


_CHECKS: dict[str, Callable[[object], bool]] = {
    "id": _is_text,
    "question": _is_text,
    "language": _is_text,
    "sources": _are_texts,
    "answers": _are_texts,
    "without": _is_flag,
    "rank": _is_rank,
    "sentence_rank": _is_rank,
    "refused": _is_flag,
    "ms": _is_time,
}


def read_outcome(entry: object, place: str) -> Outcome:
    """Read back what is compared of an outcome; what came in the gold's place is not.

    `place` is where it stands, for the QuestionFileError if it is damaged.
    """
    given = entry if isinstance(entry, dict) else {}
    for key, check in _CHECKS.items():
        if key not in given or not check(given[key]):
            raise errors.QuestionFileError(
                f"{place}: {key} is not as qa eval --json writes it; run that again."
            )
    values = {key: given[key] for key in _CHECKS}
    lists = {key: tuple(given[key]) for key in ("sources", "answers")}
    return Outcome(**values | lists, first_file=None, first_sentence=None)
