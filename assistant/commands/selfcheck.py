"""The command `selfcheck`."""

from dataclasses import asdict

import typer

from assistant.commands.application import FAILED
from assistant.commands.options import JsonOption
from assistant.commands.output import show, show_json


def selfcheck(as_json: JsonOption = False) -> None:
    """Print whether this installation works and keeps to itself. Exits with 1 where something is wrong."""
    from assistant.selfcheck import selfcheck as findings

    found = []
    for finding in findings():
        found.append(finding)
        if not as_json:
            show(f"{'正常' if finding.sound else '有误'}  {finding.part}  {finding.detail}")
            if finding.cure:
                show(f"      {finding.cure}")
    sound = all(finding.sound for finding in found)
    if as_json:
        show_json({"sound": sound, "findings": [asdict(finding) for finding in found]})
    if not sound:
        raise typer.Exit(FAILED)
