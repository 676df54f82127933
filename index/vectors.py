"""Nearest vectors by cosine similarity, kept in a Chroma folder or on a Chroma server (the only chromadb import)."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from index.datatypes import PolicyError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings

Vectors = NDArray[np.float32]

_COLLECTION = "chunks"
# Wider than Chroma's defaults (16, 100, 100): on a few thousand rows it costs nothing and misses nothing. Thresholds
# of 2 have every call of `upsert` written out whole; else the last rows of it stand in a queue, and each opening
# works them in and writes to the folder anew.
_HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "max_neighbors": 32,
    "ef_construction": 200,
    "ef_search": 200,
    "batch_size": 2,
    "sync_threshold": 2,
}
_SIGN_OF_LIFE = 3.0
_READING, _WRITING = 5.0, 120.0
"""Seconds that one call to a server may take."""


def chroma_version() -> str:
    """Installed release of chromadb, whose folder format moves between releases."""
    return version("chromadb")


class VectorPlace(Protocol):
    """Where the vectors of one generation are kept: written by one writer, then only read."""

    def build(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Write `ids` with their `vectors`, one row each, where nothing was before."""
        ...

    def open(self) -> "VectorIndex":
        """What `build` wrote; raises Chroma's own errors where there is none."""
        ...


class VectorIndex:
    """A Chroma collection of ids and vectors, opened for reading.

        place = VectorFolder(folder)
        place.build(["a", "b"], np.array([[1, 0], [0, 1]], np.float32))
        with closing(place.open()) as index:
            index.nearest([1, 0.1], k=1)    # [("a", 0.995)]

    Any thread may read. Calls raise Chroma's errors, and those of its HTTP client where a server is gone or slow.
    """

    def __init__(self, collection: "Collection", held: ExitStack) -> None:
        self._collection = collection
        self._held = held

    def nearest(self, vector: Sequence[float] | Vectors, k: int) -> list[tuple[str, float]]:
        """The `k` ids nearest to `vector`, best first, with their cosine similarity (1: same direction)."""
        if not (k := min(k, self._size)):
            return []
        query = np.asarray(vector, np.float32).tolist()
        found = self._collection.query(query_embeddings=[query], n_results=k, include=["distances"])
        distances = found["distances"] or [[]]
        return [(id_, 1.0 - distance) for id_, distance in zip(found["ids"][0], distances[0], strict=True)]

    @cached_property
    def _size(self) -> int:
        """How many there are, asked once: Chroma takes as long to count as to search, and nobody writes meanwhile."""
        return self.count()

    def count(self) -> int:
        """How many vectors there are."""
        return self._collection.count()

    def ids(self) -> list[str]:
        """The id of every vector, in no order."""
        return self._collection.get(include=[])["ids"]

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """The vectors with these ids, in this order; raises KeyError for an unknown one."""
        found = self._collection.get(ids=list(ids), include=["embeddings"])
        row_of = {id_: row for row, id_ in enumerate(found["ids"])}
        return np.asarray(found["embeddings"], np.float32)[[row_of[id_] for id_ in ids]]

    def close(self) -> None:
        """Give back what is held; closing twice is harmless."""
        self._held.close()


class VectorFolder:
    """Vectors in a folder of ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Write `ids` with their `vectors` into the new folder."""
        with _client(self._folder) as client:
            _upsert(client, _create(client, _COLLECTION), ids, vectors)

    def change(self, stale: Sequence[str], ids: Sequence[str], vectors: Vectors) -> None:
        """Delete the ids in `stale`, then write `ids` with their `vectors`."""
        with _client(self._folder) as client:
            collection = client.get_collection(_COLLECTION, embedding_function=None)
            for rows in _batches(client, stale):
                collection.delete(ids=list(stale[rows]))
            _upsert(client, collection, ids, vectors)

    def open(self) -> VectorIndex:
        """The collection in the folder, as it is now.

        Chroma writes to the SQLite file of each folder it opens, waits a quarter of an hour for a lock on it, and
        looks into it at every search. So it gets a copy of that file, which is small, beside a link to the vectors,
        which it only reads, and only once: at the first search, after which the folder may be removed.
        """
        with ExitStack() as held:
            mirror = TemporaryDirectory(prefix="policy-assistant-", ignore_cleanup_errors=True)
            private = Path(held.enter_context(mirror))
            for path in self._folder.iterdir():
                _mirror(path, private / path.name)
            client = held.enter_context(_client(private))
            return VectorIndex(client.get_collection(_COLLECTION, embedding_function=None), held.pop_all())


class ServedVectors:
    """Vectors on the Chroma server at `url` (`chroma run`), in a collection for the generation `name`."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = f"policy-{name}"

    def build(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Write `ids` with their `vectors` into a new collection."""
        with _server_client(self._url, _WRITING) as client:
            _upsert(client, _create(client, self._name), ids, vectors)

    def open(self) -> VectorIndex:
        """The collection as it is now. Raises PolicyError where no server answers."""
        with ExitStack() as held:
            client = held.enter_context(_server_client(self._url, _READING))
            return VectorIndex(client.get_collection(self._name, embedding_function=None), held.pop_all())

    def remove(self) -> None:
        """Delete the collection; nothing to do where there is none, or no server to have it."""
        from chromadb.errors import NotFoundError

        with suppress(NotFoundError, PolicyError), _server_client(self._url, _WRITING) as client:
            client.delete_collection(self._name)


def _create(client: "ClientAPI", name: str) -> "Collection":
    return client.create_collection(name, configuration={"hnsw": _HNSW}, embedding_function=None)


def _upsert(client: "ClientAPI", collection: "Collection", ids: Sequence[str], vectors: Vectors) -> None:
    for rows in _batches(client, ids):
        collection.upsert(ids=list(ids[rows]), embeddings=vectors[rows])
    if len(ids) == 1:  # one row alone would not reach the threshold of 2
        collection.upsert(ids=list(ids), embeddings=vectors)


def _batches(client: "ClientAPI", ids: Sequence[str]) -> Iterator[slice]:
    size = client.get_max_batch_size()
    return (slice(start, start + size) for start in range(0, len(ids), size))


@contextmanager
def _client(folder: Path) -> Iterator["Client"]:
    """A client of a folder. Chroma shares one per path within a process and counts its users."""
    import chromadb

    client = cast("Client", chromadb.PersistentClient(str(folder.resolve()), _settings()))
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _server_client(url: str, seconds: float) -> Iterator["ClientAPI"]:
    """A client of a server, each of whose calls may take so many `seconds`; PolicyError where no server answers."""
    from urllib.request import urlopen

    parts = urlsplit(url)
    try:
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("not an http address")
        urlopen(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=_SIGN_OF_LIFE).close()
    except (OSError, ValueError) as fault:
        raise PolicyError(f"连不上 Chroma 服务 {url}({fault}),请检查地址,或用 chroma run 启动它") from fault
    import chromadb

    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    client: Any = chromadb.HttpClient(parts.hostname, port, secure, settings=_settings())
    # Chroma waits for an answer without end and leaves its connections open, of which it makes two; neither can be set.
    sessions = [part._server._session for part in (client, client._admin_client)]
    for session in sessions:
        session.timeout = seconds
    try:
        yield client
    finally:
        client.close()
        for session in sessions:
            session.close()


def _settings() -> "Settings":
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _mirror(path: Path, target: Path) -> None:
    """Copy a file; link a folder, or where links are not allowed copy it too, contents without permissions."""
    if path.is_file():
        shutil.copyfile(path, target)
        return
    try:
        target.symlink_to(path.resolve(), target_is_directory=True)
    except OSError:
        shutil.copytree(path, target, copy_function=shutil.copyfile)
