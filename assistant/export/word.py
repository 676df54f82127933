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
    word.add_paragraph(paper.title, style="Title")
    word.add_paragraph(paper.written_at, style=_REMARK)
    for entry in paper.entries:
        _entry(word, entry)
    file = BytesIO()
    word.save(file)
    return file.getvalue()


def _entry(word: WordDocument, entry: Entry) -> None:
    word.add_heading(entry.question, level=1)
    for line in entry.lines:
        _line(word.add_paragraph(style="Body Text"), line)
    if entry.remark:
        word.add_paragraph(entry.remark, style=_REMARK)
    if entry.notes:
        word.add_heading(NOTES, level=2)
    for note in entry.notes:
        _note(word, note)
    if entry.nearest:
        word.add_heading(NEAREST, level=2)
        _note(word, entry.nearest)
    if entry.notices:
        word.add_heading(NOTICES, level=2)
    for notice in entry.notices:
        word.add_paragraph(notice, style="List Bullet")


def _line(paragraph: Paragraph, line: Line) -> None:
    for piece in line:
        if isinstance(piece, int):
            paragraph.add_run(f"[{piece}]").font.superscript = True
        else:
            paragraph.add_run(piece)


def _note(word: WordDocument, note: Note) -> None:
    number = f"[{note.number}] " if note.number is not None else ""
    word.add_paragraph(f"{number}{note.form}", style=_NOTE)
    word.add_paragraph(note.quote, style="Quote")


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
