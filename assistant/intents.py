"""What a question asks of the assistant itself, told by its words alone, before anything is searched."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.datatypes import Status
from index.datatypes import PolicyError

_NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Intent:
    """One entry of `intents.toml`: the outcome of a text that `pattern` finds and `unless` does not."""

    status: Status
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None

    def fits(self, text: str) -> bool:
        """Whether the words of a normalised question call for this outcome."""
        return bool(self.pattern.search(text)) and not (self.unless and self.unless.search(text))


def read_intent(text: str) -> Status | None:
    """The outcome that the words of a normalised question call for, or None for a question about the documents."""
    return next((intent.status for intent in _shipped() if intent.fits(text)), None)


def parse_intents(source: str) -> tuple[Intent, ...]:
    """The entries of a file like `intents.toml`, in order. Raises PolicyError that names the entry at fault."""
    place = "整个文件"
    try:
        table = tomllib.loads(source)
        words: dict[str, str] = {}
        for name, items in table.get("words", {}).items():
            place = f"[words] {name}"
            words[name] = "|".join(_fill(items, words).split())
            re.compile(words[name])
        intents = []
        for number, entry in enumerate(table["intent"], start=1):
            place = f"第{number}个[[intent]] {entry.get('outcome')} {entry.get('asks')}"
            intents.append(_intent(entry, words))
    except (tomllib.TOMLDecodeError, re.error, KeyError, ValueError, TypeError, AttributeError) as fault:
        raise PolicyError(f"intents.toml 的“{place}”写得不对\uff1a{fault!r}\uff0c请改正这一处") from fault
    return tuple(intents)


def _intent(entry: Mapping[str, str | list[str]], words: Mapping[str, str]) -> Intent:
    either = [_fill("|".join(entry.get(key, [])), words) for key in ("patterns", "unless")]
    return Intent(Status(entry["outcome"]), re.compile(either[0]), re.compile(either[1]) if either[1] else None)


def _fill(pattern: str, words: Mapping[str, str]) -> str:
    """`pattern` with each {name} replaced by the list of that name; an unknown name is a KeyError."""
    return _NAME.sub(lambda found: f"(?:{words[found[1]]})", pattern)


@cache
def _shipped() -> tuple[Intent, ...]:
    return parse_intents(files("assistant").joinpath("intents.toml").read_text(encoding="utf-8"))
