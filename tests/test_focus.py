"""What a question is on: the sides it sets apart, where somebody only comes from, how documents weigh."""

from datetime import date

import pytest

from assistant import PolicyAssistant, Status
from assistant.focus import FAR, WIDER, Focus, read_focus
from index.datatypes import Document, Level, Metadata
from index.searchable import normalise


def known(id_: str, name: str, level: Level, region: str, *short: str) -> Document:
    metadata = Metadata(name, short_names=short, level=level, region=region, issued=date(2025, 1, 1))
    return Document(id_, f"{name}正文。", metadata)


DOCUMENTS = (
    known("central", "中央意见", Level.CENTRAL, "全国"),
    known("liaoning", "辽宁意见", Level.PROVINCE, "辽宁"),
    known("jilin", "吉林方案", Level.PROVINCE, "吉林"),
    known("dalian", "大连意见", Level.CITY, "大连"),
    known("plan", "大连规划纲要", Level.CITY, "大连", "纲要"),
)
DALIAN, JILIN, LIAONING = ("大连", ("dalian", "plan")), ("吉林", ("jilin",)), ("辽宁", ("liaoning",))
CENTRAL, PROVINCE, CITY = ("中央", ("central",)), ("省", ("liaoning", "jilin")), ("市", ("dalian", "plan"))


def focus(question: str) -> Focus:
    read = read_focus(normalise(question), DOCUMENTS)
    assert isinstance(read, Focus)
    return read


def sides(question: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(side.name, side.documents) for side in focus(question).sides]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("大连和吉林的停车政策", [DALIAN, JILIN]),  # named together, without a comparing word
        ("吉林、辽宁停车", [JILIN, LIAONING]),
        ("大连和吉林在停车方面有什么不同", [DALIAN, JILIN]),
        ("大连意见和吉林方案的区别", [("大连意见", ("dalian",)), ("吉林方案", ("jilin",))]),
        ("中央和大连对停车分别怎么说", [CENTRAL, DALIAN]),
        ("三级文件对停车各自怎么说", [CENTRAL, PROVINCE, CITY]),
        ("大连停车", []),
        ("大连和沈阳的停车政策", []),  # one has no document of its own
        ("大连市中山区停车", []),
        ("大连各区停车有什么不同", []),
        ("停车有什么不同", []),
        ("大连意见和大连规划纲要", []),  # two of a kind named, nothing compared
    ],
)
def test_sides(question: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert sides(question) == expected


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("从吉林搬到大连能落户吗", ["大连"]),
        ("我从沈阳来大连工作,能落户吗", ["大连"]),
        ("吉林人在大连能买房吗", ["大连"]),
        ("吉林户口能在大连上学吗", ["大连"]),
        ("大连人去吉林租房有补贴吗", ["吉林"]),
        ("从大连搬到上海怎么落户", ["上海"]),  # where no document is of
        ("大连人去北京能落户吗", ["北京"]),
        ("吉林人口目标是多少", ["吉林"]),
        ("大连人能落户吗", ["大连"]),
        ("大连和吉林的停车政策", ["大连", "吉林"]),
    ],
)
def test_where_somebody_comes_from_is_not_asked_about(question: str, places: list[str]) -> None:
    read = focus(question)
    assert [place.name for place in read.places] == places
    if len(places) == 1:
        assert read.sides == ()


@pytest.mark.parametrize(
    ("question", "weights"),
    [
        ("怎么停车", {"central": 1, "liaoning": 1, "jilin": 1, "dalian": 1, "plan": 1}),
        ("大连停车", {"central": WIDER**2, "liaoning": WIDER, "jilin": 0, "dalian": 1, "plan": 1}),
        ("庄河停车", {"central": WIDER**2, "liaoning": WIDER, "jilin": 0, "dalian": WIDER, "plan": WIDER}),
        ("辽宁停车", {"central": WIDER**2, "liaoning": 1, "jilin": 0, "dalian": FAR, "plan": FAR}),
        ("从吉林搬到大连", {"central": WIDER**2, "liaoning": WIDER, "jilin": 0, "dalian": 1, "plan": 1}),
        ("中央对停车怎么说", {"central": 1, "liaoning": FAR, "jilin": FAR, "dalian": FAR, "plan": FAR}),
        ("吉林方案里的停车", {"central": FAR, "liaoning": FAR, "jilin": 1, "dalian": FAR, "plan": FAR}),
    ],
)
def test_documents_weigh_by_how_close_they_are(question: str, weights: dict[str, float]) -> None:
    assert dict(focus(question).weights) == weights


def test_a_place_s_own_documents_answer_before_wider_ones(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("大连怎么增加停车位?")
    assert answer.status is Status.ANSWERED
    assert {citation.document_id for citation in answer.citations} <= {
        "dalian-14th-five-year-plan",
        "dalian-urban-quality-opinion",
    }


def test_an_origin_is_no_other_place(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("从吉林搬到大连能落户吗")
    assert [(c.document_id, c.clause) for c in answer.citations] == [
        ("dalian-14th-five-year-plan", "第九章 第三节")
    ]
