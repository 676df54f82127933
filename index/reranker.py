"""What every reranker promises, whichever model stands behind it."""

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Reads a question together with each text, which is slower and surer than comparing vectors."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers `query`, from 0 to 1, in the order given; comparable within a call and between."""
        ...
