"""BGE embeddings through FlagEmbedding, from weights that lie on this machine; nothing is ever fetched."""

import hashlib
import importlib.util
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.datatypes import PolicyError

if TYPE_CHECKING:
    from FlagEmbedding import FlagModel

# The model card of BAAI/bge-*-zh-v1.5 puts this before questions and nothing before passages.
_QUERY_INSTRUCTION = "为这个句子生成表示以用于检索相关文章\uff1a"
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")  # the two names transformers looks for
_DEFINING = ("config.json", "vocab.txt", "tokenizer.json", "tokenizer_config.json", "*.safetensors")
_MAX_TOKENS = 512  # what BGE was trained for; the rest of a longer text is not seen


class BgeEmbedder:
    """A `bge-*-zh` model as an embedder; `index.embedder.Embedder` states the contract.

    `folder` holds the model as published: config.json, the tokenizer and safetensors (pickled weights are
    refused, for loading them can run code). `batch_size` bounds memory; 8 to 32 is fastest on a CPU. Half
    precision is used on a GPU only. From `batch_size` texts on, FlagEmbedding shows its progress on stderr.

    Raises PolicyError where FlagEmbedding is not installed or the folder holds no usable model.
    """

    def __init__(self, folder: str | Path, *, batch_size: int = 16) -> None:
        folder = Path(folder).expanduser()
        config = _config(folder)
        self.dimension: int = config["hidden_size"]
        self.name: str = f"bge-{self.dimension}-{_digest(folder)[:12]}"
        self._model = _load(folder, batch_size, min(_MAX_TOKENS, config["max_position_embeddings"]))
        self._lock = threading.Lock()  # the tokenizer refuses two threads at once

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors of `texts`, in their order."""
        if not texts:
            return []
        with self._lock:
            return _unit(self._model.encode_corpus([_encodable(text) for text in texts]))

    def embed_query(self, text: str) -> list[float]:
        """Unit vector of a question, read after BGE's instruction for questions."""
        with self._lock:
            return _unit(self._model.encode_queries([_encodable(text)]))[0]


def _config(folder: Path) -> dict[str, Any]:
    """What config.json says, once it is known that weights lie beside it."""
    if importlib.util.find_spec("FlagEmbedding") is None:
        raise PolicyError('未安装 FlagEmbedding,请运行:pip install "policy-assistant[bge]"')
    if not folder.is_dir():
        raise PolicyError(f"找不到 BGE 模型目录 {folder},请先下载模型,或改用内置向量模型")
    if not any((folder / name).is_file() for name in _WEIGHTS):
        unsafe = "(.bin 权重可能夹带代码,不予加载)"
        raise PolicyError(f"{folder} 中没有 safetensors 权重{unsafe},请下载 {_WEIGHTS[0]} 放入其中")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return {key: int(config[key]) for key in ("hidden_size", "max_position_embeddings")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PolicyError(f"{folder / 'config.json'} 缺失或无法读取,请重新下载模型") from error


def _digest(folder: Path) -> str:
    """SHA-256 over everything that decides what vector a text gets."""
    digest = hashlib.sha256()
    for file in sorted(file for pattern in _DEFINING for file in folder.glob(pattern)):
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _load(folder: Path, batch_size: int, max_tokens: int) -> "FlagModel":
    os.environ.update(  # read by the libraries when they are imported
        HF_HUB_OFFLINE="1",
        TRANSFORMERS_OFFLINE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        DO_NOT_TRACK="1",
        HF_HUB_DISABLE_PROGRESS_BARS="1",
    )
    import torch
    from FlagEmbedding import FlagModel

    on_gpu = torch.cuda.is_available()
    try:
        return FlagModel(
            str(folder),
            query_instruction_for_retrieval=_QUERY_INSTRUCTION,
            use_fp16=on_gpu,
            devices="cuda:0" if on_gpu else "cpu",
            batch_size=batch_size,
            query_max_length=max_tokens,
            passage_max_length=max_tokens,
        )
    except Exception as error:  # each of the three libraries below has its own
        raise PolicyError(f"无法加载 {folder} 中的 BGE 模型,文件可能不完整,请重新下载") from error


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")  # the tokenizer raises on lone surrogates


def _unit(vectors: NDArray[Any]) -> list[list[float]]:
    vectors = vectors.astype(np.float64)  # half precision is normalised to three digits only
    found: list[list[float]] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()
    return found
