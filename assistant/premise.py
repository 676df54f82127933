"""A figure or year that the question takes for granted and that the documents give otherwise."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.sentences import Sentence
from index.datatypes import Document
from index.searchable import normalise

_UNIT = r"年|%|个|万吨|万|亿|项|条|座|家|所|公里|平方米|平米|人|元|倍|吨|张|处"
_FIGURE = re.compile(rf"(?<![0-9.])([0-9]+(?:\.[0-9]+)?)\s*({_UNIT})(?=([\u4e00-\u9fff]{{0,4}}))")
_STATED = re.compile(
    r"说|提出|规定|要求|明确|写|计划|目标|既然|承诺|将|就|要(在|到|建|达)|达到|到20[0-9]{2}年|已经|不是"
)
_OPEN = re.compile(r"什么|哪[些几个年里]|多少|如何|怎么?样")
_CLAIM = re.compile(
    r"对不对|对吧|对吗|是吧|是不是|没错|说错|为什么|为啥|怎么(会|是)|不是|吗|(?<![什怎那这多])么[?!。]*$"
)
_PERSONAL = re.compile(r"我|俺|咱|本人|家里|老公|老婆|爸|妈|孩子")
SAME_MATTER = 0.4
"""Least coverage of the question, figures apart, for a sentence to be about what the figure is claimed of."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, and what the text says right behind it: “20”, “个”, “完整社区”."""

    number: str
    unit: str
    counted: str = ""


def stated_figures(question: str) -> tuple[Figure, ...]:
    """The figures that the normalised question states as what the documents say.

    None in a personal account, nor where the figure only limits what is asked (“到2035年实现什么目标”).
    """
    limits = _OPEN.search(question) and not _CLAIM.search(question)
    if limits or not _STATED.search(question) or _PERSONAL.search(question):
        return ()
    return _figures(question)


def contradicting(
    question: str, sentences: Sequence[Sentence], documents: dict[str, Document]
) -> list[Sentence]:
    """For each figure stated, the best sentence that gives another one of the same unit for the same matter.

    None where some sentence gives all the stated figures.
    """
    stated = stated_figures(question)
    about = [
        (sentence, _figures(normalise(documents[sentence.document_id].text[sentence.start : sentence.end])))
        for sentence in sentences
        if sentence.in_context >= SAME_MATTER
    ]
    if not stated or any(all(_gives(held, figure) for figure in stated) for _, held in about):
        return []
    found = [_contradicting(figure, about) for figure in stated]
    return list(dict.fromkeys(sentence for sentence in found if sentence))


def _contradicting(figure: Figure, about: Sequence[tuple[Sentence, tuple[Figure, ...]]]) -> Sentence | None:
    """The first sentence that counts the same thing otherwise, else the first that gives the unit another number."""
    others = [
        (sentence, [one for one in held if one.unit == figure.unit])
        for sentence, held in about
        if not _gives(held, figure)
    ]
    same = (sentence for sentence, held in others if any(_same_thing(one, figure) for one in held))
    return next(same, None) or next((sentence for sentence, held in others if held), None)


def _gives(held: Sequence[Figure], figure: Figure) -> bool:
    return any((one.number, one.unit) == (figure.number, figure.unit) for one in held)


def _same_thing(one: Figure, other: Figure) -> bool:
    return bool(one.counted and other.counted) and one.counted[:2] == other.counted[:2]


def _figures(text: str) -> tuple[Figure, ...]:
    return tuple(Figure(found[1], found[2], found[3]) for found in _FIGURE.finditer(text))


def without_figures(text: str) -> str:
    """The question without its figures, to see what matter it is on."""
    return _FIGURE.sub(" ", text)
