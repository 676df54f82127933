"""A figure or year that the question takes for granted and that the documents give otherwise."""

import re
from collections.abc import Sequence

from assistant.sentences import Sentence
from index.datatypes import Document
from index.searchable import normalise

_UNIT = r"年|%|个|万吨|万|亿|项|条|座|家|所|公里|平方米|平米|人|元|倍|吨|张|处"
_FIGURE = re.compile(rf"(?<![0-9.])([0-9]+(?:\.[0-9]+)?)\s*({_UNIT})")
_STATED = re.compile(
    r"说|提出|规定|要求|明确|写|计划|目标|既然|承诺|将|就|要(在|到|建|达)|达到|到20[0-9]{2}年|已经|不是"
)
_OPEN = re.compile(r"什么|哪[些几个年里]|多少|如何|怎么?样")
_CLAIM = re.compile(r"对不对|对吧|对吗|是吧|是不是|没错|说错|为什么|为啥|怎么(会|是)|不是|吗|么[?!。]*$")
_PERSONAL = re.compile(r"我|俺|咱|本人|家里|老公|老婆|爸|妈|孩子")
SAME_MATTER = 0.4
"""Least coverage of the question, figures apart, for a sentence to be about what the figure is claimed of."""


def stated_figures(question: str) -> tuple[tuple[str, str], ...]:
    """(number, unit) that the normalised question states as what the documents say.

    None in a personal account, nor where the figure only limits what is asked (“到2035年实现什么目标”).
    """
    limits = _OPEN.search(question) and not _CLAIM.search(question)
    if limits or not _STATED.search(question) or _PERSONAL.search(question):
        return ()
    return tuple((found[1], found[2]) for found in _FIGURE.finditer(question))


def contradicting(
    question: str, sentences: Sequence[Sentence], documents: dict[str, Document]
) -> Sentence | None:
    """The sentence that gives another figure of the same unit for the same matter, or None.

    None too where some sentence gives the stated figure itself.
    """
    figures = stated_figures(question)
    if not figures:
        return None
    best: Sentence | None = None
    for sentence in sentences:
        if sentence.in_context < SAME_MATTER:
            continue
        text = normalise(documents[sentence.document_id].text[sentence.start : sentence.end])
        held = {(found[1], found[2]) for found in _FIGURE.finditer(text)}
        if all(figure in held for figure in figures):
            return None
        units = {unit for number, unit in figures if (number, unit) not in held}
        if best is None and any(unit in units for _, unit in held):
            best = sentence
    return best


def without_figures(text: str) -> str:
    """The question without its figures, to see what matter it is on."""
    return _FIGURE.sub(" ", text)
