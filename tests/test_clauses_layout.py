"""Each rule by which layout becomes clauses: pages, headings, parts, annexes, tables, contents."""

import pytest

from index.clauses import parse_clauses
from index.datatypes import ClauseKind
from tests.parsed import cited


def headings(text: str) -> list[str]:
    return [clause.heading for clause in parse_clauses(text)[0]]


def test_a_paragraph_goes_on_behind_the_page_number() -> None:
    assert cited(
        "第一条 缴存人可以向住房公积金管理中心申请查询,\n\n- 3 -\n\n查询免费。\n乙。\n第二条 丙。\n"
    ) == [
        ("第一条", "第一条"),
        ("第一条第一款", "缴存人可以向住房公积金管理中心申请查询,"),
        ("第一条第一款", "查询免费。"),
        ("第一条第二款", "乙。"),
        ("第二条", "第二条 丙。"),
    ]


def test_unnumbered_paragraphs_are_cited_as_the_clause_they_stand_in() -> None:
    text = "为了发展。\n一、任务\n完善供水系统。立足用好本地水,扩大再生水。\n办法应当公开。另行规定。\n"
    assert cited(text) == [
        ("引言", "为了发展。"),
        ("一、", "一、任务"),
        ("一、", "完善供水系统。立足用好本地水,扩大再生水。"),
        ("一、", "办法应当公开。另行规定。"),
    ]
    assert headings(text) == ["", "任务", "完善供水系统", ""]


def test_text_without_numbers() -> None:
    assert cited("城市是人民的城市。\n\n建设宜居城市,提升品质。\n") == [
        ("第1段", "城市是人民的城市。"),
        ("第2段", "建设宜居城市,提升品质。"),
    ]


def test_headings_without_text() -> None:
    text = "第一章 总则\n第二章 分则\n一、\n(一)甲。\n二、\n(一)乙。\n"
    assert cited(text) == [
        ("第一章", "第一章 总则"),
        ("第二章", "第二章 分则"),
        ("第二章 一、", "一、"),
        ("第二章 一、(一)", "(一)甲。"),
        ("第二章 二、", "二、"),
        ("第二章 二、(一)", "(一)乙。"),
    ]
    assert headings(text) == ["总则", "分则", "", "", "", ""]


def test_an_item_without_a_full_stop_is_no_heading() -> None:
    assert headings("第一条 应当提交:\n(一)身份证明\n(二)收入证明\n") == ["", "", ""]
    assert headings("一、甲\n(一)子\n乙。\n(二)丑\n丙。\n") == ["甲", "子", "", "丑", ""]


def test_title_of_an_article() -> None:
    text = "第一条【目的】 甲。\n第二条 \uff08适用范围\uff09乙。\n"
    assert cited(text) == [("第一条", "第一条【目的】 甲。"), ("第二条", "第二条 \uff08适用范围\uff09乙。")]
    assert headings(text) == ["目的", "\uff08适用范围\uff09"]


def test_headings_above_articles() -> None:
    assert cited("一、管辖\n第一条 甲。\n第二条 乙:\n(一)丙;\n(二)丁。\n二、证据\n第三条 戊。\n") == [
        ("一、", "一、管辖"),
        ("第一条", "第一条 甲。"),
        ("第二条", "第二条 乙:"),
        ("第二条第(一)项", "(一)丙;"),
        ("第二条第(二)项", "(二)丁。"),
        ("二、", "二、证据"),
        ("第三条", "第三条 戊。"),
    ]


def test_structure_by_depth() -> None:
    first = "第一编 甲\n第一分编 乙\n第一章 丙\n第一节 丁\n第一条 戊。\n第二章 己\n第二条 庚。\n"
    text = first + "第二编 辛\n第三章 壬\n第三条 癸。\n"
    assert [(clause.depth, clause.citation) for clause in parse_clauses(text)[0]] == [
        (0, "第一编"),
        (1, "第一编 第一分编"),
        (2, "第一编 第一分编 第一章"),
        (3, "第一编 第一分编 第一章 第一节"),
        (4, "第一条"),
        (2, "第一编 第一分编 第二章"),
        (3, "第二条"),
        (0, "第二编"),
        (1, "第二编 第三章"),
        (2, "第三条"),
    ]


def test_parts() -> None:
    assert cited("第一部分 总体要求\n甲。\n第二部分 任务\n(一)乙。\n") == [
        ("第一部分", "第一部分 总体要求"),
        ("第一部分", "甲。"),
        ("第二部分", "第二部分 任务"),
        ("第二部分 (一)", "(一)乙。"),
    ]


def test_documents_after_one_another() -> None:
    assert cited("海云市租房办法\n第一条 子。\n第二条 丑。\n海云市提取办法\n第一条 寅。\n第二条 卯。\n") == [
        ("第一条", "第一条 子。"),
        ("第二条", "第二条 丑。"),
        ("海云市提取办法", "海云市提取办法"),
        ("海云市提取办法 第一条", "第一条 寅。"),
        ("海云市提取办法 第二条", "第二条 卯。"),
    ]


def test_measures_behind_the_notice_that_issues_them() -> None:
    notice = "关于印发租房办法的通知\n各区人民政府:\n一、高度重视。\n二、抓好落实。\n"
    text = notice + "海云市租房办法\n第一条 子。\n第二条 丑。\n"
    assert cited(text) == [
        ("引言", "各区人民政府:"),
        ("一、", "一、高度重视。"),
        ("二、", "二、抓好落实。"),
        ("海云市租房办法", "海云市租房办法"),
        ("第一条", "第一条 子。"),
        ("第二条", "第二条 丑。"),
    ]


def test_annexes_count_anew() -> None:
    assert cited("第一条 甲。\n第二条 乙。\n附件1:标准\n一、子。\n附件2\n第一条 丑。\n第二条 寅。\n") == [
        ("第一条", "第一条 甲。"),
        ("第二条", "第二条 乙。"),
        ("附件1", "附件1:标准"),
        ("附件1 一、", "一、子。"),
        ("附件2", "附件2"),
        ("附件2 第一条", "第一条 丑。"),
        ("附件2 第二条", "第二条 寅。"),
    ]


@pytest.mark.parametrize(
    "line", ["创新工作方法", "法律法规另有规定的,从其规定", "关于事项的通知:", "分享经济"]
)
def test_a_line_at_the_top_that_only_resembles_furniture(line: str) -> None:
    assert cited(f"{line}\n\n一、甲\n") == [("引言", line), ("一、", "一、甲")]


def test_markdown() -> None:
    text = "# 海云市租房办法\n\n## 第六章 罚则\n\n### 第一条 甲。\n\n## 说明\n\n乙。\n"
    assert cited(text) == [
        ("第六章", "## 第六章 罚则"),
        ("第一条", "### 第一条 甲。"),
        ("说明", "## 说明"),
        ("说明", "乙。"),
    ]
    assert headings(text) == ["罚则", "", "说明", ""]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_table_belongs_to_the_paragraph_above(gap: str) -> None:
    table = "|区|额|\n|-|-|\n|市辖区|1500|"
    text = f"第一条 标准见下表。{gap}{table}\n第二条 乙。\n"
    assert "".join(text[c.start : c.end] for c in parse_clauses(text)[0] if c.citation == "第一条").endswith(
        f"{table}\n"
    )
    assert {citation for citation, _ in cited(text)} == {"第一条", "第二条"}


@pytest.mark.parametrize(
    "text",
    [
        "一、任务\n1.1 编制目的\n",
        "一、任务\n一是完善制度。二是加强监管。\n",
        "一、任务\nA. 完善制度。\n",
        "一、任务\n• 完善制度。\n",
    ],
)
def test_layouts_that_stay_paragraphs(text: str) -> None:
    assert [clause.kind for clause in parse_clauses(text)[0]] == [ClauseKind.HEADING, ClauseKind.PARAGRAPH]


def test_a_contents_list_that_is_not_repeated_is_no_contents_list() -> None:
    assert [citation for citation, _ in cited("第一章 甲\n第二章 乙\n第三章 丙\n第一条 丁。\n")] == [
        "第一章",
        "第二章",
        "第三章",
        "第一条",
    ]


def test_contents_end_where_sentences_begin() -> None:
    entries = "第一节 甲......1\n第二节 乙......2\n第三节 丙......3\n"
    text = entries + "第一节 甲\n子。\n第二节 乙\n丑。\n第三节 丙\n寅。\n第九节 另一份文件......9\n"
    assert [citation for citation, _ in cited(text) if "节" in citation][:6] == [
        "第一节",
        "第一节",
        "第二节",
        "第二节",
        "第三节",
        "第三节",
    ]
    assert "子。" in [words for _, words in cited(text)]


def test_thousands_of_paragraphs_and_of_digits() -> None:
    assert cited("第一条 " + "甲。\n" * 10_001)[-1] == ("第一条第10001款", "甲。")
    assert cited(f"第{'1' * 5000}条 甲。\n") == [("第1段", f"第{'1' * 5000}条 甲。")]
