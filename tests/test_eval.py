"""The measures on cases worked out by hand, the gold readers, and the checks of what answers promise."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer, PolicyAssistant, Status
from assistant.cite import cite
from assistant.datatypes import Draft, Quote
from assistant.replies import connective, reply
from eval.citations import Case, ask, to_markdown
from eval.contract import violations
from eval.metrics import covers, interval, mean, percentile, recall, reciprocal_rank, within
from eval.questions import (
    LookupQuestion,
    RefusalQuestion,
    RetrievalQuestion,
    Span,
    read_lookup,
    read_refusal,
    read_retrieval,
)
from eval.retrieval import Baseline, measure, split_text, summarise
from eval.retrieval import to_markdown as retrieval_markdown
from eval.speed import Child
from eval.walk import walk
from index.clauses import parse_clauses
from index.datatypes import Document, Metadata, PolicyError

ROOT = Path(__file__).parent.parent


def made(document_id: str, text: str) -> Document:
    clauses, furniture = parse_clauses(text)
    return Document(document_id, text, Metadata(name=f"{document_id}意见"), clauses, furniture)


HOUSING = made(
    "住房", "一、住房保障\n(一)保障性住房。到2035年供给3万套。优先家庭。\n(二)租房补贴。每月补贴500元。\n"
)
RESIDENCE = made("户籍", "一、户籍\n(一)落户。全面取消落户限制。\n")
DOCUMENTS = {document.id: document for document in (HOUSING, RESIDENCE)}


# Measures


def test_a_passage_covers_from_eighty_percent_on() -> None:
    quote = Span("甲", 10, 20)
    passages = [Span("甲", 0, 18), Span("甲", 12, 99), Span("甲", 11, 19), Span("甲", 10, 20)]
    assert [covers(passage, quote) for passage in passages] == [True] * 4
    apart = [Span("甲", 0, 17), Span("甲", 13, 99), Span("甲", 20, 30), Span("乙", 10, 20)]
    assert [covers(passage, quote) for passage in apart] == [False] * 4
    assert [covers(Span("甲", 0, end), Span("甲", 0, 100)) for end in (79, 80)] == [False, True]
    assert not covers(Span("甲", 0, 30), Span("甲", 5, 5))


def test_recall_is_the_share_of_the_evidence() -> None:
    one, two = Span("甲", 0, 10), Span("乙", 0, 10)
    first, second = Span("甲", 0, 50), Span("乙", 0, 50)
    assert recall([first], [one, two]) == 0.5
    assert recall([first, second], [one, two]) == 1.0
    assert recall([first], [one, two], one_suffices=True) == 1.0
    assert recall([Span("丙", 0, 50)], [one, two], one_suffices=True) == 0.0


def test_halves_in_two_passages_do_not_add_up() -> None:
    assert recall([Span("甲", 0, 5), Span("甲", 5, 10)], [Span("甲", 0, 10)]) == 0.0


@pytest.mark.parametrize("one_suffices", [False, True])
def test_recall_of_nothing_is_zero(one_suffices: bool) -> None:
    assert recall([], [Span("甲", 0, 10)], one_suffices) == 0.0
    assert recall([Span("甲", 0, 10)], [], one_suffices) == 0.0


def test_text_within_a_limit_is_cut_there() -> None:
    passages = [Span("甲", 100, 160), Span("乙", 0, 60), Span("甲", 0, 60)]
    assert within(passages, 60) == (Span("甲", 100, 160),)
    assert within(passages, 100) == (Span("甲", 100, 160), Span("乙", 0, 40))
    assert within(passages, 999) == tuple(passages)
    assert (within(passages, 0), within([], 100)) == ((), ())


def test_a_cut_passage_counts_with_what_is_left_of_it() -> None:
    passages = [Span("甲", 0, 60), Span("乙", 0, 60)]
    quote = [Span("乙", 30, 40)]
    assert [recall(within(passages, limit), quote) for limit in (97, 98)] == [0.0, 1.0]


def test_reciprocal_rank_is_that_of_the_first_hit() -> None:
    quotes = [Span("甲", 0, 10), Span("乙", 0, 10)]
    assert reciprocal_rank([Span("丙", 0, 10), Span("乙", 0, 10), Span("甲", 0, 10)], quotes) == 0.5
    assert reciprocal_rank([Span("丙", 0, 10)], quotes) == 0.0
    assert (reciprocal_rank([], quotes), reciprocal_rank([Span("甲", 0, 10)], [])) == (0.0, 0.0)


def test_mean_of_nothing_is_none() -> None:
    assert (mean([1.0, 0.0, 0.5]), mean([])) == (0.5, None)


def test_percentile_is_by_nearest_rank() -> None:
    values = [0.4, 0.1, 0.3, 0.2]
    assert [percentile(values, percent) for percent in (0, 25, 50, 51, 95, 100)] == [
        0.1,
        0.1,
        0.2,
        0.3,
        0.4,
        0.4,
    ]
    assert percentile([], 50) == 0.0


def test_interval_draws_groups_whole() -> None:
    # Each draw of one group is that group; of two groups, both, or either one twice.
    assert interval([[0.0, 1.0]]) == (0.5, 0.5)
    assert interval([[0.0], [1.0]]) == (0.0, 1.0)
    assert interval([[1.0], [1.0, 1.0]]) == (1.0, 1.0)
    assert interval([]) is None


def test_interval_is_that_of_the_binomial() -> None:
    # Of 100 draws of 0 or 1, 40 to 60 ones is the middle 95 %: P(X < 40) = 0.018, P(X <= 40) = 0.028.
    assert interval([[0.0], [1.0]] * 50) == (0.4, 0.6)


# The baseline


def test_the_splitter_tells_where_its_passages_stand() -> None:
    text = "甲" * 300 + "\n" + "乙" * 300 + "\n" + "甲" * 300
    assert split_text(text) == [(0, "甲" * 300), (301, "乙" * 300), (602, "甲" * 300)]


def test_the_splitter_overlaps_by_fifty_characters() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 800)))
    assert split_text(text) == [(0, text[:500]), (450, text[450:800])]


def test_the_baseline_finds_what_shares_a_word() -> None:
    baseline = Baseline([HOUSING, RESIDENCE])
    whole = Span("户籍", 0, len(RESIDENCE.text.rstrip()))
    assert baseline.search("怎么落户") == (whole,)
    assert (baseline.search("火星移民"), baseline.search("")) == ((), ())


ASKED = (
    RetrievalQuestion("r1", "dev", "official", "户籍", "落户有什么规定", (Span("户籍", 12, 20),)),
    RetrievalQuestion("r2", "dev", "official", "住房", "住房", (Span("住房", 0, 6), Span("户籍", 0, 4))),
)


def test_summary_whole() -> None:
    found = {"落户有什么规定": [Span("住房", 0, 50), Span("户籍", 0, 21)], "住房": [Span("住房", 0, 50)]}
    summary = summarise(
        ASKED, {"本系统": measure(lambda q: found[q], ASKED), "基线": measure(lambda q: [], ASKED)}
    )
    assert retrieval_markdown(summary) == (
        "| 问法 | 方法 | 题数 | recall@1 | recall@5 | recall@10 | recall@1500字 | recall@4500字 | MRR@10 |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
        "| 书面 | 本系统 | 2 | 0.250 | 0.750 | 0.750 | 0.750 | 0.750 | 0.750 |\n"
        "| 书面 | 基线 | 2 | 0.000 | 0.000 | 0.000 | 0.000 | 0.000 | 0.000 |\n"
        "| 口语 | 本系统 | 0 | – | – | – | – | – | – |\n"
        "| 口语 | 基线 | 0 | – | – | – | – | – | – |\n"
        "| 全部 | 本系统 | 2 | 0.250 | 0.750 | 0.750 | 0.750 | 0.750 | 0.750 |\n"
        "| 全部 | 基线 | 2 | 0.000 | 0.000 | 0.000 | 0.000 | 0.000 | 0.000 |\n"
        "\n"
        "recall@1500字之差(本系统减基线,95% 区间):\n"
        "\n"
        "- 书面:+0.750(+0.500 至 +1.000)\n"
        "- 口语:–(– 至 –)\n"
        "- 全部:+0.750(+0.500 至 +1.000)\n"
    )
    assert json.loads(json.dumps(summary))["rows"] == summary["rows"]


def test_hits_beyond_the_tenth_passage_count_by_text_only() -> None:
    passages = [Span("住房", at, at + 1) for at in range(10)] + [Span("户籍", 0, 21)]
    assert measure(lambda q: passages, ASKED[:1]) == [
        {"recall@1": 0, "recall@5": 0, "recall@10": 0, "recall@1500字": 1, "recall@4500字": 1, "MRR@10": 0}
    ]


# The gold questions


def test_shipped_gold_stands_in_the_shipped_corpus(shipped: PolicyAssistant) -> None:
    documents = tuple(shipped.documents())
    gold = (read_retrieval(documents), read_lookup(documents), read_refusal())
    sizes = [[sum(asked.split == split for asked in part) for split in ("dev", "test")] for part in gold]
    assert sizes == [[80, 80], [20, 20], [55, 55]]


RETRIEVAL: dict[str, Any] = {
    "id": "r1",
    "split": "dev",
    "style": "spoken",
    "topic": "户籍",
    "question": "怎么落户",
    "evidence": [{"document": "户籍", "quote": "全面取消落户限制"}],
}
LOOKUP = {
    "id": "l1", "split": "test", "question": "第二条", "document": "住房", "clause": "一、(二)", "quote": "500元"
}  # fmt: skip
REFUSAL = {"id": "n1", "split": "dev", "question": "你好", "outcome": "off_topic"}


def written(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_gold_is_read_whole(tmp_path: Path) -> None:
    documents = DOCUMENTS.values()
    retrieval = written(tmp_path / "r", RETRIEVAL, {**RETRIEVAL, "id": "r2", "any": True})
    first = RetrievalQuestion("r1", "dev", "spoken", "户籍", "怎么落户", (Span("户籍", 11, 19),))
    assert read_retrieval(documents, retrieval) == (first, replace(first, id="r2", one_suffices=True))
    assert read_lookup(documents, written(tmp_path / "l", LOOKUP)) == (
        LookupQuestion("l1", "test", "第二条", Span("住房", 34, 52), Span("住房", 46, 50)),
    )
    assert read_refusal(written(tmp_path / "n", REFUSAL)) == (
        RefusalQuestion("n1", "dev", "你好", Status.OFF_TOPIC),
    )
    assert read_refusal(written(tmp_path / "none")) == ()


def without(row: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({**RETRIEVAL, "id": "r2", "note": "?"}, "不认识的键 note"),
        (without(RETRIEVAL, "style"), "缺少键 style"),
        ({**RETRIEVAL, "id": "r2", "split": "train"}, "split 的值 'train' 不对"),
        ({**RETRIEVAL, "id": "r2", "style": "formal"}, "style 的值 'formal' 不对"),
        ({**RETRIEVAL, "id": "r2", "question": ""}, "question 的值 '' 不对"),
        ({**RETRIEVAL, "id": "r2", "evidence": []}, "evidence 的值 [] 不对"),
        ({**RETRIEVAL, "id": "r2", "any": "yes"}, "any 的值 'yes' 不对"),
        ({**RETRIEVAL, "id": "r2", "evidence": ["全面取消"]}, "'全面取消' 不是 JSON 对象"),
        ({**RETRIEVAL, "id": "r2", "evidence": [{"document": "户籍"}]}, "缺少键 quote"),
        (
            {**RETRIEVAL, "id": "r2", "evidence": [{"document": "火星", "quote": "落户"}]},
            "没有文件 火星",
        ),
        (
            {**RETRIEVAL, "id": "r2", "evidence": [{"document": "户籍", "quote": "全部取消"}]},
            "引文“全部取消”在文件 户籍 里有 0 处,应恰好一处",
        ),
        (
            {**RETRIEVAL, "id": "r2", "evidence": [{"document": "户籍", "quote": "落户"}]},
            "引文“落户”在文件 户籍 里有 2 处,应恰好一处",
        ),
        (RETRIEVAL, "编号 r1 重复"),
        ("r1", "'r1' 不是 JSON 对象"),
    ],
)
def test_faults_of_a_retrieval_line_name_file_and_line(tmp_path: Path, row: object, fault: str) -> None:
    path = written(tmp_path / "retrieval.jsonl", RETRIEVAL, row)
    with pytest.raises(PolicyError) as raised:
        read_retrieval(DOCUMENTS.values(), path)
    assert str(raised.value) == f"retrieval.jsonl 第 2 行:{fault},请改正这一行,或换用随附文件的索引"


@pytest.mark.parametrize(
    ("read", "row", "fault"),
    [
        (lambda path: read_lookup(DOCUMENTS.values(), path), {**LOOKUP, "document": "火星"}, "没有文件 火星"),
        (
            lambda path: read_lookup(DOCUMENTS.values(), path),
            {**LOOKUP, "clause": "一、(一)"},
            "引文不在文件 住房 的条款 一、(一) 里",
        ),
        (
            lambda path: read_lookup(DOCUMENTS.values(), path),
            {**LOOKUP, "clause": "第九章"},
            "引文不在文件 住房 的条款 第九章 里",
        ),
        (read_refusal, {**REFUSAL, "outcome": "refused"}, "outcome 的值 'refused' 不对"),
        (read_refusal, {**REFUSAL, "any": True}, "不认识的键 any"),
    ],
)
def test_faults_of_the_other_files(
    tmp_path: Path, read: Callable[[Path], object], row: object, fault: str
) -> None:
    with pytest.raises(PolicyError) as raised:
        read(written(tmp_path / "gold.jsonl", row))
    assert str(raised.value) == f"gold.jsonl 第 1 行:{fault},请改正这一行,或换用随附文件的索引"


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "refusal.jsonl"
    path.write_text(json.dumps(REFUSAL) + "\n{\n", "utf-8")
    with pytest.raises(
        PolicyError, match=r"^refusal\.jsonl 第 2 行:不是 JSON,请改正这一行,或换用随附文件的索引$"
    ):
        read_refusal(path)


# What every answer promises


def quote(document: Document, words: str) -> Quote:
    start = document.text.index(words)
    return Quote(document.id, start, start + len(words), words)


def answered(*parts: str | Quote, status: Status = Status.ANSWERED) -> Answer:
    text, citations = cite(Draft(parts, status), DOCUMENTS)
    return Answer("怎么办", status, text, citations)


HOMES = quote(HOUSING, "到2035年供给3万套。")
RENT = quote(HOUSING, "每月补贴500元。")
SETTLE = quote(RESIDENCE, "全面取消落户限制。")
FROM_HOUSING, FROM_RESIDENCE = connective("source", name="住房意见"), connective("source", name="户籍意见")
SOUND = answered(FROM_HOUSING, HOMES, RENT, "\n" + FROM_RESIDENCE, SETTLE)


def test_sound_answers_break_nothing() -> None:
    compared = answered(
        connective("side", side="住房意见"), FROM_HOUSING, RENT, "\n" + connective("side_empty", side="省")
    )
    outline = answered(
        connective("outline", name="住房意见", clause="一、"), "\n" + connective("item"),
        quote(HOUSING, "(一)保障性住房。"), "\n" + connective("item"), quote(HOUSING, "(二)租房补贴。"),
        status=Status.OUTLINE,
    )  # fmt: skip
    shown = answered(connective("clause", name="住房意见", clause="一、(二)"), RENT)
    refused = Answer("写首诗", Status.OFF_TOPIC, reply(Status.OFF_TOPIC))
    for answer in (SOUND, compared, outline, shown, refused):
        assert violations(answer, DOCUMENTS) == (), answer.text


def changed(answer: Answer, at: int, **fields: object) -> Answer:
    """`answer` with other fields in one citation, and the text that goes with them."""
    citations = list(answer.citations)
    citations[at] = replace(citations[at], **fields)  # type: ignore[arg-type]
    return replace(answer, citations=tuple(citations))


def test_one_digit_changed_in_quote_and_text_is_found() -> None:
    planted = changed(SOUND, 0, quote="到2036年供给3万套。")
    planted = replace(planted, text=planted.text.replace("2035", "2036"))
    assert violations(planted, DOCUMENTS) == ("引文 1 与原文不符",)


def test_one_digit_changed_in_the_text_is_found() -> None:
    planted = replace(SOUND, text=SOUND.text.replace("2035", "2036"))
    assert violations(planted, DOCUMENTS) == ("正文到引文 1 为止不全是引文、标号和固定连接语",)


def test_a_marker_out_of_order_is_found() -> None:
    swapped = SOUND.text.replace("[1]", "[x]").replace("[2]", "[1]").replace("[x]", "[2]")
    assert violations(replace(SOUND, text=swapped), DOCUMENTS) == (
        "正文到引文 1 为止不全是引文、标号和固定连接语",
    )
    assert violations(changed(SOUND, 1, number=3), DOCUMENTS) == ("引用 3 排在第 2",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("可以落户。" + SOUND.text, "正文到引文 1 为止不全是引文、标号和固定连接语"),
        (SOUND.text.replace("[1]", "[1]另外"), "正文到引文 2 为止不全是引文、标号和固定连接语"),
        (SOUND.text.replace("[2]", ""), "正文到引文 2 为止不全是引文、标号和固定连接语"),
        (SOUND.text + "请放心。", "正文末尾不是固定连接语"),
        (SOUND.text + "[4]", "正文末尾不是固定连接语"),
        (SOUND.text.replace("户籍意见", "住房意见"), "引文 3 前写的不是它的文件"),
        (SOUND.text.replace(FROM_HOUSING, ""), "引文 1 前写的不是它的文件"),
    ],
)
def test_words_that_are_no_quote_are_found(text: str, fault: str) -> None:
    assert violations(replace(SOUND, text=text), DOCUMENTS)[0] == fault


@pytest.mark.parametrize(
    "fields",
    [
        {"clause": "一、(二)"},
        {"clause_id": "一、"},
        {"heading": "租房补贴"},
        {"document_title": "户籍意见"},
    ],
)
def test_another_clause_is_found(fields: dict[str, str]) -> None:
    assert violations(changed(SOUND, 0, **fields), DOCUMENTS) == ("引文 1 不在所称的条款",)


def test_the_clause_around_the_innermost_is_another() -> None:
    outer = HOUSING.clauses[0]
    wide = {"clause": outer.citation, "clause_id": outer.id, "heading": outer.heading}
    assert violations(changed(SOUND, 0, **wide), DOCUMENTS) == ("引文 1 不在所称的条款",)


def test_unknown_documents_and_moved_offsets_are_found() -> None:
    assert violations(changed(SOUND, 1, document_id="火星"), DOCUMENTS)[0] == "没有文件 火星"
    moved = changed(SOUND, 1, start=SOUND.citations[1].start + 1, end=SOUND.citations[1].end + 1)
    assert violations(moved, DOCUMENTS)[0] == "引文 2 与原文不符"


def test_refusals_are_fixed_replies_without_citations() -> None:
    refused = Answer("写首诗", Status.OFF_TOPIC, reply(Status.OFF_TOPIC))
    assert violations(replace(refused, text="好的。"), DOCUMENTS) == ("未作答的正文不是固定答复",)
    assert violations(replace(refused, citations=SOUND.citations), DOCUMENTS) == (
        "作答而无引用,或未作答而有引用",
    )
    nearest = replace(SOUND.citations[0], number=0)
    assert violations(replace(refused, nearest=nearest), DOCUMENTS) == ()
    assert violations(replace(refused, nearest=replace(nearest, quote="3万套")), DOCUMENTS) == (
        "引文 0 与原文不符",
    )


def test_a_fault_inside_is_found() -> None:
    failed = Answer("怎么办", Status.ERROR, reply(Status.ERROR))
    assert violations(failed, DOCUMENTS) == ("查阅时出了故障",)
    nothing = Answer("怎么办", Status.ANSWERED, "")
    assert violations(nothing, DOCUMENTS) == ("作答而无引用,或未作答而有引用",)


# The run over all questions


def test_an_exception_is_a_violation(shipped: PolicyAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(question: str) -> Answer:
        raise RuntimeError(question)

    monkeypatch.setattr(shipped, "ask", fail)
    result = ask(shipped, Case("walk", "", "walk 1", "在吗"), DOCUMENTS)
    assert (result.answer, result.violations) == (None, ("ask 抛出 RuntimeError('在吗')",))
    assert "违反:walk 1 ask 抛出 RuntimeError('在吗')" in to_markdown([result])


def test_a_short_walk_breaks_nothing(shipped: PolicyAssistant) -> None:
    documents = {document.id: document for document in shipped.documents()}
    questions = list(walk(tuple(documents.values()), count=25, seed=7))
    assert questions == list(walk(tuple(documents.values()), count=25, seed=7))
    broken = [(question, violations(shipped.ask(question), documents)) for question in questions]
    assert [entry for entry in broken if entry[1]] == []


def test_test_questions_are_not_shown(shipped: PolicyAssistant) -> None:
    documents = {document.id: document for document in shipped.documents()}
    wrong = [
        Case("refusal", split, f"n{split}", f"{split}你好", lambda answer: False, outcome=Status.DISTRESS)
        for split in ("dev", "test")
    ]
    table = to_markdown([ask(shipped, case, documents) for case in wrong])
    assert "dev你好" in table
    assert "test你好" not in table
    assert "ntest" not in table


def test_no_results_give_an_empty_table() -> None:
    assert "核对引用 0 条,违反 0 处。" in to_markdown([])


# Speed


def test_a_child_tells_its_seconds_and_peak() -> None:
    peak = 3 * 2**20 if sys.platform == "darwin" else 3 * 2**10
    assert Child(9.0, f"第一行\n[0.25, {peak}]\n").measured == (0.25, 3.0)


def test_measuring_speed_holds_no_library() -> None:
    # A child's peak memory counts from its parent's, so the parent must stay small.
    code = "import sys, eval.speed; print(sorted({'numpy', 'chromadb', 'assistant', 'index'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
