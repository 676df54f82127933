"""Commands about BGE models: `models`, `models fetch`, `models use`; what `policy-assistant models` shows."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.options import JsonOption
from assistant.commands.output import show, show_json, tell, watched

if TYPE_CHECKING:
    from assistant.installed import InUse
    from index.models import FoundModel


def models(context: typer.Context, as_json: JsonOption = False) -> None:
    """Print which embedder is in use and why, the models on this machine, and those that can be fetched."""
    if context.invoked_subcommand is not None:
        return
    from assistant.installed import in_use, installed_models
    from assistant.settings import settings
    from index.models import KNOWN

    used, found = in_use(), installed_models()
    here = {model.name for model in found if not model.problem}
    missing = [model for model in KNOWN if model.name not in here]
    if as_json:
        listed = {
            "found": [asdict(model) for model in found],
            "missing": [asdict(model) for model in missing],
        }
        show_json({"in_use": asdict(used), **listed, "folder": settings().models})
        return
    _show_used(used)
    show("\n本机的 BGE 模型:" if found else "\n本机没有 BGE 模型")
    for model in found:
        _show_found(model)
    if missing:
        show("\n可下载的模型(policy-assistant models fetch 名称):")
    for known in missing:
        show(_row(known.name, known.dimension, known.megabytes, known.reranks))
    show(faint=f"\n模型存放在 {settings().models}")


def fetch(
    name: Annotated[str, typer.Argument(metavar="名称", help="如 bge-small-zh-v1.5")],
    as_json: JsonOption = False,
) -> None:
    """Download a model into the models folder and prepare it."""
    from assistant.settings import settings
    from index.models import fetch_model

    with watched() as progress:
        found = fetch_model(name, settings().models, int8=settings().int8, progress=progress)
    _show_ready(found, as_json)


def use(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="模型文件所在的文件夹")],
    as_json: JsonOption = False,
) -> None:
    """Copy a model from a folder into the models folder and prepare it."""
    from assistant.settings import settings
    from index.models import use_model

    chosen = settings()
    with watched() as progress:
        found = use_model(
            folder, chosen.models, trusted=chosen.trusted_models, int8=chosen.int8, progress=progress
        )
    _show_ready(found, as_json)


def _show_used(used: "InUse") -> None:
    show(f"现用: {used.title}")
    show(faint=f"    {used.why}")


def _show_found(model: "FoundModel") -> None:
    show(_row(model.name, model.dimension, model.megabytes, model.reranks))
    show(faint=f"      {model.folder}")
    show(faint=f"      {model.problem or _speed(model)}")


def _show_ready(model: "FoundModel", as_json: bool) -> None:
    from index.bge.prepare import why_no_graph

    if as_json:
        show_json(asdict(model))
        return
    show(f"{model.name} 已就绪: {model.folder}")
    if not (model.prepared or model.reranks):
        tell(why_no_graph())
    if model.reranks:
        show(faint=f"设置 POLICY_ASSISTANT_RERANKER={model.folder} 后启用")


def _row(name: str, dimension: int, megabytes: int, reranks: bool) -> str:
    return f"  {name:<20}{'重排' if reranks else f'{dimension}维':<6}{megabytes:>6} MB"


def _speed(model: "FoundModel") -> str:
    return "由 ONNX Runtime 运行" if model.prepared else "由 FlagEmbedding 运行"
