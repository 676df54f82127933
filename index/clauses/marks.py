"""Labels that open a clause (第九章, 第五十六条, 一、 (一) 12. (1) ①), recognised where a line begins."""

import re
import unicodedata
from dataclasses import dataclass

from index.datatypes import ClauseKind
from index.numerals import NUMERAL, parse_numeral

CHINESE = "[一二三四五六七八九十百千〇零○]+"
SENTENCE_END = "。!?;\uff01\uff1f\uff1b"
COMMAS = ",\uff0c"
COLONS = ":\uff1a"
_BREAKS = (*COMMAS, "、")
LONGEST_HEADING = 60
LONGEST_TOPIC = 45

_ORDINAL = rf"第[ \u3000]?({NUMERAL})[ \u3000]?"
_MENTION = r"(?![之第的款项目至到和或与及所规以、中内外,\uff0c。;\uff1b)\uff09])"
"""What follows 第四条 where it is spoken of and not opened."""
_LIST_MENTION = r"(?!项(?!目)|[(\uff08])"
_RANGE = r"(?!(?:一、二|二、三|三、四|四、五)[级类等期线批、])"
"""“一、二级道路客运站” begins with no label."""

_LABELS = (
    (
        ClauseKind.THEME,
        rf"附(?!\s*则)[ \u3000]*[件录表图]?[ \u3000]*({NUMERAL})?(?:[ \u3000]*[{COLONS}]|(?=\s|$))",
    ),
    (ClauseKind.SUBPART, rf"{_ORDINAL}分编"),
    (ClauseKind.PART, rf"{_ORDINAL}(?:编|篇|部分)"),
    (ClauseKind.CHAPTER, rf"{_ORDINAL}章"),
    (ClauseKind.SECTION, rf"{_ORDINAL}节"),
    (ClauseKind.ARTICLE, rf"{_ORDINAL}条(?:之({NUMERAL}))?{_MENTION}"),
    (ClauseKind.HEADING, rf"{_RANGE}({CHINESE})、"),
    (ClauseKind.POINT, rf"[(\uff08]({CHINESE})[)\uff09]、?{_LIST_MENTION}"),
    (ClauseKind.SUBNUMBER, r"[(\uff08]([0-9\uff10-\uff19]{1,3})[)\uff09]"),
    (ClauseKind.NUMBER, r"([0-9\uff10-\uff19]{1,3})\s?[.\uff0e、](?![0-9\uff10-\uff19])"),
    (ClauseKind.SUBNUMBER, r"([\u2474-\u2487])"),  # ⑴
    (ClauseKind.NUMBER, r"([\u2488-\u249b])"),  # ⒈
    (ClauseKind.CIRCLE, r"([\u2460-\u2473])"),
)
_SINGLE = re.compile(r"[\u2460-\u249b]")
_PATTERNS = tuple(
    (kind, re.compile(r"(?:#{1,6}\s*)?(?:\*\*)?" + pattern + r"(?:\*\*)?")) for kind, pattern in _LABELS
)
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+(?=\S)")

STRUCTURE = (
    ClauseKind.THEME,
    ClauseKind.PART,
    ClauseKind.SUBPART,
    ClauseKind.CHAPTER,
    ClauseKind.SECTION,
    ClauseKind.ARTICLE,
)
"""Kinds whose nesting is fixed, widest first; the others nest in the order in which a document uses them."""

_AROUND_HEADING = "*【】" + COLONS
_STATEMENT = re.compile(f"[{COMMAS}{SENTENCE_END}{COLONS}是]|应当|不得|必须|可以")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a clause opens. Its own text runs from `start` to the next mark or piece of furniture.

    `start:heading_end` prints label and heading; both are equal where nothing of them is printed there.
    `suffix` is the 一 of 第十二条之一; `spaced` tells that white space follows the label, `alone` that label
    and heading fill the line, `firm` that the line is set as a heading, `continues` that the text before it
    stops in the middle of a sentence or of a list.
    """

    kind: ClauseKind
    start: int
    heading_end: int
    label: str = ""
    number: int | None = None
    suffix: int = 0
    heading: str = ""
    spaced: bool = True
    alone: bool = False
    firm: bool = False
    continues: bool = False


def read_mark(text: str, start: int, end: int) -> Mark | None:
    """The label that opens the line or paragraph `text[start:end]`, with its heading; None without one."""
    for kind, pattern in _PATTERNS:
        found = pattern.match(text, start, end)
        mark = _with_heading(text, end, kind, found) if found else None
        if mark and _is_set_off(mark):
            return mark
    found = _MARKDOWN_HEADING.match(text, start, end)
    if found:
        heading = text[found.end() : end].strip()
        return Mark(ClauseKind.THEME, start, end, heading=heading, alone=True, firm=True)
    return None


def _is_set_off(mark: Mark) -> bool:
    """Whether it is more than a mention: “第二章规定的期限” opens no chapter, “附件载明的面积” no annex."""
    if mark.kind is ClauseKind.THEME:
        return mark.alone
    return mark.alone or mark.spaced or mark.kind not in STRUCTURE[:-1]


def _with_heading(text: str, end: int, kind: ClauseKind, found: re.Match[str]) -> Mark:
    written = found[1] or ""
    number = int(unicodedata.numeric(written)) if _SINGLE.fullmatch(written) else parse_numeral(written)
    suffix = (parse_numeral(found[2]) or 0) if found.lastindex == 2 else 0
    heading_end = _heading_end(text, found.end(), end, kind)
    return Mark(
        kind=kind,
        start=found.start(),
        heading_end=heading_end,
        label=found[0].strip("#* \u3000" + COLONS),
        number=number,
        suffix=suffix,
        heading=text[found.end() : heading_end].strip().strip(_AROUND_HEADING).rstrip("。").strip(),
        spaced=text[found.end() : found.end() + 1].isspace(),
        alone=not text[heading_end:end].strip(),
        firm=found[0].startswith("#"),
    )


def _heading_end(text: str, label_end: int, end: int, kind: ClauseKind) -> int:
    rest = text[label_end:end]
    stop = re.search(f"[{SENTENCE_END}{COLONS}]", rest)
    if kind is ClauseKind.ARTICLE:
        title = re.match(r"\s*[【\[(\uff08](?![一二三四五六七八九十])[^】\])\uff09]{2,30}[】\])\uff09]", rest)
        return label_end + (title.end() if title else 0)
    breaks_off = kind not in STRUCTURE and rest.rstrip().endswith(_BREAKS)
    if stop is None and len(rest.rstrip()) <= LONGEST_HEADING and not breaks_off:
        return end
    title = re.match(rf"\s*[^\s{SENTENCE_END}{COMMAS}]{{2,30}}(?=\s)", rest)
    if kind in STRUCTURE:
        words = re.match(rf"(?:\s*[^\s{SENTENCE_END}{COMMAS}{COLONS}]{{2,30}}(?=\s))+", rest)
        return label_end + (words.end() if words else 0)
    if title and kind in (ClauseKind.HEADING, ClauseKind.POINT):
        return label_end + title.end()
    return topic_end(text, label_end, end)


def topic_end(text: str, start: int, end: int) -> int:
    """End of the topic sentence that opens `text[start:end]`; `start` where there is none.

    A topic sentence names a task, has no comma and more behind it: “完善供水系统。立足用好本地水,…”.
    """
    stop = text.find("。", start, min(end, start + LONGEST_TOPIC))
    if stop < 0 or not text[stop + 1 : end].strip():
        return start
    sentence = text[start:stop]
    return start if _STATEMENT.search(sentence) else stop + 1
