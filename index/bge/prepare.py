"""What is made of a model once, when it comes to this machine: safetensors where it has none, and an ONNX graph."""

import importlib.util
import logging
import shutil
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from index.bge.checkpoint import PICKLED, WEIGHTS, Checkpoint
from index.bge.graph import TOKENIZER, graph_encoder, quantise
from index.datatypes import PolicyError
from index.offline import stay_offline

if TYPE_CHECKING:
    from pathlib import Path

_SAMPLE = ["老旧小区加装电梯", "公租房", "符合条件的外地户籍人员可以申请在本市落户。" * 9]
_TOLERANCE = 1e-4  # between unit vectors of the graph and of the model


def why_no_graph() -> str:
    """Why no graph can be, or need be, prepared on this machine; empty where one can."""
    needed = ("torch", "transformers", "onnx", "onnxscript")
    if missing := [name for name in needed if importlib.util.find_spec(name) is None]:
        cure = '要在 CPU 上提速,请运行:pip install "policy-assistant[bge,onnx]"'
        return f"未安装 {'、'.join(missing)};{cure}"
    import torch

    return "本机有 GPU,无需 ONNX" if torch.cuda.is_available() else ""


def prepare_graph(checkpoint: Checkpoint, *, int8: bool = False) -> None:
    """Make the ONNX graph of `checkpoint`, and with `int8` the quantised one, in a folder beside the weights.

    Raises PolicyError where that fails or the graph gives other vectors than the model; then nothing is left.
    """
    shutil.rmtree(checkpoint.prepared, ignore_errors=True)
    try:
        checkpoint.prepared.mkdir()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter's, about what it left out
            difference = _export(checkpoint)
            if int8:
                quantise(checkpoint.graph(), checkpoint.graph(int8=True))
        if difference > _TOLERANCE:
            raise ValueError(f"vectors differ by {difference:.1e}")
        checkpoint.remember_digest()
    except Exception as error:  # the exporter fails in many ways, a full disk among them
        shutil.rmtree(checkpoint.prepared, ignore_errors=True)
        raise PolicyError(
            f"未能把 {checkpoint.folder} 转为 ONNX({error!r}),仍可用 FlagEmbedding 运行"
        ) from error


def _export(checkpoint: Checkpoint) -> float:
    """Write graph and tokenizer; returns by how much their unit vectors differ from the model's at most."""
    stay_offline()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    import torch
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    class FirstToken(torch.nn.Module):
        def __init__(self, model: Any) -> None:  # noqa: ANN401 - a class without types
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401
            return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state[:, 0]

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    tokenizer = AutoTokenizer.from_pretrained(checkpoint.folder)
    tokenizer.backend_tokenizer.save(str(checkpoint.prepared / TOKENIZER))
    model = FirstToken(AutoModel.from_pretrained(checkpoint.folder, dtype=torch.float32)).eval()
    tokens = tokenizer(
        _SAMPLE, padding=True, truncation=True, max_length=checkpoint.max_tokens, return_tensors="pt"
    )
    inputs = {name: tokens[name] for name in ("input_ids", "attention_mask")}
    torch.onnx.export(
        model,
        (),
        checkpoint.graph(),
        kwargs=inputs,
        input_names=list(inputs),
        output_names=["vectors"],
        dynamic_shapes={name: {0: "texts", 1: "tokens"} for name in inputs},
        dynamo=True,
        verbose=False,
    )
    with torch.no_grad():
        expected = model(**inputs).numpy()
    found = graph_encoder(checkpoint, int8=False)(_SAMPLE)
    unit = [vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in (found, expected)]
    return float(np.abs(unit[0] - unit[1]).max())


def unpickle(folder: "Path") -> None:
    """Replace the pickled weights in `folder` by safetensors; nothing but tensors is read of them.

    To be called for weights of known origin only. Raises PolicyError where they cannot be read.
    """
    import torch
    from safetensors.torch import save_file

    try:
        tensors = torch.load(folder / PICKLED, map_location="cpu", weights_only=True)
        whole = {name: tensor.contiguous() for name, tensor in tensors.items()}
        save_file(whole, folder / WEIGHTS[0], metadata={"format": "pt"})
    except Exception as error:
        (folder / WEIGHTS[0]).unlink(missing_ok=True)
        fault = f"未能把 {folder / PICKLED} 转为 safetensors({error!r})"
        raise PolicyError(f"{' '.join(fault.split())},请检查文件是否完整、磁盘是否够用") from error
    (folder / PICKLED).unlink()
