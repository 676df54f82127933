"""Commands that look after an index: `index check` and `index repair`."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from assistant.commands.application import FAILED
from assistant.commands.options import JsonOption, StoreOption
from assistant.commands.output import show, show_json, watched

if TYPE_CHECKING:
    from index.check import Finding


def check(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Print what is sound in an index and what is not. Exits with 1 where something is not."""
    found = _findings(store)
    sound = all(finding.sound for finding in found)
    if as_json:
        show_json({"sound": sound, "findings": [asdict(finding) for finding in found]})
    else:
        for finding in found:
            _show(finding)
    if not sound:
        raise typer.Exit(FAILED)


def repair(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Make anew from the record what in an index is damaged, and check it. Exits with 1 where something stays so."""
    from assistant.settings import settings
    from assistant.shipped import chosen_embedder
    from index.renew import repair as repair_store

    with watched() as progress:
        mended = repair_store(
            store or settings().store, chosen_embedder(), server=settings().chroma_url, progress=progress
        )
    unsound = [finding for finding in _findings(store) if not finding.sound]
    if as_json:
        show_json({"mended": mended, "sound": not unsound, "findings": [asdict(f) for f in unsound]})
    else:
        show("已修复" if mended else "没有需要修复的")
        for finding in unsound:
            _show(finding)
    if unsound:
        raise typer.Exit(FAILED)


def _findings(store: StoreOption) -> "tuple[Finding, ...]":
    from assistant.settings import settings
    from assistant.shipped import chosen_embedder
    from index.check import check_store

    return check_store(store or settings().store, chosen_embedder(), settings().chroma_url)


def _show(finding: "Finding") -> None:
    show(f"{'完好' if finding.sound else '有误'}  {finding.part}", faint=f"  {finding.detail}")
    if finding.cure:
        show(f"      {finding.cure}")
