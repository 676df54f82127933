"""BM25 over token lists, kept in a folder and read through memory maps (the only bm25s import)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray


class LexicalIndex:
    """BM25 scores of every (row, token) pair, worked out at indexing; a query only adds them up.

        LexicalIndex.build([["公租房", "申请"], ["电梯"]], folder)
        LexicalIndex.open(folder).scores([("电梯", 1.0)])    # array([0., 0.42])

    The formula is Lucene's BM25 (k1 1.5, b 0.75), bm25s's default: no score is negative.
    """

    def __init__(self, model: bm25s.BM25) -> None:
        self._columns: dict[str, int] = model.vocab_dict
        self._rows: int = model.scores["num_docs"]
        # One column per token: its rows and their scores stand at starts[column]:starts[column + 1].
        self._starts: NDArray[np.int64] = model.scores["indptr"]
        self._indices: NDArray[np.int32] = model.scores["indices"]
        self._data: NDArray[np.float32] = model.scores["data"]

    @staticmethod
    def build(token_lists: Sequence[Sequence[str]], folder: Path) -> None:
        """Write the index of `token_lists`, one list per row, into `folder`; a list may be empty."""
        tokens = sorted({token for row in token_lists for token in row})
        vocabulary = {token: column for column, token in enumerate(tokens)}
        model = bm25s.BM25()
        if vocabulary:
            columns = [[vocabulary[token] for token in row] for row in token_lists]
            model.index((columns, vocabulary), create_empty_token=False, show_progress=False)
        else:  # bm25s cannot index nothing
            model.vocab_dict, model.nonoccurrence_array = {}, None
            model.scores = {
                "data": np.zeros(0, np.float32),
                "indices": np.zeros(0, np.int32),
                "indptr": np.zeros(1, np.int64),
                "num_docs": len(token_lists),
            }
        model.save(folder, show_progress=False)

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """The index in `folder`; its arrays stay on disk and are shared between processes."""
        return cls(bm25s.BM25.load(folder, mmap=True, show_progress=False))

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Every indexed token, with its column."""
        return self._columns

    @property
    def rows(self) -> int:
        """How many token lists were indexed."""
        return self._rows

    def frequency(self, token: str) -> int:
        """How many rows hold `token`."""
        column = self._columns.get(token)
        return 0 if column is None else int(self._starts[column + 1] - self._starts[column])

    def scores(self, tokens: Sequence[tuple[str, float]]) -> NDArray[np.float32]:
        """Sum of weight times BM25 score of each (token, weight), per row; unknown tokens add nothing.

        A row at 0 holds none of the tokens. A token given twice counts twice.
        """
        total = np.zeros(self._rows, np.float32)
        for token, weight in tokens:
            if (column := self._columns.get(token)) is not None:
                held = slice(self._starts[column], self._starts[column + 1])
                total[self._indices[held]] += weight * self._data[held]
        return total
