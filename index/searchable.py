"""Text as it is searched: one spelling for what people write in many. Never shown and never quoted."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from index.datatypes import Clause, Document

if TYPE_CHECKING:
    from opencc import OpenCC

# Control characters but white space, soft hyphens, zero-width and bidirectional marks, variation selectors,
# lone surrogates, tags: what nobody sees must neither split nor hide a word.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SPACE = re.compile(r"\s+")

# Characters that stand for another and that NFKC leaves alone: the circle for zero ("二○三五"), and radicals
# that PDF readers give for simplified characters.
_LOOKALIKES = {
    0x25CB: "〇",
    0x2EA0: "民",
    0x2EC4: "西",
    0x2EC5: "见",
    0x2EC6: "角",
    0x2EC9: "贝",
    0x2ECB: "车",
    0x2ED3: "长",
    0x2ED4: "门",
    0x2ED8: "青",
    0x2EDA: "页",
    0x2EDB: "风",
    0x2EDC: "飞",
    0x2EDD: "食",
    0x2EE2: "马",
    0x2EE5: "鱼",
    0x2EE6: "鸟",
    0x2EE9: "黄",
    0x2EEC: "齐",
    0x2EEE: "齿",
    0x2EF0: "龙",
}


def normalise(text: str, wording: tuple[tuple[str, str], ...] = ()) -> str:
    """`text` for searching: NFKC, nothing invisible, simplified, case folded, white space runs as one space.

    `wording` lists (word, standard word); words are replaced in one pass, the longest where several begin.
    """
    text = visible(unicodedata.normalize("NFKC", text)).translate(_LOOKALIKES)
    text = _SPACE.sub(" ", _converter().convert(text).casefold()).strip()
    if not wording:
        return text
    pattern, standard = _substitution(wording)
    return pattern.sub(lambda found: standard[found[0]], text)


def visible(text: str) -> str:
    """`text` without what nobody sees."""
    return _INVISIBLE.sub("", text)


def searched_text(document: Document, clause: Clause, text: str) -> str:
    """What a piece `text` of `clause` is found by: title, labels and headings from the top, then `text`."""
    path = (*document.ancestors(clause), clause)
    parts = [document.title, *(part for step in path for part in (step.label, step.heading)), text]
    return normalise(" ".join(filter(None, parts)), document.metadata.wording)


@cache
def _converter() -> "OpenCC":
    """Traditional to simplified Chinese; loads in 20 ms."""
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _substitution(wording: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    standard = {normalise(word): normalise(replacement) for word, replacement in wording}
    longest_first = sorted(standard, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), standard
