"""Measure retrieval on XQuAD: every paragraph a file, questions in three forms.

    python bench/xquad.py EVAL_FOLDER

EVAL_FOLDER holds xquad-*.hi.json, xquad-*.en.json (SQuAD 1.1 format, the same ids in both) and
*.romanised-questions.json (id → the Hindi question in roman letters).
"""

import argparse
import json
import math
import statistics
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index import Index

ROWS = (("hi", "hi"), ("en", "en"), ("en", "hi"), ("hi", "en"), ("roman", "hi"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the file that answers it, and the gold answers in the file's language."""

    id: str
    question: str
    source: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """The paragraphs by language and file name, and the questions by form and language."""

    paragraphs: dict[str, dict[str, str]]
    asked: dict[tuple[str, str], list[Asked]]


def read(folder: Path) -> Data:
    """Read the evaluation files of a folder."""
    paragraphs: dict[str, dict[str, str]] = {"hi": {}, "en": {}}
    questions: dict[str, dict[str, str]] = {"hi": {}, "en": {}}
    places: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {"hi": {}, "en": {}}
    for language in ("hi", "en"):
        (path,) = folder.glob(f"xquad-*.{language}.json")
        number = 0
        for article, entry in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
            for paragraph in entry["paragraphs"]:
                name = f"{article:02d}-{number:03d}.txt"
                number += 1
                paragraphs[language][name] = paragraph["context"]
                for qa in paragraph["qas"]:
                    questions[language][qa["id"]] = qa["question"]
                    answers = tuple(answer["text"] for answer in qa["answers"])
                    places[language][qa["id"]] = (name, answers)
    (roman,) = folder.glob("*.romanised-questions.json")
    questions["roman"] = json.loads(roman.read_text(encoding="utf-8"))
    asked = {
        (form, language): [
            Asked(number, text, *places[language][number])
            for number, text in questions[form].items()
        ]
        for form, language in ROWS
    }
    return Data(paragraphs, asked)


def write_folder(paragraphs: dict[str, str], folder: Path) -> None:
    """Write each paragraph as a file."""
    folder.mkdir()
    for name, text in paragraphs.items():
        (folder / name).write_text(text, encoding="utf-8")


def ndcg(ranked: Iterable[str], gold: str, depth: int = 10) -> float:
    """Compute nDCG@10 with one relevant file; a file counts where it first appears."""
    files = list(dict.fromkeys(ranked))[:depth]
    return 1 / math.log2(files.index(gold) + 2) if gold in files else 0.0


def main() -> None:
    """Print nDCG@10 for each row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    data = read(arguments.folder)
    with tempfile.TemporaryDirectory() as scratch:
        for language in ("hi", "en"):
            write_folder(data.paragraphs[language], Path(scratch) / language)
        for form, language in ROWS:
            with Index(Path(scratch) / f"{language}.db") as index:
                index.update(Path(scratch) / language)
                scores, times = [], []
                for asked in data.asked[form, language]:
                    begin = time.perf_counter()
                    hits = index.search(asked.question, limit=30)
                    times.append(time.perf_counter() - begin)
                    scores.append(ndcg((hit.passage.source for hit in hits), asked.source))
                print(
                    f"{form:>5} → {language}: nDCG@10 {100 * statistics.mean(scores):5.1f}, "
                    f"median {1000 * statistics.median(times):.1f} ms"
                )


if __name__ == "__main__":
    main()
