"""Lines that belong to the page and not to the text: title, link lines, page numbers, captions."""

import re

from index.datatypes import FurnitureKind

_BLANK = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]*")
_LINK = r"打印|关闭|收藏|字号|分享到?|返回顶部|扫一扫[^。]{0,20}"
_LINK_LINE = re.compile(
    rf"[|\s]+|[^。]{{0,120}}【(?:图解|视频|解读|相关链接)】[^。]{{0,120}}|(?:[【\[]?(?:{_LINK})[】\]]?[|\s]*)+"
)
_PAGE_MARK = re.compile(
    r"[-\u2014\u2013]\s*[0-9]{1,4}\s*[-\u2014\u2013]|[0-9]{1,4}"
    r"|第\s*[0-9]{1,4}\s*页(?:\s*[,\uff0c/]?\s*共\s*[0-9]{1,4}\s*页)?"
)
_CAPTION = re.compile(
    r"[^。,\uff0c;\uff1b:\uff1a|]{4,40}(?:示意图|规划图|布局图|格局图|结构图|一览表|指标表|(?<!意)图|(?<!代)表)"
)
_NOTE = re.compile(r"注[:\uff1a].{2,200}")
_TITLE = re.compile(
    r"[^。,\uff0c;\uff1b:\uff1a|]{2,80}(?:意见|建议|方案|规划|纲要|条例|办法|通知|规定|决定|细则|规则|规程|章程"
    r"|标准|指南|预案|解释|批复|公告|通告|法典|(?<![方办做看想])法)"
)
_LONGEST_TITLE = 120
_MARKDOWN_TITLE = re.compile(r"#\s+.{2,80}")


def read_furniture(
    line: str, *, opening: bool, labelled: bool, below: FurnitureKind | None
) -> FurnitureKind | None:
    """What kind of furniture the line is, or None.

    A title is looked for only at the `opening` or the very end; a `labelled` line is neither title nor
    caption; a note to a table is furniture only right `below` its caption.
    """
    stripped = line.strip()
    if _BLANK.fullmatch(stripped):
        return FurnitureKind.BLANK
    if _PAGE_MARK.fullmatch(stripped):
        return FurnitureKind.PAGE_MARK
    if _LINK_LINE.fullmatch(stripped):
        return FurnitureKind.LINK_LINE
    if opening and _MARKDOWN_TITLE.fullmatch(stripped):
        return FurnitureKind.TITLE
    if labelled:
        return None
    if opening and is_title(stripped, 0, len(stripped)):
        return FurnitureKind.TITLE
    if _CAPTION.fullmatch(stripped) or (_NOTE.fullmatch(stripped) and below is FurnitureKind.CAPTION):
        return FurnitureKind.CAPTION
    return None


def is_title(text: str, start: int, end: int) -> bool:
    """Whether the line `text[start:end]` reads like the title of a document."""
    return end - start <= _LONGEST_TITLE and _TITLE.fullmatch(text[start:end].strip()) is not None
