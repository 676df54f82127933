"""Lines that belong to the page and not to the text: title, link lines, page numbers, captions."""

import re

from index.datatypes import FurnitureKind

_LINK_LINE = re.compile(
    r"[|\s]+|.*【(?:图解|视频|解读|相关链接)】.*|.*[|]\s*|(?:打印|关闭|分享|返回顶部|扫一扫)[^。]*"
)
_PAGE_MARK = re.compile(
    r"\s*(?:[-\u2014\u2013]\s*[0-9]{1,4}\s*[-\u2014\u2013]|第\s*[0-9]{1,4}\s*页.*|[0-9]{1,4})\s*"
)
_CAPTION = re.compile(
    r"[^。,\uff0c;:\uff1a]{4,40}(?:示意图|规划图|布局图|格局图|结构图|一览表|指标表|[图表])|注[:\uff1a].{2,200}"
)
_TITLE = re.compile(
    r"(?:#\s+.{2,80}|[^。;\uff1b]{6,80}的?(?:意见|建议|方案|规划|纲要|条例|办法|通知|规定|决定|细则|公告|通告|法))"
)


def read_furniture(line: str, *, opening: bool) -> FurnitureKind | None:
    """What kind of furniture the line is, or None; a title is looked for only at the `opening` or the very end."""
    stripped = line.strip()
    if not stripped:
        return FurnitureKind.BLANK
    if _LINK_LINE.fullmatch(stripped):
        return FurnitureKind.LINK_LINE
    if _PAGE_MARK.fullmatch(stripped):
        return FurnitureKind.PAGE_MARK
    if opening and _TITLE.fullmatch(stripped):
        return FurnitureKind.TITLE
    if _CAPTION.fullmatch(stripped):
        return FurnitureKind.CAPTION
    return None
