"""Questions about a document itself are told from its catalogue entry; questions about what it says are not."""

from collections.abc import Iterator
from datetime import date

import pytest

from assistant import PolicyAssistant, Status
from assistant.about import card, read_about
from assistant.focus import Focus, read_focus
from index import sync_folder
from index.clauses import parse_clauses
from index.datatypes import Document, Level, Metadata, SourceKind
from index.searchable import normalise

TODAY = date(2026, 3, 1)
CATALOGUE = """
[[document]]
file = "公园.txt"
id = "park"
title = "大连市公园管理办法"
name = "公园管理办法"
short_names = ["公园办法"]
issuer = "大连市人民政府"
level = "市"
region = "大连"
number = "大政发〔2020〕3号"
issued = 2020-05-06
valid_from = 2020-06-01
valid_until = 2025-05-31
kind = "正式全文"
provenance = "市政府网站"

[[document]]
file = "湖泊.txt"
id = "lake"
name = "吉林湖泊保护意见"
level = "省"
region = "吉林"
kind = "媒体摘要"
warning = "来源为媒体摘要"
"""
PARK = "第一条 公园全年开放,由园林部门管理。\n第二条 公园收费标准由市人民政府批准后公布。\n"
LAKE = "第一条 湖泊不得填埋。\n第二条 自2027年起全面禁渔。\n"
PARK_CARD = """《大连市公园管理办法》\uff08正式全文\uff09
· 发文机关\uff1a大连市人民政府
· 文号\uff1a大政发〔2020〕3号
· 印发日期\uff1a2020年5月6日
· 适用期\uff1a2020年6月1日至2025年5月31日\uff08已届满\uff09
· 来源\uff1a市政府网站
· 留意\uff1a无"""
LAKE_CARD = """吉林湖泊保护意见(原文未载标题)\uff08媒体摘要\uff09
· 发文机关\uff1a文本未载
· 文号\uff1a文本未载
· 印发日期\uff1a文本未载
· 适用期\uff1a文本未载
· 来源\uff1a文本未载
· 留意\uff1a来源为媒体摘要"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyAssistant]:
    folder = tmp_path_factory.mktemp("about")
    for name, text in {"公园.txt": PARK, "湖泊.txt": LAKE, "corpus.toml": CATALOGUE}.items():
        (folder / name).write_text(text, "utf-8")
    assert sync_folder(folder, folder / "store").failed == ()
    with PolicyAssistant(folder / "store", today=TODAY, record=False) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "cards"),
    [
        ("公园管理办法是谁发布的", [PARK_CARD]),
        ("《大连市公园管理办法》的文号是多少", [PARK_CARD]),
        ("公园办法是哪年印发的", [PARK_CARD]),
        ("公园办法现在还有效吗", [PARK_CARD]),
        ("公园办法是官方原文吗", [PARK_CARD]),
        ("公园办法的来源", [PARK_CARD]),
        ("公园办法过期了没有", [PARK_CARD]),
        ("吉林湖泊保护意见是哪个单位发的", [LAKE_CARD]),
        ("吉林那份材料是不是正式文件", [LAKE_CARD]),
        ("公园办法和吉林湖泊保护意见分别是什么时候发布的", [LAKE_CARD, PARK_CARD]),
    ],
)
def test_a_document_is_told_of_by_its_catalogue(
    assistant: PolicyAssistant, question: str, cards: list[str]
) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.answered) == (Status.ABOUT_DOCUMENT, True)
    assert answer.text == "\n".join(["关于文件本身的情况\uff0c据收录信息\uff1a", *cards])
    assert (answer.citations, answer.passages, answer.nearest, answer.notices) == ((), (), None, ())
    assert (answer.confidence, answer.label) == (1.0, None)


DOCUMENTS = tuple(
    Document(known.name, text, known, *parse_clauses(text))
    for text, known in (
        (PARK, Metadata("公园管理办法", short_names=("公园办法",), level=Level.CITY, region="大连")),
        (LAKE, Metadata("吉林湖泊保护意见", level=Level.PROVINCE, region="吉林")),
    )
)


@pytest.mark.parametrize(
    "question",
    [
        "公园收费标准由谁批准",  # names no document
        "公园办法规定收费标准由谁批准",  # asks what it says
        "公园办法里公园什么时候开放",
        "公园办法的收费标准是多少",
        "吉林湖泊保护意见从哪年起禁渔",
        "公园办法第二条由谁批准",  # asks for a clause
        "大连什么时候建成新公园",
        "文件是谁发的",  # any of them
        "吉林是谁发的",
        "公园办法",
        "",
    ],
)
def test_what_a_document_says_is_another_question(question: str) -> None:
    text = normalise(question)
    focus = read_focus(text, DOCUMENTS)
    assert isinstance(focus, Focus)
    assert read_about(text, focus, DOCUMENTS, TODAY) is None


@pytest.mark.parametrize(
    ("known", "line"),
    [
        (Metadata("办法"), "· 适用期\uff1a文本未载"),
        (Metadata("办法", valid_from=date(2025, 1, 2)), "· 适用期\uff1a2025年1月2日至文本未载"),
        (
            Metadata("办法", valid_until=date(2026, 3, 1)),
            "· 适用期\uff1a文本未载至2026年3月1日",  # its last day
        ),
        (
            Metadata("办法", valid_until=date(2026, 2, 28)),
            "· 适用期\uff1a文本未载至2026年2月28日\uff08已届满\uff09",
        ),
    ],
)
def test_validity_is_told_as_of_the_day_of_asking(known: Metadata, line: str) -> None:
    assert card(Document("办法", "", known), TODAY).splitlines()[4] == line


def test_a_copy_is_called_what_it_is() -> None:
    known = Metadata("意见", title="关于城市的意见", kind=SourceKind.REWRITTEN, warning="非官方原文")
    lines = card(Document("意见", "", known), TODAY).splitlines()
    assert (lines[0], lines[-1]) == ("《关于城市的意见》\uff08改写文本\uff09", "· 留意\uff1a非官方原文")


def test_shipped_documents_are_told_of(shipped: PolicyAssistant) -> None:
    told = shipped.ask("纲要现在还有效吗").text.splitlines()
    assert told[4:6] == [
        "· 印发日期\uff1a2021年3月16日",
        "· 适用期\uff1a2021年1月1日至2025年12月31日\uff08已届满\uff09",
    ]
    told = shipped.ask("辽宁那份材料是官方原文吗").text.splitlines()
    assert told[1] == ("《中共辽宁省委辽宁省人民政府关于推动城市高质量发展的实施意见》\uff08媒体摘要\uff09")
    assert told[-1].startswith("· 留意\uff1a来源为媒体摘要\uff0c不是文件全文")
