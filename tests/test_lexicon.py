from importlib.resources import files
from pathlib import Path

import pytest

from assistant.lexicon import Lexicon, read_lexicon, shipped_lexicon
from index.datatypes import PolicyError
from index.metadata import read_catalogue
from index.searchable import normalise

CORPUS = Path(__file__).parents[1] / "index" / "corpus"
OTHER_PART = "\n# 乙、"
"""Begins the part of the shipped file whose words need not stand in the shipped documents."""


def test_spoken_words_lead_to_official_words_and_not_back() -> None:
    assert read_lexicon("廉租房 公房 > 公租房 住房保障", "词表") == Lexicon(
        {"廉租房": ("公租房", "住房保障"), "公房": ("公租房", "住房保障")}
    )


def test_equal_words_lead_to_each_other() -> None:
    lexicon = read_lexicon("停车位 = 停车泊位", "词表")
    assert lexicon.expand("停车位") == (("停车位", ("停车泊位",)),)
    assert lexicon.expand("停车泊位") == (("停车泊位", ("停车位",)),)


def test_groups_with_a_word_in_common_add_up() -> None:
    lexicon = read_lexicon("暂住证 > 居住证\n暂住证 > 经常居住地 居住证\n", "词表")
    assert lexicon == Lexicon({"暂住证": ("居住证", "经常居住地")})


def test_comments_and_blank_lines_say_nothing() -> None:
    assert read_lexicon("# 住房 > 房屋\n\n## 养老\n  \n护工 > 养老护理员 # 护理\n", "词表") == Lexicon(
        {"护工": ("养老护理员",)}
    )


def test_words_are_normalised_like_searched_text() -> None:
    assert read_lexicon("\uff37\uff29\uff26\uff29 > 5G 寬帶", "词表") == Lexicon({"wifi": ("5g", "宽带")})


def test_every_bad_line_is_named() -> None:
    with pytest.raises(PolicyError) as error:
        read_lexicon("护工 > 养老护理员\n护工 养老护理员\n> 公租房\n公房 >\n甲 > 乙 = 丙\n", "词表")
    assert str(error.value) == (
        "词表 第2行\u201c护工 养老护理员\u201d、第3行\u201c> 公租房\u201d、第4行\u201c公房 >\u201d、"
        "第5行\u201c甲 > 乙 = 丙\u201d:每行应为\u201c口语词 > 文件词\u201d或\u201c词 = 词\u201d,词之间用空格分开"
    )


def test_longest_words_come_first_and_hide_those_inside_them() -> None:
    lexicon = read_lexicon("停车 > 停车场\n没处停车 > 停车难\n电梯 > 加装电梯\n车位 > 停车位\n", "词表")
    assert lexicon.expand("楼里没电梯,回家没处停车,车位也贵") == (
        ("没处停车", ("停车难",)),
        ("电梯", ("加装电梯",)),
        ("车位", ("停车位",)),
    )


def test_a_sentence_without_listed_words_stays_as_it_is() -> None:
    assert read_lexicon("电梯 > 加装电梯", "词表").expand("公租房怎么申请") == ()


def test_shipped_words_have_two_characters_or_more() -> None:
    words = {word for word, others in shipped_lexicon().others.items() for word in (word, *others)}
    assert sorted(word for word in words if len(word) < 2) == []


def test_shipped_words_of_the_first_part_lead_into_the_shipped_documents() -> None:
    first, other_part, _ = files("assistant").joinpath("lexicon.txt").read_text("utf-8").partition(OTHER_PART)
    assert other_part
    catalogue = read_catalogue(CORPUS)
    texts = [
        normalise((CORPUS / f).read_text("utf-8"), entry.metadata.wording) for f, entry in catalogue.items()
    ]
    found = {other for others in read_lexicon(first, "词表").others.values() for other in others}
    assert sorted(word for word in found if not any(word in text for text in texts)) == []
