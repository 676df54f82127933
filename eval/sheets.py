"""Gold questions that staff keep in a table: .csv or .xlsx, the columns named as the keys of a row of JSON Lines.

Several values of a cell stand on lines of their own; forms of one fact are parted by "|"; evidence is
"document: quote", or the document alone for what its catalogue entry says; answerable is 是 or 否.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from eval.questions import KEYS, Question, check_questions, read_questions
from index.datatypes import Document, PolicyError

EXAMPLE = {
    "id": "例-1",
    "category": "hukou",
    "turns": "外地人能在大连落户吗?",
    "answerable": "是",
    "outcome": "",
    "evidence": "dalian-14th-five-year-plan: 全面取消非户籍常住人口的落户限制",
    "facts": "取消|放开\n落户限制",
    "forbidden": "不能落户",
    "clause": "",
    "one_suffices": "否",
    "standalone": "",
}
_YES, _NO = {"是", "true", "1", "yes"}, {"否", "false", "0", "no", ""}


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
        (f"第 {number} 行", _as_row(names, cells))
        for number, cells in enumerate(table[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    return check_questions(path.name, rows, documents)


def write_template(path: Path) -> None:
    """A table with the columns and one example, for staff to fill; raises PolicyError where it exists already."""
    if path.exists():
        raise PolicyError(f"{path} 已经存在,请换一个文件名")
    rows = [list(KEYS), [EXAMPLE[key] for key in KEYS]]
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
    sheet = _library().load_workbook(path, read_only=True, data_only=True).active
    for row in sheet.iter_rows(values_only=True):
        yield ["" if cell is None else str(cell) for cell in row]


def _write_xlsx(path: Path, rows: Sequence[Sequence[str]]) -> None:
    book = _library().Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def _library() -> ModuleType:
    try:
        import openpyxl
    except ModuleNotFoundError as fault:
        raise PolicyError("缺少 openpyxl,请运行 pip install -U '.[eval]'") from fault
    module: ModuleType = openpyxl
    return module


def _as_row(names: Sequence[str], cells: Sequence[str]) -> dict[str, object] | ValueError:
    try:
        return {
            name: _value(name, cell.strip())
            for name, cell in zip(names, cells, strict=False)
            if name and (cell.strip() or KEYS.get(name) in (list, bool))
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
