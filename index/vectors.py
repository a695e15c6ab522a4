"""Chroma: one vector for each passage. The only place that imports chromadb.

Chroma is for one process a directory; the lock in `index.store` sees to that.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import IndexFolderError

Vectors = npt.NDArray[np.float32]
"""Unit vectors, shape (n, dimension)."""

_COLLECTION = "passages"
_MAX_BATCH = 5_000
"""Chroma 1.5 takes at most 5,461 records a call."""
_MAX_ARTICLES = 15_000
"""SQLite takes at most 32,766 values a statement, and Chroma 1.5 makes two of each article."""

_DELETED_MEANWHILE = "Error finding id"
"""What Chroma 1.5 says where a vector that a query had found is deleted before it is read."""
_TRIES = 20
"""Of a query while others delete; one in a thousand needs a second."""

_MAX_RESULTS = 2**31 - 1
"""Chroma takes no larger number. It returns what there is where that is fewer; to count first
takes as long as the query."""


class VectorIndex:
    """The passages' vectors in a folder of their own, searched by cosine similarity."""

    def __init__(self, folder: Path) -> None:
        """Open the vectors in `folder`, or begin anew.

        Raises IndexFolderError if what is there cannot be used; so does every other method.
        """
        # Imported here: it takes a second, and `import index` is for everybody.
        import chromadb
        from chromadb.config import Settings

        self._folder = folder
        with self._reported():
            self._client = chromadb.PersistentClient(
                str(folder), settings=Settings(anonymized_telemetry=False)
            )
            self._collection = self._client.get_or_create_collection(
                _COLLECTION,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine"}},
            )

    @contextmanager
    def _reported(self) -> Iterator[None]:
        from chromadb.errors import ChromaError

        try:
            yield
        except (ChromaError, OSError) as error:
            raise IndexFolderError(
                f"The index of vectors in {self._folder} cannot be used ({error}); delete that "
                "folder and index the articles again, which makes it anew."
            ) from error

    def add(self, passages: Sequence[int], articles: Sequence[int], vectors: Vectors) -> None:
        """Add (or overwrite) the vectors of passages; the three are of one length."""
        with self._reported():
            for i in range(0, len(passages), _MAX_BATCH):
                chunk = slice(i, i + _MAX_BATCH)
                self._collection.upsert(
                    ids=[str(passage) for passage in passages[chunk]],
                    embeddings=vectors[chunk],
                    metadatas=[{"article": article} for article in articles[chunk]],
                )

    def delete(self, passages: Sequence[int]) -> None:
        """Delete the vectors of passages; those that are not there are passed over."""
        with self._reported():
            for i in range(0, len(passages), _MAX_BATCH):
                self._collection.delete(ids=[str(p) for p in passages[i : i + _MAX_BATCH]])

    def nearest(
        self, vector: Vectors, limit: int, articles: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """Find the passages nearest to a vector of shape (dimension,), best first.

        Returns (passage, cosine similarity). With `articles`, only passages of those.
        """
        with self._reported():
            limit = min(limit, _MAX_RESULTS)
            if limit < 1 or (articles is not None and not articles):
                return []
            if articles is None:
                return self._query(vector, limit, None)
            found: list[tuple[int, float]] = []
            for i in range(0, len(articles), _MAX_ARTICLES):
                among = {"article": {"$in": list(articles[i : i + _MAX_ARTICLES])}}
                found += self._query(vector, limit, among)
            found.sort(key=lambda item: (-item[1], item[0]))
            return found[:limit]

    def _query(
        self, vector: Vectors, limit: int, where: dict[str, Any] | None
    ) -> list[tuple[int, float]]:
        # Imported here, as chromadb itself is.
        from chromadb.errors import InternalError

        for tries_left in reversed(range(_TRIES)):
            try:
                found = self._collection.query(
                    query_embeddings=[vector], n_results=limit, where=where, include=["distances"]
                )
                break
            except InternalError as error:
                if _DELETED_MEANWHILE not in str(error) or not tries_left:
                    raise
        distances = found["distances"][0]
        return [(int(i), 1.0 - d) for i, d in zip(found["ids"][0], distances, strict=True)]

    def count(self) -> int:
        """Count the vectors."""
        with self._reported():
            return int(self._collection.count())

    def passages(self) -> set[int]:
        """List the passages that have a vector."""
        with self._reported():
            return {int(passage) for passage in self._collection.get(include=[])["ids"]}

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()
