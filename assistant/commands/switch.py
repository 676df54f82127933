"""Commands that close and open the web page while it runs: `pause`, `resume`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from assistant.commands.output import show


def pause(
    words: Annotated[
        str | None, typer.Argument(metavar="说明", help="网页对每个问题说的话;不写就用现成的")
    ] = None,
) -> None:
    """Have the page answer every question with a notice, from the next one on, until `resume`."""
    from assistant.page.switch import Switch

    said = Switch.chosen().pause(words or "")
    show(f"已暂停,网页对每个问题只说: {said}")
    _log("pause")


def resume() -> None:
    """Have the page answer again."""
    from assistant.page.switch import Switch

    switch = Switch.chosen()
    if not switch.resume():
        show("没有暂停")
        return
    show("已恢复回答")
    _log("resume")


def _log(act: str) -> None:
    """Have it stand in the log of requests when staff closed the page, and when they opened it."""
    import secrets

    from assistant.records import Request, chosen_records, chosen_requests

    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    request = Request(at, secrets.token_hex(16), None, "", act, "done")
    chosen_requests(chosen_records()).add(request)
