"""Stores opened for a command, with progress on first use."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.commands.output import watched

if TYPE_CHECKING:
    from assistant.assistant import PolicyAssistant
    from index.store import Store


def open_assistant(folder: Path | None, *, record: bool | None = None) -> "PolicyAssistant":
    """The assistant over the store in `folder`; where None over the user's own, indexed on first use.

    `record`: whether its answers are recorded, as the settings say where it is None.
    """
    with _uncollected():
        from assistant.assistant import PolicyAssistant

        with watched() as progress:
            return PolicyAssistant(folder, record=record, progress=progress)


def open_documents(folder: Path | None) -> "Store":
    """The store in `folder`; where None the user's own, indexed on first use."""
    with _uncollected(), watched() as progress:
        from assistant.shipped import open_store

        return open_store(folder, progress)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking through what is imported here, now and again at exit.

    None of it is garbage, and the walks were a third of the time to a first answer.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
