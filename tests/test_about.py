"""Questions about a document itself are told from its catalogue entry; questions about what it says are not."""

from collections.abc import Iterator
from datetime import date

import pytest

from assistant import PolicyAssistant, Status
from assistant.about import read_about
from assistant.focus import Focus, read_focus
from index import sync_folder
from index.clauses import parse_clauses
from index.datatypes import Document, Level, Metadata
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
· 适用期\uff1a2020年6月1日至2025年5月31日\uff08已届满\uff0c没有收录适用期在其后的文件\uff09
· 目标年份\uff1a文本未载
· 来源\uff1a市政府网站
· 留意\uff1a无"""
LAKE_CARD = """吉林湖泊保护意见(原文未载标题)\uff08媒体摘要\uff09
· 发文机关\uff1a文本未载
· 文号\uff1a文本未载
· 印发日期\uff1a文本未载
· 适用期\uff1a文本未载\uff0c不能判断是否仍然有效\uff0c请向主管部门核实
· 目标年份\uff1a文本未载
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
        ("公园办法和吉林湖泊保护意见分别是什么时候发布的", [PARK_CARD, LAKE_CARD]),
        ("吉林湖泊保护意见和公园办法还有效吗", [LAKE_CARD, PARK_CARD]),
        ("吉林的意见和大连的办法哪个是官方文件", [LAKE_CARD, PARK_CARD]),
        ("这份办法管到哪年", [PARK_CARD]),
        ("这些文件哪份过期了", [LAKE_CARD, PARK_CARD]),  # neither is named: the higher level first
        ("大连有哪些文件", [PARK_CARD]),
        ("你手上的大连文件从哪来的", [PARK_CARD]),
        ("吉林那篇是哪家报社登出来的", [LAKE_CARD]),
        ("吉林那篇能引用吗", [LAKE_CARD]),
        ("吉林那篇是哪天登的,什么媒体", [LAKE_CARD]),
        ("这两份里哪份最早发布", [LAKE_CARD, PARK_CARD]),
        ("公园办法写到的最晚年份是哪年", [PARK_CARD]),
        ("引用公园办法的数字会不会过时", [PARK_CARD]),
        ("公园办法是从什么网站转的", [PARK_CARD]),
        ("公园办法是原文吗,我要引用", [PARK_CARD]),
        ("公园办法里有没有时间节点", [PARK_CARD]),
        ("关于大连,你手里有什么材料", [PARK_CARD]),
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
        "公园办法里公园由哪家媒体宣传",
        "公园办法里的水系节点有哪些",
        "公园办法的收费标准是多少",
        "吉林湖泊保护意见从哪年起禁渔",
        "公园办法第二条由谁批准",  # asks for a clause
        "大连什么时候建成新公园",
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


def test_which_document_is_meant_is_asked_where_it_is_not_said(assistant: PolicyAssistant) -> None:
    answer = assistant.ask("这份文件什么时候发的")
    assert (answer.status, answer.choices) == (
        Status.WHICH_DOCUMENT,
        ("吉林湖泊保护意见", "公园管理办法"),
    )
    assert answer.text == (
        "您问的是哪份文件的印发日期\uff1f现有文件\uff1a吉林湖泊保护意见、公园管理办法。"
        "请带上文件名再问一次\uff0c例如“吉林湖泊保护意见的印发日期”。"
    )
    assert assistant.ask("文件是谁发的").choices == answer.choices


def test_the_one_document_of_a_folder_needs_no_name() -> None:
    (park, _) = DOCUMENTS
    text = normalise("这份文件还有效吗")
    focus = read_focus(text, [park])
    assert isinstance(focus, Focus)
    told = read_about(text, focus, [park], TODAY)
    assert told is not None
    assert told.status is Status.ABOUT_DOCUMENT


def test_the_choice_is_the_next_turn(shipped: PolicyAssistant) -> None:
    asked = shipped.ask("这份文件还有效吗", "which")
    assert asked.status is Status.WHICH_DOCUMENT
    told = shipped.ask(asked.choices[3], "which")
    assert (told.status, told.text.splitlines()[1]) == (
        Status.ABOUT_DOCUMENT,
        "《大连市国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要》\uff08正式全文\uff09",
    )


def test_the_document_cited_last_is_meant(shipped: PolicyAssistant) -> None:
    assert {one.document_id for one in shipped.ask("大连的公租房有什么政策?", "cited").citations} == {PLAN}
    told = shipped.ask("这份文件什么时候发的", "cited")
    assert (told.status, told.text.splitlines()[4]) == (
        Status.ABOUT_DOCUMENT,
        "· 印发日期\uff1a2021年3月16日",
    )


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("纲要全文", "第一章 奋力攻坚克难 擘画现代化建设新蓝图"),
        ("给我看看大连十四五规划全文", "第一章 奋力攻坚克难 擘画现代化建设新蓝图"),
        ("请把吉林方案的全文发给我", "一、总体要求"),
        ("把大连实施意见从头到尾给我看一遍", "一、目标要求"),
    ],
)
def test_a_document_asked_for_whole_is_shown_by_its_outline(
    shipped: PolicyAssistant, question: str, first: str
) -> None:
    answer = shipped.ask(question)
    assert (answer.status, answer.citations[0].quote) == (Status.OUTLINE, first)


@pytest.mark.parametrize("question", ["辽宁意见是全文吗", "辽宁的文件有没有全文", "纲要是不是原文"])
def test_whether_it_is_whole_is_asked_about_it(shipped: PolicyAssistant, question: str) -> None:
    assert shipped.ask(question).status is Status.ABOUT_DOCUMENT


PLAN = "dalian-14th-five-year-plan"
NAMES = {
    "大连十四五规划": "· 适用期\uff1a2021年1月1日至2025年12月31日\uff08已届满\uff0c没有收录适用期在其后的文件\uff09",
    "大连实施意见": "· 适用期\uff1a文本未载\uff0c不能判断是否仍然有效\uff0c请向主管部门核实",
    "吉林的方案": "· 适用期\uff1a文本未载\uff0c不能判断是否仍然有效\uff0c请向主管部门核实",
    "辽宁那份意见": "· 适用期\uff1a文本未载\uff0c不能判断是否仍然有效\uff0c请向主管部门核实",
    "中央文件": "· 适用期\uff1a文本未载\uff0c不能判断是否仍然有效\uff0c请向主管部门核实",
}
STILL_VALID = (
    "还有效吗",
    "过期了没",
    "现在还能用吗",
    "是不是废止了",
    "管到哪年",
    "2026年了还作数不",
    "哪年到期",
    "2035年以前都算数吗",
    "的有效期是多久",
    "还在执行吗",
    "啥时候失效",
    "从哪年开始实施",
    "是现行有效的文件吗",
    "有没有更新的版本",
    "现在还能当依据吗",
    "什么时候结束",
    "的起止年份",
    "还剩几年",
    "早过时了吧",
    "是否继续有效",
)


@pytest.mark.parametrize("asked", STILL_VALID)
@pytest.mark.parametrize("name", NAMES)
def test_validity_is_told_of_each_document_however_it_is_asked(
    shipped: PolicyAssistant, name: str, asked: str
) -> None:
    answer = shipped.ask(name + asked)
    assert (answer.status, answer.text.splitlines()[5]) == (Status.ABOUT_DOCUMENT, NAMES[name])


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("请问中央的城市高质量发展意见什么时候过期", "中央文件"),
        ("现阶段还能把大连十四五规划作为依据吗", "大连十四五规划"),
        ("大连十四五规划已经过期,里面的数据还能引用吗", "大连十四五规划"),
        ("大连规划是从2021年到2025年吗", "大连十四五规划"),
        ("去年年底大连规划就到期了吧", "大连十四五规划"),
        ("大连规划还算不算现行政策", "大连十四五规划"),
        ("大连城市高质量发展意见是长期有效的吗", "大连实施意见"),
        ("辽宁省的实施意见是2026年1月18日印发的吗", "辽宁那份意见"),
        ("中央意见有没有写明废止日期", "中央文件"),
    ],
)
def test_a_statement_to_be_confirmed_and_a_name_in_pieces(
    shipped: PolicyAssistant, question: str, name: str
) -> None:
    answer = shipped.ask(question)
    assert (answer.status, answer.text.splitlines()[5]) == (Status.ABOUT_DOCUMENT, NAMES[name])


@pytest.mark.parametrize("question", ["这规划管到哪年", "五年规划是哪五年", "大连的十四五是哪几年"])
def test_a_type_or_number_that_one_document_has_names_it(shipped: PolicyAssistant, question: str) -> None:
    assert shipped.ask(question).text.splitlines()[5] == NAMES["大连十四五规划"]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("十五五规划出来了吗", "“十五五”规划"),
        ("大连十五五规划对养老怎么说", "“十五五”规划"),
        ("十三五规划还有效吗", "“十三五”规划"),
    ],
)
def test_a_five_year_plan_that_is_not_held_is_said_so(
    shipped: PolicyAssistant, question: str, asked: str
) -> None:
    answer = shipped.ask(question)
    assert answer.status is Status.DOCUMENT_NOT_HELD
    assert answer.text.startswith(f"没有收录{asked}\uff0c")


def test_what_a_document_says_of_an_earlier_plan_is_found(shipped: PolicyAssistant) -> None:
    assert shipped.ask("大连“十三五”规划的目标任务完成得怎么样").status is Status.ANSWERED


def test_shipped_documents_are_told_of(shipped: PolicyAssistant) -> None:
    told = shipped.ask("纲要现在还有效吗").text.splitlines()
    assert told[4:7] == [
        "· 印发日期\uff1a2021年3月16日",
        NAMES["大连十四五规划"],
        "· 目标年份\uff1a2025年、2035年\uff08正文以“到…年”写明\uff0c不是有效期\uff09",
    ]
    told = shipped.ask("辽宁那份材料是官方原文吗").text.splitlines()
    assert told[1] == ("《中共辽宁省委辽宁省人民政府关于推动城市高质量发展的实施意见》\uff08媒体摘要\uff09")
    assert told[-1].startswith("· 留意\uff1a来源为媒体摘要\uff0c不是文件全文")
