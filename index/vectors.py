"""Nearest vectors by cosine similarity in a Chroma folder (the only chromadb import)."""

import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

_COLLECTION = "chunks"
# Wider than Chroma's defaults (16, 100, 100): on a few thousand rows it costs nothing and misses nothing.
_HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "max_neighbors": 32,
    "ef_construction": 200,
    "ef_search": 200,
}


def chroma_version() -> str:
    """Installed release of chromadb, whose folder format moves between releases."""
    return version("chromadb")


class VectorIndex:
    """One Chroma collection of ids and vectors, written once and then only read.

        VectorIndex.build(folder, ["a", "b"], np.array([[1, 0], [0, 1]], np.float32))
        with closing(VectorIndex.open(folder)) as index:
            index.nearest([1, 0.1], k=1)    # [("a", 0.995)]

    Chroma shares one client per path within a process and counts its users, so `build` and `close` both give
    their share back: after that the folder may be deleted and built anew, under the same path too.
    """

    def __init__(self, collection: "Collection", held: ExitStack) -> None:
        self._collection = collection
        self._held = held

    @staticmethod
    def build(folder: Path, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Write `ids` with their `vectors` (one row each) into the new `folder`."""
        client = _client(folder)
        try:
            collection = client.create_collection(
                _COLLECTION, configuration={"hnsw": _HNSW}, embedding_function=None
            )
            batch = client.get_max_batch_size()
            for start in range(0, len(ids), batch):
                rows = slice(start, start + batch)
                collection.upsert(ids=list(ids[rows]), embeddings=vectors[rows])
        finally:
            client.close()

    @classmethod
    def open(cls, folder: Path) -> "VectorIndex":
        """The collection in `folder`; raises Chroma's own errors where there is none.

        Chroma leaves a mark in each folder it opens; where nothing may be written, a copy is opened instead.
        """
        with ExitStack() as held:
            if not os.access(folder, os.W_OK):
                folder = _copy(folder, Path(held.enter_context(TemporaryDirectory(prefix="chroma-"))))
            client = _client(folder)
            held.callback(client.close)
            return cls(client.get_collection(_COLLECTION, embedding_function=None), held.pop_all())

    def nearest(self, vector: Sequence[float] | NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """The `k` ids nearest to `vector`, best first, with their cosine similarity (1: same direction)."""
        if not (k := min(k, self.count())):
            return []
        query = np.asarray(vector, np.float32).tolist()
        found = self._collection.query(query_embeddings=[query], n_results=k, include=["distances"])
        distances = found["distances"] or [[]]
        return [(id_, 1.0 - distance) for id_, distance in zip(found["ids"][0], distances[0], strict=True)]

    def count(self) -> int:
        """How many vectors there are."""
        return self._collection.count()

    def close(self) -> None:
        """Give the folder back; closing twice is harmless."""
        self._held.close()


def _copy(folder: Path, target: Path) -> Path:
    """Copy contents only: permissions would come along with `shutil.copytree`."""
    for path in sorted(folder.rglob("*")):
        copied = target / path.relative_to(folder)
        if path.is_dir():
            copied.mkdir()
        else:
            shutil.copyfile(path, copied)
    return target


def _client(folder: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    return cast("Client", chromadb.PersistentClient(str(folder.resolve()), settings))
