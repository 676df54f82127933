"""A question that also asks about the document itself: both parts are answered."""

import pytest

from assistant import PolicyAssistant, Status
from assistant.divide import Divided, divide
from index.searchable import normalise

PLAN, OPINION = "dalian-14th-five-year-plan", "dalian-urban-quality-opinion"
ABOUT_PLAN = (
    "关于大连市“十四五”规划纲要本身\uff1a发文机关\uff1a大连市人民政府\uff1b文号\uff1a文本未载\uff1b"
    "印发日期\uff1a2021年3月16日\uff1b"
    "适用期\uff1a2021年1月1日至2025年12月31日\uff08已届满\uff0c没有收录适用期在其后的文件\uff09\uff1b"
    "目标年份\uff1a2025年、2035年\uff08正文以“到…年”写明\uff0c不是有效期\uff09。"
)


@pytest.mark.parametrize(
    ("question", "content", "documents"),
    [
        (
            "大连实施意见是谁发的,对加装电梯怎么说",
            "大连市推动城市高质量发展实施意见对加装电梯怎么说",
            (OPINION,),
        ),
        (
            "吉林方案里公租房怎么规定?这个方案是哪年发的",
            "吉林方案里公租房怎么规定",
            ("jilin-urban-quality-plan",),
        ),
        ("纲要里的落户政策现在还有效吗", "纲要里的落户政策是怎样的", (PLAN,)),
        ("纲要第九章还算数吗", "纲要第九章是怎样的", (PLAN,)),
        ("辽宁要建的口袋公园,期限过了没", "辽宁要建的口袋公园", ()),  # the clause tells the term
        ("大连老旧小区改造的时限到了吗?市里的", "大连老旧小区改造,市里的", ()),
    ],
)
def test_what_is_asked_of_a_document_is_set_aside(
    shipped: PolicyAssistant, question: str, content: str, documents: tuple[str, ...]
) -> None:
    assert divide(normalise(question), shipped.documents()) == Divided(content, documents)


@pytest.mark.parametrize(
    "question",
    [
        "大连实施意见是谁发的,什么时候发的",  # all of it is about the document
        "大连的文件里,公租房怎么规定",  # nothing of it is
        "纲要里老楼的水管,啥时候修",
        "中央意见里要给整座城建个模型,有这事吗",
        "居住证过期了,还有效吗",  # names no document
        "期限到了没有",
        "大连什么时候不再多排二氧化碳,有方案没",
        "纲要里商家说话不算数,要建什么规矩",
        "",
    ],
)
def test_other_questions_stay_whole(shipped: PolicyAssistant, question: str) -> None:
    assert divide(normalise(question), shipped.documents()) is None


@pytest.mark.parametrize(
    "question",
    [
        "《大连市国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要》什么时候印发的,里面对停车怎么规定",
        "大连十四五规划过期了没?停车怎么规定",
    ],
)
def test_both_parts_are_answered(shipped: PolicyAssistant, question: str) -> None:
    answer = shipped.ask(question)
    assert (answer.status, answer.question) == (Status.ANSWERED, question)
    assert "停车" in answer.citations[0].quote
    assert answer.notices[0] == ABOUT_PLAN


def test_where_the_document_does_not_say_it_is_still_told_of(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("纲要什么时候印发的,对网约车抽成怎么规定")
    assert (answer.status, answer.text.splitlines()[4]) == (
        Status.ABOUT_DOCUMENT,
        "· 印发日期\uff1a2021年3月16日",
    )
    assert answer.notices[0].startswith("现有文件里没有查到这个问题的规定")
    assert (answer.citations, answer.nearest) == ((), None)


def test_a_conversation_goes_on_from_what_the_document_says(shipped: PolicyAssistant) -> None:
    shipped.ask("大连实施意见是谁发的,对停车怎么说", "divided")
    answer = shipped.ask("那养老呢", "divided")
    assert (answer.status, {one.document_id for one in answer.citations}) == (Status.ANSWERED, {OPINION})
    assert "养老" in answer.text
