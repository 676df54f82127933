"""Commands about feedback: `feedback list`, `feedback export`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.newfile import export_lines
from assistant.commands.options import JsonOption
from assistant.commands.output import local_time, show, show_json

_SHORT_ID = 12


def list_feedback(
    most: Annotated[int, typer.Option("-n", metavar="数目", min=1, help="最多列出几条;不写就是 20")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Print the latest feedback, the latest first."""
    from assistant.records import chosen_records

    found = list(chosen_records().rated(most))
    if as_json:
        listed = [{**asdict(given), "question": record.answer.question} for record, given in found]
        show_json({"feedback": listed})
        return
    for record, given in found:
        verdict = " ".join(filter(None, ["👍" if given.good else "👎", given.reason]))
        show(f"{record.id[:_SHORT_ID]}  {local_time(given.at)}  {verdict}  {record.answer.question}")
        if given.comment:
            show(faint=f"    {' '.join(given.comment.split())}")
    if not found:
        show("没有反馈")


def export_feedback(
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="文件", help="写入这个新文件;不写就输出到屏幕"),
    ] = None,
) -> None:
    """Write a candidate gold question for each answer that was rated, as lines of JSON."""
    from assistant.feedback import candidates
    from assistant.records import chosen_records

    lines = (
        json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace")
        for row in candidates(chosen_records())
    )
    count = export_lines(lines, output)
    if count is not None:
        show(f"已导出 {count} 道候选评测题到 {output}")
    if count:
        show(f"标着〔请填…〕的地方要由人填好,填完用 policy-assistant eval --gold {output} 检验")
