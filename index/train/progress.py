"""How far a long loop is."""

from collections.abc import Iterable, Sequence

from rich.progress import Progress, TimeRemainingColumn


def track(steps: Sequence[int], label: str) -> Iterable[int]:
    """`steps`, with a bar on the console."""
    columns = (*Progress.get_default_columns()[:-1], TimeRemainingColumn())
    with Progress(*columns) as progress:
        yield from progress.track(steps, description=label)
