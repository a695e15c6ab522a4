"""Take out one part of search at a time, and print what each costs on XQuAD's dev half.

    python bench/ablate.py EVAL_FOLDER

Every paragraph is a file; the rows are those of bench/xquad.py, and one more: English questions of
which a name is misspelled (one letter of the longest word that the dictionary lacks is dropped,
doubled, swapped or changed, by a fixed seed), asked of English paragraphs. What is printed is
nDCG@10 and how often the answer's sentence comes first, in percent, and the differences to all
parts together. The weights are those that ship; they are not learned anew for each part.
"""

import argparse
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parent))
from xquad import ROWS, Asked, ndcg, read, write_folder

from index import Index, lexicon, search, verdict
from index.analyze import stem, words
from index.question import Weights
from index.terms import TermIndex

MISSPELLED = ("en, misspelled", "en")
_LEAST_LETTERS = 6

Patches = Callable[[], Sequence[Any]]


def _weights(**changed: float) -> Patches:
    return lambda: [patch("index.search.Weights", partial(Weights, **changed))]


def _alternatives_apart() -> Sequence[Any]:
    """Every translation and spelling as a word of its own, each with the word's rarity."""
    together = TermIndex.search

    def apart(
        self: TermIndex,
        groups: Sequence[tuple[float, Mapping[str, float]]],
        title_weight: float,
        limit: int,
        articles: Sequence[int] | None,
    ) -> list[tuple[int, float]]:
        single = [
            (idf, {stems: weight}) for idf, group in groups for stems, weight in group.items()
        ]
        return together(self, single, title_weight, limit, articles)

    return [patch.object(TermIndex, "search", apart)]


def _without_stems() -> Sequence[Any]:
    class Whole:
        def stemWord(self, word: str) -> str:  # noqa: N802, as PyStemmer names it
            return word

    stem.cache_clear()
    return [
        patch("index.analyze._stemmer", lambda _: Whole()),
        patch.object(lexicon, "load", cache(lexicon._make)),
    ]


def _without_kinds() -> Sequence[Any]:
    learned = verdict.learned()
    kept = {name: w for name, w in learned.sentence.items() if not name.startswith("asked kind")}
    return [patch("index.verdict.learned", lambda: replace(learned, sentence=kept))]


PARTS: Mapping[str, Patches] = {
    "all parts": list,
    "stems": _without_stems,
    "sound keys": _weights(name_sound=0, word_sound=0, roman_sound=0, variant=0, near=0),
    "near keys": _weights(near=0),
    "lexicon": _weights(translation=0, second_translation=0, synonym=0),
    "synonyms": _weights(synonym=0),
    "terms of several words": lambda: [patch("index.question._phrases", lambda *_: {})],
    "initialisms": lambda: [
        patch("index.initialisms.in_hindi", lambda _: None),
        patch("index.initialisms.in_english", lambda _: None),
    ],
    "roman base forms": lambda: [patch("index.question.roman_base_forms", lambda _: [])],
    "alternatives as one word": _alternatives_apart,
    "vectors": lambda: [patch.object(search, "_DENSE_WEIGHT", 0.0)],
    "spreading over stories": lambda: [patch.object(search, "spread", list)],
    "kind of answer asked for": _without_kinds,
}


@contextmanager
def without(part: str) -> Iterator[None]:
    """Take a part out."""
    with ExitStack() as stack:
        for change in PARTS[part]():
            stack.enter_context(change)
        yield
    stem.cache_clear()


def misspell(question: str, chance: random.Random) -> str:
    """Misspell the longest word that the dictionary lacks; the same question if there is none."""
    known = lexicon.load()
    names = [
        word
        for word in words(question)
        if len(word) >= _LEAST_LETTERS and word.isalpha() and not known.knows(stem(word))
    ]
    if not names:
        return question
    name = max(names, key=len)
    place = chance.randrange(1, len(name) - 1)
    before, letter, after = name[:place], name[place], name[place + 1 :]
    wrong = chance.choice(
        [
            before + after,
            before + letter + letter + after,
            before + after[0] + letter + after[1:],
            before + chance.choice("bdgklmnprstv") + after,
        ]
    )
    return question.lower().replace(name, wrong)


def measure(part: str, folder: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """Ask all rows without a part. Returns (nDCG@10, answer sentence first) in percent, by row."""
    data = read(folder)
    chance = random.Random(7)  # noqa: S311, no secret
    data.asked[MISSPELLED] = [
        replace(asked, question=wrong)
        for asked in data.asked["en", "en"]
        if (wrong := misspell(asked.question, chance)) != asked.question
    ]
    result = {}
    with tempfile.TemporaryDirectory() as scratch, without(part):
        for language in ("hi", "en"):
            folder = Path(scratch) / language
            write_folder(data.paragraphs[language], folder)
            with Index(folder.with_suffix(".db")) as index:
                index.update(folder)
                for row in (*ROWS, MISSPELLED):
                    if row[1] == language:
                        result[row] = ask(index, data.asked[row])
    return result


def ask(index: Index, questions: Sequence[Asked]) -> tuple[float, float]:
    """Ask one row's questions."""
    gains, firsts = [], []
    for asked in questions:
        question = index.read(asked.question)
        hits = index.search(question)
        gains.append(ndcg((hit.passage.source for hit in hits), asked.source))
        firsts.append(is_first(asked, index.weigh(question, hits)))
    return 100 * statistics.mean(gains), 100 * statistics.mean(firsts)


def is_first(asked: Asked, judged: verdict.Verdict) -> bool:
    """Whether the most telling sentence holds a gold answer."""
    best = judged.evidence[0] if judged.evidence else None
    return (
        best is not None
        and best.hit.passage.source == asked.source
        and any(answer in best.text for answer in asked.answers)
    )


def main() -> None:
    """Print a table: a part a line, a row a column."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    rows = (*ROWS, MISSPELLED)
    print("without".ljust(26) + "".join(f"{form} → {to}".rjust(20) for form, to in rows))
    with ProcessPoolExecutor(2, max_tasks_per_child=1) as pool:
        results = pool.map(measure, PARTS, [folder] * len(PARTS))
        for part, result in zip(PARTS, results, strict=True):
            if part == "all parts":
                whole = result
                cells = [f"{result[row][0]:.1f} {result[row][1]:.1f}" for row in rows]
            else:
                cells = [
                    f"{result[row][0] - whole[row][0]:+.1f} {result[row][1] - whole[row][1]:+.1f}"
                    for row in rows
                ]
            print(part.ljust(26) + "".join(cell.rjust(20) for cell in cells), flush=True)


if __name__ == "__main__":
    main()
