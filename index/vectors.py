"""Chroma: one vector for each passage. The only place that imports chromadb.

A folder of Chroma's is for one process; the lock in `index.store` sees to that.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from index.errors import IndexFolderError, unusable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.config import Settings

Vectors = npt.NDArray[np.float32]
"""Unit vectors, shape (n, dimension)."""

_MAX_BATCH = 5_000
"""Chroma 1.5 takes at most 5,461 records a call."""
_MAX_SENT = 1_000
"""Records a request to a server, which takes some 40 MB: a vector may have 25 kB as JSON."""
_MAX_ARTICLES = 15_000
"""SQLite takes at most 32,766 values a statement, and Chroma 1.5 makes two of each article."""

_DELETED_MEANWHILE = "Error finding id"
"""What Chroma 1.5 says where a vector that a query had found is deleted before it is read."""
_TRIES = 20
"""Of a query while others delete; one in a thousand needs a second."""
_RECONNECTING = 0.5
"""Seconds before a server that broke a connection off is asked once more: it may be restarting."""

_GREETING = 10.0
"""Seconds for a server to say that it is there."""
_SILENCE = 120.0
"""Seconds for it to answer: a thousand vectors take it less than one."""
_MAX_RESULTS = 2**31 - 1
"""Chroma takes no larger number. It returns what there is where that is fewer; to count first
takes as long as the query."""

_T = TypeVar("_T")


class VectorIndex:
    """The passages' vectors, in a folder or on a server, searched by cosine similarity.

    Safe to use from several threads.
    """

    def __init__(self, place: Path | str, name: str = "passages") -> None:
        """Open the vectors called `name` in a folder or at a server's address, or begin anew.

        Raises IndexFolderError if what is there cannot be used; so does every other method.
        """
        # Imported here: it takes a second, and `import index` is for everybody.
        import chromadb
        from chromadb.config import Settings

        self._place = place
        self._name = name
        self._at_once = _MAX_BATCH if isinstance(place, Path) else _MAX_SENT
        # Kept connections are never closed by Chroma 1.5, and die with the server.
        settings = Settings(anonymized_telemetry=False, chroma_http_max_keepalive_connections=0)
        with self._reported():
            if isinstance(place, Path):
                self._client: Any = chromadb.PersistentClient(str(place), settings=settings)
            else:
                self._client = _server(check_address(place), settings)
            self._open()

    def _open(self) -> None:
        self._collection = self._client.get_or_create_collection(
            self._name,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
        )

    @contextmanager
    def _reported(self) -> Iterator[None]:
        import httpx
        from chromadb.errors import ChromaError

        try:
            yield
        except (ChromaError, OSError, httpx.HTTPError, ValueError) as error:
            raise self._unusable(error) from error
        except Exception as error:
            # Of a gateway's answer Chroma makes a bare Exception.
            if type(error) is not Exception or isinstance(self._place, Path):
                raise
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> IndexFolderError:
        if not isinstance(self._place, Path):
            return IndexFolderError(
                f"The Chroma server at {self._place} cannot be used ({error}); see that it runs, "
                "or keep the vectors elsewhere with --chroma (local: in the index's folder)."
            )
        return unusable("vectors", self._place, error)

    def _again(self, act: Callable[[], _T]) -> _T:
        """Do what may be done twice, and once more if a server broke the connection off.

        Or if it has lost what it had: the next update fills it again.
        """
        import httpx
        from chromadb.errors import NotFoundError

        try:
            return act()
        except httpx.TransportError:
            time.sleep(_RECONNECTING)
        except NotFoundError:
            self._open()
        return act()

    def add(self, passages: Sequence[int], articles: Sequence[int], vectors: Vectors) -> None:
        """Add (or overwrite) the vectors of passages; the three are of one length."""
        for i in range(0, len(passages), self._at_once):
            ids = [str(passage) for passage in passages[i : i + self._at_once]]
            about = [{"article": article} for article in articles[i : i + self._at_once]]
            self._upsert(ids, vectors[i : i + self._at_once], about)

    def _upsert(self, ids: list[str], vectors: Vectors, about: list[dict[str, int]]) -> None:
        with self._reported():
            self._again(
                lambda: self._collection.upsert(ids=ids, embeddings=vectors, metadatas=about)
            )

    def delete(self, passages: Sequence[int]) -> None:
        """Delete the vectors of passages; those that are not there are passed over."""
        for i in range(0, len(passages), self._at_once):
            self._delete([str(passage) for passage in passages[i : i + self._at_once]])

    def _delete(self, ids: list[str]) -> None:
        with self._reported():
            self._again(lambda: self._collection.delete(ids=ids))

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
                found = self._again(
                    lambda: self._collection.query(
                        query_embeddings=[vector],
                        n_results=limit,
                        where=where,
                        include=["distances"],
                    )
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
            return int(self._again(self._collection.count))

    def passages(self) -> dict[int, int]:
        """Map the passages that have a vector to their articles."""
        with self._reported():
            found = self._again(lambda: self._collection.get(include=["metadatas"]))
        pairs = zip(found["ids"], found["metadatas"], strict=True)
        return {int(passage): int(about["article"]) for passage, about in pairs}

    def read(self, passages: Sequence[int]) -> dict[int, Vectors]:
        """Read vectors of passages, each of shape (dimension,); those not there are left out."""
        found: dict[int, Vectors] = {}
        for i in range(0, len(passages), self._at_once):
            found |= self._read([str(passage) for passage in passages[i : i + self._at_once]])
        return found

    def readable(self, passages: Sequence[int]) -> set[int]:
        """List those of the passages whose vectors can be read."""
        found: set[int] = set()
        for i in range(0, len(passages), self._at_once):
            found |= self._read([str(p) for p in passages[i : i + self._at_once]]).keys()
        return found

    def _read(self, ids: list[str]) -> dict[int, Vectors]:
        with self._reported():
            got = self._again(lambda: self._collection.get(ids=ids, include=["embeddings"]))
        pairs = zip(got["ids"], got["embeddings"], strict=True)
        return {int(passage): np.asarray(vector, np.float32) for passage, vector in pairs}

    def delete_others(self, prefix: str) -> None:
        """Delete what else is kept at this place under a name that begins so."""
        with self._reported():
            for other in self._client.list_collections():
                if other.name.startswith(prefix) and other.name != self._name:
                    self._client.delete_collection(other.name)

    def delete_all(self) -> None:
        """Delete every vector, and the name they are kept under."""
        with self._reported():
            self._client.delete_collection(self._name)

    def close(self) -> None:
        """Let go of the files or the connection."""
        self._client.close()


def _server(address: str, settings: "Settings") -> "ClientAPI":
    """Connect to a server, if it answers: Chroma's own client would wait without end."""
    import chromadb
    import httpx

    at = urlsplit(address)
    is_safe = at.scheme == "https"
    # Told to verify, httpx reads all certificates of this machine, which takes 50 ms each time.
    settings.chroma_server_ssl_verify = is_safe
    greeting = f"{address}/api/v2/heartbeat"
    httpx.get(greeting, timeout=_GREETING, verify=is_safe).raise_for_status()
    port = at.port or (443 if is_safe else 80)
    client = chromadb.HttpClient(at.hostname or "", port, ssl=is_safe, settings=settings)
    client._server._session.timeout = _SILENCE
    return client


def check_address(address: str) -> str:
    """Take the address of a Chroma server. Raises IndexFolderError if it cannot be one."""
    try:
        at = urlsplit(address)
        usable = at.scheme in ("http", "https") and at.hostname and at.port is not None
    except ValueError:
        usable = False
    if not usable or at.path.strip("/") or at.query or at.fragment or at.username:
        raise IndexFolderError(
            f"{address!r} is not the address of a Chroma server; write it like "
            "http://127.0.0.1:8000, or local for the index's own folder."
        )
    return f"{at.scheme}://{at.netloc}"
