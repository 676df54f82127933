"""What is exported says what the answer said, word for word, whatever characters it is made of."""

import re
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from assistant import Answer, Citation, Status
from assistant.commands.app import NAME, app
from assistant.datatypes import Label
from assistant.export import SUFFIXES, check_suffix, compose, write
from index import PolicyError, sync_folder
from index.datatypes import Document, Metadata, SourceKind

QUOTE = "公园全年开放[7],\n不收门票。"
KNOWN = Metadata(
    name="公园办法",
    title="测试市公园办法",
    issuer="测试市人民政府",
    issued=date(2021, 3, 16),
    kind=SourceKind.MEDIA_DIGEST,
)
DOCUMENTS = {"公园": Document("公园", QUOTE, KNOWN)}
CITATION = Citation(1, "公园", "测试市公园办法", "第一章 第二节", "1", "开放", QUOTE, 0, 15, "旧的写法")
OTHER = replace(CITATION, number=2, document_id="没了", quote="另有规定。", form="《旧文件》第三条")
ANSWER = Answer(
    "公园开放吗?",
    Status.ANSWERED,
    f"公园办法\uff1a{QUOTE}[1]\n\n另见[3]:另有规定。[2]",
    (CITATION, OTHER),
    ("公园办法为媒体摘要。",),
    label=Label.EXTRACT,
)
REFUSAL = Answer("火星呢?", Status.NOT_IN_CORPUS, "没有查到。", nearest=replace(CITATION, number=0))
AT = datetime(2026, 3, 1, 9, 5).astimezone()
ASKED = datetime(2026, 2, 28, 23, 59).astimezone()
FORM = "《测试市公园办法》\uff08测试市人民政府\uff0c2021年3月16日\uff0c媒体摘要\uff09第一章第二节“开放”"


def exported(suffix: str, *answers: Answer) -> bytes:
    return write(compose(answers, DOCUMENTS, AT, [ASKED]), suffix)


def paragraphs(file: bytes | Path) -> list[tuple[str, str]]:
    """Style and text of each paragraph of a .docx file."""
    word = docx.Document(BytesIO(file) if isinstance(file, bytes) else str(file))
    return [(p.style.name if p.style else "", p.text) for p in word.paragraphs]


# Word


def test_a_conversation_in_word() -> None:
    assert paragraphs(exported(".docx", ANSWER, REFUSAL)) == [
        ("Title", "政策文件问答记录"),
        ("问答标注", "导出时间\uff1a2026年3月1日 09:05"),
        ("Heading 1", "公园开放吗?"),
        ("Body Text", "公园办法\uff1a公园全年开放[7],"),
        ("Body Text", "不收门票。[1]"),
        ("Body Text", "另见[3]:另有规定。[2]"),
        ("问答标注", "原文摘录 · 2026年2月28日 23:59"),
        ("Heading 2", "引用"),
        ("引用出处", f"[1] {FORM}"),
        ("Quote", QUOTE),
        ("引用出处", "[2] 《旧文件》第三条"),
        ("Quote", "另有规定。"),
        ("Heading 2", "注意"),
        ("List Bullet", "公园办法为媒体摘要。"),
        ("Heading 1", "火星呢?"),
        ("Body Text", "没有查到。"),
        ("Heading 2", "最接近的条款"),
        ("引用出处", FORM),
        ("Quote", QUOTE),
    ]


def test_only_markers_are_raised() -> None:
    word = docx.Document(BytesIO(exported(".docx", ANSWER)))
    raised = [run.text for p in word.paragraphs for run in p.runs if run.font.superscript]
    assert raised == ["[1]", "[2]"]


def test_word_has_chinese_fonts_a_page_of_a4_and_the_label_in_its_metadata() -> None:
    file = exported(".docx", ANSWER, replace(ANSWER, label=Label.GENERATED))
    word = docx.Document(BytesIO(file))
    (section,) = word.sections
    assert section.page_width and section.page_height
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    known = word.core_properties
    assert (known.title, known.author, known.keywords) == (
        "政策文件问答记录",
        "政策文件问答助手",
        "原文摘录;由人工智能生成\uff0c仅供参考",
    )
    styles = ZipFile(BytesIO(file)).read("word/styles.xml").decode()
    fonts = {}
    for name in (
        "Normal",
        "Title",
        "heading 1",
        "heading 2",
        "Body Text",
        "Quote",
        "List Bullet",
        "引用出处",
    ):
        style = re.search(rf'<w:name w:val="{name}"/>.*?</w:style>', styles, re.DOTALL)
        assert style
        fonts[name] = re.findall(r'eastAsia(?:Theme)?="([^"]*)"', style[0])
    body, heading = ["仿宋"], ["黑体"]
    assert fonts == {
        "Normal": body,
        "Title": heading,
        "heading 1": heading,
        "heading 2": heading,
        "Body Text": body,
        "Quote": body,
        "List Bullet": body,
        "引用出处": body,
    }


# Markdown


def test_a_conversation_in_markdown() -> None:
    assert exported(".md", ANSWER, REFUSAL).decode() == (
        "# 政策文件问答记录\n\n"
        "导出时间\uff1a2026年3月1日 09:05\n\n"
        "## 公园开放吗?\n\n"
        "公园办法\uff1a公园全年开放\\[7\\],\n\n"
        "不收门票。\\[1\\]\n\n"
        "另见\\[3\\]:另有规定。\\[2\\]\n\n"
        "原文摘录 · 2026年2月28日 23:59\n\n"
        "### 引用\n\n"
        f"\\[1\\] {FORM}\n\n"
        "> 公园全年开放\\[7\\],\n>\n> 不收门票。\n\n"
        "\\[2\\] 《旧文件》第三条\n\n"
        "> 另有规定。\n\n"
        "### 注意\n\n"
        "- 公园办法为媒体摘要。\n\n"
        "## 火星呢?\n\n"
        "没有查到。\n\n"
        "### 最接近的条款\n\n"
        f"{FORM}\n\n"
        "> 公园全年开放\\[7\\],\n>\n> 不收门票。\n"
    )


MARKED = [
    "# 标题",
    "标题 #",
    "- 一",
    "+ 一",
    "* 一",
    "1. 一",
    "12) 一",
    "> 引",
    "---",
    "===",
    "***",
    "```",
    "~~~",
    "    码",
    "\t码",
    "*斜* _斜_ **粗** ~~删~~ `码`",
    "[点](https://evil.example) ![图](https://evil.example/x.png)",
    "[a]: https://evil.example",
    "<https://evil.example> https://evil.example www.evil.example",
    "<script>alert(1)</script> <!-- x -->",
    "&lt;b&gt; &amp;",
    "|a|b|",
    "反斜杠 \\ 和 \\*",
    "$x$ ^a^ {=html}",
]


@pytest.mark.parametrize("text", MARKED)
def test_text_shows_itself_in_markdown(text: str) -> None:
    answer = Answer(
        text, Status.ANSWERED, f"一\n{text}\n二", (replace(CITATION, quote=f"{text}\n尾"),), (text,)
    )
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(exported(".md", answer).decode())
    kinds = {token.type for token in tokens}
    shown = [
        "".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline"
    ]
    line = " ".join(text.split()) if text.strip() != text else text
    assert kinds <= {
        *(f"{name}_{end}" for end in ("open", "close") for name in ("heading", "paragraph", "blockquote")),
        *(f"{name}_{end}" for end in ("open", "close") for name in ("bullet_list", "list_item")),
        "inline",
    }
    assert {child.type for token in tokens for child in token.children or ()} == {"text"}
    assert shown == [
        "政策文件问答记录",
        "导出时间\uff1a2026年3月1日 09:05",
        line,
        "一",
        line,
        "二",
        "2026年2月28日 23:59",
        "引用",
        f"[1] {FORM}",
        line,
        "尾",
        "注意",
        line,
    ]


# print


class Page(HTMLParser):
    """Tags in order, and the texts between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"] and data.strip():
            self.texts.append(data)


def test_a_conversation_to_print() -> None:
    written = exported(".html", ANSWER, REFUSAL).decode()
    page = Page(written)
    assert page.tags[page.tags.index("body") :] == [
        *("body", "h1", "p"),
        *("section", "h2", "p", "p", "sup", "a", "p", "sup", "a", "p"),
        *("h3", "p", "blockquote", "p", "blockquote", "h3", "ul", "li"),
        *("section", "h2", "p", "h3", "p", "blockquote"),
    ]
    assert page.texts[1:] == [
        *("政策文件问答记录", "导出时间\uff1a2026年3月1日 09:05", "公园开放吗?"),
        *("公园办法\uff1a公园全年开放[7],", "不收门票。", "[1]", "另见[3]:另有规定。", "[2]"),
        *(
            "原文摘录 · 2026年2月28日 23:59",
            "引用",
            f"[1] {FORM}",
            QUOTE,
            "[2] 《旧文件》第三条",
            "另有规定。",
        ),
        *("注意", "公园办法为媒体摘要。", "火星呢?", "没有查到。", "最接近的条款", FORM, QUOTE),
    ]
    assert page.links == ["#note-1-1", "#note-1-2"]
    assert re.findall(r' id="([^"]*)"', written) == ["note-1-1", "note-1-2"]
    assert "default-src 'none'" in written
    assert '<meta name="keywords" content="原文摘录">' in written


HOSTILE = '<script>alert(1)</script><img src=x onerror="a()">&lt;</p></style><!--'


def test_text_is_never_read_as_html() -> None:
    cited = replace(CITATION, quote=HOSTILE, document_id="没了", form=HOSTILE)
    answer = Answer(HOSTILE, Status.ANSWERED, HOSTILE + "[1]", (cited,), (HOSTILE,), nearest=cited)
    page = Page(exported(".html", answer).decode())
    assert page.texts.count(HOSTILE) == 6
    assert not {"script", "img"} & set(page.tags)
    assert page.links == ["#note-1-1"]


# what no format can hold


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_cannot_be_written_leaves_a_visible_gap(suffix: str) -> None:
    bad = "甲\x00乙\x1f丙\ud800丁\uffff戊\u202e己\x0b庚\u2028辛\r\n壬\t癸"
    answer = Answer(bad, Status.ANSWERED, bad, (replace(CITATION, quote=bad),), (bad,))
    file = exported(suffix, answer)
    if suffix == ".docx":
        texts = [text for _, text in paragraphs(file)]
        assert texts[2] == "甲\ufffd乙\ufffd丙\ufffd丁\ufffd戊\ufffd己 庚 辛 壬 癸"
        assert texts[-3] == texts[-1] == "甲\ufffd乙\ufffd丙\ufffd丁\ufffd戊\ufffd己\n庚\n辛\n壬\t癸"
    else:
        written = file.decode()
        assert written.count("甲\ufffd乙\ufffd丙\ufffd丁\ufffd戊\ufffd己") == 4
        assert not re.search("[\x00-\x08\x0b-\x1f\ud800\uffff\u202e\u2028]", written)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_very_long_texts_are_written_whole(suffix: str) -> None:
    long = "长" * 300_000
    answer = Answer(long, Status.ANSWERED, f"{long}[1]", (replace(CITATION, quote=long),))
    file = exported(suffix, *[answer] * 3)
    if suffix == ".docx":
        file = "".join(text for _, text in paragraphs(file)).encode()
    assert file.decode().count("长") == 3 * 3 * 300_000


def test_an_empty_conversation_is_written() -> None:
    assert [suffix for suffix in SUFFIXES if write(compose((), {}, AT), suffix)] == [".docx", ".md", ".html"]


# the command


def test_the_end_of_the_name_decides() -> None:
    assert [check_suffix(name) for name in ("a.docx", "a.MD", "a.b.html")] == [".docx", ".md", ".html"]
    for name in ("a.pdf", "a", ".docx", ""):
        with pytest.raises(PolicyError) as fault:
            check_suffix(name)
        assert str(fault.value) == f"不能写成 {name} 这种格式,请把文件名改为以 .docx、.md、.html 之一结尾"


def test_ask_writes_its_answer(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "公园.txt").write_text("公园办法\n第一条 公园全年开放。\n", encoding="utf-8")
    sync_folder(tmp_path / "docs", tmp_path / "store")

    def run(name: str, *options: str) -> tuple[int, str, str]:
        arguments = ("ask", "公园第一条", "--store", "store", "--output", name, *options)
        result = CliRunner().invoke(app, arguments, prog_name=NAME)
        return result.exit_code, result.stdout, result.stderr

    assert run("答复.docx") == (0, "已写入 答复.docx\n", "")
    written = paragraphs(tmp_path / "答复.docx")
    assert [text for style, text in written if style in ("Heading 1", "Body Text", "Quote")] == [
        "公园第一条",
        "公园办法\uff1a第一条 公园全年开放。[1]",
        "第一条 公园全年开放。",
    ]
    assert (tmp_path / "答复.docx").stat().st_mode & 0o777 == 0o600
    assert run("答复.docx") == (1, "", "答复.docx 已经存在,请换一个文件名\n")
    code, told, _ = run("答复.md", "--json")
    assert (code, told[:1], (tmp_path / "答复.md").read_text("utf-8")[:10]) == (0, "{", "# 政策文件问答记录")
    fault = "不能写成 答复.pdf 这种格式,请把文件名改为以 .docx、.md、.html 之一结尾\n"
    assert run("答复.pdf") == (1, "", fault)
    assert not (tmp_path / "答复.pdf").exists()
