"""How much of one text's words stand in another."""

import re

from index.words import EMPTY_WORDS

_HAN = re.compile(r"[\u3400-\u9fff]")


def share_held(text: str, other: str) -> float:
    """Share of the characters of `text` that carry meaning and stand in `other` beside the same neighbour, 0 to 1.

    Both normalised. Characters of which sentences are full (的, 在, 和) do not count; 1 where none is left.
    """
    held = [False] * len(text)
    for at in range(len(text) - 1):
        if text[at : at + 2] in other:
            held[at] = held[at + 1] = True
    counted = [is_held for char, is_held in zip(text, held, strict=True) if _counts(char)]
    return sum(counted) / len(counted) if counted else 1.0


def is_chinese(text: str) -> bool:
    """Whether at least half of the letters of `text` are Chinese."""
    letters = [char for char in text if char.isalpha()]
    return 2 * sum(bool(_HAN.match(char)) for char in letters) >= len(letters)


def _counts(char: str) -> bool:
    return char.isalnum() and char not in EMPTY_WORDS
