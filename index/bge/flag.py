"""BGE models run by FlagEmbedding."""

import importlib.util
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from index.bge.checkpoint import Checkpoint
from index.datatypes import PolicyError
from index.offline import stay_offline

if TYPE_CHECKING:
    from index.bge.embedder import Encode

Score = Callable[[list[tuple[str, str]]], list[float]]
"""Pairs of a question and a text -> how well each text answers, from 0 to 1."""

NOT_INSTALLED = '未安装 FlagEmbedding,请运行:pip install "policy-assistant[bge]"'

# Fastest of 8, 32 and 256 on a CPU, by 2.2 to 1.8 to 1 for bge-small and 1 to 0.6 for bge-base, and small enough for
# any memory. On a GPU the library begins with its own and halves it as long as memory is short.
_CPU_BATCH = 8


def is_installed() -> bool:
    """Whether FlagEmbedding can be imported."""
    return importlib.util.find_spec("FlagEmbedding") is not None


def flag_encoder(checkpoint: Checkpoint) -> "Encode":
    """The embedder of `checkpoint`; half precision is used on a GPU only. Raises PolicyError where it cannot load."""
    _prepare_library()
    from FlagEmbedding import FlagModel

    model = _load(FlagModel, checkpoint, passage_max_length=checkpoint.max_tokens, normalize_embeddings=False)
    lock = threading.Lock()  # the tokenizer refuses two threads at once

    def encode(texts: list[str]) -> NDArray[Any]:
        with lock:
            vectors: NDArray[Any] = model.encode_corpus(texts)
            return vectors

    return encode


def flag_scorer(checkpoint: Checkpoint) -> Score:
    """The reranker of `checkpoint`. Raises PolicyError where it cannot load."""
    _prepare_library()
    from FlagEmbedding import FlagReranker

    # The tokens of a question become text and tokens again, more of them at times: the library raises where
    # they leave no room for those of the text.
    lengths = {"query_max_length": checkpoint.max_tokens // 2, "max_length": checkpoint.max_tokens}
    model = _load(FlagReranker, checkpoint, normalize=True, **lengths)
    lock = threading.Lock()

    def score(pairs: list[tuple[str, str]]) -> list[float]:
        with lock:
            scores: list[float] = model.compute_score(pairs)
            return scores

    return score


def _prepare_library() -> None:
    """Have FlagEmbedding fetch nothing and draw no bars of its own, which it cannot be asked for at every length."""
    if not is_installed():
        raise PolicyError(NOT_INSTALLED)
    stay_offline()
    from FlagEmbedding.inference.embedder.encoder_only import base as embedding
    from FlagEmbedding.inference.reranker.encoder_only import base as reranking
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    for module in (embedding, reranking):
        module.tqdm = lambda steps, **_: steps
        module.trange = lambda *borders, **_: range(*borders)


def _load(model: Any, checkpoint: Checkpoint, **options: Any) -> Any:  # noqa: ANN401 - classes without types
    device = model.get_target_devices(None)[0]
    if not (on_gpu := device.startswith("cuda")):
        options["batch_size"] = _CPU_BATCH
    try:
        return model(str(checkpoint.folder), use_fp16=on_gpu, devices=device, **options)
    except Exception as error:  # each of the three libraries below has its own
        raise PolicyError(f"无法加载 {checkpoint.folder} 中的 BGE 模型,文件可能不完整,请重新下载") from error
