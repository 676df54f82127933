"""How much of one text's words stand in another, and which do not."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from index.words import EMPTY_WORDS

_NEUTRAL = EMPTY_WORDS | set("0123456789〇零一二两三四五六七八九十百千万亿第年月日分之")
"""Characters that carry no word of their own; figures are compared elsewhere."""
_HAN = re.compile(r"[\u3400-\u9fff]")


def share_held(text: str, other: str) -> float:
    """Share of the characters of `text` that carry meaning and stand in `other` beside the same neighbour, 0 to 1.

    Both normalised. Characters of which sentences are full (的, 在, 和) do not count; 1 where none is left.
    """
    held = _held(text, other)
    counted = [at in held for at, char in enumerate(text) if char.isalnum() and char not in EMPTY_WORDS]
    return sum(counted) / len(counted) if counted else 1.0


def own_words(text: str, other: str, allowed: Iterable[str] = ()) -> tuple[str, ...]:
    """What `text` says, two characters or more, in words that are neither of `other` nor `allowed`, nor plain ones."""
    held = _held(text, other)
    for word in (*_plain_words(), *allowed):
        start = text.find(word)
        while start >= 0:
            held |= set(range(start, start + len(word)))
            start = text.find(word, start + 1)
    own = "".join(
        char if char.isalnum() and at not in held and char not in _NEUTRAL else " "
        for at, char in enumerate(text)
    )
    return tuple(run for run in own.split() if len(run) > 1)


def _held(text: str, other: str) -> set[int]:
    """Places of `text` whose character stands in `other` beside the same neighbour."""
    pairs = [at for at in range(len(text) - 1) if text[at : at + 2] in other]
    return {*pairs, *(at + 1 for at in pairs)}


@cache
def _plain_words() -> tuple[str, ...]:
    lines = files("assistant.written").joinpath("plain_words.txt").read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


def is_chinese(text: str) -> bool:
    """Whether at least half of the letters of `text` are Chinese."""
    letters = [char for char in text if char.isalpha()]
    return 2 * sum(bool(_HAN.match(char)) for char in letters) >= len(letters)
