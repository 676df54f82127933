"""The built-in embedder, which needs no download: latent semantic analysis of Chinese characters.

A text is its characters and pairs of neighbouring characters, weighted by (1 + log count) x idf and seen
from the directions in which the fitted texts vary most (Deerwester et al. 1990). Words of a segmenter and
triples of characters were measured too and found fewer passages; so did scaling the directions.
"""

import hashlib
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from index.datatypes import PolicyError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_RUN = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]{{1,30}})")

_MAX_FEATURES = 50_000  # bounds the model at 51 MB; dropping the rarest above that costs nothing measurable
_OVERSAMPLING = 32
_ITERATIONS = 3
_NOISE = 1e-4  # directions and vectors relatively weaker than this are rounding errors


class LsaEmbedder:
    """An embedder fitted on the texts it will search; `index.embedder.Embedder` states the contract.

    A text without a single known feature (empty, or all foreign) gets the last axis, which no other text
    touches: its similarity is 0 to every known text and 1 to its like. A model never changes, so threads
    may share it, and using one needs numpy only.
    """

    def __init__(self, features: list[str], idf: NDArray[Any], projection: NDArray[Any]) -> None:
        self._index = {feature: row for row, feature in enumerate(features)}
        self._idf = idf.astype("<f4")
        self._projection = projection.astype("<f2")  # finds exactly what float32 finds, in half the space
        self.dimension: int = projection.shape[1] + 1
        digest = hashlib.sha256("\n".join(features).encode())
        digest.update(self._idf.tobytes())
        digest.update(self._projection.tobytes())
        self.name: str = f"lsa-{self.dimension}-{digest.hexdigest()[:12]}"

    @classmethod
    def fit(cls, texts: Iterable[str], *, dimension: int = 512) -> Self:
        """Learns from `texts`; few or equal texts, or none, give vectors shorter than `dimension`.

        The same texts in the same order give the same model. Raises ValueError for a `dimension` below 2.
        """
        if dimension < 2:
            raise ValueError("dimension must be at least 2")
        counted = [_features(text) for text in texts]
        frequency = Counter(chain.from_iterable(counted))  # in how many texts a feature occurs
        features = sorted(frequency, key=lambda feature: (-frequency[feature], feature))[:_MAX_FEATURES]
        found_in = np.array([frequency[feature] for feature in features])
        idf = np.log((1 + len(counted)) / (1 + found_in)) + 1
        index = {feature: column for column, feature in enumerate(features)}
        return cls(features, idf, _strongest_axes(_matrix(counted, index, idf), dimension - 1))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors of `texts`, in their order."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Unit vector of `text`, the same as for a document."""
        columns, weights = _weigh(_features(text), self._index, self._idf)
        vector = np.append(weights @ self._projection[columns].astype(float), 0.0)
        if np.linalg.norm(vector) < _NOISE:
            vector[:-1], vector[-1] = 0.0, 1.0
        found: list[float] = (vector / np.linalg.norm(vector)).tolist()
        return found

    def to_bytes(self) -> bytes:
        """The model as an npz file: 2 bytes x features x (dimension - 1), and little else."""
        buffer = io.BytesIO()
        features = np.frombuffer("\n".join(self._index).encode(), dtype=np.uint8)
        np.savez(buffer, features=features, idf=self._idf, projection=self._projection)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The model that `to_bytes` wrote. Raises PolicyError for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                features = stored["features"].tobytes().decode().splitlines()
                idf, projection = stored["idf"], stored["projection"]
            if idf.shape != (len(features),) or projection.shape[:-1] != idf.shape:
                raise ValueError("the arrays do not fit together")
        except (ValueError, TypeError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise PolicyError("内置向量模型的文件已损坏,请删除索引目录后重新建立索引") from error
        return cls(features, idf, projection)


def _features(text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for han, other in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if han:
            counts.update(han)
            counts.update(first + second for first, second in pairwise(han))
        else:
            counts[other] += 1
    return counts


def _weigh(
    counts: Counter[str], index: dict[str, int], idf: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Columns of the known features and their weights, of unit length together unless none is known."""
    known = [(index[feature], count) for feature, count in counts.items() if feature in index]
    columns, occurrences = np.array(known, dtype=np.int64).reshape(-1, 2).T
    weights = (1 + np.log(occurrences)) * idf[columns]
    return columns, weights / max(float(np.linalg.norm(weights)), _NOISE)


def _matrix(counted: list[Counter[str]], index: dict[str, int], idf: NDArray[Any]) -> "csr_array":
    """Texts x features."""
    from scipy.sparse import csr_array

    rows = [_weigh(counts, index, idf) for counts in counted]
    borders = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *(columns for columns, _ in rows)])
    weights = np.concatenate([np.zeros(0), *(weights for _, weights in rows)])
    return csr_array((weights.astype(np.float32), columns, borders), shape=(len(rows), len(index)))


def _strongest_axes(matrix: "csr_array", count: int) -> NDArray[Any]:
    """Columns of `matrix` x at most `count` right singular vectors, the strongest first.

    Subspace iteration (Halko, Martinsson and Tropp 2011, algorithm 4.4) from a fixed start: here it finds as
    many passages as Lanczos in half the time, and takes matrices of any shape and rank.
    """
    texts, features = matrix.shape
    width = min(count + _OVERSAMPLING, texts, features)
    if width == 0:
        return np.zeros((features, 0))
    basis = np.random.default_rng(0).standard_normal((texts, width), dtype=np.float32)
    for _ in range(_ITERATIONS):
        basis, _ = np.linalg.qr(matrix @ (matrix.T @ basis))
    axes, strengths, _ = np.linalg.svd(matrix.T @ basis, full_matrices=False)
    return axes[:, : min(count, int((strengths > _NOISE * strengths[0]).sum()))]
