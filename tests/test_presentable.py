"""Which questions read well on a button, and in which order."""

import pytest

from assistant.presentable import presentable
from index.questions import read_questions
from index.searchable import normalise
from tests.conftest import CORPUS


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("长租房市场如何规范", "长租房市场如何规范"),
        ("老旧小区改造什么?", "老旧小区改造什么"),
        ("贷款利息政府能补吗", "贷款利息政府能补吗"),
        ("加装电梯要不要钱", "加装电梯要不要钱"),
        ("加装电梯的条件", "加装电梯的条件是什么"),
        ("城市更新有哪些任务", "城市更新有哪些任务"),
    ],
)
def test_a_question_that_reads_well(question: str, shown: str) -> None:
    assert presentable([normalise(question)], "") == [shown]


@pytest.mark.parametrize(
    "question",
    [
        "我妈住六楼爬不动,老楼能装电梯不",
        "老楼能装电梯不",
        "这条街要修吗",
        "梭鱼湾、凌水那边要建成什么",
        "老厂房拆了干啥",
        "卡脖子的技术怎么去搞",
        "新机场没建好前,周水子够用吗",
        "大连国际会展中心规划地点",
        "wifi怎么覆盖",
        "修路吗",
        "全市城镇老旧小区改造的范围和改造的内容以及完成的时限分别是什么",
    ],
)
def test_a_question_that_does_not(question: str) -> None:
    assert presentable([normalise(question)], "") == []


def test_first_those_in_the_words_of_the_passage() -> None:
    passage = "支持专业化、机构化住房租赁企业发展,规范长租房市场。"
    questions = ["租房会不会涨价", "长租房市场如何规范", "住房租赁企业如何发展"]
    assert presentable(questions, passage) == ["住房租赁企业如何发展", "长租房市场如何规范", "租房会不会涨价"]


def test_nearly_every_passage_has_a_question_to_show() -> None:
    entries = [entry for of_document in read_questions(CORPUS).values() for entry in of_document]
    shown = [presentable([normalise(one) for one in entry.questions], "") for entry in entries]
    assert sum(not few for few in shown) <= 0.01 * len(entries)
