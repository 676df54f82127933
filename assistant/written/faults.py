"""What can go wrong while a chat model writes, by name, whatever library reports it."""

from enum import StrEnum


class Fault(StrEnum):
    """Why there is no written answer. `prompts/faults.toml` tells each but the last."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    BUSY = "busy"
    DENIED = "denied"
    BROKEN = "broken"
    RESTING = "resting"
    LANGUAGE = "language"
    UNVERIFIED = "unverified"
    LEFT = "left"
    NOT_HELD = "not_held"
    """The model says that the passages do not answer: no fault of it, but there is nothing to show."""


MODEL_WORKS = {Fault.UNVERIFIED, Fault.LANGUAGE, Fault.LEFT, Fault.NOT_HELD}
"""Ends that say nothing against asking the model again."""


class NotWrittenError(Exception):
    """No written answer. Never carries words of the provider, which may repeat the key."""

    def __init__(self, fault: Fault, retry_after: float | None = None, *, passing: bool = False) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.retry_after = retry_after
        self.passing = passing


def read_fault(error: BaseException) -> NotWrittenError:
    """What `error` of a chat model's library means. `passing`: it may be gone in a moment.

    Told by status code and class name, which the libraries of the several providers have in common.
    """
    if isinstance(error, NotWrittenError):
        return error
    status = getattr(error, "status_code", None)
    if status == 429:
        return NotWrittenError(Fault.BUSY, _retry_after(error), passing=True)
    if isinstance(status, int):
        return NotWrittenError(Fault.BROKEN if status >= 500 else Fault.DENIED, passing=status >= 500)
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, TimeoutError) or any("Timeout" in name for name in names):
        return NotWrittenError(Fault.SLOW)
    if isinstance(error, OSError) or names & {"APIConnectionError", "ConnectError"}:
        return NotWrittenError(Fault.UNREACHABLE, passing=True)
    return NotWrittenError(Fault.BROKEN)


def _retry_after(error: BaseException) -> float | None:
    """Seconds of the Retry-After header; a date counts as long."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    told = headers.get("retry-after")
    if told is None:
        return None
    try:
        return float(told)
    except ValueError:
        return float("inf")
