"""A statement is shown only where its quotes, numbers, places, negations and words hold."""

import random
from decimal import Decimal
from itertools import islice

import pytest

from assistant import PolicyAssistant
from assistant.datatypes import Passage, Quote, Statement
from assistant.written.bearing import bearings
from assistant.written.figures import Figure, figures
from assistant.written.statements import Claim
from assistant.written.verify import verify_claim
from assistant.written.wording import own_words, share_held
from index.clauses import parse_clauses
from index.datatypes import Document, Metadata
from tests.claims import FALSE, HONEST, cases, draw

TEXT = (
    "一、住房保障\n"
    "(一)租房补贴。到2025年,符合条件的家庭每月补贴1500元,期限不超过3年。但已购房的家庭除外。\n"
    "(二)老旧小区。改造老旧小区30个、公园15处,覆盖率达到百分之八十。历史建筑不得擅自拆除。\n"
    "二、户籍\n"
    "全面取消非户籍常住人口的落户限制,逐步构建以经常居住地登记户口为基本形式的新型户籍制度。"
    "支持“互联网+”向农村延伸。\n"
)
SUBSIDY, OLD, HUKOU = 1, 2, 3
LIMIT = "全面取消非户籍常住人口的落户限制"


def _document() -> Document:
    clauses, furniture = parse_clauses(TEXT)
    return Document("d", TEXT, Metadata(name="测试意见", region="大连"), clauses, furniture)


DOCUMENT = _document()


def _passage(words: str) -> Passage:
    at = TEXT.index(words)
    clause = DOCUMENT.innermost(at, at + len(words))
    assert clause
    start, end = clause.start, clause.end
    heading = DOCUMENT.heading_of(clause)
    return Passage(TEXT[start:end], "d", "测试意见", clause.citation, clause.id, heading, start, end, 1.0)


PASSAGES = (_passage("租房补贴"), _passage("老旧小区"), _passage(LIMIT))


def verdict(text: str, *quotes: tuple[int, str]) -> str | None:
    """The statement's text where it is shown, the quote in marks where that stands in for it, None where neither."""
    found = verify_claim(Claim(text, quotes), PASSAGES, {"d": DOCUMENT})
    if isinstance(found, Quote):
        assert TEXT[found.start : found.end] == found.text
        return f"〔{found.text}〕"
    return found.text if found else None


@pytest.mark.parametrize(
    ("text", "quote", "shown"),
    [
        ("大连全面取消非户籍常住人口的落户限制。", (HUKOU, LIMIT), "大连全面取消非户籍常住人口的落户限制。"),
        ("将全面取消非户籍常住人口的落户限制", (HUKOU, LIMIT), "将全面取消非户籍常住人口的落户限制。"),
        ("改造老旧小区三十个。", (OLD, "改造老旧小区30个"), "改造老旧小区三十个。"),
        ("覆盖率达到80%。", (OLD, "覆盖率达到百分之八十"), "覆盖率达到80%。"),
        ("历史建筑不得擅自拆除。", (OLD, "历史建筑不得擅自拆除"), "历史建筑不得擅自拆除。"),
        ("支持“互联网+”向农村延伸。", (HUKOU, "支持“互联网+”向农村延伸"), "支持“互联网+”向农村延伸。"),
        (
            "符合条件的家庭每月补贴1500元,期限不超过3年,已购房的除外。",
            (SUBSIDY, "每月补贴\uff11\uff15\uff10\uff10元"),
            "符合条件的家庭每月补贴1500元,期限不超过3年,已购房的除外。",
        ),
    ],
)
def test_an_honest_statement_is_shown(text: str, quote: tuple[int, str], shown: str) -> None:
    assert verdict(text, quote) == shown


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        pytest.param("改造老旧小区31个。", (OLD, "改造老旧小区30个"), id="another number"),
        pytest.param("改造公园5处。", (OLD, "公园15处"), id="5 is not in 15"),
        pytest.param("改造老旧小区3个。", (OLD, "改造老旧小区30个"), id="3 is not in 30"),
        pytest.param("改造老旧小区三百个。", (OLD, "改造老旧小区30个"), id="Chinese numeral"),
        pytest.param("覆盖率达到30%。", (OLD, "覆盖率达到百分之八十"), id="a share is no count"),
        pytest.param("到2026年每月补贴1500元,已购房的除外。", (SUBSIDY, "每月补贴1500元"), id="year"),
        pytest.param("每月补贴1500万元,已购房的除外。", (SUBSIDY, "每月补贴1500元"), id="scale"),
        pytest.param("依据第九条,历史建筑不得擅自拆除。", (OLD, "历史建筑不得擅自拆除"), id="clause number"),
        pytest.param("《大连市住房条例》提出,改造老旧小区30个。", (OLD, "改造老旧小区30个"), id="title"),
        pytest.param("长春全面取消落户限制。", (HUKOU, LIMIT), id="place"),
        pytest.param("历史建筑可以擅自拆除。", (OLD, "历史建筑不得擅自拆除"), id="ban dropped"),
        pytest.param("历史建筑可以不擅自拆除。", (OLD, "历史建筑不得擅自拆除"), id="ban made a choice"),
        pytest.param("全面非户籍常住人口的落户限制。", (HUKOU, LIMIT), id="cancelling dropped"),
        pytest.param("不再全面取消非户籍常住人口的落户限制。", (HUKOU, LIMIT), id="negation added"),
        pytest.param("符合条件的家庭每月补贴1500元。", (SUBSIDY, "每月补贴1500元"), id="exception dropped"),
        pytest.param("每月补贴1500元,期限3年,已购房的除外。", (SUBSIDY, "期限不超过3年"), id="bound dropped"),
        pytest.param("改造老旧小区30个,免费安装电梯。", (OLD, "改造老旧小区30个"), id="for free"),
        pytest.param("全面取消落户限制,详见 http://evil.example", (HUKOU, LIMIT), id="address"),
        pytest.param("全面取消落户限制<img src=x>", (HUKOU, LIMIT), id="mark-up"),
        pytest.param("![x](y)全面取消落户限制", (HUKOU, LIMIT), id="image"),
        pytest.param("全面取消非户籍常住人口的落户限制[1]。", (HUKOU, LIMIT), id="marker"),
        pytest.param("全面取消非户籍常住人口的落户限制【1】。", (HUKOU, LIMIT), id="Chinese marker"),
        pytest.param("", (HUKOU, LIMIT), id="nothing"),
        pytest.param("全面取消落户限制" * 50, (HUKOU, LIMIT), id="too long"),
        pytest.param(f"{LIMIT}。", (HUKOU, "全面取消户籍常住人口的落户限制"), id="invented quote"),
        pytest.param(f"{LIMIT}。", (HUKOU, "全面取消非户籍常住人口的落户限製"), id="traditional"),
        pytest.param(f"{LIMIT}。", (HUKOU, "落户限制支持“互联网+”"), id="joined quote"),
        pytest.param(f"{LIMIT}。", (OLD, LIMIT), id="another passage"),
        pytest.param(f"{LIMIT}。", (0, LIMIT), id="passage 0"),
        pytest.param(f"{LIMIT}。", (-1, LIMIT), id="passage -1"),
        pytest.param(f"{LIMIT}。", (99, LIMIT), id="passage 99"),
        pytest.param(f"{LIMIT}。", (HUKOU, "户籍"), id="a quote that says nothing"),
        pytest.param(f"{LIMIT}。", (HUKOU, ""), id="empty quote"),
    ],
)
def test_a_false_statement_is_not_shown(text: str, quote: tuple[int, str]) -> None:
    assert verdict(text, quote) is None


def test_a_statement_without_quotes_is_not_shown() -> None:
    assert verdict(f"{LIMIT}。") is None


def test_one_false_quote_voids_the_statement() -> None:
    assert verdict(f"{LIMIT}。", (HUKOU, LIMIT), (OLD, "大连免费发房")) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("您可以放心搬来生活。", id="unrelated and fluent"),
        pytest.param("大连取消户籍制度。", id="put together anew"),
        pytest.param(f"大连{LIMIT},手续当天办好。", id="a true sentence with more behind it"),
        pytest.param(f"蠢货,{LIMIT}。", id="a word before a true sentence"),
    ],
)
def test_in_place_of_words_of_its_own_the_quote_is_shown(text: str) -> None:
    whole = TEXT[TEXT.index(LIMIT) : TEXT.index("支持“互")]
    assert verdict(text, (HUKOU, LIMIT)) == f"〔{whole}〕"


def test_swapped_figures_are_not_shown() -> None:
    text = "第一产业增加3%,第二产业增加5%。"
    clauses, furniture = parse_clauses(text)
    document = Document("d", text, Metadata(name="d"), clauses, furniture)
    clause = document.clauses[-1]
    passage = Passage(text, "d", "d", clause.citation, clause.id, "", 0, len(text), 1.0)

    def shown(words: str) -> Statement | Quote | None:
        return verify_claim(Claim(words, ((1, text),)), (passage,), {"d": document})

    assert isinstance(shown(text), Statement)
    assert shown("第一产业增加5%,第二产业增加3%。") is None


def _figure(value: int | str, unit: str = "", bound: str = "", ordinal: bool = False) -> Figure:
    return Figure(Decimal(value), unit, bound, ordinal)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("到二〇二五年", [_figure(2025, "年")]),
        ("2025年12月31日", [_figure(2025, "年"), _figure(12, "月"), _figure(31, "日")]),
        ("三万套、3万套、30000套", [_figure(30000, "套")] * 3),
        ("1.5亿元", [_figure(150000000, "元")]),
        ("百分之三十五,35%", [_figure(35, "%")] * 2),
        ("3.0个百分点", [_figure(3, "百分点")]),
        ("20个以上", [_figure(20, "", "以上")]),
        ("第三章第12条", [_figure(3, "章", ordinal=True), _figure(12, "条", ordinal=True)]),
        ("“十四五”规划", [_figure(0, "十四五")]),
        ("一批、统一、一定、十分、进一步、三大项目", [_figure(3)]),
        ("万一四通八达", []),
    ],
)
def test_figures_are_whole_tokens(text: str, expected: list[Figure]) -> None:
    assert figures(text) == tuple(expected)


def test_bearings_are_told_by_kind() -> None:
    text = "不得拆除,不断完善,不低于三成,除外,取消限制,未来无障碍,非常必须"
    assert bearings(text) == {"ban": 1, "least": 1, "except": 1, "cancel": 1, "must": 1}


def test_share_of_words() -> None:
    assert share_held("落户限制", "取消落户限制") == 1.0
    assert share_held("放心落户", "取消落户限制") == 0.5
    assert share_held("的", "") == 1.0


def test_own_words() -> None:
    said = "根据规定,大连将免征契税三年,取消落户限制"
    assert own_words(said, "大连取消落户限制") == ("免征契税",)
    assert own_words(said, "大连取消落户限制", ["免征", "契税"]) == ()


@pytest.mark.parametrize("kind", list(FALSE))
def test_two_hundred_false_ones_of_each_kind_are_all_caught(shipped: PolicyAssistant, kind: str) -> None:
    documents = shipped.documents()
    by_id = {document.id: document for document in documents}
    drawn = draw(FALSE[kind], 200, documents, seed=6)
    assert [claim for case, claim in drawn if verify_claim(claim, case.passages, by_id)] == []


def test_at_most_one_honest_statement_in_a_hundred_is_rejected(shipped: PolicyAssistant) -> None:
    documents = shipped.documents()
    by_id = {document.id: document for document in documents}
    drawn = draw(HONEST, 700, documents, seed=7)
    assert sum(verify_claim(claim, case.passages, by_id) is None for case, claim in drawn) <= 7


def test_a_negation_taken_out_of_a_real_sentence_is_never_shown(shipped: PolicyAssistant) -> None:
    documents = shipped.documents()
    by_id = {document.id: document for document in documents}
    words = ("不得", "严禁", "禁止", "取消", "不低于", "不超过")
    shown, tried = [], 0
    drawn = (case for case in cases(documents, random.Random(8)) if any(w in case.sentence for w in words))
    for case in islice(drawn, 60):
        word = next(word for word in words if word in case.sentence)
        claim = Claim(case.sentence.replace(word, "", 1), ((case.at, case.sentence),))
        tried += 1
        if isinstance(verify_claim(claim, case.passages, by_id), Statement):
            shown.append(claim.text)
    assert (tried, shown) == (60, [])
