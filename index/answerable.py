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


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a question is like others: `answered`, from 1 for those that are answered to -1 for those that are not;
    `nearest`, the cosine of the nearest that is not."""

    answered: float
    nearest: float


@dataclass(frozen=True, slots=True)
class Answerable:
    """A plane between vectors of questions that are answered and of `unanswered` ones (rows), and these themselves."""

    normal: NDArray[np.float32]
    offset: float
    unanswered: NDArray[np.float32]

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
        return cls(solved[:-1].astype(np.float32), float(solved[-1]), unanswered)

    @classmethod
    def open(cls, path: Path) -> Self:
        """What `write` has put into `path`."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["normal"], float(stored["offset"]), stored["unanswered"].astype(np.float32))

    def write(self, path: Path) -> None:
        """Keep it in the file `path`, the vectors in half precision."""
        halved = self.unanswered.astype(np.float16)
        np.savez(path, normal=self.normal, offset=np.float64(self.offset), unanswered=halved)

    def likeness(self, vector: NDArray[np.float32]) -> Likeness:
        """How the question of this unit vector is like those learned from."""
        side = float(vector @ self.normal) + self.offset
        return Likeness(min(max(side, -1.0), 1.0), float((self.unanswered @ vector).max()))
