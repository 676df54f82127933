"""A BGE model as an embedder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.bge.checkpoint import Checkpoint
from index.datatypes import PolicyError

INT8 = "-int8"
"""How the name of an embedder ends that takes the quantised graph."""

Encode = Callable[[list[str]], NDArray[Any]]
"""Texts -> one row each, the state of the first token, of any length."""


class BgeEmbedder:
    """Any bge-*-zh-v1.5, or bge-m3 (its dense vectors), as an embedder; `index.embedder.Embedder` states the contract.

    `folder` holds the model as published: config.json, the tokenizer and safetensors (pickled weights are refused,
    for loading them can run code). Where an ONNX graph was prepared of it (`index.bge.prepare`), ONNX Runtime computes
    the vectors on the CPU, else FlagEmbedding, on a GPU where there is one; they are the same vectors, so the name is
    the same. `int8` takes the quantised graph, whose vectors differ and whose name does too.

    Raises PolicyError where the folder holds no usable model or what it needs is not installed. Nothing is fetched.
    """

    def __init__(self, folder: str | Path, *, int8: bool = False) -> None:
        checkpoint = Checkpoint.read(folder)
        if checkpoint.reranks:
            raise PolicyError(f"{folder} 是重排模型,不能计算向量,请换用 bge-*-zh-v1.5 或 bge-m3")
        self.dimension: int = checkpoint.dimension
        self.name: str = f"{checkpoint.name}{INT8 if int8 else ''}"
        self.engine: str
        """The library that computes the vectors."""
        self._instruction = checkpoint.instruction
        self._encode: Encode
        if checkpoint.is_prepared(int8=int8):
            from index.bge.graph import graph_encoder

            self.engine, self._encode = "onnxruntime", graph_encoder(checkpoint, int8=int8)
        elif int8:
            raise PolicyError(f"{folder} 还没有 int8 模型,请运行 policy-assistant models use {folder} 生成")
        else:
            from index.bge.flag import flag_encoder

            self.engine, self._encode = "FlagEmbedding", flag_encoder(checkpoint)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors of `texts`, in their order."""
        return _unit(self._encode([encodable(text) for text in texts])) if texts else []

    def embed_query(self, text: str) -> list[float]:
        """Unit vector of a question, read after BGE's instruction for questions."""
        return _unit(self._encode([encodable(self._instruction + text)]))[0]


def encodable(text: str) -> str:
    """`text` without lone surrogates, on which the tokenizers raise."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _unit(vectors: NDArray[Any]) -> list[list[float]]:
    vectors = vectors.astype(np.float64)  # half precision is normalised to three digits only
    found: list[list[float]] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()
    return found
