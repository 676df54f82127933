"""What is known of a document, as it is told: its period by the day of asking, its goals, what kind of copy it is."""

from datetime import date

import pytest

from assistant.card import card, card_line
from index.datatypes import Document, Metadata, SourceKind

TODAY = date(2026, 3, 1)
UNKNOWN = "文本未载\uff0c不能判断是否仍然有效\uff0c请向主管部门核实"


def _lines(known: Metadata, text: str = "", others: tuple[Document, ...] = ()) -> list[str]:
    document = Document(known.name, text, known)
    return card(document, (document, *others), TODAY).splitlines()


@pytest.mark.parametrize(
    ("known", "period"),
    [
        (Metadata("办法"), UNKNOWN),
        (
            Metadata("办法", valid_from=date(2025, 1, 2)),
            "自2025年1月2日起\uff0c未载至何时\uff0c不能判断是否仍然有效\uff0c请向主管部门核实",
        ),
        (Metadata("办法", valid_until=TODAY), "至2026年3月1日\uff08未届满\uff09"),
        (
            Metadata("办法", valid_from=date(2025, 1, 2), valid_until=date(2026, 2, 28)),
            "2025年1月2日至2026年2月28日\uff08已届满\uff0c没有收录适用期在其后的文件\uff09",
        ),
        (
            Metadata("办法", valid_from=date(2026, 5, 1), valid_until=date(2027, 5, 1)),
            "2026年5月1日至2027年5月1日\uff08尚未开始\uff09",
        ),
    ],
)
def test_validity_is_told_as_of_the_day_of_asking(known: Metadata, period: str) -> None:
    assert _lines(known)[4] == f"· 适用期\uff1a{period}"


def test_what_is_held_of_the_time_after_is_named() -> None:
    ended = Metadata("旧规划", region="大连", valid_until=date(2025, 12, 31))
    others = [
        Metadata("新规划", title="新规划纲要", region="大连", valid_from=date(2026, 1, 1)),
        Metadata("别处的规划", region="吉林", valid_from=date(2026, 1, 1)),
        Metadata("更早的规划", region="大连", valid_from=date(2016, 1, 1)),
        Metadata("没有日期的意见", region="大连"),
    ]
    told = _lines(ended, others=tuple(Document(known.name, "", known) for known in others))
    assert told[4] == "· 适用期\uff1a至2025年12月31日\uff08已届满\uff0c适用期在其后的有《新规划纲要》\uff09"


@pytest.mark.parametrize(
    ("issued", "text", "goals"),
    [
        (None, "到2030年建成,到2035年翻番。展望二〇三五年,到二〇四〇年领先。", "2030年、2035年、2040年"),
        (date(2021, 3, 16), "到2019年底建成8处。到2025年建成20处。", "2025年"),
    ],
)
def test_the_years_that_a_text_sets_itself_are_told(issued: date | None, text: str, goals: str) -> None:
    told = _lines(Metadata("意见", issued=issued), text)[5]
    assert told == f"· 目标年份\uff1a{goals}\uff08正文以“到…年”写明\uff0c不是有效期\uff09"
    assert _lines(Metadata("意见", issued=issued), "自2027年起禁渔。")[5] == "· 目标年份\uff1a文本未载"


def test_a_copy_is_called_what_it_is() -> None:
    lines = _lines(Metadata("意见", title="关于城市的意见", kind=SourceKind.REWRITTEN, warning="非官方原文"))
    assert (lines[0], lines[-1]) == ("《关于城市的意见》\uff08改写文本\uff09", "· 留意\uff1a非官方原文")


def test_a_card_on_one_line() -> None:
    known = Metadata("办法", issuer="市政府", number="大政发〔2020〕3号", issued=date(2020, 5, 6))
    document = Document("办法", "到2030年建成。", known)
    assert card_line(document, (document,), TODAY) == (
        "关于办法本身\uff1a发文机关\uff1a市政府\uff1b文号\uff1a大政发〔2020〕3号\uff1b"
        f"印发日期\uff1a2020年5月6日\uff1b适用期\uff1a{UNKNOWN}\uff1b"
        "目标年份\uff1a2030年\uff08正文以“到…年”写明\uff0c不是有效期\uff09。"
    )
