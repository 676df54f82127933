"""A paper -> a Word file as Chinese offices lay it out: A4, 仿宋, headings in 黑体 (the only python-docx import)."""

from dataclasses import dataclass
from datetime import UTC
from io import BytesIO

from docx import Document as new_document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import BaseStyle, ParagraphStyle
from docx.text.paragraph import Paragraph

from assistant.export.paper import NEAREST, NOTES, NOTICES, Entry, Line, Note, Paper

_AUTHOR = "政策文件问答助手"
_TEXT, _HEADINGS, _LATIN = "仿宋", "黑体", "Times New Roman"
"""Fonts that Word on a Chinese Windows has."""
_KEPT = {qn("w:outlineLvl"), qn("w:numPr")}
"""What a style of the template keeps: its level in the outline, its bullets."""


@dataclass(frozen=True, slots=True)
class _Style:
    """`font`: East Asian. Lengths in points; `line` is a multiple of the font's height."""

    font: str
    size: float
    before: float = 0
    after: float = 6
    left: float = 0
    first: float = 0
    centred: bool = False
    keeps_next: bool = False


_STYLES = {
    "Normal": _Style(_TEXT, 12),
    "Title": _Style(_HEADINGS, 22, after=12, centred=True),
    "Heading 1": _Style(_HEADINGS, 16, before=24, keeps_next=True),
    "Heading 2": _Style(_HEADINGS, 12, before=12, keeps_next=True),
    "Body Text": _Style(_TEXT, 12, first=24),
    "Quote": _Style(_TEXT, 12, left=24),
    "List Bullet": _Style(_TEXT, 12, left=24, first=-18),
    (_REMARK := "问答标注"): _Style(_TEXT, 10.5),
    (_NOTE := "引用出处"): _Style(_TEXT, 12, left=24, first=-24, keeps_next=True),
}
"""The styles that are used, so that whoever works on can change each in one place. The last two are ours."""


def to_docx(paper: Paper) -> bytes:
    """The paper as a .docx file."""
    word = new_document()
    _lay_out(word)
    _describe(word, paper)
    body = _Body(word)
    body.add("Title", paper.title)
    body.add(_REMARK, paper.written_at)
    for entry in paper.entries:
        body.add_entry(entry)
    file = BytesIO()
    word.save(file)
    return file.getvalue()


class _Body:
    """Adds paragraphs. python-docx would look each style up among all of the template, most of the time it takes."""

    def __init__(self, word: WordDocument) -> None:
        self._word = word
        self._ids = {name: word.styles[name].style_id for name in _STYLES}

    def add(self, style: str, text: str = "") -> Paragraph:
        paragraph = self._word.add_paragraph(text)
        paragraph._p.style = self._ids[style]
        return paragraph

    def add_entry(self, entry: Entry) -> None:
        self.add("Heading 1", entry.question)
        for line in entry.lines:
            self._add_line(line)
        if entry.remark:
            self.add(_REMARK, entry.remark)
        if entry.notes:
            self.add("Heading 2", NOTES)
        for note in entry.notes:
            self._add_note(note)
        if entry.nearest:
            self.add("Heading 2", NEAREST)
            self._add_note(entry.nearest)
        if entry.notices:
            self.add("Heading 2", NOTICES)
        for notice in entry.notices:
            self.add("List Bullet", notice)

    def _add_line(self, line: Line) -> None:
        paragraph = self.add("Body Text")
        for piece in line:
            if isinstance(piece, int):
                paragraph.add_run(f"[{piece}]").font.superscript = True
            else:
                paragraph.add_run(piece)

    def _add_note(self, note: Note) -> None:
        number = f"[{note.number}] " if note.number is not None else ""
        self.add(_NOTE, f"{number}{note.form}")
        self.add("Quote", note.quote)


def _lay_out(word: WordDocument) -> None:
    """Page, page numbers, styles."""
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    # GB/T 9704-2012, 5.2: 37 mm above, 28 mm left, type area of 156 mm by 225 mm.
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    footer._p.append(number)
    for name in (_REMARK, _NOTE):
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    for name, wanted in _STYLES.items():
        _dress(word.styles[name], wanted)
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")  # breaks lines as Chinese does


def _dress(style: BaseStyle, wanted: _Style) -> None:
    """Have `style` look as wanted, and nothing of how the template has it: its fonts are those of a theme, which go
    before any that is named, and know no Chinese."""
    assert isinstance(style, ParagraphStyle)
    for name in ("w:rPr", "w:pPr"):
        for element in style.element.findall(qn(name)):
            for child in list(element):
                if child.tag not in _KEPT:
                    element.remove(child)
    style.font.name, style.font.size = _LATIN, Pt(wanted.size)
    fonts = style.element.rPr.rFonts
    fonts.set(qn("w:eastAsia"), wanted.font)
    fonts.set(qn("w:hint"), "eastAsia")  # else Word takes “ ” from the Latin font
    layout = style.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = Pt(wanted.before), Pt(wanted.after), 1.5
    layout.left_indent, layout.first_line_indent = Pt(wanted.left), Pt(wanted.first)
    layout.keep_with_next = wanted.keeps_next
    if wanted.centred:
        layout.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _describe(word: WordDocument, paper: Paper) -> None:
    """What the file tells of itself; the label too, wherever the file goes."""
    known, moment = word.core_properties, paper.at.astimezone(UTC).replace(tzinfo=None)
    known.title, known.author, known.last_modified_by = paper.title, _AUTHOR, _AUTHOR
    known.keywords, known.comments, known.language = ";".join(paper.labels), "", "zh-CN"
    known.created = known.modified = moment
    known.revision = 1
