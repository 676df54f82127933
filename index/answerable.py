"""Which questions a store answers, learned from those its passages answer and those near to them that none answers.

Two documents on the same matter differ in what they tell of it, and so do the questions that can be put to them: near
misses of this kind are what unanswerable questions are made of in SQuAD 2.0 (Rajpurkar et al. 2018, arXiv:1806.03822).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

RIDGE = 3.0
"""Weight of the squared length of the normal against the squared errors: with few questions the plane says little."""
NEAREST = 2
"""Questions of each kind that are near enough to count: of one alone, a rare word that it shares would decide."""
FEW = 50
"""Questions of a kind with which nearness counts half: where few are known, that none is near tells little."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a question is like others: `side`, from 1 for those that are answered to -1 for those that are not; `nearer`,
    by how much cosine the `NEAREST` of those that are answered are nearer than the nearest of the others, less where
    `FEW` are known."""

    side: float
    nearer: float


@dataclass(frozen=True, slots=True)
class Answerable:
    """Vectors of questions that are `answered` and of `unanswered` ones, a row each, and the plane between them."""

    answered: NDArray[np.float32]
    unanswered: NDArray[np.float32]
    normal: NDArray[np.float32]
    offset: float

    @classmethod
    def learn(cls, answered: NDArray[np.float32], unanswered: NDArray[np.float32]) -> Self:
        """The plane by least squares, both kinds counting the same as a whole; there has to be one of each."""
        vectors = np.vstack([answered, unanswered]).astype(np.float64)
        rows = np.column_stack([vectors, np.ones(len(vectors))])
        sides = np.repeat([1.0, -1.0], [len(answered), len(unanswered)])
        weights = np.where(sides > 0, len(unanswered) / len(answered), 1.0)
        shrinking = np.full(rows.shape[1], RIDGE)
        shrinking[-1] = 0.0
        weighed = rows.T * weights
        solved = np.linalg.solve(weighed @ rows + np.diag(shrinking), weighed @ sides)
        return cls(answered, unanswered, solved[:-1].astype(np.float32), float(solved[-1]))

    @classmethod
    def open(cls, path: Path) -> Self:
        """What `write` has put into `path`."""
        with np.load(path, allow_pickle=False) as stored:
            answered, unanswered = (stored[kind].astype(np.float32) for kind in ("answered", "unanswered"))
            return cls(answered, unanswered, stored["normal"], float(stored["offset"]))

    def write(self, path: Path) -> None:
        """Keep it in the file `path`, the vectors in half precision."""
        np.savez(
            path,
            answered=self.answered.astype(np.float16),
            unanswered=self.unanswered.astype(np.float16),
            normal=self.normal,
            offset=np.float64(self.offset),
        )

    def likeness(self, vector: NDArray[np.float32]) -> Likeness:
        """How the question of this unit vector is like those learned from."""
        side = float(vector @ self.normal) + self.offset
        nearer = _nearness(self.answered, vector) - _nearness(self.unanswered, vector)
        known = min(len(self.answered), len(self.unanswered))
        return Likeness(min(max(side, -1.0), 1.0), nearer * known / (known + FEW))


def _nearness(rows: NDArray[np.float32], vector: NDArray[np.float32]) -> float:
    """Mean cosine of the nearest rows."""
    return float(np.sort(rows @ vector)[-NEAREST:].mean())
