"""Gold questions: those shipped, the checks of a line, and tables that staff fill."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from assistant import PolicyAssistant, Status
from eval.facts import catalogue_text, holds
from eval.questions import CATEGORIES, GOLD, REFUSALS, SPLITS, Question, Span, read_questions, read_split
from eval.sheets import COLUMNS, questions_of, read_gold, write_template
from index.datatypes import ClauseKind, Metadata, PolicyError
from tests.papers import DOCUMENTS, HOUSING, REFUSAL, ROW, changed, gold, write_lines

CURE = "请改正后重试;评测题说的须是现用索引里的文件"


# The shipped questions; those of test are never shown, also where a test fails


@pytest.fixture(scope="module")
def splits(shipped: PolicyAssistant) -> dict[str, tuple[Question, ...]]:
    return {split: read_split(split, shipped.documents()) for split in SPLITS}


def test_shipped_gold_is_of_every_category_and_large(splits: dict[str, tuple[Question, ...]]) -> None:
    counts = {name: Counter(one.category for one in questions) for name, questions in splits.items()}
    assert [set(CATEGORIES) - set(count) for count in counts.values()] == [set(), set()]
    assert sum(map(len, splits.values())) >= 260
    assert abs(len(splits["dev"]) - len(splits["test"])) < 15


def test_shipped_gold_is_spread_over_documents_and_chapters(
    splits: dict[str, tuple[Question, ...]], shipped: PolicyAssistant
) -> None:
    spans = {span for questions in splits.values() for one in questions for span in one.evidence}
    documents = {document.id: document for document in shipped.documents()}
    assert {span.document_id for span in spans} == set(documents)
    plan = documents["dalian-14th-five-year-plan"]
    held = [plan.innermost(span.start, span.end) for span in spans if span.document_id == plan.id]
    tops = {(*plan.ancestors(clause), clause)[0] for clause in held if clause}
    chapters = {clause.number for clause in tops if clause.kind is ClauseKind.CHAPTER}
    assert chapters == set(range(1, 16))


def test_no_question_is_in_both_splits(splits: dict[str, tuple[Question, ...]]) -> None:
    ids, turns = ([{pick(one) for one in splits[name]} for name in SPLITS] for pick in (_id, _turns))
    assert (len(ids[0] & ids[1]), len(turns[0] & turns[1])) == (0, 0)


def _id(question: Question) -> str:
    return question.id


def _turns(question: Question) -> tuple[str, ...]:
    return question.turns


def test_what_names_a_clause_says_which(splits: dict[str, tuple[Question, ...]]) -> None:
    lacking = [
        name
        for name, questions in splits.items()
        for one in questions
        if one.category in ("clause", "section", "number") and one.answerable and not one.clause
    ]
    assert lacking == []


def test_every_way_to_refuse_has_a_name() -> None:
    assert set(REFUSALS) == {status for status in Status if not status.answers} - {Status.ERROR}


# A line


def test_gold_is_read_whole(tmp_path: Path) -> None:
    rewritten = {"document": "户籍", "quote": "落户。全面"}
    follow_up = changed(
        ROW, id="q2", turns=["供给多少套", "落户呢"], evidence=[rewritten, {"document": "住房"}],
        facts=[["落户"], ["2024-05-06"]], clause=None, one_suffices=True, standalone="怎么落户",
    )  # fmt: skip
    assert gold(tmp_path / "gold.jsonl", ROW, follow_up, REFUSAL) == (
        Question(
            id="q1", category="number", turns=("到2035年供给多少套",), evidence=(Span("住房", 16, 27),),
            facts=(("3万套", "三万套"),), forbidden=("2025年",), clause="一、(一)",
        ),
        Question(
            id="q2", category="number", turns=("供给多少套", "落户呢"), evidence=(Span("户籍", 8, 13),),
            catalogued=("住房",), facts=(("落户",), ("2024-05-06",)), forbidden=("2025年",),
            one_suffices=True, standalone="怎么落户",
        ),
        Question(id="n1", category="refusal", turns=("写首诗",), outcome=Status.OFF_TOPIC),
    )  # fmt: skip
    assert HOUSING.text[16:27] == "到2035年供给3万套"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (changed(ROW, id="q2", note="?"), "不认识的键 note"),
        (changed(ROW, id="q2", facts=None), "缺少键 facts"),
        (changed(ROW, id="q2", category="style"), "category 的值 'style' 不对"),
        (changed(ROW, id="q2", turns=[]), "turns 的值 [] 不对"),
        (changed(ROW, id="q2", turns=[""]), "turns 的值 [''] 不对"),
        (changed(ROW, id="q2", turns="怎么落户"), "turns 的值 '怎么落户' 不对"),
        (changed(ROW, id="q2", clause=""), "clause 的值 '' 不对"),
        (changed(ROW, id="q2", one_suffices="yes"), "one_suffices 的值 'yes' 不对"),
        (changed(ROW, id="q2", outcome="off_topic"), "能回答的题不写 outcome,不能回答的要写"),
        (changed(REFUSAL, id="q2", outcome=None), "能回答的题不写 outcome,不能回答的要写"),
        (changed(REFUSAL, id="q2", outcome="answered"), "outcome 的值 'answered' 不对"),
        (changed(ROW, id="q2", evidence=[]), "能回答的题要有 evidence,不能回答的没有"),
        (
            changed(REFUSAL, id="q2", evidence=ROW["evidence"]),
            "能回答的题要有 evidence,不能回答的没有",
        ),
        (changed(ROW, id="q2", evidence=["3万套"]), "evidence 的值 '3万套' 不对"),
        (
            changed(ROW, id="q2", evidence=[{"quote": "3万套"}]),
            "evidence 的值 {'quote': '3万套'} 不对",
        ),
        (changed(ROW, id="q2", evidence=[{"document": "火星", "quote": "3万套"}]), "没有文件 火星"),
        (changed(ROW, id="q2", evidence=[{"document": "火星"}]), "没有文件 火星"),
        (
            changed(ROW, id="q2", evidence=[{"document": "住房", "quote": "到2036年供给3万套"}]),
            "引文“到2036年供给3万套”在文件 住房 里有 0 处,应恰好一处",
        ),
        (
            changed(ROW, id="q2", evidence=[{"document": "户籍", "quote": "落户"}]),
            "引文“落户”在文件 户籍 里有 2 处,应恰好一处",
        ),
        (changed(ROW, id="q2", facts=[["4万套"]]), "事实“4万套”不在任何一条引文里"),
        (changed(ROW, id="q2", facts=[[]]), "事实“”不在任何一条引文里"),
        (
            changed(ROW, id="q2", evidence=[{"document": "住房"}], facts=[]),
            "evidence 没有引文时,要写 facts",
        ),
        (ROW, "编号 q1 重复"),
        ("q2", "'q2' 不是 JSON 对象"),
    ],
)
def test_faults_of_a_line_name_file_and_line(tmp_path: Path, row: object, fault: str) -> None:
    with pytest.raises(PolicyError) as raised:
        gold(tmp_path / "gold.jsonl", ROW, row)
    assert str(raised.value) == f"gold.jsonl 第 2 行:{fault},{CURE}"


def test_a_broken_line_is_named_and_blank_ones_count(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "gold.jsonl", ROW)
    path.write_text("\n" + path.read_text("utf-8") + "\n{\n", "utf-8")
    with pytest.raises(PolicyError) as raised:
        read_questions(path, DOCUMENTS.values())
    assert str(raised.value) == f"gold.jsonl 第 4 行:不是 JSON,{CURE}"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "gold.jsonl 里一道评测题也没有,请补上题目,或换一个文件"),
        (b"\n \n", "gold.jsonl 里一道评测题也没有,请补上题目,或换一个文件"),
        ("落户".encode("gb18030"), "读不了评测题 gold.jsonl("),
        (None, "读不了评测题 gold.jsonl("),
    ],
)
def test_a_file_that_holds_no_question(tmp_path: Path, data: bytes | None, fault: str) -> None:
    if data is not None:
        (tmp_path / "gold.jsonl").write_bytes(data)
    with pytest.raises(PolicyError) as raised:
        questions_of(str(tmp_path / "gold.jsonl"), DOCUMENTS.values())
    assert str(raised.value).startswith(fault)
    assert "\n" not in str(raised.value)


def test_splits_go_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.questions.GOLD", tmp_path)
    write_lines(tmp_path / "test.jsonl", ROW)
    assert [one.id for one in questions_of("test", DOCUMENTS.values())] == ["q1"]
    assert GOLD.joinpath("dev.jsonl").is_file()


# Facts


@pytest.mark.parametrize(
    ("text", "form", "said"),
    [
        ("到2025 年底", "2025年", True),
        ("\uff15\uff10\uff10元", "500元", True),
        ("供给13万套", "3万套", False),
        ("增长5.2%", "2%", False),
        ("增长5.2", "5", False),
        ("增长5。", "5", True),
        ("20 25", "2025", False),
        ("补贴", "", False),
        ("", "补贴", False),
    ],
)
def test_whether_a_text_says_a_form(text: str, form: str, said: bool) -> None:
    assert holds(text, form) == said


def test_catalogue_says_dates_in_both_ways() -> None:
    assert catalogue_text(Metadata("住房意见", issued=date(2024, 5, 6))) == (
        "住房意见\n来源未注明\n2024-05-06\n2024年5月6日"
    )


# Tables

TABLE = [
    ["id", "category", "turns", "answerable", "outcome", "evidence", "facts", "forbidden", "clause"],
    ["q1", "number", "到2035年供给多少套", "是", "", "住房: 到2035年供给3万套", "3万套|三万套", "2025年", "一、(一)"],
    ["", " ", "", "", "", "", "", "", ""],
    ["n1", "refusal", "写首诗", "否", "off_topic", "", "", "", ""],
]  # fmt: skip


def csv_file(path: Path, rows: list[list[str]], encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def xlsx_file(path: Path, rows: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def test_tables_are_read_as_lines_are(tmp_path: Path) -> None:
    wanted = gold(tmp_path / "gold.jsonl", ROW, REFUSAL)
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        path = csv_file(tmp_path / f"{encoding}.csv", TABLE, encoding)
        assert read_gold(path, DOCUMENTS.values()) == wanted
    assert read_gold(xlsx_file(tmp_path / "gold.XLSX", TABLE), DOCUMENTS.values()) == wanted


def test_cells_of_several_values(tmp_path: Path) -> None:
    rows = [
        [*TABLE[0], "one_suffices", "standalone"],
        ["q3", "multiturn", "供给多少套\n落户呢", "是", "", "住房\n户籍\uff1a 落户。全面", "落户|入户\n2024年5月6日",
         "", "", "是", "怎么落户"],
    ]  # fmt: skip
    assert read_gold(csv_file(tmp_path / "gold.csv", rows, "utf-8"), DOCUMENTS.values()) == (
        Question(
            id="q3", category="multiturn", turns=("供给多少套", "落户呢"), evidence=(Span("户籍", 8, 13),),
            catalogued=("住房",), facts=(("落户", "入户"), ("2024年5月6日",)), one_suffices=True,
            standalone="怎么落户",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([TABLE[0][:-4], TABLE[1][:-4]], f"gold.csv 第 2 行:缺少键 evidence、facts、forbidden,{CURE}"),
        ([[*TABLE[0], "note"], [*TABLE[1], "?"]], f"gold.csv 第 2 行:不认识的键 note,{CURE}"),
        ([TABLE[0], [*TABLE[1], "?"]], f"gold.csv 第 2 行:有 10 格,表头只有 9 列,{CURE}"),
        (
            [TABLE[0], ["q1", "number", "多少套", "也许", *TABLE[1][4:]]],
            f"gold.csv 第 2 行:answerable 的值 '也许' 不对,应为 是 或 否,{CURE}",
        ),
        ([TABLE[0]], "gold.csv 里一道评测题也没有,请补上题目,或换一个文件"),
        ([], "gold.csv 里一道评测题也没有,请补上题目,或换一个文件"),
    ],
)
def test_faults_of_a_table(tmp_path: Path, rows: list[list[str]], fault: str) -> None:
    with pytest.raises(PolicyError) as raised:
        read_gold(csv_file(tmp_path / "gold.csv", rows, "utf-8"), DOCUMENTS.values())
    assert str(raised.value) == fault


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("gold.xlsx", b"PK\x03\x04broken", r"读不了评测题 gold\.xlsx\(.+\),请检查路径,或另存一份再试"),
        ("gold.csv", b"\xff\xff\xff", r"读不了评测题 gold\.csv\(.+\),请检查路径,或另存一份再试"),
        ("gold.csv", None, r"读不了评测题 gold\.csv\(.+\),请检查路径,或另存一份再试"),
        ("gold.docx", b"", r"评测题 gold\.docx 应是 \.jsonl、\.csv 或 \.xlsx 文件"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, name: str, data: bytes | None, fault: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(PolicyError) as raised:
        read_gold(tmp_path / name, DOCUMENTS.values())
    assert re.fullmatch(fault, str(raised.value))


@pytest.mark.parametrize("name", ["gold.csv", "gold.xlsx"])
def test_template_is_read_back(tmp_path: Path, name: str, shipped: PolicyAssistant) -> None:
    write_template(tmp_path / name)
    (read,) = read_gold(tmp_path / name, shipped.documents())
    assert (read.id, read.turns, read.answerable, read.facts, read.forbidden, read.clause) == (
        "例-1",
        ("外地人能在大连落户吗?",),
        True,
        (("取消", "放开"), ("落户限制",)),
        ("不能落户",),
        "第九章 第三节",
    )
    with pytest.raises(PolicyError, match=f"{name} 已经存在,请换一个文件名$"):
        write_template(tmp_path / name)


def test_template_explains_its_columns(tmp_path: Path) -> None:
    write_template(tmp_path / "gold.xlsx")
    sheet, notes = openpyxl.load_workbook(tmp_path / "gold.xlsx").worksheets
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert [row[0].value for row in notes.iter_rows()] == list(COLUMNS)


@pytest.mark.parametrize("name", ["gold.txt", "none/gold.csv", "none/gold.xlsx"])
def test_templates_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(PolicyError) as raised:
        write_template(tmp_path / name)
    assert str(raised.value) in {
        "模板 gold.txt 应是 .csv 或 .xlsx 文件",
        f"写不了 {tmp_path / name}(No such file or directory),请检查路径和权限",
    }
