"""An early end of the answering flow: a status and what its fixed reply needs."""

from dataclasses import dataclass, field

from assistant.datatypes import Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """Why no answer is made. `variables` fill the fixed reply of `status`; `confidence` as in `Answer`."""

    status: Status
    variables: dict[str, str] = field(default_factory=dict)
    confidence: float = 0.0
