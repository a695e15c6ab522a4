"""Files become what is to be written of them: read, cut into passages and analysed.

Nothing is written here. A text that is indexed already, under whatever name, is not analysed again.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index import chunk, clean, meta
from index.analyze import stem, stems, words
from index.catalogue import NewArticle, ReadFile
from index.changed import Failed, Looked, Unchanged, Unread
from index.devanagari import skeleton, sound_keys
from index.embed import HashingEmbedder, Vectors
from index.errors import FileError
from index.load import RawArticle
from index.reading import Reader
from index.types import Article, Span

_PASSAGE_CHARS = 1_000
"""A passage is rarely longer; an article that is long but has few passages counts by this."""
_SEPARATOR = "#"
"""Between a table's name and a row's in a source."""

Vocabulary = Counter[tuple[str, str]]
"""How many articles hold each (skeleton, word)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article that is new to the index, all but its vectors."""

    new: NewArticle
    terms: tuple[str, ...]
    """The stems of each passage, separated by spaces."""
    title_terms: str

    def texts(self) -> list[str]:
        """Cut out the passages' texts."""
        text = self.new.article.text
        return [text[span.start : span.end] for span in self.new.spans]


Ended = ReadFile | Unchanged | Failed
"""How a file went."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written together: new articles, and the files that end with them, in order."""

    articles: tuple[Prepared, ...]
    vocabulary: Vocabulary
    ended: tuple[Ended, ...]
    vectors: Vectors | None
    """Of all passages, shape (n, dimension); None where they are still to be made."""


class Preparer:
    """Prepares files, one group after the other. `held` are the articles that are there already.

    `embeds`: whether it makes the vectors too, the built-in ones. A batch has some `size` passages.
    """

    def __init__(self, reader: Reader, held: set[str], size: int, *, embeds: bool) -> None:
        self._reader = reader
        self._held = held
        self._size = size
        self._embedder = HashingEmbedder() if embeds else None

    def prepare(self, files: Iterable[Looked]) -> Generator[Batch]:
        """Read the files that are unread, and prepare the articles of them that are new."""
        articles: list[Prepared] = []
        ended: list[Ended] = []
        size = 0
        for file in files:
            for item in self._read(file) if isinstance(file, Unread) else (file,):
                if not isinstance(item, Prepared):
                    ended.append(item)
                    continue
                articles.append(item)
                size += max(1, len(item.terms), len(item.new.article.text) // _PASSAGE_CHARS)
                if size >= self._size:
                    yield self._batch(articles, ended)
                    articles, ended, size = [], [], 0
        if articles or ended:
            yield self._batch(articles, ended)

    def _batch(self, articles: Sequence[Prepared], ended: Sequence[Ended]) -> Batch:
        texts = [item.texts() for item in articles]
        each = zip(articles, texts, strict=True)
        vocabularies = (vocabulary(item.new.article.title, held) for item, held in each)
        flat = [text for held in texts for text in held]
        vectors = self._embedder.passages(flat) if self._embedder and flat else None
        return Batch(tuple(articles), count(vocabularies), tuple(ended), vectors)

    def _read(self, file: Unread) -> Iterator[Prepared | ReadFile | Failed]:
        """Read one file: its new articles, if any, and then how it went."""
        articles: dict[str, str] = {}
        try:
            suffix = f".{file.file.rpartition('.')[2]}"
            reading = self._reader.read(file.data, suffix)
            for raw in reading.articles:
                source = f"{file.file}{_SEPARATOR}{raw.name}" if raw.name else file.file
                content = _content_hash(raw)
                articles[source] = content
                if content not in self._held:
                    yield prepared(content, *read_article(source, raw))
                    self._held.add(content)
        # Whatever one file makes a parser do, the others are still to be read.
        except Exception as error:
            reason = str(error) if isinstance(error, FileError) else f"cannot be read: {error!r}."
            yield Failed(file.file, file.hash, reason)
            return
        problems = {f"{file.file}{_SEPARATOR}{row}": why for row, why in reading.problems.items()}
        yield ReadFile(file.file, file.hash, articles, problems)


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
    texts = (article.text[span.start : span.end] for span in spans)
    new = NewArticle(content, article, spans)
    return Prepared(new, tuple(map(terms, texts)), terms(article.title or ""))


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


def count(vocabularies: Iterable[frozenset[tuple[str, str]]]) -> Vocabulary:
    """Count the articles that hold each (skeleton, word)."""
    counts: Vocabulary = Counter()
    for each in vocabularies:
        counts.update(each)
    return counts
