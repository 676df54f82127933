"""What every answer promises, checked apart from the code that makes answers: planted faults, and a seeded walk."""

from dataclasses import replace

import pytest

from assistant import Answer, PolicyAssistant, Status
from assistant.datatypes import Draft, Quote
from assistant.replies import connective, reply
from eval.citations import Result, check, to_markdown
from eval.contract import violations
from eval.walk import walk
from index.clauses import parse_clauses
from index.datatypes import Document, Metadata
from tests.citing import cite


def made(document_id: str, text: str) -> Document:
    clauses, furniture = parse_clauses(text)
    return Document(document_id, text, Metadata(name=f"{document_id}意见"), clauses, furniture)


HOUSING = made(
    "住房", "一、住房保障\n(一)保障性住房。到2035年供给3万套。优先家庭。\n(二)租房补贴。每月补贴500元。\n"
)
RESIDENCE = made("户籍", "一、户籍\n(一)落户。全面取消落户限制。\n")
DOCUMENTS = {document.id: document for document in (HOUSING, RESIDENCE)}


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


def test_the_outline_of_a_document_breaks_nothing_also_where_a_heading_is_not_printed(
    shipped: PolicyAssistant,
) -> None:
    answer = shipped.ask("大连十四五规划全文")
    assert (answer.status, "第二章\uff08正文未印标题\uff09" in answer.text) == (Status.OUTLINE, True)
    assert violations(answer, {document.id: document for document in shipped.documents()}) == ()


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


def test_an_exception_is_a_violation(shipped: PolicyAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(question: str) -> Answer:
        raise RuntimeError(question)

    monkeypatch.setattr(shipped, "ask", fail)
    assert check(shipped, "在吗", DOCUMENTS) == (None, ("ask 抛出 RuntimeError('在吗')",))


def test_a_short_walk_breaks_nothing(shipped: PolicyAssistant) -> None:
    documents = {document.id: document for document in shipped.documents()}
    questions = list(walk(tuple(documents.values()), count=25, seed=7))
    assert questions == list(walk(tuple(documents.values()), count=25, seed=7))
    broken = [(question, check(shipped, question, documents)[1]) for question in questions]
    assert [entry for entry in broken if entry[1]] == []


def test_table_counts_by_source_and_names_what_is_violated() -> None:
    results = [
        Result("dev", "r1 第 1 句", SOUND, ()),
        Result("walk", "walk 1", None, ("ask 抛出 RuntimeError('在吗')",)),
        Result("dev", "r2 第 1 句", Answer("写首诗", Status.OFF_TOPIC, ""), ()),
    ]
    assert to_markdown(results) == (
        "| 题集 | 问句 | 作答 | 核对的引用 | 违反 |\n|---|---|---|---|---|\n"
        "| dev | 2 | 1 | 3 | 0 |\n"
        "| walk | 1 | 0 | 0 | 1 |\n"
        "违反:walk 1 ask 抛出 RuntimeError('在吗')\n"
    )
    assert to_markdown([]) == "| 题集 | 问句 | 作答 | 核对的引用 | 违反 |\n|---|---|---|---|---|\n"
