"""Gold questions that staff keep in a table: .csv or .xlsx, the columns named as the keys of a row of JSON Lines.

Several values of a cell stand on lines of their own; forms of one fact are parted by "|"; evidence is
"document: quote", or the document alone for what its catalogue entry says; yes and no are 是 and 否.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from eval.questions import (
    CATEGORIES,
    KEYS,
    REFUSALS,
    SPLITS,
    Question,
    check_questions,
    read_questions,
    read_split,
)
from index.datatypes import Document, PolicyError

COLUMNS = {
    "id": ("例-1", "编号,不可重复"),
    "category": ("hukou", "类别:" + "、".join(f"{key} {name}" for key, name in CATEGORIES.items())),
    "turns": ("外地人能在大连落户吗?", "用户说的话;多轮时一句一行,只评最后一句"),
    "answerable": ("是", "文件能不能回答:是 或 否"),
    "outcome": ("", "不能回答时应有的结局:" + "、".join(f"{key} {name}" for key, name in REFUSALS.items())),
    "evidence": (
        "dalian-14th-five-year-plan: 全面取消非户籍常住人口的落户限制",
        "依据,一条一行:文件编号: 一字不差的原文;只写文件编号,指该文件的名称、机关、日期等",
    ),
    "facts": ("取消|放开\n落户限制", "答案必须说到的,一件一行;同一件的几种说法用 | 隔开,至少一种在依据里"),
    "forbidden": ("不能落户", "只有错误的答案才会说的,一件一行"),
    "clause": ("第九章 第三节", "指明条款的题:应引的条款"),
    "one_suffices": ("否", "依据引到任何一条即可:是 或 否"),
    "standalone": ("", "多轮题:最后一句单独问时的说法"),
}
"""An example and an explanation of each column."""
_YES, _NO = {"是", "true", "1", "yes"}, {"否", "false", "0", "no", ""}


def questions_of(gold: str, documents: Iterable[Document]) -> tuple[Question, ...]:
    """The gold questions named: "dev", "test", or the path of a file as `read_gold` takes it."""
    return read_split(gold, documents) if gold in SPLITS else read_gold(Path(gold), documents)


def read_gold(path: Path, documents: Iterable[Document]) -> tuple[Question, ...]:
    """The questions of a .jsonl, .csv or .xlsx file; raises PolicyError as `read_questions`, rows named by number."""
    kind = path.suffix.lower()
    if kind == ".jsonl":
        return read_questions(path, documents)
    if kind not in (".csv", ".xlsx"):
        raise PolicyError(f"评测题 {path.name} 应是 .jsonl、.csv 或 .xlsx 文件")
    try:
        table = list(_csv_rows(path) if kind == ".csv" else _xlsx_rows(path))
    except PolicyError:
        raise
    except Exception as fault:  # whichever way openpyxl tells that a workbook is none
        raise PolicyError(f"读不了评测题 {path.name}({fault}),请检查路径,或另存一份再试") from fault
    names = [name.strip() for name in table[0]] if table else []
    rows = [
        (f"第 {number} 行", _as_row(names, [cell.strip() for cell in cells]))
        for number, cells in enumerate(table[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    return check_questions(path.name, rows, documents)


def write_template(path: Path) -> None:
    """A table with the columns and one example, for staff to fill; raises PolicyError where it exists already.

    In a workbook a second sheet explains the columns.
    """
    if path.exists():
        raise PolicyError(f"{path} 已经存在,请换一个文件名")
    rows = [list(COLUMNS), [example for example, _ in COLUMNS.values()]]
    try:
        if path.suffix.lower() == ".xlsx":
            _write_xlsx(path, rows)
        elif path.suffix.lower() == ".csv":
            with path.open(
                "w", encoding="utf-8-sig", newline=""
            ) as file:  # Excel needs the mark to read UTF-8
                csv.writer(file).writerows(rows)
        else:
            raise PolicyError(f"模板 {path.name} 应是 .csv 或 .xlsx 文件")
    except OSError as fault:
        raise PolicyError(f"写不了 {path}({fault.strerror}),请检查路径和权限") from fault


def _csv_rows(path: Path) -> Iterator[list[str]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")  # what Excel writes on a Chinese Windows
    yield from csv.reader(io.StringIO(text, newline=""))


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    """The rows of the first sheet."""
    book = _library().load_workbook(path, data_only=True)
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield ["" if cell is None else str(cell) for cell in row]


def _write_xlsx(path: Path, rows: Sequence[Sequence[str]]) -> None:
    book = _library().Workbook()
    sheet, notes = book.active, book.create_sheet("说明")
    for row in rows:
        sheet.append(row)
    for name, (_, meaning) in COLUMNS.items():
        notes.append([name, meaning])
    for column in "ABCDEFGHIJK":
        sheet.column_dimensions[column].width = 24
    notes.column_dimensions["B"].width = 100
    book.save(path)


def _library() -> ModuleType:
    try:
        import openpyxl
    except ModuleNotFoundError as fault:
        raise PolicyError('缺少 openpyxl,请运行:pip install "policy-assistant[eval]"') from fault
    module: ModuleType = openpyxl
    return module


def _as_row(names: Sequence[str], cells: Sequence[str]) -> dict[str, object] | ValueError:
    """The row as JSON Lines have it: cells that are empty are absent, where they are no list and no yes or no."""
    if any(cells[len(names) :]):
        return ValueError(f"有 {len(cells)} 格,表头只有 {len(names)} 列")
    try:
        return {
            name: _value(name, cell)
            for name, cell in zip(names, cells, strict=False)
            if name and (cell or KEYS.get(name) in (list, bool))
        }
    except ValueError as fault:
        return fault


def _value(name: str, cell: str) -> object:
    lines = [line.strip() for line in cell.splitlines() if line.strip()]
    if name == "evidence":
        return [_evidence(line) for line in lines]
    if name == "facts":
        return [[form.strip() for form in line.split("|")] for line in lines]
    if KEYS.get(name) is list:
        return lines
    if KEYS.get(name) is bool:
        if cell.lower() not in _YES | _NO:
            raise ValueError(f"{name} 的值 {cell!r} 不对,应为 是 或 否")
        return cell.lower() in _YES
    return cell


def _evidence(line: str) -> dict[str, str]:
    document, *quote = re.split(r"[:\uff1a]", line, maxsplit=1)
    return {"document": document.strip(), **({"quote": quote[0].strip()} if quote else {})}
