"""Store passages and their vectors with another library; run by indexing.py, in its environment.

    python indexing_worker.py PEER COUNT PASSAGES VECTORS DATABASE

PASSAGES has a line of {"id", "text", "source", "title", "date"} for each row of VECTORS, a NumPy
file of shape (n, dimension). The first COUNT of both are read, then stored in DATABASE, a new
folder. Writes {"seconds": float, "passages": int} to stdout: the time, and what Chroma counts.

Each library is used as its documentation shows, with its defaults, and told nothing but where to
keep the vectors. Documents are given to it as its own type, with their vectors where the type has
room for one (LangChain's has not, and asks for them by their texts). That is made within the time;
reading files, cutting and embedding, which Khabar does within its time, is not.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import numpy.typing as npt
from haystack import Document as HaystackDocument
from haystack_integrations.document_stores.chroma import ChromaDocumentStore
from langchain_chroma import Chroma
from langchain_core.documents import Document as LangChainDocument
from llama_index.core import MockEmbedding, StorageContext, VectorStoreIndex
from llama_index.core.schema import TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore

Row = dict[str, str]
Vectors = npt.NDArray[np.float32]

COLLECTION = "articles"


def _about(row: Row) -> dict[str, str]:
    return {"source": row["source"], "title": row["title"], "date": row["date"]}


def llama_index(rows: Sequence[Row], vectors: Vectors, database: str) -> None:
    """Store nodes that have their embeddings; the model that makes none is never asked."""
    collection = chromadb.PersistentClient(database).get_or_create_collection(COLLECTION)
    nodes = [
        TextNode(id_=row["id"], text=row["text"], metadata=_about(row), embedding=vector.tolist())
        for row, vector in zip(rows, vectors, strict=True)
    ]
    VectorStoreIndex(
        nodes,
        storage_context=StorageContext.from_defaults(
            vector_store=ChromaVectorStore(chroma_collection=collection)
        ),
        embed_model=MockEmbedding(embed_dim=vectors.shape[1]),
    )


def haystack(rows: Sequence[Row], vectors: Vectors, database: str) -> None:
    """Store documents that have their embeddings; Haystack writes them one by one."""
    store = ChromaDocumentStore(collection_name=COLLECTION, persist_path=database)
    store.write_documents(
        [
            HaystackDocument(
                id=row["id"], content=row["text"], meta=_about(row), embedding=vector.tolist()
            )
            for row, vector in zip(rows, vectors, strict=True)
        ]
    )


class Known:
    """Embeddings made beforehand, found by their texts, for LangChain to ask."""

    def __init__(self, rows: Sequence[Row], vectors: Vectors) -> None:
        self._vectors = {row["text"]: vector for row, vector in zip(rows, vectors, strict=True)}

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Give those of passages."""
        return [self._vectors[text].tolist() for text in texts]


def langchain(rows: Sequence[Row], vectors: Vectors, database: str) -> None:
    """Store documents in the largest batches that Chroma takes, which LangChain asks it for."""
    Chroma.from_documents(
        [
            LangChainDocument(id=row["id"], page_content=row["text"], metadata=_about(row))
            for row in rows
        ],
        embedding=Known(rows, vectors),
        collection_name=COLLECTION,
        persist_directory=database,
    )


PEERS: dict[str, Callable[[Sequence[Row], Vectors, str], Any]] = {
    "LlamaIndex": llama_index,
    "Haystack": haystack,
    "LangChain": langchain,
}


def main() -> None:
    """Store them with one library."""
    peer, count, passages, vectors, database = sys.argv[1:]
    with Path(passages).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, int(count))]
    loaded = np.load(vectors)[: int(count)]
    # Whatever a library has to say goes elsewhere than the result.
    with redirect_stdout(sys.stderr):
        begin = time.perf_counter()
        PEERS[peer](rows, loaded, database)
        seconds = time.perf_counter() - begin
        stored = chromadb.PersistentClient(database).get_collection(COLLECTION).count()
    sys.stdout.write(json.dumps({"seconds": seconds, "passages": stored}) + "\n")


if __name__ == "__main__":
    main()
