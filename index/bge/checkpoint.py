"""The folder of a published BGE model, read without loading the model."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.datatypes import PolicyError

WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
"""The two names that transformers looks for."""

PICKLED = "pytorch_model.bin"
TOKENIZERS = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model")
"""Each of these alone is enough to make a tokenizer of."""

DESCRIBING = ("config.json", "tokenizer_config.json", "special_tokens_map.json", *TOKENIZERS)
"""All files besides the weights that decide what vector a text gets; no model has every one of them."""

_MAX_TOKENS = 512  # what bge-*-zh was trained for; the rest of a longer text is not seen
_PREPARED = "prepared"
_SOURCE = "source.json"

# By the model cards of BAAI/bge-*-zh-v1.5 this stands before questions and nothing before passages;
# BAAI/bge-m3 and the rerankers, which are of the other kind, take questions as they are.
_INSTRUCTIONS = {"bert": "为这个句子生成表示以用于检索相关文章\uff1a", "xlm-roberta": ""}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the files of a model say: length of a vector, tokens it sees of a text, instruction before questions."""

    folder: Path
    dimension: int
    max_tokens: int
    instruction: str
    reranks: bool

    @staticmethod
    def is_pickled(folder: Path) -> bool:
        """Whether the weights in `folder` are there as a pickle only."""
        return (folder / PICKLED).is_file() and not any((folder / name).is_file() for name in WEIGHTS)

    @classmethod
    def read(cls, folder: str | Path) -> "Checkpoint":
        """The model in `folder`; raises PolicyError where there is none that may be loaded."""
        folder = Path(folder).expanduser()
        if not folder.is_dir():
            raise PolicyError(f"找不到 BGE 模型目录 {folder},请先下载模型,或改用内置向量模型")
        if not any((folder / name).is_file() for name in WEIGHTS):
            unsafe = "(.bin 权重可能夹带代码,不予加载)" if cls.is_pickled(folder) else ""
            raise PolicyError(f"{folder} 中没有 safetensors 权重{unsafe},请下载 {WEIGHTS[0]} 放入其中")
        if not any((folder / name).is_file() for name in TOKENIZERS):
            raise PolicyError(f"{folder} 中没有 {TOKENIZERS[0]},请把模型的全部文件放入其中")
        config = _config(folder / "config.json")
        kind = config["model_type"]
        if kind not in _INSTRUCTIONS:
            raise PolicyError(f"{folder} 中的模型是 {kind},不是 BGE,请换用 bge-*-zh-v1.5 或 bge-m3")
        spare = 2 if kind == "xlm-roberta" else 0  # it counts positions from the number of its padding on
        return cls(
            folder=folder,
            dimension=config["hidden_size"],
            max_tokens=min(_MAX_TOKENS, config["max_position_embeddings"] - spare),
            instruction=_INSTRUCTIONS[kind],
            reranks=any(name.endswith("ForSequenceClassification") for name in config["architectures"]),
        )

    @property
    def name(self) -> str:
        """Name of the embedder that the model makes."""
        return f"bge-{self.dimension}-{self.digest()[:12]}"

    @property
    def prepared(self) -> Path:
        """Folder of what `index.bge.prepare` makes of the model."""
        return self.folder / _PREPARED

    def graph(self, *, int8: bool = False) -> Path:
        """Where the ONNX graph of the model stands once it is prepared; `int8` names the quantised one."""
        return self.prepared / ("model-int8.onnx" if int8 else "model.onnx")

    def is_prepared(self, *, int8: bool = False) -> bool:
        """Whether the graph stands there and was made of the model as it is now."""
        source = _json(self.prepared / _SOURCE)
        return self.graph(int8=int8).is_file() and source.get("digest") == self.digest()

    def digest(self) -> str:
        """SHA-256 over everything that decides what vector a text gets."""
        source = _json(self.prepared / _SOURCE)
        if source.get("stamps") == self._stamps():
            return str(source["digest"])
        digest = hashlib.sha256()
        for file in self._files():
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()

    def remember_digest(self) -> None:
        """Write down of what the prepared files are made, so that weights unchanged since need not be read again."""
        source = {"digest": self.digest(), "stamps": self._stamps()}
        (self.prepared / _SOURCE).write_text(json.dumps(source, indent=1), encoding="utf-8")

    def _files(self) -> list[Path]:
        return sorted(
            {file for pattern in (*DESCRIBING, "*.safetensors") for file in self.folder.glob(pattern)}
        )

    def _stamps(self) -> dict[str, list[int]]:
        """Size and time of change of each file."""
        return {file.name: [file.stat().st_size, file.stat().st_mtime_ns] for file in self._files()}


def _config(file: Path) -> dict[str, Any]:
    config = _json(file)
    try:
        return {
            "model_type": str(config["model_type"]),
            "hidden_size": int(config["hidden_size"]),
            "max_position_embeddings": int(config["max_position_embeddings"]),
            "architectures": list(config.get("architectures") or ()),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise PolicyError(f"{file} 缺失或无法读取,请重新下载模型") from error


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
