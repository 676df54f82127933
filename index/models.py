"""BGE models on this machine: which there are, and how others come here."""

import filecmp
import math
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.bge import BgeEmbedder, BgeReranker
from index.bge.checkpoint import DESCRIBING, PICKLED, Checkpoint
from index.bge.flag import NOT_INSTALLED, is_installed
from index.datatypes import PolicyError

if TYPE_CHECKING:
    from index.generation import Progress

_PUBLISHER = "BAAI"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that can be fetched by name. `megabytes` (10^6 bytes) is the size of its weights."""

    name: str
    dimension: int
    megabytes: int
    reranks: bool = False


KNOWN = (
    KnownModel("bge-large-zh-v1.5", 1024, 1300),
    KnownModel("bge-base-zh-v1.5", 768, 409),
    KnownModel("bge-m3", 1024, 2270),
    KnownModel("bge-small-zh-v1.5", 512, 96),
    KnownModel("bge-reranker-v2-m3", 1024, 2270, reranks=True),
    KnownModel("bge-reranker-base", 768, 1110, reranks=True),
)
"""What BAAI publishes, best first: by its model cards the first, second and fourth reach 70.5, 69.5 and 61.8 in the
retrieval tasks of C-MTEB; bge-m3 has no figure there, it reads other languages too. Sizes are the publisher's."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model on this machine. `problem` says in Chinese why it cannot be used as it is, and is empty where it can."""

    name: str
    folder: Path
    dimension: int
    megabytes: int
    reranks: bool
    prepared: bool
    problem: str


def find_models(folders: Iterable[Path]) -> tuple[FoundModel, ...]:
    """The models in `folders`, best first, each folder once.

    Each of `folders` may be that of a model, one of several, or a cache of the hub; of a cache only the models of
    `KNOWN` are listed, for it may hold the models of any program.
    """
    found: dict[Path, FoundModel] = {}
    for folder in folders:
        for name, place in _places(folder.expanduser()):
            found.setdefault(place.resolve(), _describe(name, place))
    rank = {known.name: row for row, known in enumerate(KNOWN)}
    return tuple(sorted(found.values(), key=lambda m: (rank.get(m.name, len(rank)), not m.prepared, m.name)))


def fetch_model(
    name: str, models: Path, *, int8: bool = False, progress: "Progress | None" = None
) -> FoundModel:
    """Download the model of `KNOWN` called `name` into the folder `models`, and prepare it for this machine.

    A download that was interrupted goes on where it ended; a model that is there is only prepared. Raises
    PolicyError where there is no such model, the hub cannot be reached, or what arrived is not what the hub says.
    """
    from index.bge.hub import download

    name = name.removeprefix(f"{_PUBLISHER}/")
    known = {model.name: model for model in KNOWN}
    if name not in known:
        raise PolicyError(f"没有名为 {name} 的模型,可下载的有:{'、'.join(known)}")
    target = models.expanduser() / name
    if not (target / "config.json").is_file():
        staging = _staging(target)
        download(f"{_PUBLISHER}/{name}", staging, progress or _silent)
        _move(staging, target)
    return _prepare(name, target, int8, progress or _silent)


def use_model(
    source: Path,
    models: Path,
    *,
    trusted: Path | None = None,
    int8: bool = False,
    progress: "Progress | None" = None,
) -> FoundModel:
    """Copy the model in `source` into the folder `models`, and prepare it for this machine.

    A model that stands in `models` already is prepared where it is. Pickled weights are accepted from the folder
    `trusted` only, and turned into safetensors. Raises PolicyError where `source` holds no usable model.
    """
    progress = progress or _silent
    name, source = next(_places(source.expanduser()), (source.name, source.expanduser()))
    pickled = Checkpoint.is_pickled(source)
    if not pickled:
        Checkpoint.read(source)
    elif not (trusted and source.resolve().is_relative_to(trusted.expanduser().resolve())):
        raise PolicyError(
            f"{source} 只有 {PICKLED},它可能夹带代码;若来源可信,"
            "请设置 POLICY_ASSISTANT_TRUSTED_MODELS 为其上级文件夹后重试,届时转为 safetensors"
        )
    target = models.expanduser() / name
    if source.resolve() != target.resolve():
        shutil.rmtree(_staging(target))  # of a download, perhaps
        _move(_copy(source, _staging(target), progress), target)
    return _prepare(name, target, int8, progress)


def _places(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and folder of each model in `folder`, which is one itself, or holds several, or is a cache of the hub."""
    if (folder / "config.json").is_file():
        cached = folder.resolve().parents[1].name if folder.resolve().parent.name == "snapshots" else ""
        yield cached.rpartition("--")[2] or folder.resolve().name, folder
    elif folder.name.startswith("models--"):
        publisher, _, name = folder.name.removeprefix("models--").partition("--")
        if publisher == _PUBLISHER and name in {model.name for model in KNOWN}:
            yield from ((name, snapshot) for snapshot in _newest_snapshot(folder))
    elif folder.is_dir():
        for child in sorted(folder.iterdir()):
            if (child / "config.json").is_file() and not child.name.startswith("."):
                yield child.name, child
            elif child.name.startswith("models--"):
                yield from _places(child)


def _newest_snapshot(cached: Path) -> list[Path]:
    snapshots = [path for path in cached.glob("snapshots/*") if (path / "config.json").is_file()]
    return sorted(snapshots, key=lambda path: path.stat().st_mtime)[-1:]


def _describe(name: str, folder: Path) -> FoundModel:
    weights = [*folder.glob("*.safetensors"), *folder.glob(PICKLED)]
    megabytes = round(sum(path.stat().st_size for path in weights) / 1e6)
    try:
        checkpoint = Checkpoint.read(folder)
    except PolicyError as fault:
        return FoundModel(name, folder, 0, megabytes, "reranker" in name, prepared=False, problem=str(fault))
    prepared = checkpoint.is_prepared()
    problem = "" if prepared or is_installed() else NOT_INSTALLED
    return FoundModel(name, folder, checkpoint.dimension, megabytes, checkpoint.reranks, prepared, problem)


def _staging(target: Path) -> Path:
    """The folder in which the model at `target` is put together; what an interrupted download left is kept."""
    staging = target.with_name(f".{target.name}.part")
    try:
        staging.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PolicyError(f"无法建立文件夹 {staging}({error.strerror}),请检查路径和权限") from error
    return staging


def _copy(source: Path, target: Path, progress: "Progress") -> Path:
    """Copy the files of a model, and compare the copies with them."""
    weights = [path.name for path in source.glob("*.safetensors*")] or [PICKLED]
    files = [name for name in (*DESCRIBING, *weights) if (source / name).is_file()]
    for done, name in enumerate(files, start=1):
        try:
            shutil.copyfile(source / name, target / name)
        except OSError as error:
            raise PolicyError(f"无法复制 {source / name}({error.strerror}),请检查磁盘空间和权限") from error
        if not filecmp.cmp(source / name, target / name, shallow=False):
            raise PolicyError(f"{source / name} 复制后与原件不同,请检查磁盘后重试")
        progress("复制模型文件", done, len(files))
    return target


def _move(staging: Path, target: Path) -> None:
    """Put a model that is complete in the place of the one that stood at `target`, if any did."""
    _unpickle(staging)
    Checkpoint.read(staging)
    shutil.rmtree(target, ignore_errors=True)
    staging.replace(target)


def _unpickle(folder: Path) -> None:
    if Checkpoint.is_pickled(folder):
        from index.bge.prepare import unpickle

        unpickle(folder)


def _prepare(name: str, folder: Path, int8: bool, progress: "Progress") -> FoundModel:
    """Make what speeds the model up on this machine, and have it work once."""
    from index.bge.prepare import prepare_graph, why_no_graph

    _unpickle(folder)
    found = _describe(name, folder)
    if not found.reranks and not why_no_graph():
        progress("转换为 ONNX", 0, 1)
        prepare_graph(Checkpoint.read(folder), int8=int8)
        progress("转换为 ONNX", 1, 1)
        found = _describe(name, folder)
    if not found.problem:
        tried = (
            BgeReranker(folder).scores("问", ["答"])
            if found.reranks
            else BgeEmbedder(folder).embed_query("问")
        )
        if not all(map(math.isfinite, tried)):
            raise PolicyError(f"{folder} 中的模型算不出结果,权重可能已损坏,请重新下载")
    return found


def _silent(stage: str, done: int, total: int) -> None:
    """Shows no progress."""
