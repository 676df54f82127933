"""What commands write: text and JSON on stdout, faults and progress on stderr."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from index.generation import Progress

# What a terminal obeys instead of showing it, and marks that reverse the order of what it shows.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def show(text: str = "", faint: str = "", end: str = "\n") -> None:
    """Write a line on stdout: `text`, then what is `faint` on a terminal. Long lines are left to the terminal."""
    _write(Console(), text, faint, end)
    sys.stdout.flush()


def show_json(value: object) -> None:
    """Write `value` on stdout as JSON in UTF-8, whatever the encoding of the terminal; dates in ISO 8601."""
    written = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    typer.echo(written.encode("utf-8", "backslashreplace"))  # a lone surrogate becomes its JSON escape


def tell(text: str) -> None:
    """Write `text` on stderr, on one line."""
    _write(Console(stderr=True), " ".join(text.split()))


def local_time(at: str) -> str:
    """A moment in ISO 8601, as the clock of this machine shows it."""
    return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M:%S}"


@contextmanager
def watched() -> Iterator["Progress"]:
    """Show progress on stderr: a bar on a terminal, elsewhere a line for each stage that is done."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _tell_stage
        return
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Bar(*columns, console=console, transient=True)
    tasks: dict[str, TaskID] = {}

    def advance(stage: str, done: int, total: int) -> None:
        bar.start()
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=None)
        bar.update(tasks[stage], completed=done, total=total)

    try:
        yield advance
    finally:
        bar.stop()


def _tell_stage(stage: str, done: int, total: int) -> None:
    if done == total:
        tell(f"{stage} {done}/{total}")


def _write(console: Console, text: str, faint: str = "", end: str = "\n") -> None:
    console.print(Text.assemble(_safe(text), (_safe(faint), "dim")), soft_wrap=True, end=end)


def _safe(text: str) -> str:
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
