"""Whether a question is nearer to those that a store answers or to those near to them that it does not.

Two documents on the same matter differ in what they tell of it, and so do the questions that can be put to them: near
misses of this kind are what unanswerable questions are made of in SQuAD 2.0 (Rajpurkar et al. 2018, arXiv:1806.03822).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

NEAREST = 2
"""Questions of each kind that are near enough to count: of one alone, a rare word that it shares would decide."""
FEW = 50
"""Questions of a kind with which nearness counts half: where few are known, that none is near tells little."""


@dataclass(frozen=True, slots=True)
class Answerable:
    """Unit vectors of questions that are `answered` and of `unanswered` ones, a row each; one of each at least."""

    answered: NDArray[np.float32]
    unanswered: NDArray[np.float32]

    @classmethod
    def open(cls, path: Path) -> Self:
        """What `write` has put into `path`."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(*(stored[kind].astype(np.float32) for kind in ("answered", "unanswered")))

    def write(self, path: Path) -> None:
        """Keep it in the file `path`, in half precision."""
        np.savez(
            path, answered=self.answered.astype(np.float16), unanswered=self.unanswered.astype(np.float16)
        )

    def nearer(self, vector: NDArray[np.float32]) -> float:
        """By how much cosine the `NEAREST` of those that are answered are nearer to this unit vector than the nearest
        of the others, less where `FEW` are known."""
        known = min(len(self.answered), len(self.unanswered))
        difference = _nearness(self.answered, vector) - _nearness(self.unanswered, vector)
        return difference * known / (known + FEW)


def _nearness(rows: NDArray[np.float32], vector: NDArray[np.float32]) -> float:
    """Mean cosine of the nearest rows."""
    return float(np.sort(rows @ vector)[-NEAREST:].mean())
