"""The command `eval`: measure the assistant on gold questions, compare runs, hold it to floors."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.application import FAILED
from assistant.commands.opening import open_assistant
from assistant.commands.options import JsonOption, StoreOption
from assistant.commands.output import show, show_json, tell, watched
from index.datatypes import PolicyError

_SplitOption = Annotated[str, typer.Option("--split", metavar="题集", help="dev 或 test;test 只给合计")]
_GoldOption = Annotated[
    Path | None, typer.Option("--gold", metavar="文件", help="自己的评测题(.jsonl .csv .xlsx)")
]
_SystemsOption = Annotated[
    str, typer.Option("--systems", metavar="方法", help="并列评测:ours,naive,words,vectors")
]
_OutOption = Annotated[Path, typer.Option("--out", metavar="文件夹", help="结果放在哪里,不写就是 results")]
_ScoreOption = Annotated[
    Path | None, typer.Option("--score", metavar="结果", help="不再提问,给已有的结果重新计分")
]
_CompareOption = Annotated[
    Path | None, typer.Option("--compare", metavar="结果", help="与哪次相比,不写就是上一次")
]
_MinOption = Annotated[Path | None, typer.Option("--min", metavar="文件", help="各项下限(TOML)")]


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
    _need_libraries()
    from eval.evaluation import evaluate as evaluate_run
    from eval.floors import below, read_floors
    from eval.generate import generate
    from eval.output import write_all
    from eval.questions import SPLITS
    from eval.runs import read_run
    from eval.tables import tables

    if split not in SPLITS:
        raise PolicyError(f"没有题集“{split}”,可用:{'、'.join(SPLITS)};自己的题用 --gold 给出")
    least = read_floors(floors) if floors else {}
    if against:
        read_run(against)  # a wrong path is told before anything is asked
    with open_assistant(store, record=False) as assistant:
        if score is None:
            names = [name.strip() for name in systems.split(",")]
            with watched() as progress:
                score = generate(assistant, str(gold or split), names, out, progress)
        found = evaluate_run(score, assistant.documents(), against)
        write_all(found, assistant.documents())
    if as_json:
        show_json({"folder": str(score), **{name: one.as_dict() for name, one in found.summaries.items()}})
    else:
        show(tables(found))
        show(f"报告:{score / 'report.html'}")
    if short := below(found.summaries[found.first], least):
        for phrase in short:
            tell(f"低于下限:{phrase}")
        raise typer.Exit(FAILED)


def template(
    path: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里:.csv 或 .xlsx")],
) -> None:
    """Write a table for staff to fill with questions of their own."""
    from eval.sheets import write_template

    write_template(path)
    show(f"已写好 {path},照例子一行一题填写,再运行 policy-assistant eval --gold {path}")


def _need_libraries() -> None:
    """Have a library that is missing told before anything is asked."""
    from importlib.util import find_spec

    if missing := [name for name in ("ir_measures", "jinja2") if not find_spec(name)]:
        raise PolicyError(f'缺少 {"、".join(missing)},请运行:pip install "policy-assistant[eval]"')
