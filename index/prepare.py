"""Files become what is to be written of them: read, cut into passages and analysed.

Nothing is written here. A file that has not changed is not read further than its bytes, and a text
that is indexed already, under whatever name, not analysed again.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index import chunk, clean, load, meta
from index.analyze import stem, stems, words
from index.catalogue import Catalogue, Failure, NewArticle, ReadFile
from index.devanagari import skeleton, sound_keys
from index.errors import FileError
from index.load import Candidate, RawArticle
from index.reading import Reader
from index.types import Article, Span

_RETRIED = 86_400.0
"""Seconds after which a file that could not be read is tried again as it is: Khabar may have been
updated, or the machine been short of memory."""
_SEPARATOR = "#"
"""Between a table's name and a row's in a source."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article that is new to the index, all but its vectors."""

    new: NewArticle
    texts: tuple[str, ...]
    """Of its passages, as `terms`: the stems of each, separated by spaces."""
    terms: tuple[str, ...]
    title_terms: str
    vocabulary: frozenset[tuple[str, str]]
    """The (skeleton, word) pairs that it holds."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file that is indexed as it is; `problems` are those of its rows that were never read."""

    file: str
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that could not be read. `hash` is to be remembered; None if this is not news."""

    file: str
    hash: str | None
    reason: str


Item = Prepared | ReadFile | Unchanged | Failed
"""A file is its new articles, if any, and then one of the others, which ends it."""


def read_files(
    candidates: Sequence[Candidate], catalogue: Catalogue, reader: Reader
) -> Generator[Item]:
    """Read each file that is new or changed, and prepare the articles of it that are new."""
    known, failures = catalogue.files(), catalogue.failures()
    kept = {(_suffix(file), digest): file for file, digest in known.items()}
    coming: set[str] = set()
    for candidate in candidates:
        file = candidate.source
        before = failures.get(file, [])
        whole = next((failure for failure in before if failure.source == file), None)
        digest = None
        try:
            data = load.read_bytes(candidate.path)
            digest = load.content_hash(data)
            if whole is None and known.get(file) == digest:
                yield Unchanged(file, {row.source: row.reason for row in before})
                continue
            if whole and whole.hash == digest and _is_recent(whole):
                yield Failed(file, None, whole.reason)
                continue
            elsewhere = kept.get((_suffix(file), digest))
            if elsewhere and (moved := _moved(catalogue, elsewhere, file, digest)):
                yield moved
                continue
            reading = reader.read(data, candidate.path.suffix)
            articles: dict[str, str] = {}
            for raw in reading.articles:
                source = f"{file}{_SEPARATOR}{raw.name}" if raw.name else file
                content = _content_hash(raw)
                articles[source] = content
                if content not in coming and not catalogue.holds(content):
                    coming.add(content)
                    yield prepared(content, *read_article(source, raw))
        # Whatever one file makes a parser do, the others are still to be read.
        except Exception as error:
            reason = str(error) if isinstance(error, FileError) else f"cannot be read: {error!r}."
            yield Failed(file, digest, reason)
            continue
        rows = {f"{file}{_SEPARATOR}{row}": why for row, why in reading.problems.items()}
        yield ReadFile(file, digest, articles, rows)


def _suffix(file: str) -> str:
    return file.rpartition(".")[2].lower()


def _is_recent(failure: Failure) -> bool:
    return abs(time.time() - failure.tried) < _RETRIED


def _moved(catalogue: Catalogue, before: str, file: str, digest: str) -> ReadFile | None:
    """Take over the articles of a file of the same content; None if it has changed meanwhile."""
    articles = catalogue.articles_in(before, digest)
    renamed = {file + source[len(before) :]: article for source, article in articles.items()}
    rows = [row for row in catalogue.failures().get(before, []) if row.source != before]
    problems = {file + row.source[len(before) :]: row.reason for row in rows}
    return ReadFile(file, digest, renamed, problems) if renamed else None


def _content_hash(raw: RawArticle) -> str:
    """Fingerprint all that an article is made of; where it stands is no part of that."""
    stated = raw.stated
    day = stated.date.isoformat() if stated.date else None
    content = [raw.text, stated.title, stated.author, day, raw.pages]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def read_article(source: str, raw: RawArticle) -> tuple[Article, list[Span]]:
    """Read an article's metadata and cut its body into passages."""
    lines = clean.classify(raw.text)
    about = meta.read_metadata(raw.text, lines, raw.stated)
    language = meta.language(raw.text)
    runs = [chunk.sentences(raw.text, run.start, run.end) for run in clean.body_runs(lines)]
    article = Article(source, raw.text, about.title, about.author, about.date, language, raw.pages)
    return article, chunk.passages(raw.text, runs)


def prepared(content: str, article: Article, spans: Sequence[Span]) -> Prepared:
    """Analyse an article that is to be stored."""
    texts = tuple(article.text[span.start : span.end] for span in spans)
    return Prepared(
        NewArticle(content, article, spans),
        texts,
        tuple(map(terms, texts)),
        terms(article.title or ""),
        vocabulary(article.title, texts),
    )


def terms(text: str) -> str:
    """List the stems of a text, separated by spaces."""
    return " ".join(stems(text))


def vocabulary(title: str | None, texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    """List the (skeleton, word) pairs of an article: its words and their stems, by their sounds."""
    found = set(words(title or ""))
    for text in texts:
        found.update(words(text))
    return frozenset(pair for word in found for pair in _pairs(word))


@lru_cache(maxsize=200_000)
def _pairs(word: str) -> tuple[tuple[str, str], ...]:
    forms = dict.fromkeys((word, stem(word)))
    return tuple((skeleton(key), form) for form in forms for key in sound_keys(form))


def count(vocabularies: Iterable[frozenset[tuple[str, str]]]) -> Counter[tuple[str, str]]:
    """Count the articles that hold each (skeleton, word)."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in vocabularies:
        counts.update(each)
    return counts
