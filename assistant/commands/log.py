"""Commands about what is kept: `log list`, `log show`, `log export`, `log forget`, `log requests`."""

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.ask import show_answer, show_passage
from assistant.commands.newfile import export_lines
from assistant.commands.options import JsonOption
from assistant.commands.output import local_time, show, show_json
from assistant.ended import ENDED

if TYPE_CHECKING:
    from assistant.records import Record

_SHORT_ID, _SHORT_DIGEST = 12, 12

_ThreadOption = Annotated[
    str | None, typer.Option("--thread", metavar="会话", help="只要这个会话的;不写就是全部")
]


def list_records(
    most: Annotated[int, typer.Option("-n", metavar="数目", min=1, help="最多列出几条;不写就是 20")] = 20,
    thread: _ThreadOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the latest answers, the latest first."""
    from assistant.records import chosen_records

    found = chosen_records().latest(most, thread)
    if as_json:
        show_json({"records": [_facts(record) for record in found]})
        return
    for record in found:
        answer = record.answer
        show(f"{record.id[:_SHORT_ID]}  {local_time(record.at)}  {ENDED[answer.status]}  {answer.question}")
    if not found:
        show("没有记录")


def show_record(
    beginning: Annotated[str, typer.Argument(metavar="编号", help="记录的编号,写开头几位就行")],
    as_json: JsonOption = False,
) -> None:
    """Print an answer as it was given, and what it was made of."""
    from assistant.records import chosen_records

    record = chosen_records().find(beginning)
    if as_json:
        show_json(asdict(record))
        return
    answer = record.answer
    show(f"问题: {answer.question}")
    seconds = f"用时 {answer.seconds:.2f} 秒"
    ended = f"{ENDED[answer.status]}({answer.status})"
    show(faint=" · ".join([local_time(record.at), ended, f"把握 {answer.confidence:.2f}", seconds]))
    show(faint=f"会话 {record.thread or '无'} · 编号 {record.id}\n")
    show_answer(answer)
    if answer.passages:
        show(faint="\n找到的段落:")
    for rank, passage in enumerate(answer.passages, start=1):
        show_passage(rank, passage)
    show(faint=f"索引 {(record.index or '无')[:_SHORT_DIGEST]} · 向量模型 {record.embedder or '无'}")
    show(faint=f"大模型 {record.model or '无'}")
    show(faint=f"提示 {' '.join(f'{name} {digest}' for name, digest in record.prompts.items())}")


def export(
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="文件", help="写入这个新文件;不写就输出到屏幕"),
    ] = None,
    thread: _ThreadOption = None,
) -> None:
    """Write every record as a line of JSON, the earliest first; into a file that is not there yet, or to stdout."""
    from assistant.records import chosen_records

    count = export_lines((line.encode() for line in chosen_records().lines(thread)), output)
    if count is not None:
        show(f"已导出 {count} 条记录到 {output}")


def forget(
    thread: Annotated[str, typer.Argument(metavar="会话", help="会话的名称;也可以是一条记录的完整编号")],
    as_json: JsonOption = False,
) -> None:
    """Delete the records of a conversation for good, with what it remembers, and print how many there were."""
    from assistant.conversation.graph import Threads
    from assistant.records import chosen_records
    from assistant.settings import settings

    count = chosen_records().forget(thread)
    if settings().threads.exists():
        with closing(Threads(settings().threads)) as threads:
            threads.forget(thread)
    if as_json:
        show_json({"forgotten": count})
    else:
        show(f"已彻底删除 {count} 条记录" if count else "没有这个会话的记录")


def list_requests(
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="文件", help="写入这个新文件;不写就输出到屏幕"),
    ] = None,
) -> None:
    """Write every line of the log of requests as JSON, the earliest first."""
    from assistant.records import chosen_records, chosen_requests

    logged = chosen_requests(chosen_records()).all()
    lines = (json.dumps(asdict(request), ensure_ascii=False).encode("utf-8", "replace") for request in logged)
    count = export_lines(lines, output)
    if count is not None:
        show(f"已导出 {count} 条访问日志到 {output}")


def _facts(record: "Record") -> dict[str, object]:
    answer = record.answer
    return {
        "id": record.id,
        "at": record.at,
        "thread": record.thread,
        "status": answer.status,
        "question": answer.question,
        "confidence": answer.confidence,
        "seconds": answer.seconds,
    }
