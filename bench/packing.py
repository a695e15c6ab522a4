"""Measure evidence packing: what a model still reads of what it needs, and how much it reads.

    python bench/packing.py EVAL_FOLDER

Of XQuAD, every paragraph a file: how often the sentence with the gold answer is in the prompt, and
how long the prompt is, for five whole passages and for packed ones; then the same after the prompt
of the question before. Sentences are ranked by weights that were not learned from their article
(three folds, as in bench/fit.py, but learned in the index of all paragraphs only). Then the
project's own questions about seeds/, by the weights that ship.

Tokens are those of two tokenizers trained here on the paragraphs, since no model's is at hand: the
shares of two texts hardly depend on which. Trained on so little, both spend more tokens on the
prompt's instructions than a model's would.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Metaspace, PreTokenizer
from tokenizers.trainers import BpeTrainer

sys.path.insert(0, str(Path(__file__).parent))
from fit import FOLDS, Example, Found, Row, learn_sentences, percent, reranked
from xquad import ROWS, read, write_folder

from index import Evidence, Hit, Index
from index.evidence import rank
from qa import pack, prompt, questions
from qa.types import Excerpt

_WHOLE = 5
_OF_WORDS = 4_000
"""Entries of the vocabulary that splits at spaces. With so many a Hindi word takes 1.6 tokens, as
with Gemma 4; with 32,000 it takes 1, so small a text being learned by heart."""
_OF_BYTES = 8_000
"""Of the one that splits as GPT-2's does, which cuts Devanagari at its vowel signs."""
SEEDS = Path(__file__).parent.parent / "seeds"
QUESTIONS = Path(__file__).parent.parent / "tests" / "data" / "seed_questions.jsonl"

Length = Callable[[Sequence[str]], int]
"""How long some texts are together."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question as it was put to the index, what was found, and where the answer stands."""

    example: Example
    hits: Sequence[Hit]
    gold: Sequence[tuple[int, int]]
    """Start and end in the file, of each gold answer."""

    def in_prompt(self, excerpts: Iterable[Excerpt]) -> bool:
        """Whether a gold answer stands inside what is shown, where the question has it from."""
        return any(
            offset + start <= first and last <= offset + end
            for excerpt in excerpts
            if excerpt.passage.source == self.example.asked.source
            for offset in (excerpt.passage.start,)
            for start, end in excerpt.spans
            for first, last in self.gold
        )


def gold_spans(folder: Path, language: str) -> dict[str, list[tuple[int, int]]]:
    """Read where the gold answers stand, by the question's id."""
    (path,) = folder.glob(f"xquad-*.{language}.json")
    return {
        qa["id"]: [
            (answer["answer_start"], answer["answer_start"] + len(answer["text"]))
            for answer in qa["answers"]
        ]
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for qa in paragraph["qas"]
    }


def collect(folder: Path, scratch: Path) -> list[Case]:
    """Ask every question of the index that holds all paragraphs of one language."""
    data = read(folder)
    cases = []
    for language, paragraphs in data.paragraphs.items():
        gold = gold_spans(folder, language)
        write_folder(paragraphs, scratch / language)
        articles = len({name[:2] for name in paragraphs})
        with Index(scratch / f"{language}.db") as index:
            index.update(scratch / language)
            for row in (row for row in ROWS if row[1] == language):
                for asked in data.asked[row]:
                    question = index.read(asked.question)
                    hits = index.search(question)
                    found = Found(question, rank(question, hits, {}))
                    example = Example(row, articles, asked.source[:2], asked, found, found)
                    cases.append(Case(example, hits, gold[asked.id]))
    return cases


def ranked(cases: Sequence[Case]) -> list[list[Evidence]]:
    """Rank the sentences of each case by weights learned from other articles."""
    articles = sorted({case.example.article for case in cases})
    weights: dict[str, dict[str, float]] = {}
    for fold in range(FOLDS):
        held = set(articles[fold::FOLDS])
        learned = learn_sentences(
            [case.example for case in cases if case.example.article not in held]
        )
        weights |= dict.fromkeys(held, learned)
    return [
        [
            item.evidence
            for item in reranked(case.example.present.sentences, weights[case.example.article])
        ]
        for case in cases
    ]


def tokenizer(texts: Sequence[str], splitter: PreTokenizer, entries: int) -> Length:
    """Train byte pair encoding, and return what counts tokens."""
    trained = Tokenizer(BPE())
    trained.pre_tokenizer = splitter
    trained.train_from_iterator(texts, BpeTrainer(vocab_size=entries, show_progress=False))
    return lambda texts: sum(len(one.ids) for one in trained.encode_batch_fast(list(texts)))


def characters(texts: Sequence[str]) -> int:
    """Count characters."""
    return sum(map(len, texts))


def whole(hits: Sequence[Hit]) -> list[Excerpt]:
    """Show passages as they are."""
    return [Excerpt(hit.passage, ((0, len(hit.passage.text)),)) for hit in hits[:_WHOLE]]


def conversation(case: Case, excerpts: Sequence[Excerpt]) -> str:
    """Write all that a model reads."""
    question = case.example.present.question
    messages = prompt.answering(question.text, question.language, excerpts).messages
    return "\n".join(message["content"] for message in messages)


def articles_of(excerpts: Sequence[Excerpt]) -> str:
    """Write what a model reads of articles, with titles."""
    written = prompt.messages(excerpts, "")[-1]["content"]
    return written.removeprefix("<articles>").removesuffix("</articles>\n\n")


def share(pairs: Iterable[tuple[str, str]], lengths: Sequence[Length]) -> str:
    """Print how long the first texts are, of the second ones, by each measure of length."""
    ours, theirs = zip(*pairs, strict=True)
    return " / ".join(f"{length(ours) / length(theirs):.3f}" for length in lengths)


def _same(one: str, other: str) -> int:
    """Count the characters with which both begin."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def report(
    row: Row, cases: Sequence[Case], order: Sequence[Sequence[Evidence]], lengths: Sequence[Length]
) -> None:
    """Print a row's figures."""
    every = [whole(case.hits) for case in cases]
    packed = [
        pack.choose(case.hits, evidence, fits=lambda _: True)
        for case, evidence in zip(cases, order, strict=True)
    ]
    seen = [
        [case.in_prompt(each) for case, each in zip(cases, shown, strict=True)]
        for shown in (every, packed)
    ]
    both = list(zip(cases, packed, every, strict=True))
    shares = [percent(each) for each in seen]
    print(f"{row[0]:>5} → {row[1]}: gold in prompt {shares[0]} whole, {shares[1]} packed")
    articles = ((articles_of(one), articles_of(other)) for _, one, other in both)
    print(f"  articles packed / whole: {share(articles, lengths)}")
    all_of_it = ((conversation(c, one), conversation(c, other)) for c, one, other in both)
    print(f"  conversation packed / whole: {share(all_of_it, lengths)}")
    follow_up(cases, order, packed, lengths)


def follow_up(
    cases: Sequence[Case],
    order: Sequence[Sequence[Evidence]],
    packed: Sequence[Sequence[Excerpt]],
    lengths: Sequence[Length],
) -> None:
    """Print the same for each question after the one before it on the same paragraph."""
    found, pairs = [], []
    for i, j in pairwise(range(len(cases))):
        if cases[i].example.asked.source == cases[j].example.asked.source:
            shown = pack.choose(cases[j].hits, order[j], earlier=packed[i], fits=lambda _: True)
            found.append(cases[j].in_prompt(shown))
            first, second = conversation(cases[i], packed[i]), conversation(cases[j], shown)
            pairs.append((second[_same(first, second) :], first))
    print(
        f"  next question on the paragraph: gold in prompt {percent(found)}, "
        f"read anew / first prompt: {share(pairs, lengths)}"
    )


def report_seeds(lengths: Sequence[Length]) -> None:
    """Print how often words of the answer are in the prompt, of the project's own questions."""
    seen: dict[str, list[bool]] = {"whole": [], "packed": []}
    pairs = []
    with tempfile.TemporaryDirectory() as scratch, Index(Path(scratch) / "db") as index:
        index.update(SEEDS)
        for asked in questions.read(QUESTIONS, SEEDS).questions:
            if not asked.sources:
                continue
            question = index.read(asked.question)
            hits = index.search(question)
            evidence = index.weigh(question, hits).evidence
            shown = {
                "whole": whole(hits),
                "packed": pack.choose(hits, evidence, fits=lambda _: True),
            }
            pairs.append((articles_of(shown["packed"]), articles_of(shown["whole"])))
            for name, excerpts in shown.items():
                read_out = [
                    prompt.read_out(each)
                    for each in excerpts
                    if each.passage.source in asked.sources
                ]
                seen[name].append(any(a in text for a in asked.answers for text in read_out))
    print(
        f"seeds/, {len(pairs)} questions: gold in prompt {percent(seen['whole'])} whole, "
        f"{percent(seen['packed'])} packed\n  articles packed / whole: {share(pairs, lengths)}"
    )


def main() -> None:
    """Print the figures of each row, then those of seeds/."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    paragraphs = read(folder).paragraphs
    texts = [text for language in paragraphs.values() for text in language.values()]
    by_words = tokenizer(texts, Metaspace(), _OF_WORDS)
    by_bytes = tokenizer(texts, ByteLevel(), _OF_BYTES)
    for language, files in paragraphs.items():
        count = sum(len(text.split()) for text in files.values())
        figures = [of([*files.values()]) / count for of in (by_words, by_bytes)]
        print(f"tokens a word, {language}: " + " / ".join(f"{figure:.2f}" for figure in figures))
    print("shares below: of characters / of tokens by either")
    with tempfile.TemporaryDirectory() as scratch:
        cases = collect(folder, Path(scratch))
    order = ranked(cases)
    for row in ROWS:
        mine = [i for i, case in enumerate(cases) if case.example.row == row]
        report(
            row,
            [cases[i] for i in mine],
            [order[i] for i in mine],
            [characters, by_words, by_bytes],
        )
    report_seeds([characters, by_words, by_bytes])


if __name__ == "__main__":
    main()
