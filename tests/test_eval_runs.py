"""Runs on disk: asked, scored again and compared."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant import Status
from eval.baselines import TopPassages, split_text
from eval.compare import compare
from eval.evaluation import evaluate
from eval.generate import respond
from eval.questions import Question, Span
from eval.runs import append, new_folder, read_run
from eval.score import score
from eval.systems import Cited, Response
from eval.tables import tables
from index.datatypes import PolicyError
from tests.papers import DOCUMENTS, HOMES, REFUSAL, ROW, changed, write_lines
from tests.runs_on_disk import AT, FILES, GOOD, HOSTILE, REFUSED, questions, run, scored

# On disk


def test_a_run_is_read_back_whole(tmp_path: Path) -> None:
    made = run(tmp_path, "1", [GOOD, REFUSED, Response(Status.OFF_TOPIC)])
    found = read_run(made)
    assert (found.name, found.header.systems, found.header.cold_start) == ("1", ("ours",), 1.25)
    assert [(one.system, one.id, one.turns, one.response) for one in found.generated] == [
        ("ours", "q1", ("到2035年供给多少套",), GOOD),
        ("ours", "q2", (f"{HOSTILE}多少套",), REFUSED),
        ("ours", "n1", ("写首诗",), Response(Status.OFF_TOPIC)),
    ]


def test_a_last_line_half_written_counts_as_not_asked(tmp_path: Path) -> None:
    made = run(tmp_path, "1", [GOOD, GOOD, Response(Status.OFF_TOPIC)])
    path = made / "generated.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    assert [one.id for one in read_run(made).generated] == ["q1", "q2"]
    found = scored(made)
    assert (found.unasked, found.summaries["ours"].questions) == (1, 2)
    assert tables(found).endswith("注意:有 1 题没有问到(中途停下,或题目后来增改),以上只算问到的")
    assert "有 1 题没有问到" in (made / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("line", "text", "fault"),
    [
        (1, b"{", "第 2 行损坏,或由别的版本写成,请重新评测("),
        (1, b'{"system": "ours"}', "第 2 行损坏,或由别的版本写成,请重新评测("),
        (1, b"\xff", "第 2 行损坏,或由别的版本写成,请重新评测("),
        (0, b'{"run": {"note": 1}}', "第 1 行损坏,或由别的版本写成,请重新评测("),
        (0, b"[]", "第 1 行损坏,或由别的版本写成,请重新评测("),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: int, text: bytes, fault: str) -> None:
    path = run(tmp_path, "1", [GOOD, GOOD]) / "generated.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[line] = text
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(PolicyError) as raised:
        read_run(path.parent)
    assert str(raised.value).startswith(f"{path} {fault}")
    assert "\n" not in str(raised.value)


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as raised:
        read_run(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} 里没有可读的 generated.jsonl(No such file or directory),请给出评测结果的文件夹"
    )
    (tmp_path / "generated.jsonl").write_bytes(b"")
    with pytest.raises(PolicyError, match=r"里没有回答,请重新评测$"):
        read_run(tmp_path)


def test_folders_of_one_second_do_not_collide(tmp_path: Path) -> None:
    made = [new_folder(tmp_path / "results") for _ in range(3)]
    assert len(set(made)) == 3
    assert all(path.is_dir() for path in made)


def test_results_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(PolicyError) as raised:
        new_folder(tmp_path / "results")
    assert str(raised.value) == (
        f"无法在 {tmp_path / 'results'} 里写评测结果(Not a directory),请检查权限,或用 --out 换一个文件夹"
    )
    with pytest.raises(PolicyError, match=r"^写不了 .*,请检查磁盘和权限$"):
        append(tmp_path / "none" / "log.jsonl", {})
    (tmp_path / "other").mkdir()
    made = run(tmp_path / "other", "1", [GOOD])
    (made / "report.html").mkdir()
    with pytest.raises(PolicyError, match=r"^写不了 .*\(Is a directory\),请检查磁盘和权限$"):
        scored(made)


# Asked


class Faulty:
    def ask(self, question: Question) -> Response:
        raise KeyError(question.id)


def test_a_crash_is_a_wrong_answer_and_shown(tmp_path: Path) -> None:
    (asked, *_) = questions(tmp_path)
    response = respond(Faulty(), asked)
    assert replace(response, seconds=0.0) == Response(Status.ERROR, fault="KeyError('q1')")
    found = scored(run(tmp_path, "1", [response, GOOD, Response(Status.OFF_TOPIC)]))
    summary = found.summaries["ours"]
    assert (summary.causes, summary.false_refusals) == ({"出错": 1}, 0.0)
    page = (found.folder / "report.html").read_text("utf-8")
    assert "KeyError(&#39;q1&#39;)" in page


def test_top_passages_are_the_answer() -> None:
    passages = [Span("户籍", 5, 19), AT, Span("住房", 0, 6)]
    system = TopPassages(
        DOCUMENTS.values(), passages, lambda text: np.array([0.2, 0.9, 0.0], np.float32) * len(text)
    )
    asked = Question(id="q", category="fact", turns=("啊", "哦"))
    found = replace(system.ask(asked), seconds=0.0)
    assert found == Response(
        Status.ANSWERED,
        f"{HOMES}[1]\n(一)落户。全面取消落户限制[2]",
        (Cited(AT, HOMES, "一、(一)"), Cited(passages[0], "(一)落户。全面取消落户限制", "一、(一)")),
        (AT, passages[0]),
        confidence=pytest.approx(0.9),
    )
    assert replace(system.ask(replace(asked, turns=("",))), seconds=0.0) == Response(Status.NOT_IN_CORPUS)


def test_the_splitter_tells_where_its_passages_stand() -> None:
    text = "甲" * 300 + "\n" + "乙" * 300 + "\n" + "甲" * 300
    assert split_text(text) == [(0, "甲" * 300), (301, "乙" * 300), (602, "甲" * 300)]
    run_on = "".join(map(chr, range(0x4E00, 0x4E00 + 800)))
    assert split_text(run_on) == [(0, run_on[:500]), (450, run_on[450:800])]


# Scored


def test_scoring_again_gives_the_same_files(tmp_path: Path) -> None:
    made = run(tmp_path, "1", [GOOD, REFUSED, Response(Status.OFF_TOPIC)])
    scored(made)
    first = {name: (made / name).read_bytes() for name in FILES}
    scored(made)
    assert {name: (made / name).read_bytes() for name in FILES} == first
    figures = json.loads(first["scores.json"])
    assert figures["systems"]["ours"]["figures"]["all"]["right"] == {
        "value": 2 / 3, "low": 0.5, "high": 1.0, "questions": 3
    }  # fmt: skip
    assert [(row["id"], row["right"], row["cause"]) for row in figures["questions"]["ours"]] == [
        ("q1", 1.0, None),
        ("q2", 0.0, "误拒"),
        ("n1", 1.0, None),
    ]
    rows = list(csv.reader(first["scores.csv"].decode("utf-8-sig").splitlines()))
    assert rows[:2] == [
        ["system", "category", "measure", "value", "low", "high", "questions"],
        ["ours", "all", "right", "0.6667", "0.5", "1.0", "3"],
    ]


def test_questions_reworded_since_are_left_out_and_told(tmp_path: Path) -> None:
    made = run(tmp_path, "1", [GOOD, GOOD, Response(Status.OFF_TOPIC)])
    write_lines(tmp_path / "gold.jsonl", ROW, changed(ROW, id="q3"), changed(REFUSAL, turns=["写篇小说"]))
    found = scored(made)
    assert (found.summaries["ours"].questions, found.stale, found.unasked) == (1, 2, 2)
    assert tables(found).endswith("注意:有 2 个回答的题目已经改动或删去,没有计分")
    write_lines(tmp_path / "gold.jsonl", changed(ROW, id="q9"))
    with pytest.raises(PolicyError) as raised:
        scored(made)
    assert str(raised.value) == "1 的回答与现在的评测题没有一道相同,请重新评测"


def test_documents_changed_since_are_told(tmp_path: Path) -> None:
    made = run(tmp_path, "1", [GOOD, GOOD])
    other = replace(DOCUMENTS["户籍"], text=DOCUMENTS["户籍"].text.replace("全面", "逐步"))
    with pytest.raises(PolicyError) as raised:
        evaluate(made, (DOCUMENTS["住房"], other))
    assert str(raised.value) == ("1 之后文件 户籍 变了,无法计分,请用 --store 指明当时的索引,或重新评测")


# Compared


def test_comparison_by_hand(tmp_path: Path) -> None:
    first, second, due = questions(tmp_path)
    before = [score(first, REFUSED, DOCUMENTS), score(second, GOOD, DOCUMENTS)]
    after = [score(first, GOOD, DOCUMENTS), score(second, GOOD, DOCUMENTS)]
    found = compare(before, [*after, score(due, REFUSED, DOCUMENTS)])
    assert (found.won, found.lost, found.unpaired) == (("q1",), (), 1)
    moved = {
        (one.category, one.measure): (one.before, one.after, one.p, one.questions)
        for one in found.changes
        if one.before != one.after
    }
    names = ("right", "answered", "citation_recall", "clause", "facts", "all_facts")
    assert moved == {(category, name): (0.5, 1.0, 1.0, 2) for category in ("all", "number") for name in names}
    assert (compare(after, before).won, compare(after, before).lost) == ((), ("q1",))
    assert compare([], []).changes == ()
    assert [replace(found.changes[0], p=p).chance for p in (0.0649, 0.0001)] == ["= 0.065", "< 0.001"]


def test_the_run_before_is_compared_with_unless_another_is_named(tmp_path: Path) -> None:
    oldest = run(tmp_path, "1", [GOOD, GOOD, Response(Status.OFF_TOPIC)])
    run(tmp_path, "2", [REFUSED, GOOD, Response(Status.OFF_TOPIC)])
    run(tmp_path, "3", [REFUSED, REFUSED], system="words")
    run(tmp_path, "4", [REFUSED, REFUSED], source="dev")
    (tmp_path / "results" / "5").mkdir()
    (tmp_path / "results" / "5" / "generated.jsonl").write_text("{\n")
    now = run(tmp_path, "6", [GOOD, REFUSED, Response(Status.OFF_TOPIC)])
    run(tmp_path, "7", [GOOD, GOOD, Response(Status.OFF_TOPIC)])
    found = scored(now)
    assert found.comparison is not None
    assert (found.compared_with, found.comparison.won, found.comparison.lost) == ("2", ("q1",), ("q2",))
    assert "与 2 相比:新答对 1,变错 1\n" in tables(found) + "\n"
    named = scored(now, against=oldest)
    assert named.comparison is not None
    assert (named.compared_with, named.comparison.won, named.comparison.lost) == ("1", (), ("q2",))
    page = (now / "report.html").read_text("utf-8")
    assert "与 1 相比" in page
    assert scored(oldest).comparison is None


def test_runs_that_cannot_be_compared(tmp_path: Path) -> None:
    other = run(tmp_path, "1", [GOOD], system="words")
    now = run(tmp_path, "2", [GOOD])
    with pytest.raises(PolicyError) as raised:
        evaluate(now, tuple(DOCUMENTS.values()), other)
    assert str(raised.value) == f"{other} 问的不是同样的题、系统或文件,无从比较,请换一次结果"
