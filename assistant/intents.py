"""What a question asks of the assistant itself, told by its words alone, before anything is searched."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.datatypes import Status
from index.datatypes import PolicyError

Cue = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Intent:
    """One entry of `intents.toml`; a cue is found where all its patterns are, in any order."""

    status: Status
    cues: tuple[Cue, ...]
    unless: tuple[Cue, ...]

    def fits(self, text: str) -> bool:
        """Whether the words of a normalised question call for this outcome."""
        yes, no = (any(all(p.search(text) for p in cue) for cue in of) for of in (self.cues, self.unless))
        return yes and not no


def read_intent(text: str) -> Status | None:
    """The outcome that the words of a normalised question call for, or None for a question about the documents."""
    return next((intent.status for intent in _shipped() if intent.fits(text)), None)


def parse_intents(source: str) -> tuple[Intent, ...]:
    """The entries of a file like `intents.toml`, in order. Raises PolicyError that names the entry at fault."""
    words: dict[str, str] = {}
    intents: list[Intent] = []
    place = "整个文件"
    try:
        table = tomllib.loads(source)
        for name, items in table["words"].items():
            place = f"[words] {name}"
            words[name] = re.compile("|".join(_fill(items, words).split())).pattern
        for number, entry in enumerate(table["intent"], start=1):
            place = f"第{number}个[[intent]] {entry.get('outcome')} {entry.get('asks')}"
            cues, unless = (tuple(_cues(({"unless": []} | entry)[key], words)) for key in ("cues", "unless"))
            intents.append(Intent(Status(entry["outcome"]), cues, unless))
    except (KeyError, ValueError, TypeError, AttributeError, re.error) as fault:
        raise PolicyError(f"intents.toml 的“{place}”写得不对\uff1a{fault!r}\uff0c请改正这一处") from fault
    return tuple(intents)


def _cues(lists: list[str], words: dict[str, str]) -> Iterator[Cue]:
    if isinstance(lists, str):
        raise TypeError("要用方括号列出")
    items = [item.split("&") for text in lists for item in _fill(text, words).split()]
    if alone := [item[0] for item in items if len(item) == 1]:
        yield (re.compile("|".join(alone)),)  # in one pattern, for speed
    yield from (tuple(map(re.compile, item)) for item in items if len(item) > 1)


def _fill(items: str, words: dict[str, str]) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda name: f"(?:{words[name[1]]})", items)


@cache
def _shipped() -> tuple[Intent, ...]:
    return parse_intents(files("assistant").joinpath("intents.toml").read_text(encoding="utf-8"))
