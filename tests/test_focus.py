"""What a question is on: the sides it sets apart, where somebody only comes from, how documents weigh."""

from datetime import date

import pytest

from assistant import PolicyAssistant, Status
from assistant.focus import FAR, WIDER, Focus, read_focus
from assistant.sides import Side
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
        ("国家、辽宁对垃圾分类都怎么要求", [CENTRAL, LIAONING]),
        ("国家和省里的停车要求差在哪", [CENTRAL, PROVINCE]),
        ("省市两级的停车要求一样不", [PROVINCE, CITY]),
        ("省里对停车怎么说,大连又怎么说", [("省", ("liaoning",)), DALIAN]),  # the province of the place named
        ("两个省对停车的要求有何异同", [LIAONING, JILIN]),
        ("大连争什么,长春争什么,有什么不同", [DALIAN, ("长春", ("jilin",))]),  # in its province's document
        ("长春和四平的定位有什么不同", [("长春", ("jilin",)), ("四平", ("jilin",))]),
        ("省里给沈阳和大连的定位有什么不同", [("沈阳", ("liaoning",)), ("大连", ("liaoning",))]),
        ("大连规划纲要和辽宁在停车上有什么不同", [("大连规划纲要", ("plan",)), LIAONING]),
        (
            "大连的纲要和辽宁省的意见对停车怎么写,哪个更细",
            [("大连规划纲要", ("plan",)), ("辽宁意见", ("liaoning",))],
        ),
        ("庄河停车,老规划和新意见说的一样吗", [("大连规划纲要", ("plan",)), ("大连意见", ("dalian",))]),
        ("大连前后两份文件对停车的要求变了没", [("大连意见", ("dalian",)), ("大连规划纲要", ("plan",))]),
        (
            "哪几份文件提到了停车",
            [
                ("中央意见", ("central",)),
                ("辽宁意见", ("liaoning",)),
                ("吉林方案", ("jilin",)),
                ("大连意见", ("dalian",)),
                ("大连规划纲要", ("plan",)),
            ],
        ),
        ("停车要交哪些文件", []),
        ("国家级和省级实验室有几个", []),
        ("各级政府怎么管停车", []),
        ("三级医院有几家", []),
        ("大连都有哪些停车政策", []),
    ],
)
def test_sides(question: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert sides(question) == expected


EVERY = ("central", "liaoning", "jilin", "dalian", "plan")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "渔业和牧业这两个产业各怎么发展",
            [
                Side("", EVERY, ("渔业和 这两个产业 怎么发展",), about="渔业"),
                Side("", EVERY, (" 和牧业这两个产业 怎么发展",), about="牧业"),
            ],
        ),
        (
            "纲要里停车场现在多少个,2025年要建多少个",
            [
                Side("", ("plan",), ("里停车场现在多少个",), named=False),
                Side("", ("plan",), ("2025年要建多少个",), named=False),
            ],
        ),
        (
            "停车场,吉林有试点,大连有没有",
            [
                Side("吉林", ("jilin",), (" 停车场, 有试点,  ", " 停车场, 有试点")),
                Side("大连", ("dalian", "plan"), (" 停车场, 有试点,  ", " 停车场,  ")),
            ],
        ),
        (
            "辽宁对沈阳和大连的定位有什么区别",
            [
                Side("沈阳", ("liaoning",), ("沈阳  对 和 的定位有什么 ",), about="沈阳"),
                Side("大连", ("liaoning",), ("大连  对 和 的定位有什么 ",), about="大连"),
            ],
        ),
        ("渔业和城市更新有什么要求", []),  # of no kind, nothing compared
        ("停车场建多少个", []),
    ],
)
def test_what_a_side_is_searched_for(question: str, expected: list[Side]) -> None:
    assert list(focus(question).sides) == expected


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("大连港口怎么建", " 港口怎么建"),
        ("金州湾怎么建", "金州湾怎么建"),  # part of another name
        ("大连和吉林在停车上口径是否一致", " 和 在停车上  "),
    ],
)
def test_topic(question: str, topic: str) -> None:
    assert focus(question).topic == topic


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
