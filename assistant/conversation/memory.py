"""What is remembered of a turn, as a value and as plain JSON."""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any

from assistant.datatypes import Answer
from assistant.masking import mask
from assistant.outcome import NO_QUESTION

MOST_EXCHANGES = 8
"""Turns of a conversation that are kept; follow-ups look at the last ones only."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A stand-alone question and its pieces: `base` names the subject with its place or document, `narrow` narrows it
    (老人, 2030年), `ask` asks another thing of it (归哪个部门管). All normalised."""

    text: str
    base: str
    narrow: str = ""
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A turn: how its question was understood, and the clauses that its answer cited, as (document, clause)."""

    understood: Understood
    cited: tuple[tuple[str, str], ...] = ()


def remember(history: Sequence[Exchange], understood: Understood, answer: Answer) -> tuple[Exchange, ...]:
    """The history with one more exchange, where there is something to keep of it."""
    if answer.status in NO_QUESTION:
        return tuple(history)
    shown = answer.citations or ((answer.nearest,) if answer.nearest else ())
    cited = tuple(dict.fromkeys((one.document_id, one.clause_id) for one in shown))
    masked = Understood(*(mask(part).text for part in astuple(understood)))
    return (*history, Exchange(masked, cited))[-MOST_EXCHANGES:]


def to_json(history: Sequence[Exchange]) -> list[dict[str, Any]]:
    """Plain values that `from_json` reads."""
    return [asdict(exchange) for exchange in history]


def from_json(stored: object) -> tuple[Exchange, ...]:
    """The history as it was stored. Raises ValueError where it is none."""
    try:
        return tuple(_exchange(dict(one)) for one in _list(stored))
    except (KeyError, TypeError) as fault:
        raise ValueError(f"no history: {fault!r}") from fault


def _exchange(stored: dict[str, Any]) -> Exchange:
    understood = Understood(**{name: _text(value) for name, value in dict(stored["understood"]).items()})
    cited = tuple((_text(document), _text(clause)) for document, clause in _list(stored["cited"]))
    return Exchange(understood, cited)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"no list: {value!r:.80}")
    return list(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"no text: {value!r:.80}")
    return value
