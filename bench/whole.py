"""A folder before and after changes, and whether an index is the one that a new one would be.

Used by crashes.py. The articles are short and made up of a few words, in two languages.
"""

import itertools
import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index import Index
from index.embed import BUILT_IN

WORDS = (
    "the Lavrov Goa vaccine monsoon rice cricket minister promised villages doctors harvest final "
    "crowd snow Delhi March 2023 bridge river school budget court election wicket train flood "
    "गोवा टीका अभियान मानसून चावल क्रिकेट मंत्री वादा गांव डॉक्टर फसल लावरोव दिल्ली बर्फ मार्च सरकार "
    "पुल नदी स्कूल बजट अदालत चुनाव रेल बाढ़ किसान"
).split()
QUESTIONS = (
    "लावरोव ने क्या वादा किया?",
    "When did the vaccine drive in Goa begin?",
    "goa mein tika abhiyan kab shuru hua",
    "Who won the cricket final?",
)
SENTENCES, SENTENCE_WORDS = (1, 12), (6, 14)
SAME = 1e-6
"""Numbers of a vector that differ by less are the same."""
CHANGED, MOVED, REMOVED, ADDED = 0.4, 0.1, 0.15, 0.25
"""Of the files."""


@dataclass(frozen=True, slots=True)
class Case:
    """What all trials of a kind share."""

    before: Path
    """The folder as it was indexed."""
    after: Path
    """The folder as it is now; its files' times are those of the writing."""
    prepared: Path
    """The index of `before`."""
    server: Path | None
    """Where a Chroma server keeps its vectors; None where Chroma is in the index's folder."""
    states: list[tuple[str, str, str]]
    """Of the articles in `prepared`."""
    expected: dict[str, Any]
    """What a new index of `after` shows."""
    seconds: float = 0.0
    """That an undisturbed update takes, at most."""
    most: int = 0
    """Bytes that the index has, at most, during an update."""


# Articles


def write_articles(folder: Path, files: int, chance: random.Random) -> None:
    """Write short articles, in some folders."""
    for number in range(files):
        path = folder / chance.choice("abcd") / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_article(chance), encoding="utf-8")


def _article(chance: random.Random) -> str:
    sentences = [
        " ".join([*chance.choices(WORDS, k=chance.randint(*SENTENCE_WORDS)), _name(chance)]) + "."
        for _ in range(chance.randint(*SENTENCES))
    ]
    day = f"{chance.randint(1, 28)} May {chance.randint(2000, 2023)}"
    return f"{' '.join(chance.choices(WORDS, k=5))}\n\n{day}\n\n{' '.join(sentences)}\n"


def _name(chance: random.Random) -> str:
    return "".join(chance.choices("bdgklmnprst", k=1) + chance.choices("aeiou", k=1)) * 3


def change(folder: Path, chance: random.Random) -> None:
    """Change, move and remove files of a folder, and add some."""
    files = sorted(folder.rglob("*.txt"))
    count = len(files)
    chance.shuffle(files)
    rest = iter(files)
    for path in itertools.islice(rest, round(CHANGED * count)):
        path.write_text(_article(chance), encoding="utf-8")
    for path in itertools.islice(rest, round(MOVED * count)):
        path.rename(path.with_name(f"moved-{path.name}"))
    for path in itertools.islice(rest, round(REMOVED * count)):
        path.unlink()
    write_articles(folder / "new", round(ADDED * count), chance)


# What an index holds


def opened(database: Path, chroma: str | None) -> Index:
    """Open an index, with its vectors on a server or in its folder."""
    return Index(database, BUILT_IN, **({"chroma": chroma} if chroma else {}))


def snapshot(index: Index) -> dict[str, Any]:
    """Take down all that lies in the three stores, by where a passage stands."""
    store = index._store
    file = sqlite3.connect(store.folder / "khabar.sqlite")
    places = {
        passage: (source, start, end)
        for passage, source, start, end in file.execute(
            "SELECT p.id, min(s.source), p.start, p.end FROM passages p JOIN sources s"
            " ON s.article = p.article GROUP BY p.id"
        )
    }
    vocabulary = file.execute("SELECT * FROM vocabulary").fetchall()
    file.close()
    kept = store.current.vectors.passages()
    vectors = {
        places.get(passage, ("of no passage", 0, passage)): vector
        for passage, vector in store.current.vectors.read([*kept]).items()
    }
    terms = {
        word: sorted(
            places.get(passage, ("of no passage", 0, passage))
            for passage, _ in store.current.terms.search([(1.0, {word: 1.0})], 1.0, 10**6, None)
        )
        for word in sorted({row[1] for row in vocabulary})
    }
    return {
        "articles": [index.article(source) for source in index.articles()],
        "states": states(store.folder),
        "passages": sorted(places.values()),
        "vocabulary": sorted(vocabulary),
        "vectors": vectors,
        "terms": terms,
    }


def states(database: Path) -> list[tuple[str, str, str]]:
    """List (source, hash, state) of every article in the library, sorted."""
    with closing(sqlite3.connect(database / "khabar.sqlite")) as file:
        found = file.execute(
            "SELECT coalesce(s.source, ''), a.hash, a.state FROM articles a"
            " LEFT JOIN sources s ON s.article = a.id"
        )
        return sorted(found)


def state(database: Path, case: Case) -> str:
    """Say in which state an update left the library, and how far it had come."""
    found = states(database)
    unfinished = sorted({each[2] for each in found} - {"ready"})
    ready = {each for each in found if each[2] == "ready"}
    before, after = set(case.states), set(case.expected["states"])
    if ready == before:
        done = "none"
    elif ready == after:
        done = "all"
    else:
        done = "some"
    return f"{' and '.join(unfinished) or 'no unfinished'} articles, {done} of the changes shown"


def check_shown(index: Index, case: Case) -> None:
    """Check that every article shown is the file before or after, and every passage in it."""
    for source in index.articles():
        article = index.article(source)
        assert article is not None
        files = [folder / source for folder in (case.before, case.after)]
        texts = [file.read_text(encoding="utf-8") for file in files if file.exists()]
        assert article.text in texts, f"{source} is neither the file before nor the one after"
    for question in QUESTIONS:
        hits = index.search(question, limit=200)
        assert hits, f"nothing found for {question!r}"
        for hit in hits:
            found = index.article(hit.passage.source)
            assert found is not None
            cut = found.text[hit.passage.start : hit.passage.end]
            assert cut == hit.passage.text, f"{hit.passage} is not what stands there"


def check(database: Path, case: Case, chroma: str | None = None) -> None:
    """Check what an index shows, finish its update, and compare it with a new one.

    Raises AssertionError, which says what is wrong.
    """
    with opened(database, chroma) as index:
        check_shown(index, case)
        index.update(case.after)
        found = snapshot(index)
    different = [part for part in found if not _same(found[part], case.expected[part])]
    assert not different, f"{', '.join(different)}: not those of a new index"


def _same(found: object, expected: object) -> bool:
    """Compare; vectors up to what it changes in them that Chroma normalises them once more."""
    if not isinstance(found, dict) or not all(isinstance(v, np.ndarray) for v in found.values()):
        return bool(found == expected)
    assert isinstance(expected, dict)
    return found.keys() == expected.keys() and all(
        np.allclose(found[place], expected[place], rtol=0, atol=SAME) for place in found
    )


def prepare(scratch: Path, files: int, seed: int) -> Case:
    """Make the folder before and after, its index, and that of a new folder."""
    chance = random.Random(seed)  # noqa: S311, no secret
    before, after = scratch / "before", scratch / "after"
    write_articles(after, files, chance)
    with Index(scratch / "prepared", BUILT_IN) as index:
        index.update(after)
    shutil.copytree(after, before)
    change(after, chance)
    with Index(scratch / "new", BUILT_IN) as index:
        index.update(after)
        expected = snapshot(index)
    prepared = scratch / "prepared"
    return Case(before, after, prepared, None, states(prepared), expected)
