"""The command `eval`: measure the assistant on gold questions, compare runs, hold it to floors."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.application import FAILED
from assistant.commands.opening import open_assistant
from assistant.commands.options import JsonOption, StoreOption
from assistant.commands.output import show, show_json, tell, watched

if TYPE_CHECKING:
    from eval.run import Evaluation

_SplitOption = Annotated[str, typer.Option("--split", metavar="题集", help="dev 或 test;test 只给合计")]
_GoldOption = Annotated[
    Path | None, typer.Option("--gold", metavar="文件", help="自己的评测题(.jsonl .csv .xlsx),代替随附的")
]
_SystemsOption = Annotated[
    str,
    typer.Option("--systems", metavar="方法", help="并列评测的方法,逗号分隔:ours,naive,words,vectors"),
]
_OutOption = Annotated[Path, typer.Option("--out", metavar="文件夹", help="结果放在哪里")]
_ScoreOption = Annotated[
    Path | None, typer.Option("--score", metavar="结果", help="不再提问,给已有的结果重新计分")
]
_CompareOption = Annotated[
    Path | None, typer.Option("--compare", metavar="结果", help="与哪一次相比;不写就是上一次同题集的")
]
_MinOption = Annotated[
    Path | None, typer.Option("--min", metavar="文件", help="各项下限(TOML),达不到时退出码为 1")
]


def evaluate(
    context: typer.Context,
    split: _SplitOption = "dev",
    gold: _GoldOption = None,
    systems: _SystemsOption = "ours",
    out: _OutOption = Path("results"),
    score: _ScoreOption = None,
    against: _CompareOption = None,
    floors: _MinOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask, score, report. Exits with 1 where a figure is below its floor."""
    if context.invoked_subcommand:
        return
    from eval import run
    from eval.floors import below, read_floors
    from eval.questions import SPLITS

    if split not in SPLITS:
        raise typer.BadParameter("", param_hint="--split")
    least = read_floors(floors) if floors else {}
    assistant = open_assistant(store, record=False)
    if score is None:
        with watched() as progress:
            folder = run.ask_all(assistant, str(gold or split), systems.split(","), out, progress)
    else:
        folder = score
    before = against or run.previous_run(out, folder)
    results = out if score is None else None
    found = run.evaluate(folder, assistant.documents(), before, results)
    if as_json:
        show_json({"folder": str(folder), **{n: s.as_dict() for n, s in found.summaries.items()}})
    else:
        _show(found)
    short = below(next(iter(found.summaries.values())), least)
    for phrase in short:
        tell(f"低于下限:{phrase}")
    if short:
        raise typer.Exit(FAILED)


def template(
    path: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里:.csv 或 .xlsx")],
) -> None:
    """Write a table for staff to fill with questions of their own."""
    from eval.sheets import write_template

    write_template(path)
    show(f"已写好 {path},照例子一行一题填写,再运行 policy-assistant eval --gold {path}")


def _show(found: "Evaluation") -> None:
    from eval.tables import tables

    show(tables(found))
    show(f"报告:{found.folder / 'report.html'}")
