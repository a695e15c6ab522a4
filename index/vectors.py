"""Chroma: one vector for each passage. The only place that imports chromadb.

Chroma is for one process a directory; the lock in `index.update` sees to that.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Unit vectors, shape (n, dimension)."""

_COLLECTION = "passages"
_MAX_BATCH = 5_000
"""Chroma 1.5 takes at most 5,461 records a call."""


class VectorIndex:
    """The passages' vectors in a folder of their own, searched by cosine similarity."""

    def __init__(self, folder: Path) -> None:
        # Imported here: it takes a second, and `import index` is for everybody.
        import chromadb
        from chromadb.config import Settings

        self._client = chromadb.PersistentClient(
            str(folder), settings=Settings(anonymized_telemetry=False)
        )
        self._collection = self._client.get_or_create_collection(
            _COLLECTION,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
        )

    def add(self, passages: Sequence[int], articles: Sequence[int], vectors: Vectors) -> None:
        """Add (or overwrite) the vectors of passages; the three are of one length."""
        for i in range(0, len(passages), _MAX_BATCH):
            chunk = slice(i, i + _MAX_BATCH)
            self._collection.upsert(
                ids=[str(passage) for passage in passages[chunk]],
                embeddings=vectors[chunk],
                metadatas=[{"article": article} for article in articles[chunk]],
            )

    def delete(self, passages: Sequence[int]) -> None:
        """Delete the vectors of passages; those that are not there are passed over."""
        for i in range(0, len(passages), _MAX_BATCH):
            self._collection.delete(ids=[str(p) for p in passages[i : i + _MAX_BATCH]])

    def nearest(
        self, vector: Vectors, limit: int, articles: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """Find the passages nearest to a vector of shape (dimension,), best first.

        Returns (passage, cosine similarity). With `articles`, only passages of those.
        """
        count = self._collection.count()
        if not count or (articles is not None and not articles):
            return []
        where: dict[str, Any] | None = None
        if articles is not None:
            where = {"article": {"$in": list(articles)}}
        found = self._collection.query(
            query_embeddings=[vector],
            n_results=min(limit, count),
            where=where,
            include=["distances"],
        )
        distances = found["distances"][0]
        return [(int(i), 1.0 - d) for i, d in zip(found["ids"][0], distances, strict=True)]

    def count(self) -> int:
        """Count the vectors."""
        return int(self._collection.count())

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()
