"""BGE models on this machine: which there are, and how others come here."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.bge.checkpoint import DESCRIBING, PICKLED, WEIGHTS, Checkpoint
from index.bge.flag import is_installed
from index.datatypes import PolicyError
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
    name: str, models: Path, *, int8: bool = False, progress: Progress | None = None
) -> FoundModel:
    """Download the model of `KNOWN` called `name` into the folder `models`, and prepare it for this machine.

    A download that was interrupted goes on where it ended. Raises PolicyError where there is no such model, the
    hub cannot be reached, or what arrived is not what the hub says.
    """
    from index.bge.hub import download

    name = name.removeprefix(f"{_PUBLISHER}/")
    known = {model.name: model for model in KNOWN}
    if name not in known:
        raise PolicyError(f"没有名为 {name} 的模型,可下载的有:{'、'.join(known)}")
    staging = _staging(models, name, needed=known[name].megabytes * 1_000_000)
    download(f"{_PUBLISHER}/{name}", staging, progress or _silent)
    return _install(staging, models / name, int8, progress or _silent)


def use_model(
    source: Path,
    models: Path,
    *,
    trusted: Path | None = None,
    int8: bool = False,
    progress: Progress | None = None,
) -> FoundModel:
    """Copy the model in `source` into the folder `models`, and prepare it for this machine.

    A model that stands in `models` already is prepared where it is. Pickled weights are accepted from the folder
    `trusted` only, and turned into safetensors. Raises PolicyError where `source` holds no usable model.
    """
    progress = progress or _silent
    name, source = next(iter(_places(source.expanduser())), (source.name, source.expanduser()))
    pickled = _is_pickled(source)
    if not pickled:
        Checkpoint.read(source)
    elif not (trusted and source.resolve().is_relative_to(trusted.expanduser().resolve())):
        raise PolicyError(
            f"{source} 只有 {PICKLED},它可能夹带代码;若来源可信,"
            "请设置 POLICY_ASSISTANT_TRUSTED_MODELS 为所在文件夹后重试,届时转为 safetensors"
        )
    if source.resolve().parent == models.expanduser().resolve():
        return _prepare(source, int8, progress)
    weights = sorted(path.name for path in source.glob("*.safetensors*")) or [PICKLED]
    files = [name for name in (*DESCRIBING, *weights) if (source / name).is_file()]
    staging = _staging(models, name, needed=sum((source / file).stat().st_size for file in files))
    for done, file in enumerate(files, start=1):
        shutil.copyfile(source / file, staging / file)
        progress("复制模型文件", done, len(files))
    if not pickled and Checkpoint.read(staging).digest() != Checkpoint.read(source).digest():
        raise PolicyError(f"从 {source} 复制的文件与原件不一致,请检查磁盘后重试")
    return _install(staging, models / name, int8, progress)
