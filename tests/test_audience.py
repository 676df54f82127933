"""The same question for a citizen and for an official: what is quoted, how it is cited, what is told besides."""

import pytest

from assistant import PolicyAssistant
from eval.contract import violations

QUESTION = "大连的公租房有什么政策"
SENTENCE = "修订完善公租房管理办法,强化基本住房保障,增加保障性租赁住房供给。"
PLAN = "《大连市国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要》"


def test_without_an_audience_only_the_sentence_is_given(shipped: PolicyAssistant) -> None:
    answer = shipped.ask(QUESTION)
    assert [citation.quote for citation in answer.citations] == [SENTENCE]
    assert answer.citations[0].form == f"{PLAN}第十二章 第四节“健全住房保障体系”"


def test_a_citizen_is_told_the_terms_and_whom_to_ask(shipped: PolicyAssistant) -> None:
    answer, plain = shipped.ask(QUESTION, audience="citizen"), shipped.ask(QUESTION)
    assert (answer.text, answer.citations) == (plain.text, plain.citations)
    told = [notice for notice in answer.notices if notice not in plain.notices]
    assert [notice[:12] for notice in told] == [
        "“公租房”\uff1a大致是指由政",
        "“保障性租赁住房”\uff1a大致",
        "具体怎么办、自己符不符合",
    ]
    assert told[-1] == "具体怎么办、自己符不符合\uff0c可问大连12345政务服务便民热线或“辽事通”。"


def test_an_official_gets_the_whole_clause_cited_in_full(shipped: PolicyAssistant) -> None:
    answer = shipped.ask(QUESTION, audience="official")
    (citation,) = answer.citations
    assert citation.quote.startswith("健全住房保障体系。坚持房子是用来住的")
    assert SENTENCE in citation.quote
    assert (
        citation.form
        == f"{PLAN}\uff08大连市人民政府\uff0c2021年3月16日\uff09第十二章第四节“健全住房保障体系”"
    )
    assert violations(answer, {document.id: document for document in shipped.documents()}) == ()


def test_an_official_is_told_that_levels_differ(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("大连和吉林在城市更新上有什么不同", audience="official")
    assert answer.notices[-1].startswith("以上涉及不同层级的文件")


def test_another_audience_is_a_fault_of_the_program(shipped: PolicyAssistant) -> None:
    with pytest.raises(ValueError, match="expert"):
        shipped.ask(QUESTION, audience="expert")
