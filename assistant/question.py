"""What a user typed -> a clean question, in two forms: as shown and as searched."""

import re
import unicodedata
from dataclasses import dataclass

from assistant.datatypes import Status
from assistant.outcome import Outcome
from index.searchable import normalise

MAX_CHARACTERS = 1000
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


@dataclass(frozen=True, slots=True)
class Question:
    """`shown` is free of control and invisible characters; `text` is normalised like searched text."""

    shown: str
    text: str


def read_question(asked: str) -> Question | Outcome:
    """The question, or why it is none: longer than 1,000 characters (told at once, whatever its size), or empty."""
    if len(asked) > MAX_CHARACTERS:
        return Outcome(Status.TOO_LONG, {"limit": str(MAX_CHARACTERS)})
    visible = "".join(" " if char in "\t\r\n" else char for char in asked if _is_visible(char))
    shown = re.sub(r"\s+", " ", visible).strip()
    text = normalise(shown)
    if not any(unicodedata.category(char)[0] in "LN" for char in text):
        return Outcome(Status.UNCLEAR)
    return Question(shown, text)


def _is_visible(char: str) -> bool:
    return char in "\t\r\n" or unicodedata.category(char) not in _INVISIBLE
