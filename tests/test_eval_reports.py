"""Runs held to floors, and told in figures and a page."""

import json
from pathlib import Path

import pytest

from assistant import Status
from eval.floors import below, read_floors
from eval.questions import Question
from eval.report import histogram, outcome_rows, written
from eval.score import score
from eval.summary import summarise
from eval.systems import Response, system_name
from eval.tables import tables
from index.datatypes import PolicyError
from tests.papers import DOCUMENTS, HOMES, REFUSAL, ROW, write_lines
from tests.runs_on_disk import AT, FILES, GOOD, REFUSED, SECOND, run, scored

# Floors


def test_floors(tmp_path: Path) -> None:
    made = run(tmp_path, "1", [GOOD, REFUSED, Response(Status.OFF_TOPIC)])
    path = tmp_path / "floors.toml"
    path.write_text(
        '[all]\nright = 0.7\n"recall@5" = 1\nrefusal_recall = 1.0\n[hukou]\nright = 0.1\n', "utf-8"
    )
    assert below(scored(made).summaries["ours"], read_floors(path)) == [
        "all right:0.667,应不低于 0.7",
        "hukou right:没有测到,应不低于 0.1",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[all", "读不了下限 "),
        ("[mars]\nright = 1\n", "floors.toml 里没有“mars”这一类,可用:all、number、"),
        ("right = 1\n", "floors.toml 里没有“right”这一类,可用:all、number、"),
        ("[all]\nspeed = 1\n", "floors.toml 的 [all] 里“speed = 1”不对,可用:right、"),
        ('[all]\nright = "1"\n', "floors.toml 的 [all] 里“right = 1”不对,可用:right、"),
        ("[number]\nrefusal_recall = 1\n", "floors.toml 的 [number] 里“refusal_recall = 1”不对,可用:"),
        (None, "读不了下限 "),
    ],
)
def test_faults_of_floors(tmp_path: Path, text: str | None, fault: str) -> None:
    path = tmp_path / "floors.toml"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as raised:
        read_floors(path)
    assert str(raised.value).startswith(fault)
    assert "\n" not in str(raised.value)


def test_shipped_floors_are_readable() -> None:
    assert read_floors(Path(__file__).parent.parent / "eval" / "floors.toml")["all"]["verbatim"] == 1.0


# Told


def test_the_page_shows_failures_and_makes_hostile_text_inert(tmp_path: Path) -> None:
    made = run(tmp_path, "1", [GOOD, REFUSED, Response(Status.OFF_TOPIC)])
    scored(made)
    page = (made / "report.html").read_text("utf-8")
    shown = "&lt;script&gt;alert(1)&lt;/script&gt;{{ header }}{% raw %}&#39;&#34;&amp;\u2028"
    assert page.count(shown) == 2  # the question, and what was answered
    assert "<script" not in page
    assert "http" not in page
    assert "没答对的题（1）" in page
    assert "住房意见 一、(一)：到2035年供给3万套" in page


def test_of_test_only_totals_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.questions.GOLD", tmp_path)
    write_lines(tmp_path / "test.jsonl", ROW, SECOND, REFUSAL)
    run(tmp_path, "1", [REFUSED, GOOD, Response(Status.OFF_TOPIC)], source="test")
    made = run(tmp_path, "2", [GOOD, REFUSED, Response(Status.UNCLEAR)], source="test")
    found = scored(made)
    scored(made)
    assert found.comparison is not None
    assert (found.comparison.won, found.comparison.lost) == (("q1",), ("q2", "n1"))
    log = (tmp_path / "results" / "test-runs.jsonl").read_text("utf-8")
    told = [tables(found), log, *((made / name).read_text("utf-8") for name in FILES)]
    for secret in ("q1", "q2", "n1", "多少套", "script>", "写首诗", HOMES, "3万套", "三万套", "2025年"):
        assert [secret in text for text in told] == [False] * 5, secret
    lines = [json.loads(line) for line in log.splitlines()]
    assert [(line["run"], line["figures"]["ours"]["right"]) for line in lines] == [("2", 1 / 3)] * 2
    comparison = json.loads((made / "scores.json").read_text("utf-8"))["comparison"]
    assert (comparison["won"], comparison["lost"]) == (1, 2)


def test_tables_whole(tmp_path: Path) -> None:
    found = scored(run(tmp_path, "1", [GOOD, REFUSED, Response(Status.OFF_TOPIC)]))
    assert tables(found) == (
        "| 指标 | 本系统 |\n|---|---|\n| 答对 | 0.667 |\n| recall@5 | 1.000 |\n| recall@1500字 | 1.000 |\n"
        "| recall@4500字 | 1.000 |\n| MRR@10 | 1.000 |\n| nDCG@10 | 1.000 |\n| 依据引全 | 0.500 |\n"
        "| 引用切题 | 1.000 |\n| 条款正确 | 0.500 |\n| 文件正确 | 1.000 |\n| 层级正确 | 1.000 |\n"
        "| 逐字一致 | 1.000 |\n| 事实齐全率 | 0.500 |\n| 事实全对 | 0.500 |\n| 无错误说法 | 1.000 |\n"
        "| 答案字数 | 14 |\n| 应拒的拒了 | 1.000 |\n| 拒答中该拒的 | 0.500 |\n| 误拒 | 0.500 |\n"
        "| 风险–覆盖面积 | 0.000 |\n| 每问用时中位（秒） | 0.010 |\n| 每问用时 95%（秒） | 0.020 |\n\n"
        "| 类别 | 题数 | 答对 | recall@5 | 依据引全 | 事实全对 | 答对 95% 区间 |\n|---|---|---|---|---|---|---|\n"
        "| 全部 | 3 | 0.667 | 1.000 | 0.500 | 0.500 | 0.500–1.000 |\n"
        "| 数字 | 2 | 0.500 | 1.000 | 0.500 | 0.500 | 0.500–0.500 |\n"
        "| 应拒答 | 1 | 1.000 | – | – | – | 1.000–1.000 |\n\n"
        "没答对的原因:误拒 1"
    )


def test_outcomes_by_what_was_due() -> None:
    asked = Question(id="q", category="fact", turns=("啊",), facts=(("啊",),), evidence=(AT,))
    due = Question(id="n", category="refusal", turns=("写首诗",), outcome=Status.OFF_TOPIC)
    given = [
        (asked, Status.ANSWERED), (asked, Status.OUTLINE), (asked, Status.UNCLEAR), (asked, Status.UNCLEAR),
        (asked, Status.OPINION), (due, Status.OUTLINE), (due, Status.OFF_TOPIC),
    ]  # fmt: skip
    found = summarise([score(question, Response(status), DOCUMENTS) for question, status in given])
    assert outcome_rows(found) == [
        ("回答", 5, 2, [("请说清楚", 2), ("不评论", 1)]),
        ("与政策无关", 2, 1, [("回答（列条目）", 1)]),
    ]
    assert outcome_rows(summarise([])) == []


def test_histogram_by_hand() -> None:
    assert histogram([]) == []
    found = histogram([0.1] * 19 + [5.0])  # twice the 95th percentile is 0.2: steps of 0.01
    assert [(round(low, 3), count) for low, count in found if count] == [(0.1, 19), (0.19, 1)]
    assert [count for _, count in histogram([0.0])] == [1] + [0] * 19


@pytest.mark.parametrize(
    ("value", "measure", "text"),
    [
        (0.57, "right", "57.0%"),
        (1.0, "refusal_recall", "100.0%"),
        (0.123, "MRR@10", "0.123"),
        (102.6, "length", "103"),
        (0.0191, "seconds_p95", "0.019"),
        (None, "right", "–"),
    ],
)
def test_figures_in_words(value: float | None, measure: str, text: str) -> None:
    assert written(value, measure) == text


def test_names_of_systems() -> None:
    assert [system_name(key) for key in ("ours", "naive-bge")] == ["本系统", "通行做法（BGE）"]
