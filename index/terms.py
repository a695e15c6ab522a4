"""Tantivy: the stems of each passage, searched by BM25. The only place that imports tantivy.

Text arrives analysed; tantivy only splits at spaces.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import tantivy

from index.errors import IndexBusyError, unusable

_HEAP_BYTES = 64_000_000
BODY, TITLE = "body", "title"
_COUNTS_KEPT = 50_000
"""Of how many stems the frequencies are remembered: the words of thousands of questions."""
_EVERY = "every"
"""A field with the same word in every passage: counts them as tantivy's statistics do."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in (BODY, TITLE):
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(_EVERY, stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("passage", stored=True, indexed=True)
    builder.add_unsigned_field("article", stored=False, indexed=True)
    return builder.build()


class TermIndex:
    """The passages' stems, body and title, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`, or begin a new one.

        Raises IndexFolderError if what is there cannot be used.
        """
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(_schema(), path=str(folder))
            self._index.config_reader("manual")
            self._reader = self._read()
        except (OSError, ValueError) as error:
            raise unusable("terms", self._folder, error) from error

    def _read(self) -> tuple[tantivy.Searcher, Callable[[str, str], int]]:
        """Open what is committed; returns what searches it, and what counts (field, stem) in it.

        Counting looks into every segment, and a question counts each of its stems twice.
        """
        self._index.reload()
        searcher = self._index.searcher()
        return searcher, lru_cache(_COUNTS_KEPT)(searcher.doc_freq)

    def add(self, passages: Iterable[tuple[int, int, str, str]], gone: Sequence[int] = ()) -> None:
        """Add (passage, article, body stems, title stems) and commit.

        The stems are separated by spaces. `gone` lists articles to delete in the same commit.
        Raises IndexFolderError if they cannot be written.
        """
        writer = self._writer()
        if gone:
            # Not by term: tantivy-py 0.27 takes the number for a signed one, and deletes nothing.
            writer.delete_documents_by_query(
                tantivy.Query.term_set_query(self._index.schema, "article", list(gone))
            )
        self._commit(writer, passages)

    def replace(self, passages: Iterable[tuple[int, int, str, str]]) -> None:
        """Make the index hold these passages and nothing else, in one commit."""
        writer = self._writer()
        writer.delete_all_documents()
        self._commit(writer, passages)

    def _writer(self) -> tantivy.IndexWriter:
        try:
            writer = self._index.writer(_HEAP_BYTES, 1)
            # A process that died between writing a list of deletions and committing it leaves the
            # file, and tantivy would fail to write the same one again.
            writer.garbage_collect_files()
            return writer
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise unusable("terms", self._folder, error) from error
            raise IndexBusyError(
                "Another update of this index is running; wait for it to end."
            ) from error

    def _commit(
        self, writer: tantivy.IndexWriter, passages: Iterable[tuple[int, int, str, str]]
    ) -> None:
        try:
            for passage, article, body, title in passages:
                document = tantivy.Document()
                document.add_unsigned("passage", passage)
                document.add_unsigned("article", article)
                document.add_text(BODY, body)
                document.add_text(TITLE, title)
                document.add_text(_EVERY, _EVERY)
                writer.add_document(document)
            writer.commit()
        except (OSError, ValueError) as error:
            # Gives the lock back, which would otherwise stay as long as anybody keeps the error.
            with suppress(OSError, ValueError):
                writer.wait_merging_threads()
            raise unusable("terms", self._folder, error) from error
        try:
            writer.wait_merging_threads()
            self._reader = self._read()
        except (OSError, ValueError) as error:
            raise unusable("terms", self._folder, error) from error

    def frequency(self, stem: str) -> int:
        """Count the passages whose text has the stem, up to `deleted` too many."""
        _, frequency = self._reader
        return frequency(BODY, stem)

    def count(self) -> int:
        """Count the passages."""
        searcher, _ = self._reader
        return searcher.num_docs

    def passages(self) -> set[int]:
        """List the passages."""
        searcher, _ = self._reader
        every = tantivy.Query.all_query()
        found = searcher.search(every, max(1, searcher.num_docs), count=False).hits
        return {searcher.doc(where)["passage"][0] for _, where in found}

    def deleted(self) -> int:
        """Count the deleted passages that still weigh in the frequencies.

        Tantivy drops them when it merges segments; `replace` drops them all.
        """
        searcher, frequency = self._reader
        return frequency(_EVERY, _EVERY) - searcher.num_docs

    def search(
        self,
        groups: Sequence[tuple[float, Mapping[str, float]]],
        title_weight: float,
        limit: int,
        articles: Sequence[int] | None,
    ) -> list[tuple[int, float]]:
        """Find passages by BM25 over groups of alternative stems, best first.

        A group is (its inverse document frequency, stem → weight): spellings and translations of
        one word of the question; of several stems joined by spaces all must be there. A group
        counts once, by its best alternative, and with the group's own rarity, so that a rare
        translation does not outweigh a common one (structured queries: Pirkola 1998). Returns
        (passage, score).
        """
        searcher, frequency = self._reader
        # What tantivy's own idf divides by, so that `boost` puts the group's idf in its place.
        schema, total = self._index.schema, frequency(_EVERY, _EVERY)
        clauses = []
        for idf, alternatives in groups:
            options = []
            for stem, weight in alternatives.items():
                words = stem.split()
                for field, share in ((BODY, 1.0), (TITLE, title_weight)):
                    parts = [(word, frequency(field, word)) for word in words]
                    if all(count for _, count in parts):
                        score = weight * share * idf / len(parts)
                        options.append(_all_of(schema, field, parts, score, total))
            if options:
                best = tantivy.Query.disjunction_max_query(options)
                clauses.append((tantivy.Occur.Should, best))
        # Tantivy sets memory aside for the limit, and panics at zero.
        limit = min(limit, searcher.num_docs)
        if not clauses or limit < 1 or (articles is not None and not articles):
            return []
        query = tantivy.Query.boolean_query(clauses)
        if articles is not None:
            among = tantivy.Query.term_set_query(schema, "article", list(articles))
            wanted = tantivy.Query.const_score_query(among, 0.0)
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, wanted)]
            )
        found = searcher.search(query, limit, count=False).hits
        return [(searcher.doc(where)["passage"][0], score) for score, where in found]


def _all_of(
    schema: tantivy.Schema, field: str, parts: Sequence[tuple[str, int]], score: float, total: int
) -> tantivy.Query:
    """Ask for every (stem, frequency), each scored as a word of the given rarity would be."""
    queries = []
    for stem, frequency in parts:
        query = tantivy.Query.term_query(schema, field, stem, index_option="freq")
        boosted = tantivy.Query.boost_query(query, score / bm25_idf(frequency, total))
        queries.append((tantivy.Occur.Must, boosted))
    return queries[0][1] if len(queries) == 1 else tantivy.Query.boolean_query(queries)


def bm25_idf(frequency: float, total: int) -> float:
    """Weigh a term by its rarity among `total` passages (Robertson and Spärck Jones 1976)."""
    return math.log(1 + (max(total, frequency) - frequency + 0.5) / (frequency + 0.5))
