"""A trained model as the file that `index.static` reads."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.static import ZERO
from index.train.model import Model

_FULL = ZERO - 1  # largest number of four bits on both sides of zero


@dataclass(frozen=True, slots=True)
class Quantised:
    """A model as it is shipped: `vectors` of small whole numbers, and what a unit of each row is worth, in passages
    and in questions."""

    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    query_scales: NDArray[np.float32]

    @classmethod
    def of(cls, model: Model) -> "Quantised":
        """`model`, its entries weighted, with an empty last axis."""
        weighted = model.vectors.numpy() * model.weights[1].exp().numpy()[:, None]
        scales = np.maximum(np.abs(weighted).max(axis=1), np.finfo(np.float32).tiny) / _FULL
        for_questions = scales * (model.weights[0] - model.weights[1]).exp().numpy()
        vectors = np.pad(np.rint(weighted / scales[:, None]).astype(np.int8), ((0, 0), (0, 1)))
        return cls(vectors, scales.astype("<f4"), for_questions.astype("<f4"))

    def write(self, entries: list[str], words: int, path: Path) -> None:
        """Write the model with its vocabulary to `path`; the same model gives the same bytes."""
        left, right = np.hsplit((self.vectors + ZERO).astype(np.uint8), 2)
        np.savez(
            path,
            entries=np.frombuffer("\n".join(entries).encode(), np.uint8),
            words=np.array(words),
            halves=left | right << 4,
            scales=self.scales,
            query_scales=self.query_scales,
        )
