"""The model in training: one vector an entry, and what it counts for in a passage and in a question."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch.nn.functional import cross_entropy, normalize

from index.train.collection import Rows

DIMENSION = 319
"""Of a vector; the embedder adds an axis for texts of no known word."""
_RARE = 1e-3  # an entry of this frequency starts out counting half (Arora et al. 2017)
_BETAS = (0.9, 0.999)
_TINY = 1e-8
Keep = Callable[[int], NDArray[np.bool_]]


@dataclass(slots=True)
class Model:
    """`vectors`: entries x DIMENSION. `weights`: logarithms of what an entry counts for, in questions and passages."""

    vectors: torch.Tensor
    weights: torch.Tensor

    @classmethod
    def fresh(cls, frequencies: NDArray[np.float64]) -> "Model":
        """Random vectors; rare entries count for more."""
        noise = torch.randn(len(frequencies), DIMENSION, generator=torch.Generator().manual_seed(0))
        weights = torch.tensor(np.log(_RARE / (_RARE + frequencies)), dtype=torch.float32)
        return cls(noise / DIMENSION**0.5, weights.repeat(2, 1))

    def copy(self) -> "Model":
        """Another model of the same numbers."""
        return Model(self.vectors.clone(), self.weights.clone())

    @classmethod
    def mean(cls, models: Sequence["Model"]) -> "Model":
        """The mean of models that were trained from one (Wortsman et al. 2022)."""
        return cls(
            torch.stack([model.vectors for model in models]).mean(0),
            torch.stack([model.weights for model in models]).mean(0),
        )

    def write(self, path: Path) -> None:
        """Write the numbers to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"vectors": self.vectors, "weights": self.weights}, path)

    @classmethod
    def read(cls, path: Path) -> "Model":
        """The model that `write` wrote."""
        return cls(**torch.load(path))


class Trainer:
    """Draws questions to their passages and away from all others (symmetric cross-entropy, in-batch negatives).

    Adam, for the entries of a batch only. `scale`: 1 / temperature. `dropout`: share of words left out.
    """

    def __init__(
        self, model: Model, rate: float, *, scale: float = 20.0, dropout: float, seed: int = 0
    ) -> None:
        self._scale, self._dropout = scale, dropout
        self._random = np.random.default_rng(seed)
        self._vectors = _Adam(model.vectors, rate)
        self._weights = _Adam(model.weights.T, 2 * rate)

    def step(
        self, questions: Sequence[Rows], passages: Sequence[Rows], also_right: NDArray[np.bool_], pace: float
    ) -> float:
        """One step at `pace` times the rate; the loss before it.

        The passages may be more than the questions, whose own come first. `also_right`: questions x passages, True
        where a passage is no wrong answer.
        """
        entries, (asked, found) = _counts([questions, passages], self._keep)
        vectors = self._vectors.parameter[entries].requires_grad_()
        weights = self._weights.parameter[entries].requires_grad_()
        left, right = (
            normalize(_product(weights[:, [side]].exp() * vectors, counts))
            for side, counts in enumerate((asked, found))
        )
        scores = (self._scale * left @ right.T).masked_fill(torch.from_numpy(also_right), -1e4)
        own = torch.arange(len(questions))
        loss = (cross_entropy(scores, own) + cross_entropy(scores[:, : len(questions)].T, own)) / 2
        loss.backward()  # type: ignore[no-untyped-call]
        self._vectors.update(entries, vectors.grad, pace)
        self._weights.update(entries, weights.grad, pace)
        return float(loss.detach())

    def _keep(self, count: int) -> NDArray[np.bool_]:
        return self._random.random(count) >= self._dropout


def embed(texts: Sequence[Rows], vectors: NDArray[Any], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors of `texts`, whose rows have `vectors` times `scales`."""
    found = []
    for start in range(0, len(texts), 8192):
        entries, [counts] = _counts([texts[start : start + 8192]])
        sums = counts @ (vectors[entries] * scales[entries, None])
        found.append(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), _TINY))
    return np.concatenate(found)


def _counts(
    sides: Sequence[Sequence[Rows]], keep: Keep | None = None
) -> tuple[torch.Tensor, list[csr_array]]:
    """The entries of all texts, and for each side texts x entries: the square root of how often each occurs."""
    rows = np.concatenate([np.zeros(0, np.int32), *(text for side in sides for text in side)])
    occurring = np.bincount(rows) > 0
    entries, columns = np.flatnonzero(occurring), (np.cumsum(occurring) - 1)[rows]
    kept = np.ones(len(rows)) if keep is None else keep(len(rows))
    matrices, start = [], 0
    for side in sides:
        bounds = np.cumsum([0, *map(len, side)]).astype(np.int32)
        here = slice(start, start := start + int(bounds[-1]))
        matrix = csr_array(
            (kept[here].astype(np.float32), columns[here].astype(np.int32), bounds), (len(side), len(entries))
        )
        matrix.sum_duplicates()
        matrix.data = np.sqrt(matrix.data)
        matrices.append(matrix)
    return torch.from_numpy(entries.astype(np.int64)), matrices


class _Constant(Protocol):
    sparse: csr_array


class _Product(torch.autograd.Function):
    """A constant sparse matrix times a dense one; scipy's is several times as fast as an embedding bag's gradient."""

    @staticmethod
    def forward(context: "_Constant", dense: torch.Tensor, sparse: csr_array) -> torch.Tensor:
        context.sparse = sparse
        return torch.from_numpy(sparse @ dense.detach().numpy())

    @staticmethod
    def backward(context: "_Constant", gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return torch.from_numpy(context.sparse.T @ gradient.contiguous().numpy()), None


def _product(dense: torch.Tensor, sparse: csr_array) -> torch.Tensor:
    found: torch.Tensor = _Product.apply(dense, sparse)  # type: ignore[no-untyped-call]
    return found


class _Adam:
    """Adam (Kingma and Ba 2015) whose moments move only for the rows that a batch touches."""

    def __init__(self, parameter: torch.Tensor, rate: float) -> None:
        self.parameter = parameter
        self._rate = rate
        self._first, self._second = torch.zeros_like(parameter), torch.zeros_like(parameter)
        self._steps = 0

    def update(self, rows: torch.Tensor, gradient: torch.Tensor | None, pace: float) -> None:
        """Move `rows` against their gradient."""
        assert gradient is not None
        self._steps += 1
        ahead, spread = (1 - beta**self._steps for beta in _BETAS)
        first = self._first.index_select(0, rows).lerp_(gradient, 1 - _BETAS[0])
        second = self._second.index_select(0, rows).mul_(_BETAS[1])
        second.addcmul_(gradient, gradient, value=1 - _BETAS[1])
        self._first.index_copy_(0, rows, first)
        self._second.index_copy_(0, rows, second)
        move = first.div_(second.div_(spread).sqrt_().add_(_TINY))
        self.parameter.index_add_(0, rows, move, alpha=-self._rate * pace / ahead)
