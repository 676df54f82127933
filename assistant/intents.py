"""What a question asks of the assistant itself, told by its words alone, before anything is searched."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.datatypes import Status


@dataclass(frozen=True, slots=True)
class _Intent:
    status: Status
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


def read_intent(text: str) -> Status | None:
    """The outcome that the words of a normalised question call for, or None for a question about the documents."""
    for intent in _intents():
        if intent.pattern.search(text) and not (intent.unless and intent.unless.search(text)):
            return intent.status
    return None


@cache
def _intents() -> tuple[_Intent, ...]:
    table = tomllib.loads(files("assistant").joinpath("intents.toml").read_text(encoding="utf-8"))
    return tuple(
        _Intent(
            Status(entry["outcome"]),
            re.compile("|".join(f"(?:{pattern})" for pattern in entry["patterns"])),
            re.compile(entry["unless"]) if "unless" in entry else None,
        )
        for entry in table["intent"]
    )
