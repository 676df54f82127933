"""Literal dialogues, and the stand-alone question that the last turn is understood as."""

from uuid import uuid4

import pytest

from assistant import PolicyAssistant
from assistant.conversation.clauses import name_clause
from assistant.conversation.wordlists import parse_word_lists, word_lists
from assistant.lookup import resolve
from assistant.references import read_reference
from index.datatypes import PolicyError

LIFT = "大连加装电梯有什么规定?"
SETTLE = "外地人能在大连落户吗?"
RENT = "大连公租房有什么政策?"
OPINION = "大连市推动城市高质量发展实施意见"
PLAN = "大连市“十四五”规划纲要"


@pytest.mark.parametrize(
    ("turns", "standalone"),
    [
        # another place
        ((LIFT, "那吉林呢"), "吉林加装电梯有什么规定?"),
        ((SETTLE, "那庄河呢?"), "外地人能在庄河落户吗?"),
        ((SETTLE, "吉林那边呢"), "外地人能在吉林落户吗?"),
        ((SETTLE, "那上海呢"), "外地人能在上海落户吗?"),
        ((SETTLE, "省里呢"), "外地人能在辽宁落户吗?"),
        ((RENT, "辽宁有没有类似的规定?"), "辽宁公租房有什么政策?"),
        ((RENT, "我家在庄河能申请吗"), "庄河公租房,能申请吗"),
        ((RENT, "中央是怎么说的"), "中央公租房有什么政策?"),
        ((LIFT, "那吉林呢", "归哪个部门管?", "大连呢"), "大连加装电梯,归哪个部门管?"),
        # when, who, how much
        ((LIFT, "是哪年以前要做到?"), "大连加装电梯,是哪年以前要做到?"),
        ((LIFT, "归哪个部门管?"), "大连加装电梯,归哪个部门管?"),
        ((LIFT, "归哪个部门管?", "什么时候完成?"), "大连加装电梯,什么时候完成?"),
        ((RENT, "有补贴吗?"), "大连公租房,有补贴吗?"),
        (("吉林城镇化率到2025年要达到多少?", "2030年呢"), "吉林城镇化率2030年要达到多少?"),
        # pronouns
        ((SETTLE, "这个要花多少钱"), "外地人能在大连落户,要花多少钱"),
        ((LIFT, "这个能贷款吗"), "大连加装电梯,能贷款吗"),
        (("大连实施意见第12条", "这一条归谁管"), f"{OPINION}二、(三)12归谁管"),
        (("大连实施意见第12条", "这份文件是什么时候印发的?"), f"{OPINION}是什么时候印发的?"),
        ((LIFT, "那里的公租房怎么样"), "大连的公租房怎么样"),
        # narrowing
        ((RENT, "老人呢"), "大连公租房有什么政策,老人呢?"),
        ((RENT, "老人呢", "那残疾人呢"), "大连公租房有什么政策,残疾人呢?"),
        ((SETTLE, "大学生呢"), "大学生能在大连落户吗?"),
        ((RENT, "新建的呢"), "大连公租房有什么政策,新建的呢?"),
        # correction
        ((RENT, "我问的是省里的"), "辽宁公租房有什么政策?"),
        ((RENT, "不对,我问的是吉林"), "吉林公租房有什么政策?"),
        ((RENT, "不是大连,是吉林"), "吉林公租房有什么政策?"),
        ((RENT, "我说的是保障性租赁住房"), "大连保障性租赁住房"),
        # another subject in the same place
        ((RENT, "那加装电梯呢?"), "大连加装电梯"),
        ((RENT, "海水淡化支持不支持"), "大连海水淡化支持不支持"),
        ((RENT, "不好意思,林木绿化率要到多少?"), "大连林木绿化率要到多少"),
        ((SETTLE, "公租房有什么政策"), "大连公租房有什么政策"),
        ((SETTLE, "公租房有什么政策", "城市更新的资金从哪来?"), "大连城市更新的资金从哪来"),
        # remarks before the question
        ((RENT, "行吧,加装电梯归谁管"), "大连加装电梯归谁管"),
        ((RENT, "问错了,我想问的是水产品"), "大连水产品"),
        # part of the subject, or what it has besides
        (("大连主导产业有哪些?", "除了石化,还有啥"), "大连主导产业有哪些,除了石化,还有啥"),
        (("大连为什么要建两先区?", "图啥呀"), "大连为什么要建两先区,图啥呀"),
        # words that would point back, had they not what they stand for beside them
        ((RENT, "环卫车这事归谁管"), "大连环卫车这事归谁管"),
        ((RENT, "我们那条街的名字,能说换就换吗"), "大连我们那条街的名字,能说换就换吗"),
        # a document called by its kind
        (("大连十四五规划对养老有什么安排?", "实施意见里怎么说的"), f"{OPINION}养老有什么安排?"),
        (("大连实施意见对养老有什么安排?", "之前的规划里有提到吗"), f"{PLAN}养老,有提到吗"),
        # a question that lacked its place
        (("能落户吗", "大连"), "大连能落户吗"),
        (("能落户吗", "我在吉林"), "吉林能落户吗"),
        (("第十二条说了什么", "大连实施意见"), f"{OPINION}第十二条说了什么"),
        # clauses
        (("大连实施意见第12条", "它后面那条呢?"), f"{OPINION}二、(三)13"),
        (("大连实施意见第12条", "上一条"), f"{OPINION}二、(三)11"),
        (("大连实施意见第12条", "下一条呢", "再下一条"), f"{OPINION}二、(三)14"),
        (("大连实施意见第12条", "第15条呢"), f"{OPINION}第15条"),
        (("大连实施意见第28条", "下一条呢"), f"{OPINION}二、(七)第29条"),
        (("十四五规划第九章讲什么", "第三节呢"), f"{PLAN}第九章第三节"),
        (("十四五规划第九章讲什么", "下一章", "这一章的目标是什么"), f"{PLAN}第十章的目标是什么"),
        ((SETTLE, "原文怎么写的?"), f"{PLAN}第九章 第三节第1段原文"),
        ((SETTLE, "再具体一点"), f"{PLAN}第九章 第三节第1段原文"),
        ((SETTLE, "下一节呢"), f"{PLAN}第九章 第四节"),
        ((SETTLE, "原文怎么写的?", "那吉林呢"), "外地人能在吉林落户吗?"),
        (("大连实施意见第12条", "那吉林呢"), "吉林推进“好房子”和完整社区建设"),
        # comparison
        ((LIFT, "和吉林比呢?"), "大连和吉林加装电梯有什么不同?"),
        ((LIFT, "跟中央的有什么不同"), "大连和中央加装电梯有什么不同?"),
        ((LIFT, "那吉林呢", "两地有什么不同"), "大连和吉林加装电梯有什么不同?"),
        # small talk between is passed over
        ((LIFT, "谢谢", "那吉林呢"), "吉林加装电梯有什么规定?"),
    ],
)
def test_understood_as(shipped: PolicyAssistant, turns: tuple[str, ...], standalone: str) -> None:
    *earlier, last = turns
    thread = uuid4().hex
    for turn in earlier:
        shipped.ask(turn, thread_id=thread)
    assert shipped.ask(last, thread_id=thread).standalone == standalone


@pytest.mark.parametrize(
    "question",
    [
        "吉林租房有补贴吗?",
        "吉林方案第(八)条讲什么?",
        "这些年大连的空气质量怎么样",
        "怎样用好社区的闲置房屋",
        "抚顺的露天矿怎么修复?",
        "“长白山礼物”是个什么品牌?",
        "吉林和沈阳,你看哪个更适合养老",
        "谢谢",
        "大连实施意见第12条",
    ],
)
def test_a_new_topic_carries_nothing_over(shipped: PolicyAssistant, question: str) -> None:
    thread = uuid4().hex
    shipped.ask(SETTLE, thread_id=thread)
    in_thread = shipped.ask(question, thread_id=thread)
    assert in_thread.standalone is None
    assert in_thread == shipped.ask(question)


def test_the_whole_country_is_not_carried_over(shipped: PolicyAssistant) -> None:
    thread = uuid4().hex
    shipped.ask("中央对超高层建筑怎么管?", thread_id=thread)
    assert shipped.ask("口袋公园要建多少个?", thread_id=thread).standalone is None


def test_nothing_to_go_on_from(shipped: PolicyAssistant) -> None:
    assert shipped.ask("那庄河呢?", thread_id=uuid4().hex) == shipped.ask("那庄河呢?")


def test_a_question_that_lacks_its_place_offers_the_choices(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("能落户吗")
    assert answer.choices == ("大连", "吉林", "中央")
    assert answer.notices[-1].endswith("直接回答其中一个即可\uff1a大连、吉林、中央。")
    assert [c.document_id for c in answer.citations] == [
        "dalian-14th-five-year-plan",
        "jilin-urban-quality-plan",
        "central-urban-quality-opinion-rewritten",
    ]
    assert shipped.ask("大连能落户吗").choices == ()


def test_every_clause_has_a_name_that_finds_it(shipped: PolicyAssistant) -> None:
    lost = [
        (document.id, clause.id)
        for document in shipped.documents()
        for clause in document.clauses
        if resolve(document, read_reference(name_clause(document, clause), (document,)).steps) != [clause]
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("next = '(下一条'", "[kinds] next"),
        ("next = ''", "[kinds] next"),
        ("next = '{nobody}'", "[kinds] next"),
        ("nxt = '下一条'", "[kinds] next"),
        ("next = '下一条'\nother = 'x'", "[kinds] other"),
    ],
)
def test_a_bad_word_list_is_told_by_name(line: str, place: str) -> None:
    lists = {
        "words": "",
        "marks": "opening closing begins ends also correction",
        "scope": "central province city document about",
        "kinds": "compare both wording detail rest previous beside",
        "pronouns": "document clause place thing",
        "asks": "aspects tails generic of_document",
        "narrows": "people homes areas years",
        "place_decides": "asks about",
    }
    source = ""
    for section, names in lists.items():
        source += f"[{section}]\n" + "".join(f"{name} = 'x'\n" for name in names.split())
        source += {"kinds": line + "\n", "marks": "longest = '9'\n"}.get(section, "")
    with pytest.raises(PolicyError) as told:
        parse_word_lists(source)
    assert place in str(told.value)


def test_the_shipped_word_lists_are_sound() -> None:
    assert word_lists().longest == 18
