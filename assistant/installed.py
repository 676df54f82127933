"""The BGE models that this installation knows of, and which embedder it uses."""

from dataclasses import dataclass
from pathlib import Path

from assistant.settings import settings
from index.bge.checkpoint import Checkpoint
from index.bge.embedder import INT8
from index.choose import AUTO, BUILTIN
from index.generation import Manifest, current_generation
from index.models import FoundModel, find_models


def model_folders() -> tuple[Path, ...]:
    """Where models are looked for: the folder set, our own, and the cache of the hub's clients."""
    from index.bge.hub import hub_cache

    chosen = () if settings().embedder in {AUTO, BUILTIN} else (Path(settings().embedder),)
    reranker = filter(None, (settings().reranker,))
    return (*chosen, *reranker, settings().models, hub_cache())


def installed_models() -> tuple[FoundModel, ...]:
    """The models in these folders, best first."""
    return find_models(model_folders())


@dataclass(frozen=True, slots=True)
class InUse:
    """The embedder of the user's own store: `embedder` by its name, None before the first index; `title` and `why`
    in Chinese."""

    embedder: str | None
    title: str
    why: str


def in_use() -> InUse:
    """The embedder that searches the user's own store, or would be taken for a new one."""
    setting = settings().embedder
    why = f"设置 POLICY_ASSISTANT_EMBEDDER={setting}"
    generation = current_generation(settings().store)
    manifest = Manifest.read(generation) if generation else None
    usable = [model for model in installed_models() if not (model.reranks or model.problem)]
    if manifest is None:
        best = usable[0].name if usable and setting == AUTO else "内置模型"
        return InUse(None, "还没有建立索引", why if setting != AUTO else f"建立时将用{best}")
    name = manifest.embedder
    if setting == AUTO:
        why = "现有的索引由它建立"
    if not name.startswith("bge-"):
        return InUse(name, f"内置模型 {name}", why)
    same = [m.name for m in usable if Checkpoint.read(m.folder).name == name.removesuffix(INT8)]
    return InUse(name, f"{same[0]} {name}" if same else f"{name}(不在本机)", why)
