"""Files become what is to be written of them: read, cut into passages and analysed.

Nothing is written here. A text that is indexed already, under whatever name, is not analysed again.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from index import analyze, chunk, clean, meta
from index.analyze import stem, stems
from index.catalogue import NewArticle, ReadFile
from index.changed import Failed, Looked, Unchanged, Unread
from index.devanagari import skeleton, sound_keys
from index.embed import HashingEmbedder, Vectors
from index.errors import FileError, NotNowError
from index.load import RawArticle
from index.memo import Memo
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

    def without(self, written: AbstractSet[str]) -> "Batch":
        """Leave out the articles of these hashes, which another batch held too."""
        again = [item.new.hash in written for item in self.articles]
        if not any(again):
            return self
        counted = Counter(self.vocabulary)
        for item, is_again in zip(self.articles, again, strict=True):
            if is_again:
                counted -= count([forms(item.new.article.title, item.new.texts())])
        stays = [not is_again for is_again in again]
        passages = np.repeat(stays, [len(item.terms) for item in self.articles])
        vectors = None if self.vectors is None else self.vectors[passages]
        return replace(
            self,
            articles=tuple(compress(self.articles, stays)),
            vocabulary=counted,
            vectors=vectors,
        )


@dataclass(frozen=True, slots=True)
class _Analysed:
    """A new article with what of it is put together in a batch."""

    article: Prepared
    forms: frozenset[str]
    vectors: Vectors | None


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
        articles: list[_Analysed] = []
        ended: list[Ended] = []
        size = 0
        for file in files:
            for item in self._read(file) if isinstance(file, Unread) else (file,):
                if not isinstance(item, _Analysed):
                    ended.append(item)
                    continue
                articles.append(item)
                characters = len(item.article.new.article.text)
                size += max(1, len(item.article.terms), characters // _PASSAGE_CHARS)
                if size >= self._size:
                    yield _batch(articles, ended)
                    articles, ended, size = [], [], 0
        if articles or ended:
            yield _batch(articles, ended)

    def _read(self, file: Unread) -> Iterator[_Analysed | ReadFile | Failed]:
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
                    yield self._analysed(content, *read_article(source, raw))
                    self._held.add(content)
        # Whatever one file makes a parser do, the others are still to be read.
        except Exception as error:
            reason = str(error) if isinstance(error, FileError) else f"cannot be read: {error!r}."
            is_machines = isinstance(error, NotNowError | OSError | MemoryError)
            yield Failed(file.file, "" if is_machines else file.hash, reason)
            return
        problems = {f"{file.file}{_SEPARATOR}{row}": why for row, why in reading.problems.items()}
        yield ReadFile(file.file, file.hash, articles, problems)

    def _analysed(self, content: str, article: Article, spans: Sequence[Span]) -> _Analysed:
        new = NewArticle(content, article, spans)
        texts = new.texts()
        prepared = Prepared(new, tuple(map(terms, texts)), terms(article.title or ""))
        vectors = self._embedder.passages(texts) if self._embedder else None
        return _Analysed(prepared, forms(article.title, texts), vectors)


def _batch(articles: Sequence[_Analysed], ended: Sequence[Ended]) -> Batch:
    vectors = [item.vectors for item in articles if item.vectors is not None]
    return Batch(
        tuple(item.article for item in articles),
        count(item.forms for item in articles),
        tuple(ended),
        np.concatenate(vectors) if vectors else None,
    )


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


def terms(text: str) -> str:
    """List the stems of a text, separated by spaces."""
    return " ".join(stems(text))


def forms(title: str | None, texts: Iterable[str]) -> frozenset[str]:
    """List the words of an article, and their stems."""
    found = analyze.vocabulary([title or "", *texts])
    return frozenset(found | {*map(stem, found)})


def count(articles: Iterable[frozenset[str]]) -> Vocabulary:
    """Count the articles that hold each of their forms, by what these sound like."""
    counts: Counter[str] = Counter()
    for each in articles:
        counts.update(each)
    return Counter(
        {(key, form): times for form, times in counts.items() for key in _SKELETONS[form]}
    )


def _skeletons(form: str) -> tuple[str, ...]:
    return tuple(map(skeleton, sound_keys(form)))


_SKELETONS = Memo(_skeletons, 200_000)
