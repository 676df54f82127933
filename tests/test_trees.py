"""The clause trees of whole documents, line by line as checked by eye against the texts.

Run as a script it writes the trees anew; read the difference before keeping it.
"""

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.clauses import parse_clauses
from index.datatypes import Clause, ClauseKind, Document, Furniture, FurnitureKind, Metadata

DATA = Path(__file__).parent / "data"
CORPUS = Path(__file__).parent.parent / "index" / "corpus"
CENTRAL = "central-urban-quality-opinion-rewritten"
LIAONING = "liaoning-urban-quality-digest"
DALIAN = "dalian-urban-quality-opinion"
JILIN = "jilin-urban-quality-plan"
PLAN = "dalian-14th-five-year-plan"
FILES = {
    **{name: CORPUS / f"{name}.txt" for name in (CENTRAL, LIAONING, DALIAN, JILIN, PLAN)},
    "statute": DATA / "statute.txt",
    "statute-markdown": DATA / "statute.md",
    "statute-high-numbers": DATA / "statute-high-numbers.txt",
}
PIECES = (
    *(
        "第一条 ",
        "第二条 规定",
        "第九条",
        "第一章 总则",
        "第二节 程序",
        "第三编",
        "一、",
        "二、目标",
        "(一)",
        "（二）",
    ),
    *(
        "1.",
        "2、",
        "(1)",
        "①",
        "附件1",
        "附:",
        "目录\n",
        "# 题",
        "## 二",
        "- ",
        " [7] ",
        "- 3 -",
        "12",
        "|甲|乙|",
    ),
    *(
        "\n",
        "\n\n",
        "。",
        "，",
        "；",
        "：",
        " ",
        "\u3000",
        "\u200b",
        "......",
        "......1 ",
        "关于事项的通知",
        "缴存人",
    ),
)


def read(name: str) -> Document:
    text = FILES[name].read_text(encoding="utf-8")
    return Document(name, text, Metadata(name), *parse_clauses(text))


def drawn(document: Document) -> str:
    """One line a clause: kind, citation, label, heading, and the first ten characters of its own text."""
    return "".join(
        "  " * clause.depth
        + " | ".join(
            (clause.kind, clause.citation, clause.label, clause.heading, beginning(document, clause))
        )
        + "\n"
        for clause in document.clauses
    )


def beginning(document: Document, piece: Clause | Furniture) -> str:
    return document.text[piece.start : piece.end][:10].replace("\n", "⏎")


def assert_covered(text: str, clauses: tuple[Clause, ...], furniture: tuple[Furniture, ...]) -> None:
    spans = sorted(
        [(part.start, part.end) for part in clauses] + [(part.start, part.end) for part in furniture]
    )
    assert "".join(text[start:end] for start, end in spans) == text
    assert sum(end - start for start, end in spans) == len(text)
    assert all(clause.start <= clause.heading_end <= clause.end for clause in clauses)


@pytest.mark.parametrize("name", FILES)
def test_tree(name: str) -> None:
    assert drawn(read(name)) == (DATA / "trees" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_every_character_stands_in_one_place(name: str) -> None:
    document = read(name)
    assert_covered(document.text, document.clauses, document.furniture)
    assert len(document.by_id) == len(document.clauses)


@pytest.mark.parametrize("name", FILES)
def test_innermost_finds_each_clause_by_its_first_character(name: str) -> None:
    document = read(name)
    for clause in document.clauses:
        if clause.start < clause.end:
            assert document.innermost(clause.start, clause.start + 1) == clause


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=60).map("".join))
def test_any_text_is_covered_and_ids_are_unique(text: str) -> None:
    clauses, furniture = parse_clauses(text)
    assert_covered(text, clauses, furniture)
    assert len({clause.id for clause in clauses}) == len(clauses)


def test_shuffled_laws_are_covered() -> None:
    lines = [line for name in FILES for line in read(name).text.splitlines(keepends=True)]
    random.Random(1).shuffle(lines)
    text = "".join(lines)
    clauses, furniture = parse_clauses(text)
    assert_covered(text, clauses, furniture)
    assert len({clause.id for clause in clauses}) == len(clauses)


def numbers(document: Document, kind: ClauseKind, parent: Clause | None = None) -> list[int | None]:
    found = document.descendants(parent) if parent else document.clauses
    return [clause.number for clause in found if clause.kind is kind]


def cited(document: Document, citation: str) -> Clause:
    return next(clause for clause in document.clauses if clause.citation == citation)


def test_dalian_opinion_counts_on_through_its_points() -> None:
    document = read(DALIAN)
    tasks = cited(document, "二、")
    assert numbers(document, ClauseKind.HEADING) == [1, 2, 3]
    assert [child.citation for child in document.children(tasks)] == [f"二、({n})" for n in "一二三四五六七"]
    assert (
        numbers(document, ClauseKind.NUMBER) == numbers(document, ClauseKind.NUMBER, tasks) == [*range(1, 29)]
    )
    assert cited(document, "二、(三)12").heading == "推进“好房子”和完整社区建设"


def test_jilin_plan_cites_points_that_run_on_alone() -> None:
    document = read(JILIN)
    points = [clause for clause in document.clauses if clause.kind is ClauseKind.POINT]
    assert [point.number for point in points] == [*range(1, 25)]
    assert [point.citation for point in points] == [point.label for point in points]
    parents = Counter(document.by_id[point.parent or ""].citation for point in points)
    assert parents == {"二、": 4, "三、": 4, "四、": 3, "五、": 3, "六、": 4, "七、": 3, "八、": 3}
    assert cited(document, "(九)").heading == "提升居住条件和生活品质"


def test_liaoning_digest_has_themes_and_bullets() -> None:
    document = read(LIAONING)
    themes = document.children()[:-1]
    assert [theme.kind for theme in themes] == [ClauseKind.THEME] * 9
    assert [len(document.children(theme)) for theme in themes] == [3, 6, 7, 8, 7, 7, 6, 9, 3]
    assert sum(clause.kind is ClauseKind.BULLET for clause in document.clauses) == 56
    assert document.children()[-1].citation == "文末"


def test_central_opinion_has_sections_of_topic_sentences() -> None:
    document = read(CENTRAL)
    sections = [clause for clause in document.clauses if clause.kind is ClauseKind.NUMBER]
    assert [section.citation for section in sections] == [f"{number}、" for number in range(1, 10)]
    assert [len(document.children(section)) for section in sections] == [3, 3, 4, 3, 3, 4, 3, 3, 1]
    assert {child.citation for child in document.children(sections[3])} == {"4、"}
    assert [child.heading for child in document.children(sections[3])] == [
        "系统推进“好房屋”和完整社区建设",
        "健全城市基础设施",
        "提高公共服务优质均衡水平",
    ]


def test_plan_has_its_chapters_and_sections() -> None:
    document = read(PLAN)
    chapters = [clause for clause in document.clauses if clause.kind is ClauseKind.CHAPTER]
    assert [chapter.number for chapter in chapters] == [*range(1, 16)]
    sections = [numbers(document, ClauseKind.SECTION, chapter) for chapter in chapters]
    assert [len(found) for found in sections] == [3, 5, 5, 4, 4, 4, 5, 3, 4, 4, 4, 7, 4, 4, 3]
    assert all(found == [*range(1, len(found) + 1)] for found in sections)
    unprinted = [chapter.number for chapter in chapters if chapter.start == chapter.heading_end]
    assert unprinted == [2, 4]
    assert [chapter.heading for chapter in chapters if chapter.number in (2, 4, 7, 8)] == [
        "强化战略科技引领 建设创新策源中心",
        "推动数字化赋能 建设数字大连",
        "构筑开放发展新优势 打造新时代双向开放新高地",
        "大力推动制度创新 打造东北全面深化改革示范区",
    ]
    assert cited(document, "第九章 第三节").heading == "推动新型城镇化高质量发展"


def test_plan_prints_each_heading_where_its_clause_begins() -> None:
    document = read(PLAN)
    for clause in document.clauses:
        printed = document.text[clause.start : clause.heading_end].split()
        if clause.kind in (ClauseKind.CHAPTER, ClauseKind.SECTION) and printed:
            assert printed == [clause.label, *clause.heading.split()]


@pytest.mark.parametrize(
    ("title", "section"),
    [
        ("总体要求", "第一章 第三节"),
        ("加快培育内需体系", "第六章 第一节"),
        ("拓展东北亚合作空间", "第七章 第四节"),
        ("加强和创新社会治理", "第十四章 第二节"),
    ],
)
def test_titles_that_recur_in_the_plan_are_headings_once(title: str, section: str) -> None:
    document = read(PLAN)
    body = document.text[next(f.end for f in document.furniture if f.kind is FurnitureKind.CONTENTS) :]
    assert body.count(title) > 1
    assert [clause.citation for clause in document.clauses if clause.heading == title] == [section]


FURNITURE = {
    CENTRAL: [("标题", "中共中央?国务院关于推进城市优质进步的建议")],
    LIAONING: [
        *[("页码", f"[{page}]") for page in (2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6)],
        *[("页码", f"[{page}]") for page in (7, 7, 7, 7, 7, 7, 8, 8, 9, 9, 9, 9, 9, 10, 10)],
        *[("页码", f"[{page}]") for page in (11, 12, 12, 12, 12, 13, 13, 14, 14, 15, 15, 15, 15)],
        *[("页码", f"[{page}]") for page in (16, 16, 16, 16, 16, 16, 17, 18, 18, 19, 19, 19)],
        ("标题", "中共辽宁省委辽宁省人民政府关于推动城市高质量发展的实施意见"),
    ],
    DALIAN: [],
    JILIN: [("标题", "关于推动城市高质量发展加快建设吉林特色现代化人民城市的实施方案"), ("空白", "")],
}


@pytest.mark.parametrize("name", FURNITURE)
def test_furniture(name: str) -> None:
    document = read(name)
    found = [(piece.kind, document.text[piece.start : piece.end].strip()) for piece in document.furniture]
    assert found == FURNITURE[name]


@pytest.mark.parametrize(
    ("name", "furniture"),
    [
        (
            PLAN,
            [
                ("链接", "|⏎"),
                ("目录", "目 录⏎第一章 奋力"),
                ("图表题", "“十四五”时期经济社"),
                ("图表题", "注:[]为五年累计数"),
                ("图表题", "大连市城市空间布局规"),
                ("图表题", "大连市总体产业布局图"),
                ("图表题", "大连综合交通规划示意"),
                ("图表题", "大连市生态空间格局图"),
                ("链接", "《大连市国民经济和社"),
            ],
        ),
        (
            "statute",
            [
                ("标题", "海云市住房公积金管理"),
                ("目录", "目录⏎第一编 通则⏎"),
                ("页码", "- 1 -⏎"),
                ("页码", "- 2 -⏎"),
            ],
        ),
        ("statute-markdown", [("标题", "# 海云市住房公积金"), ("目录", "## 目录⏎⏎## ")]),
        ("statute-high-numbers", [("标题", "海云市法典⏎")]),
    ],
)
def test_furniture_begins(name: str, furniture: list[tuple[str, str]]) -> None:
    document = read(name)
    pieces = [piece for piece in document.furniture if piece.kind is not FurnitureKind.BLANK]
    assert [(piece.kind, beginning(document, piece)) for piece in pieces] == furniture


if __name__ == "__main__":
    for name in FILES:
        (DATA / "trees" / f"{name}.txt").write_text(drawn(read(name)), encoding="utf-8")
