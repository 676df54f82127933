"""A BGE reranker."""

from collections.abc import Sequence
from pathlib import Path

from index.bge.checkpoint import Checkpoint
from index.bge.embedder import encodable
from index.bge.flag import flag_scorer
from index.datatypes import PolicyError


class BgeReranker:
    """bge-reranker-base, -large or -v2-m3 through FlagEmbedding; `index.reranker.Reranker` states the contract.

    `folder` holds the model as published, with safetensors. Question and text together are read up to 512 tokens.
    Raises PolicyError where FlagEmbedding is not installed or the folder holds no reranker. Nothing is fetched.
    """

    def __init__(self, folder: str | Path) -> None:
        checkpoint = Checkpoint.read(folder)
        if not checkpoint.reranks:
            raise PolicyError(f"{folder} 不是重排模型,请换用 bge-reranker-base 或 bge-reranker-v2-m3")
        self._score = flag_scorer(checkpoint)

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each of `texts` answers `query`, from 0 to 1, in their order."""
        query = encodable(query)
        return self._score([(query, encodable(text)) for text in texts]) if texts else []
