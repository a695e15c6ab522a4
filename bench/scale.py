"""Measure search in an index of many passages: how long to make, to open and to ask.

    python bench/scale.py EVAL_FOLDER [--passages 100000]

EVAL_FOLDER is xquad.py's; its questions are asked. The articles, half of them Hindi, are made up of
sentences of XQuAD's paragraphs at random, so that common words are as common as they are. Names and
numbers are put in, because the vocabulary of news never stops growing (Heaps' law). A name is a new
one or one used before as in the Pitman-Yor process, and spelled by a Markov chain over the letters
of the paragraphs' words, so that as many sound alike as real ones do. 100,000 passages (11 million
words) hold 196,000 different words; Reuters' RCV1 has 92,000 in half as many of one language (44
n^0.49: Manning et al. 2008). Each sentence stands in hundreds of articles, so there are more ties
and copies to tell apart than in news.
"""

import argparse
import datetime
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from xquad import Data, read

from index import Index, sentences
from index.analyze import words
from index.load import parse
from index.prepare import read_article
from index.store import Store

SEED = 2021
PARAGRAPHS, SENTENCES = 6, 4
"""Of an article, and of a paragraph: some 650 words."""
NAMES, NUMBERS = 2, 0.25
"""Put into a sentence."""
FEWEST_WORDS = 5
"""Shorter sentences are headings and initials."""
SAMPLE = 100
"""Articles cut beforehand, to see how many passages one has."""
DISCOUNT, STRENGTH = 0.75, 100.0
"""Of the Pitman-Yor process: after n names, some 4 n^0.75 different ones."""
ORDER = 3
"""Letters that the Markov chain looks back."""
FIRST_DAY = datetime.date(2015, 1, 1)
DAYS = 3_000
WARM_UP = 100
"""Questions asked before the clock starts."""
COLD_RUNS = 3
COLD = """
import json, sys, time
begin = time.perf_counter()
from index import Index
imported = time.perf_counter()
with Index(sys.argv[1]) as index:
    opened = time.perf_counter()
    index.search(sys.argv[2])
    print(json.dumps([imported - begin, opened - imported, time.perf_counter() - opened]))
"""


class Names:
    """Names of one language, some new and some used before."""

    def __init__(self, texts: Sequence[str], chance: random.Random) -> None:
        """Learn from texts how names are spelled."""
        self._chance = chance
        self._used: list[str] = []
        known = {word for text in texts for word in words(text) if len(word) > ORDER}
        self.different = {word for word in known if word.isalpha() or not word.isascii()}
        self._known = len(self.different)
        self._letters: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self.different):
            for i, letter in enumerate(f"{word}\n"):
                self._letters[word[max(0, i - ORDER) : i]].append(letter)

    def next(self) -> str:
        """Draw a name: the more often one was used, the likelier it is used again."""
        used, new = len(self._used), len(self.different) - self._known
        if self._chance.random() * (STRENGTH + used) < STRENGTH + DISCOUNT * new:
            name = self._spell()
        else:
            name = self._chance.choice(self._used)
        self._used.append(name)
        return name

    def _spell(self) -> str:
        while True:
            name = ""
            while (letter := self._chance.choice(self._letters[name[-ORDER:]])) != "\n":
                name += letter
            if ORDER < len(name) <= 15 and name not in self.different:
                self.different.add(name)
                return name


def articles(data: Data) -> Iterator[str]:
    """Make up articles, Hindi and English in turn, without end."""
    chance = random.Random(SEED)  # noqa: S311, no secret
    names, pools = {}, {}
    for language in ("hi", "en"):
        texts = [*data.paragraphs[language].values()]
        names[language] = Names(texts, chance)
        cut = [text[span.start : span.end].split() for text in texts for span in sentences(text)]
        pools[language] = [sentence for sentence in cut if len(sentence) >= FEWEST_WORDS]
    for language in itertools.cycle(pools):
        title = " ".join([names[language].next(), *chance.choice(pools[language])[:6]])
        day = FIRST_DAY + datetime.timedelta(chance.randrange(DAYS))
        paragraphs = [
            " ".join(_sentence(pools[language], names[language], chance) for _ in range(SENTENCES))
            for _ in range(PARAGRAPHS)
        ]
        yield "\n\n".join([f"---\ntitle: {title}\ndate: {day}\n---", *paragraphs])


def _sentence(pool: Sequence[list[str]], names: Names, chance: random.Random) -> str:
    sentence = [*chance.choice(pool)]
    new = [names.next() for _ in range(NAMES)]
    if chance.random() < NUMBERS:
        new.append(str(int(10 ** chance.uniform(0, 6))))
    for word in new:
        sentence.insert(chance.randrange(1, len(sentence)), word)
    return " ".join(sentence)


def write_articles(data: Data, passages: int, folder: Path) -> tuple[int, int]:
    """Write articles of so many passages; gives how many, and how many different words."""
    folder.mkdir()
    texts = articles(data)
    first = [*itertools.islice(texts, SAMPLE)]
    cut = [len(read_article("", parse(text.encode(), ".txt"))[1]) for text in first]
    count = max(1, round(passages / statistics.mean(cut)))
    different: set[str] = set()
    for i, text in enumerate(itertools.islice(itertools.chain(first, texts), count)):
        (folder / f"{i:06d}.txt").write_text(text, encoding="utf-8")
        different.update(text.split())
    return count, len(different)


def make(data: Data, passages: int, folder: Path, database: Path) -> None:
    """Write articles of so many passages, index them, and print what that took."""
    count, different = write_articles(data, passages, folder)
    begin = time.perf_counter()
    with Index(database) as index:
        index.update(folder)
    seconds = time.perf_counter() - begin
    with closing(Store(database, None, None)) as store:
        _, passages = store.library.counts()
    print(
        f"{count:,} articles, {passages:,} passages, {different:,} different words\n"
        f"indexed in {seconds:.0f} s: {passages / seconds:.0f} passages/s; "
        f"{size(folder):.0f} MB of articles, {size(database):.0f} MB of index"
    )


def size(folder: Path) -> float:
    """Add up the files of a folder, in megabytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def report(name: str, milliseconds: Sequence[float]) -> None:
    """Print the median and the 95th percentile."""
    print(
        f"{name:<32} median {statistics.median(milliseconds):6.1f} ms, "
        f"95th percentile {statistics.quantiles(milliseconds, n=20)[-1]:6.1f} ms"
    )


def ask(index: Index, questions: Sequence[tuple[str, str]]) -> None:
    """Ask (form, question) one after another and print what each step takes, by form."""
    taken: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for i, (form, text) in enumerate(questions):
        begin = time.perf_counter()
        question = index.read(text)
        is_read = time.perf_counter()
        hits = index.search(question)
        is_found = time.perf_counter()
        index.weigh(question, hits)
        is_weighed = time.perf_counter()
        if i < WARM_UP:
            continue
        for name in (form, "all"):
            steps = taken[name]
            steps["analysis of the question"].append(1000 * (is_read - begin))
            steps["search, analysis included"].append(1000 * (is_found - begin))
            steps["weighing"].append(1000 * (is_weighed - is_found))
    for form, steps in sorted(taken.items()):
        for step, milliseconds in steps.items():
            report(f"{form:<5} {step}", milliseconds)


def cold(database: Path, form: str, question: str) -> None:
    """Print how long a new process waits for its first question; the disk's cache is warm."""
    command = [sys.executable, "-c", COLD, str(database), question]
    runs = []
    for _ in range(COLD_RUNS):
        done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603, our own
        runs.append(json.loads(done.stdout))
    imports, opens, first = map(statistics.median, zip(*runs, strict=True))
    print(
        f"{form:<5} cold process: import {imports:.2f} s, open {opens:.2f} s, "
        f"first question {first:.2f} s"
    )


def main() -> None:
    """Make the articles, index them, and ask the questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=100_000)
    options = parser.parse_args()
    data = read(options.folder)
    questions = [("hi", item.question) for item in data.asked["hi", "hi"]]
    questions += [("en", item.question) for item in data.asked["en", "en"]]
    questions += [("roman", item.question) for item in data.asked["roman", "hi"]]
    random.Random(SEED).shuffle(questions)  # noqa: S311, no secret
    with tempfile.TemporaryDirectory() as scratch:
        folder, database = Path(scratch) / "articles", Path(scratch) / "db"
        make(data, options.passages, folder, database)
        print(f"before the questions {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores are busy")
        with Index(database) as index:
            ask(index, questions)
        for form, question in dict(questions).items():
            cold(database, form, question)


if __name__ == "__main__":
    main()
