"""Measure the check of citations on XQuAD: what it lets through, and what it holds back.

    python bench/claims.py EVAL_FOLDER

Every sentence of a paragraph is a claim that cites its own paragraph, in its own language and in
the other one, and once a paragraph of another article. Then one of its names is exchanged for a
name from elsewhere, or one of its numbers for another number, or for a number that another
sentence of the same paragraph has. Only the first should pass. (Names
are the words that no dictionary has, and what CLDR knows: countries, cities, months; in English
those that are written with a capital.)
"""

import argparse
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import xquad

from index import Index, KhabarError, Passage, Question, sentences
from qa import cite

_CAPITAL = re.compile(r"(?<=\S\s)[A-Z][\w'’]*")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a paragraph."""

    language: str
    name: str
    text: str
    read: Question


def claims(index: Index, paragraphs: Mapping[str, Mapping[str, str]]) -> list[Claim]:
    """Read every sentence of every paragraph."""
    found = []
    for language, texts in paragraphs.items():
        for name, text in texts.items():
            for span in sentences(text):
                said = text[span.start : span.end]
                try:
                    found.append(Claim(language, name, said, index.read(said)))
                except KhabarError:
                    continue  # nothing but function words
    return found


def names(claim: Claim) -> list[str]:
    """List the names of a claim as they are written in it."""
    proper = {term.word for term in claim.read.terms if term.is_proper}
    if claim.language == "en":
        return [name for name in _CAPITAL.findall(claim.text) if name.lower() in proper]
    return [word for word in claim.text.split() if word in proper]


def exchanged(claim: Claim, others: Sequence[str], chance: random.Random) -> str | None:
    """Exchange one name of a claim; None if it has none."""
    mine = names(claim)
    if not mine:
        return None
    other = chance.choice([name for name in others if name not in mine])
    return claim.text.replace(chance.choice(mine), other, 1)


def miscounted(claim: Claim, chance: random.Random) -> str | None:
    """Change one number of a claim; None if it has none."""
    found = list(_NUMBER.finditer(claim.text))
    if not found:
        return None
    number = chance.choice(found)
    other = str(int(number[0]) + chance.randint(1, 9))
    return claim.text[: number.start()] + other + claim.text[number.end() :]


def borrowed(claim: Claim, paragraph: str, chance: random.Random) -> str | None:
    """Exchange one number of a claim for one of its paragraph; None if there are no two."""
    found = list(_NUMBER.finditer(claim.text))
    mine = {number[0] for number in found}
    others = [number for number in _NUMBER.findall(paragraph) if number not in mine]
    if not found or not others:
        return None
    number = chance.choice(found)
    other: str = chance.choice(others)
    return claim.text[: number.start()] + other + claim.text[number.end() :]


def passage(
    paragraphs: Mapping[str, Mapping[str, str]], language: Literal["hi", "en"], name: str
) -> Passage:
    """Take a whole paragraph as the passage that is cited."""
    text = paragraphs[language][name]
    return Passage(1, name, 0, len(text), text, None, None, language)


def main() -> None:
    """Print a line for each pair of languages: sentence, paragraph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    data = xquad.read(parser.parse_args().folder)
    chance = random.Random(0)  # noqa: S311, the same on every run
    borrowing = random.Random(0)  # noqa: S311, of its own: the other claims stay what they were
    passed: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles"
        articles.mkdir()
        for language, texts in data.paragraphs.items():
            for name, text in texts.items():
                (articles / f"{language}-{name}").write_text(text, encoding="utf-8")
        with Index(Path(folder) / "db") as index:
            index.update(articles)
            every = claims(index, data.paragraphs)
            # The first two figures of a paragraph's name are its article's.
            elsewhere = {
                name: [other for other in data.paragraphs["hi"] if other[:2] != name[:2]]
                for name in data.paragraphs["hi"]
            }
            known = {
                language: [n for claim in every if claim.language == language for n in names(claim)]
                for language in data.paragraphs
            }
            for claim in every:
                said: dict[str, str | None] = {
                    "true": claim.text,
                    "other name": exchanged(claim, known[claim.language], chance),
                    "other number": miscounted(claim, chance),
                    "borrowed number": borrowed(
                        claim, data.paragraphs[claim.language][claim.name], borrowing
                    ),
                }
                for kind, words in said.items():
                    if words is None:
                        continue
                    asked = index.read(words)
                    for there in ("hi", "en"):
                        if kind == "true":
                            other = chance.choice(elsewhere[claim.name])
                            found = cite.locate(asked, passage(data.paragraphs, there, other))
                            passed[claim.language, there, "elsewhere"].append(found is not None)
                        found = cite.locate(asked, passage(data.paragraphs, there, claim.name))
                        passed[claim.language, there, kind].append(found is not None)
    for (of, by, kind), held in sorted(passed.items()):
        print(
            f"{of} on {by}, {kind:15}: {sum(held):4} of {len(held):4}, {sum(held) / len(held):6.1%}"
        )


if __name__ == "__main__":
    main()
