"""A paper -> one HTML page to print: nothing in it is fetched, nothing runs, and a text is never read as HTML."""

from xml.etree.ElementTree import Element, SubElement, tostring

from assistant.export.paper import NEAREST, NOTES, NOTICES, Entry, Line, Note, Paper

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
@page { size: A4; margin: 25mm 26mm 25mm 28mm; }
body { max-width: 46em; margin: 2em auto; padding: 0 1em; color: #1a1a1a; background: #fff;
  font: 12pt/1.75 FangSong, STFangsong, "Noto Serif CJK SC", "Songti SC", SimSun, serif; }
h1, h2, h3 { font-family: SimHei, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  line-height: 1.4; break-after: avoid; }
h1 { font-size: 20pt; text-align: center; }
h2 { font-size: 15pt; margin-top: 2em; border-bottom: 1px solid #999; }
h3 { font-size: 12pt; }
p, blockquote, li, h2 { overflow-wrap: anywhere; }
blockquote { margin: .3em 0 1em 2em; padding-left: 1em; border-left: 3px solid #999; white-space: pre-line; }
.remark { color: #555; font-size: 10.5pt; }
.note { margin-bottom: 0; break-after: avoid; }
sup a, .note a { color: inherit; text-decoration: none; }
@media print { body { max-width: none; margin: 0; padding: 0; } }
"""


def to_html(paper: Paper) -> str:
    """The paper as a page of its own. Texts are put into a tree, whose serializer escapes them."""
    root = Element("html", lang="zh-CN")
    head = SubElement(root, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    if paper.labels:
        SubElement(head, "meta", name="keywords", content=";".join(paper.labels))
    _text(head, "title", paper.title)
    _text(head, "style", _STYLE)
    body = SubElement(root, "body")
    _text(body, "h1", paper.title)
    _text(body, "p", paper.written_at, "remark")
    for at, entry in enumerate(paper.entries, start=1):
        _entry(SubElement(body, "section"), entry, at)
    return f"<!DOCTYPE html>\n{tostring(root, encoding='unicode', method='html')}\n"


def _entry(section: Element, entry: Entry, at: int) -> None:
    _text(section, "h2", entry.question)
    for line in entry.lines:
        _line(SubElement(section, "p"), line, at)
    if entry.remark:
        _text(section, "p", entry.remark, "remark")
    if entry.notes:
        _text(section, "h3", NOTES)
    for note in entry.notes:
        _note(section, note, _anchor(at, note.number))
    if entry.nearest:
        _text(section, "h3", NEAREST)
        _note(section, entry.nearest)
    if entry.notices:
        _text(section, "h3", NOTICES)
        listed = SubElement(section, "ul")
        for notice in entry.notices:
            _text(listed, "li", notice)


def _line(paragraph: Element, line: Line, at: int) -> None:
    last: Element | None = None
    for piece in line:
        if isinstance(piece, int):
            last = SubElement(paragraph, "sup")
            SubElement(last, "a", href=f"#{_anchor(at, piece)}").text = f"[{piece}]"
        elif last is None:
            paragraph.text = (paragraph.text or "") + piece
        else:
            last.tail = (last.tail or "") + piece


def _note(section: Element, note: Note, anchor: str | None = None) -> None:
    number = f"[{note.number}] " if note.number is not None else ""
    paragraph = _text(section, "p", f"{number}{note.form}", "note")
    if anchor:
        paragraph.set("id", anchor)
    _text(section, "blockquote", note.quote)


def _anchor(at: int, number: int | None) -> str:
    return f"note-{at}-{number}"


def _text(parent: Element, tag: str, text: str, kind: str | None = None) -> Element:
    element = SubElement(parent, tag, {"class": kind} if kind else {})
    element.text = text
    return element
