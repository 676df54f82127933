"""Labels that open a clause (第九章, 第五十六条, 一、 (一) 12. (1) ①), recognised at the start of a stretch of text."""

import re
from dataclasses import dataclass

from index.datatypes import ClauseKind
from index.numerals import NUMERAL, parse_numeral

CHINESE = "[一二三四五六七八九十百千〇零○]+"
SENTENCE_END = "。!?;\uff01\uff1f\uff1b"
LONGEST_HEADING = 60
LONGEST_TOPIC = 45
COMMAS = ",\uff0c"

_REFERENCE = r"(?![之第的款项目至到和或与及所规以、中内外])"
"""What follows 第四条 where it is spoken of and not opened."""

_LABELS = (
    (ClauseKind.SUBPART, rf"第({NUMERAL})分编"),
    (ClauseKind.PART, rf"第({NUMERAL})编"),
    (ClauseKind.CHAPTER, rf"第({NUMERAL})章"),
    (ClauseKind.SECTION, rf"第({NUMERAL})节"),
    (ClauseKind.ARTICLE, rf"第({NUMERAL})条(?:之({NUMERAL}))?{_REFERENCE}"),
    (ClauseKind.HEADING, rf"({CHINESE})、"),
    (ClauseKind.POINT, rf"[(\uff08]({CHINESE})[)\uff09]、?"),
    (ClauseKind.SUBNUMBER, r"[(\uff08]([0-9\uff10-\uff19]{1,3})[)\uff09]"),
    (ClauseKind.NUMBER, r"([0-9\uff10-\uff19]{1,3})\s?[.\uff0e、](?![0-9\uff10-\uff19])"),
    (ClauseKind.CIRCLE, r"([\u2460-\u2473])"),
)
_PATTERNS = tuple((kind, re.compile(r"(?:#{1,6}\s*)?(?:\*\*)?" + pattern)) for kind, pattern in _LABELS)
_MARKDOWN_HEADING = re.compile(r"#{2,6}\s+(?=\S)")

STRUCTURE = (
    ClauseKind.THEME,
    ClauseKind.PART,
    ClauseKind.SUBPART,
    ClauseKind.CHAPTER,
    ClauseKind.SECTION,
    ClauseKind.ARTICLE,
)
"""Kinds whose nesting is fixed, widest first; the others nest in the order in which a document uses them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a clause opens. Its own text runs from `start` to the next mark or piece of furniture.

    `start:heading_end` prints label and heading; both are equal where nothing of them is printed there.
    `suffix` is the 一 of 第十二条之一; `spaced` tells that white space follows the label.
    """

    kind: ClauseKind
    start: int
    heading_end: int
    label: str = ""
    number: int | None = None
    suffix: int = 0
    heading: str = ""
    spaced: bool = True


def read_mark(text: str, start: int, end: int) -> Mark | None:
    """The label that opens `text[start:end]`, a line or paragraph, with its heading; None for a plain paragraph."""
    for kind, pattern in _PATTERNS:
        found = pattern.match(text, start, end)
        if found:
            return _with_heading(text, end, kind, found)
    found = _MARKDOWN_HEADING.match(text, start, end)
    if found:
        return Mark(ClauseKind.THEME, start, end, heading=text[found.end() : end].strip())
    return None


def _with_heading(text: str, end: int, kind: ClauseKind, found: re.Match[str]) -> Mark:
    number = ord(found[1]) - 0x245F if kind is ClauseKind.CIRCLE else parse_numeral(found[1])
    suffix = found.lastindex == 2 and parse_numeral(found[2]) or 0
    heading_end = _heading_end(text, found.end(), end, kind)
    return Mark(
        kind=kind,
        start=found.start(),
        heading_end=heading_end,
        label=found[0].lstrip("#* ").strip(),
        number=number,
        suffix=suffix,
        heading=text[found.end() : heading_end].strip().strip("*").rstrip("。").strip(),
        spaced=text[found.end() : found.end() + 1].isspace(),
    )


def _heading_end(text: str, label_end: int, end: int, kind: ClauseKind) -> int:
    rest = text[label_end:end]
    if kind is ClauseKind.ARTICLE:
        bracketed = re.match(
            r"\s*[【\[(\uff08](?![一二三四五六七八九十])[^】\])\uff09]{2,30}[】\])\uff09]", rest
        )
        return label_end + (bracketed.end() if bracketed else 0)
    stop = re.search(f"[{SENTENCE_END}:\uff1a]", rest)
    if stop is None and len(rest.rstrip()) <= LONGEST_HEADING:
        return end
    title = re.match(rf"\s*[^\s{SENTENCE_END}{COMMAS}]{{2,30}}(?=\s)", rest)
    if kind in STRUCTURE:
        words = re.match(rf"(?:\s*[^\s{SENTENCE_END}{COMMAS}:\uff1a]{{2,30}}(?=\s))+", rest)
        return label_end + (words.end() if words else 0)
    if title and kind in (ClauseKind.HEADING, ClauseKind.POINT):
        return label_end + title.end()
    return topic_end(text, label_end, end)


def topic_end(text: str, start: int, end: int) -> int:
    """End of the topic sentence that opens `text[start:end]`; `start` where there is none.

    A topic sentence is short, has no comma, ends in 。 and has more behind it: “完善供水系统。立足用好本地水,…”.
    """
    stop = text.find("。", start, min(end, start + LONGEST_TOPIC))
    if stop < 0 or not text[stop + 1 : end].strip():
        return start
    sentence = text[start:stop]
    return start if any(char in sentence for char in COMMAS + SENTENCE_END + ":\uff1a") else stop + 1
