"""Keeping an answer, at no risk to the answer."""

import logging
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime

from assistant.datatypes import Answer, Status
from assistant.masking import mask
from assistant.prompts import digests
from assistant.records.private import thread_key, without_identifiers
from assistant.records.records import Records
from assistant.records.values import Record
from assistant.replies import connective
from index.generation import Manifest

_PAUSE = 10.0
"""Seconds for which nothing is recorded after a fault, so that not every answer waits for a lock."""
_ID_BYTES = 16

_log = logging.getLogger(__name__)


class Recorder:
    """Puts answers into `records`; a fault is logged and costs the answer nothing. Threads may share it."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._rested = 0.0

    def close(self) -> None:
        """Close the records; closing twice is harmless."""
        self._records.close()

    def keep(
        self, answer: Answer, manifest: Manifest | None, thread: str | None = None, model: str | None = None
    ) -> Answer:
        """Record `answer`; returns it with the id of its record, and without one where it was not recorded.

        `manifest`: of the generation that was searched. What was no question is not recorded. Where identifiers were
        masked, a notice says so.
        """
        if not answer.question or time.monotonic() < self._rested:
            return answer
        try:
            recorded = replace(answer, id=secrets.token_hex(_ID_BYTES), notices=_notices(answer))
            record = Record(
                id=recorded.id or "",
                at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                thread=thread_key(thread) if thread else None,
                index=manifest.content if manifest else None,
                embedder=manifest.embedder if manifest else None,
                model=model,
                prompts=digests(),
                answer=without_identifiers(recorded),
            )
            self._records.add(record)
        except Exception as fault:  # whatever it is, the user has the answer
            self._rested = time.monotonic() + _PAUSE
            _log.warning("answers are not recorded for %.0f s: %s", _PAUSE, fault)
            return answer
        return recorded


def _notices(answer: Answer) -> tuple[str, ...]:
    """The notices of `answer`, with one of what is masked where its reply does not say as much already."""
    kinds = mask(answer.question).kinds
    if not kinds or answer.status is Status.PERSONAL_DATA:
        return answer.notices
    return (*answer.notices, connective("masked", kinds="、".join(kinds)))
