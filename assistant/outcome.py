"""An early end of the answering flow: a status and what its fixed reply needs."""

from dataclasses import dataclass, field

from assistant.datatypes import Status

NO_QUESTION = frozenset(
    {
        Status.PERSONAL_DATA,
        Status.DISTRESS,
        Status.OFF_TOPIC,
        Status.ABOUT_ASSISTANT,
        Status.UNCLEAR,
        Status.TOO_LONG,
        Status.ERROR,
    }
)
"""Outcomes that leave nothing to go on from: what was said is on no matter of the documents, or nothing to keep."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Why no answer is made. `variables` fill the fixed reply of `status`; `confidence`, `choices` as in `Answer`."""

    status: Status
    variables: dict[str, str] = field(default_factory=dict)
    confidence: float = 0.0
    choices: tuple[str, ...] = ()
