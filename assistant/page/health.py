"""Whether the page can answer: for whatever watches over the server."""

import logging

from assistant.page.desk import Desk

_log = logging.getLogger(__name__)


def health(desk: Desk) -> tuple[bool, dict[str, object]]:
    """Whether the store can be read, and what to tell of it. Nothing of visitors or paths is told."""
    try:
        return True, {"status": "paused" if desk.switch.closed else "ok", "documents": len(desk.documents())}
    except Exception:
        _log.exception("the store cannot be read")
        return False, {"status": "error"}
