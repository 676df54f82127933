"""A record as a value, and as JSON."""

import json
from dataclasses import asdict, dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from assistant.datatypes import Answer


@dataclass(frozen=True, slots=True)
class Record:
    """An answer and what it was made of.

    `at`: when, UTC in ISO 8601. `thread`: the conversation, or None. `index`: SHA-256 over the documents and chunks
    searched, and `embedder` the name of what embedded the question; None where no index could be read. `model`: name
    of the chat model at hand, or None. `prompts`: digest of each file of prompts and fixed replies. `answer` holds
    question, text, citations, passages with scores and why, confidence of the gate, notices, seconds; personal
    identifiers are masked, and a question that was turned away for what it tells of somebody is not in it.
    """

    id: str
    at: str
    thread: str | None
    index: str | None
    embedder: str | None
    model: str | None
    prompts: dict[str, str]
    answer: Answer


class Reason(StrEnum):
    """What a reader finds wrong with an answer."""

    WRONG_CITATION = "引用不对"
    BESIDE_THE_POINT = "没答到点上"
    OUTDATED = "过时"
    OTHER = "其他"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thinks of the answer whose record is `answer`.

    `at`: when it was said, UTC in ISO 8601. `good`: 👍 or 👎. `reason`: None where nothing is wrong, or it was not
    said what. `comment`: in the reader's words, personal identifiers masked; may be empty.
    """

    answer: str
    at: str
    good: bool
    reason: Reason | None
    comment: str


def to_json(record: Record) -> str:
    """The record on one line; a lone surrogate becomes its JSON escape."""
    return json.dumps(asdict(record), ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def from_json(written: str) -> Record:
    """The record that `to_json` wrote, by this version or another: fields it lacks have their defaults.

    Raises ValueError, KeyError or TypeError for what is no record.
    """
    record: Record = _rebuilt(Record, json.loads(written))
    return record


def _rebuilt(kind: Any, value: Any) -> Any:  # noqa: ANN401
    """The value of type `kind` of which JSON kept `value`."""
    if isinstance(kind, type) and is_dataclass(kind):
        kinds = _types(kind)
        known = [field.name for field in fields(kind) if field.name in value]
        return kind(**{name: _rebuilt(kinds[name], value[name]) for name in known})
    outer, inner = get_origin(kind), get_args(kind)
    if outer in (Union, UnionType):
        return None if value is None else _rebuilt(inner[0], value)
    if outer is tuple:
        repeated = inner[:1] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_rebuilt(*pair) for pair in zip(repeated, value, strict=True))
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value


@cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
