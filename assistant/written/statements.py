"""What the model has to return, read while it comes: JSON objects one after the other.

First {"answers": "fully" | "partly" | "not"}; then for each statement
{"text": "…", "quotes": [{"passage": 1, "words": "…"}]}.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assistant.written.faults import Fault, NotWrittenError

_THINKS, _HAS_THOUGHT = "<think>", "</think>"


class Extent(StrEnum):
    """How far the passages answer, as the model judges."""

    FULLY = "fully"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement as the model gave it, unchecked: (passage number, words) for each quote."""

    text: str
    quotes: tuple[tuple[int, str], ...]


def read_reply(pieces: Iterable[str]) -> Iterator[Extent | Claim]:
    """The extent, then each statement as soon as it is complete; one that is not as it should be is left out.

    Raises NotWrittenError where there is no extent at the beginning, or no JSON. Thinking, a preface and a fence
    around the JSON are passed over.
    """
    begun = False
    for found in _objects(pieces):
        told = [found]
        if not begun:
            yield _extent(found)
            begun = True
            inside = found.get("statements")  # some models put all into one object
            told = inside if isinstance(inside, list) else []
        yield from filter(None, map(_claim, told))
    if not begun:
        raise NotWrittenError(Fault.BROKEN)


def _objects(pieces: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Each outermost JSON object of the text that `pieces` make up."""
    decode = json.JSONDecoder().raw_decode
    rest, thought = "", False
    for piece in pieces:
        rest += piece
        if not thought:
            thinks = rest.lstrip()[: len(_THINKS)]
            if thinks == _THINKS and _HAS_THOUGHT in rest:
                rest = rest.partition(_HAS_THOUGHT)[2]
            elif _THINKS.startswith(thinks):
                continue
            thought = True
        while (start := rest.find("{")) >= 0 and "}" in rest:
            try:
                found, end = decode(rest, start)
            except json.JSONDecodeError:
                break  # not complete yet, or never
            except RecursionError:
                raise NotWrittenError(Fault.BROKEN) from None
            rest = rest[end:]
            yield found
    if "{" in rest:
        raise NotWrittenError(Fault.BROKEN)


def _extent(found: dict[str, Any]) -> Extent:
    try:
        return Extent(found.get("answers", ""))
    except ValueError:
        raise NotWrittenError(Fault.BROKEN) from None


def _claim(found: object) -> Claim | None:
    if not isinstance(found, dict):
        return None
    text, quotes = found.get("text"), found.get("quotes")
    if not isinstance(text, str) or not isinstance(quotes, list):
        return None
    read: list[tuple[int, str]] = []
    for quote in quotes:
        if not isinstance(quote, dict):
            return None
        passage, words = quote.get("passage"), quote.get("words")
        if type(passage) is not int or not isinstance(words, str):  # True is no passage
            return None
        read.append((passage, words))
    return Claim(text, tuple(read))
