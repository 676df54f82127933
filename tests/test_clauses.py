"""Each rule by which numbers become clauses, on literal texts: citation and own text of every clause."""

from collections.abc import Callable

import pytest

from tests.parsed import cited

WIDE = str.maketrans("(),;:", "\uff08\uff09\uff0c\uff1b\uff1a")


def test_points_that_restart_are_cited_with_their_heading() -> None:
    assert cited("一、甲\n(一)子。\n(二)丑。\n二、乙\n(一)寅。\n") == [
        ("一、", "一、甲"),
        ("一、(一)", "(一)子。"),
        ("一、(二)", "(二)丑。"),
        ("二、", "二、乙"),
        ("二、(一)", "(一)寅。"),
    ]


def test_points_that_run_on_are_cited_alone() -> None:
    assert cited("一、甲\n(一)子。\n(二)丑。\n二、乙\n(三)寅。\n") == [
        ("一、", "一、甲"),
        ("(一)", "(一)子。"),
        ("(二)", "(二)丑。"),
        ("二、", "二、乙"),
        ("(三)", "(三)寅。"),
    ]


def test_numbers_below_points_are_cited_with_both() -> None:
    assert cited("一、甲\n(一)子\n1.辰。\n2.巳:\n(1)午;\n①未。\n") == [
        ("一、", "一、甲"),
        ("一、(一)", "(一)子"),
        ("一、(一)1", "1.辰。"),
        ("一、(一)2", "2.巳:"),
        ("一、(一)2(1)", "(1)午;"),
        ("一、(一)2(1)①", "①未。"),
    ]


def test_headings_inside_points_nest_as_the_document_uses_them() -> None:
    assert cited("(一)甲\n一、子。\n二、丑。\n(二)乙\n一、寅。\n") == [
        ("(一)", "(一)甲"),
        ("(一)一、", "一、子。"),
        ("(一)二、", "二、丑。"),
        ("(二)", "(二)乙"),
        ("(二)一、", "一、寅。"),
    ]


@pytest.mark.parametrize(
    "spelling", [str, lambda text: text.translate(WIDE)], ids=["half-width", "full-width"]
)
def test_articles_have_paragraphs_and_lists(spelling: Callable[[str], str]) -> None:
    text = spelling("第一条 甲。\n第二条 乙:\n(一)子:\n1.辰:\n(1)午;\n2.巳;\n(二)丑。\n丙。\n")
    assert [citation for citation, _ in cited(text)] == [
        "第一条",
        "第二条",
        "第二条第一款",
        "第二条第一款第(一)项",
        "第二条第一款第(一)项第1目",
        "第二条第一款第(一)项第1目(1)",
        "第二条第一款第(一)项第2目",
        "第二条第一款第(二)项",
        "第二条第二款",
    ]


def test_whatever_counts_the_items_of_an_article_the_outer_ones_are_items() -> None:
    assert cited("第一条 甲:\n一、乙;\n二、丙。\n第二条 丁:\n1.戊;\n2.己。\n") == [
        ("第一条", "第一条 甲:"),
        ("第一条第一项", "一、乙;"),
        ("第一条第二项", "二、丙。"),
        ("第二条", "第二条 丁:"),
        ("第二条第1项", "1.戊;"),
        ("第二条第2项", "2.己。"),
    ]


def test_items_restart_in_each_paragraph() -> None:
    assert cited("第一条 甲:\n(一)子;\n(二)丑。\n乙:\n(一)寅;\n(二)卯。\n") == [
        ("第一条", "第一条"),
        ("第一条第一款", "甲:"),
        ("第一条第一款第(一)项", "(一)子;"),
        ("第一条第一款第(二)项", "(二)丑。"),
        ("第一条第二款", "乙:"),
        ("第一条第二款第(一)项", "(一)寅;"),
        ("第一条第二款第(二)项", "(二)卯。"),
    ]


def test_lines_between_two_items_belong_to_the_former() -> None:
    assert cited("第一条 甲:\n(一)子:\n辰;\n巳;\n(二)丑。\n乙。\n") == [
        ("第一条", "第一条"),
        ("第一条第一款", "甲:"),
        ("第一条第一款第(一)项", "(一)子:\n辰;\n巳;"),
        ("第一条第一款第(二)项", "(二)丑。"),
        ("第一条第二款", "乙。"),
    ]


def test_items_within_a_line() -> None:
    assert cited("第一条 应当提交:(一)甲;(二)乙。\n第二条 依照前条第(一)项;(三)项所称丙除外。\n") == [
        ("第一条", "第一条 应当提交:"),
        ("第一条第(一)项", "(一)甲;"),
        ("第一条第(二)项", "(二)乙。"),
        ("第二条", "第二条 依照前条第(一)项;(三)项所称丙除外。"),
    ]


def test_inserted_articles() -> None:
    assert cited("第十二条 甲。\n第十二条之一 乙。\n第十二条之二 丙。\n第十三条 丁。\n") == [
        ("第十二条", "第十二条 甲。"),
        ("第十二条之一", "第十二条之一 乙。"),
        ("第十二条之二", "第十二条之二 丙。"),
        ("第十三条", "第十三条 丁。"),
    ]


@pytest.mark.parametrize(
    ("text", "citations"),
    [
        ("第一条 甲。\n第三条 乙。\n第四条 丙。\n", ["第一条", "第三条", "第四条"]),
        ("第一条 甲。\n第二条 乙。\n第四条 丙。\n", ["第一条", "第二条", "第四条"]),
        ("一、甲。\n三、乙。\n", ["一、", "三、"]),
        ("第一条 甲:\n(一)乙;\n(三)丙。\n", ["第一条", "第一条第(一)项", "第一条第(三)项"]),
        ("第一章 甲\n第三章 乙\n", ["第一章", "第三章"]),
        ("第五条 甲。\n第六条 乙。\n", ["第五条", "第六条"]),
        ("第五条 甲。\n", ["第五条"]),
        (
            "第九百九十九条 甲。\n第一千条 乙。\n第一千零一条 丙。\n",
            ["第九百九十九条", "第一千条", "第一千零一条"],
        ),
        ("第1条 甲。\n第2条 乙。\n", ["第1条", "第2条"]),
        ("第一条甲。\n第二条乙。\n", ["第一条", "第二条"]),
        ("１．甲。\n２．乙。\n", ["1", "2"]),
        ("一、甲\n⑴乙。\n⑵丙。\n", ["一、", "一、(1)", "一、(2)"]),
        ("一、甲\n⒈乙。\n⒉丙。\n", ["一、", "一、1", "一、2"]),
        ("**第一条** 甲。\n\n**第二条** 乙。\n", ["第一条", "第二条"]),
    ],
)
def test_counts_with_a_gap_or_a_late_start(text: str, citations: list[str]) -> None:
    assert [citation for citation, _ in cited(text)] == citations


def test_a_number_out_of_turn_is_running_text() -> None:
    assert cited("第一条 甲。\n第八条 规定的期限另行公布。\n第二条 乙。\n") == [
        ("第一条", "第一条"),
        ("第一条第一款", "甲。"),
        ("第一条第二款", "第八条 规定的期限另行公布。"),
        ("第二条", "第二条 乙。"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "第二条规定的期限另行公布。",
        "第二条、第三条不适用。",
        "第二章规定的期限另行公布。",
        "一、二级道路优先。",
        "(二)项所列材料除外。",
        "1.5万亿元的总量目标。",
        "2021年起执行。",
        "附件载明的面积为准。",
        "附近居民可以参加。",
    ],
)
def test_a_mention_is_no_label(line: str) -> None:
    assert cited(f"第一条 甲。\n{line}\n第二条 乙。\n") == [
        ("第一条", "第一条"),
        ("第一条第一款", "甲。"),
        ("第一条第二款", line),
        ("第二条", "第二条 乙。"),
    ]


def test_a_full_line_goes_on_in_the_next() -> None:
    assert cited(
        "第一条 缴存人可以向住房公积金管理中心申请查询,查询依照\n第二条 规定的程序办理。\n第二条 乙。\n"
    ) == [
        ("第一条", "第一条 缴存人可以向住房公积金管理中心申请查询,查询依照\n第二条 规定的程序办理。"),
        ("第二条", "第二条 乙。"),
    ]
