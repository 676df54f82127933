"""A model as it is published, and a process that downloads it."""

import shutil
from pathlib import Path

SMALL = "bge-small-zh-v1.5"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def without(folder: Path, *names: str) -> dict[str, bytes]:
    return {name: content for name, content in contents(folder).items() if name not in names}


def pickled(checkpoint: Path, folder: Path) -> Path:
    """A copy whose weights are a pickle, as most of BAAI's are."""
    import torch
    from safetensors.torch import load_file

    shutil.copytree(checkpoint, folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder
