"""The built-in embedder, which needs no download: one trained vector a word, summed.

A text is the sum of the vectors of its words and of their pieces, brought to unit length; how much an entry counts is
in the length of its vector. `index.train` trains the vectors, MODEL_CARD.md beside it says on what and how well they
find, and `static.npz` holds them.
"""

import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.datatypes import PolicyError
from index.vocabulary import Vocabulary

WEIGHTS = Path(__file__).with_name("static.npz")
VERSION = 1
"""Of how texts become rows and rows become a vector; a model of another version gives other vectors."""
ZERO = 8
"""What stands for 0 in four bits."""
_NOISE = 1e-6  # a sum relatively shorter than this is rounding errors


class StaticEmbedder:
    """Embeds by looking words up; `index.embedder.Embedder` states the contract.

    `halves`: entries x half the dimension, two numbers a byte: the first half of a vector in the low four bits, the
    second in the high ones, each `ZERO` more than it means. `scales`: what a unit is worth in each row, and
    `query_scales` the same for questions, in which other words count for more. A text without a single known word
    (empty, or all foreign) gets the last axis, which no other text touches: its similarity is 0 to every known text
    and 1 to its like. A model never changes, so threads may share it.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        halves: NDArray[np.uint8],
        scales: NDArray[np.float32],
        query_scales: NDArray[np.float32],
        digest: str,
    ) -> None:
        self._vocabulary = vocabulary
        self._halves = halves
        self._scales = scales
        self._query_scales = query_scales
        self.dimension: int = 2 * halves.shape[1]
        self.name: str = f"static-{VERSION}-{self.dimension}-{digest[:12]}"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The model in an npz file that `index.train` wrote. Raises PolicyError for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                entries = stored["entries"].tobytes().decode().splitlines()
                vocabulary = Vocabulary(entries, int(stored["words"]))
                halves, scales, query_scales = (stored[name] for name in ("halves", "scales", "query_scales"))
            if {halves.shape[:-1], scales.shape, query_scales.shape} != {(len(entries),)}:
                raise ValueError("the arrays do not fit together")
        except (ValueError, TypeError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise PolicyError("内置向量模型的文件已损坏,请重新安装 policy-assistant") from error
        return cls(vocabulary, halves, scales, query_scales, hashlib.sha256(data).hexdigest())

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors of `texts`, in their order."""
        return [self._embed(text, self._scales) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Unit vector of a question."""
        return self._embed(text, self._query_scales)

    def words(self, text: str) -> NDArray[np.float32]:
        """The vectors of the known words of a question and of their pieces, a row each, every one once."""
        rows = list(dict.fromkeys(self._vocabulary.rows(text)))
        halves = self._halves[rows]
        vectors = np.hstack([halves & 15, halves >> 4]).astype(np.float32) - ZERO
        vectors[:, -1] = 0
        return vectors * self._query_scales[rows, None]

    def _embed(self, text: str, scales: NDArray[np.float32]) -> list[float]:
        rows, occurrences = np.unique(np.array(self._vocabulary.rows(text), np.int64), return_counts=True)
        weights = np.sqrt(occurrences) * scales[rows]
        halves = self._halves[rows]
        vector = np.concatenate([weights @ (halves & 15), weights @ (halves >> 4)]) - ZERO * weights.sum()
        vector[-1] = 0
        length = float(np.linalg.norm(vector))
        if length <= _NOISE * float(weights.sum()):
            vector[:-1], vector[-1], length = 0, 1, 1
        found: list[float] = (vector / length).tolist()
        return found


@cache
def built_in() -> StaticEmbedder:
    """The embedder that comes with the package. Raises PolicyError where its file is damaged or lost."""
    try:
        data = WEIGHTS.read_bytes()
    except OSError as error:
        raise PolicyError("缺少内置向量模型的文件,请重新安装 policy-assistant") from error
    return StaticEmbedder.from_bytes(data)
