"""Whether a question asks for what was reached or what is aimed at."""

import pytest

from assistant.tense import looks_back, tense_asked
from index.searchable import normalise

ASKED = {
    "“十三五”末高新技术企业有多少家": -1,
    "2020年登记失业率多少": -1,
    "现在已经有多少家孵化器": -1,
    "“十四五”期间的目标是多少家": 1,
    "到2025年要建多少充电桩": 1,
    "以后老旧小区怎么改": 1,
    "外地人能落户吗": 0,
    "从2020年到2025年要增加多少": 0,
}


@pytest.mark.parametrize(("question", "tense"), ASKED.items())
def test_what_a_question_asks_for(question: str, tense: int) -> None:
    assert tense_asked(normalise(question)) == tense


def test_headings_that_look_back() -> None:
    assert looks_back("第一章 第一节 发展基础 民生福祉持续改善")
    assert looks_back("一、“十三五”发展回顾")
    assert not looks_back("第一章 第三节 总体要求 四、发展目标")
