"""The commands together, and the options that stand before them."""

import logging
import sys
import warnings
from importlib.metadata import version
from typing import Annotated

import typer

from assistant.commands.application import Application, ChineseCommand, ChineseGroup
from assistant.commands.ask import ask, search
from assistant.commands.care import check, repair
from assistant.commands.chat import chat
from assistant.commands.complaints import close, list_complaints, reply, show_complaint
from assistant.commands.eval import evaluate, template
from assistant.commands.feedback import export_feedback, list_feedback
from assistant.commands.index import show_index, sync
from assistant.commands.log import export, forget, list_records, list_requests, show_record
from assistant.commands.models import fetch, models, use
from assistant.commands.output import show
from assistant.commands.selfcheck import selfcheck
from assistant.commands.serve import serve
from assistant.commands.switch import pause, resume

NAME = "policy-assistant"
_ABOUT = "政策文件问答助手:每句话都是可核对的原文条款。"

app = typer.Typer(name=NAME, cls=Application, help=_ABOUT, add_completion=False)
_index = typer.Typer(cls=ChineseGroup)
_eval = typer.Typer(cls=ChineseGroup, callback=evaluate, invoke_without_command=True)
_log = typer.Typer(cls=ChineseGroup)
_feedback = typer.Typer(cls=ChineseGroup)
_models = typer.Typer(cls=ChineseGroup, callback=models, invoke_without_command=True)


def _show_version(wanted: bool) -> None:
    if wanted:
        show(f"{NAME} {version(NAME)}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _begin(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="显示版本")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="出故障时写出详细经过,供管理员查看")] = False,
) -> None:
    if debug:
        logging.basicConfig()
        logging.getLogger("assistant").setLevel(logging.DEBUG)
    else:
        logging.basicConfig(handlers=[logging.NullHandler()])  # faults are told in a line of our own
        if not sys.warnoptions:
            warnings.simplefilter("ignore")  # of libraries, for their users' programmers
    _help_without_command(context)


@_index.callback(invoke_without_command=True)
@_log.callback(invoke_without_command=True)
@_feedback.callback(invoke_without_command=True)
def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


_SYNC = """照文件夹更新索引:收录新的,更新改过的,去掉已删的。

有文件没能收录而其余照常时,退出码为 3;全都没能收录时为 1。"""

_CHECK = """检查索引:哪些完好,哪些有误,该怎么办。

全都完好时,退出码为 0;有误时为 1。"""

app.command(cls=ChineseCommand, help="提一个问题,用文件原文回答。")(ask)
app.command(cls=ChineseCommand, help="一问一答地谈,可以接着前面的问。")(chat)
app.command(cls=ChineseCommand, help="列出与问题最相关的段落。")(search)
app.command(cls=ChineseCommand, help="打开网页。")(serve)
app.command(cls=ChineseCommand, help="让正开着的网页暂停回答,只说一句话。")(pause)
app.command(cls=ChineseCommand, help="让暂停的网页恢复回答。")(resume)
app.add_typer(_index, name="index", help="建立、更新和查看索引。")
_index.command("sync", cls=ChineseCommand, help=_SYNC)(sync)
_index.command("show", cls=ChineseCommand, help="查看索引里的文件、条款结构或一条的全文。")(show_index)
_index.command("check", cls=ChineseCommand, help=_CHECK)(check)
_index.command("repair", cls=ChineseCommand, help="照记录重建索引里损坏的部分。")(repair)

app.add_typer(_log, name="log", help="查看、导出和删除问答记录。")
_log.command("list", cls=ChineseCommand, help="列出最近的问答。")(list_records)
_log.command("show", cls=ChineseCommand, help="重新打开一次回答:原文、段落、分数和所用的索引与模型。")(
    show_record
)
_log.command("export", cls=ChineseCommand, help="导出问答记录,一行一条 JSON。")(export)
_log.command("forget", cls=ChineseCommand, help="彻底删除一个会话的记录。")(forget)
_log.command("requests", cls=ChineseCommand, help="导出网页的访问日志(不含问题),一行一条 JSON。")(
    list_requests
)

_EXPORT_FEEDBACK = """把有反馈的问答写成候选评测题,一行一条 JSON。

标着〔请填…〕的地方要由人填好,eval --gold 才收。"""

app.add_typer(_feedback, name="feedback", help="查看读者的反馈,写成候选评测题;答复投诉。")
_feedback.command("list", cls=ChineseCommand, help="列出最近的反馈。")(list_feedback)
_feedback.command("export", cls=ChineseCommand, help=_EXPORT_FEEDBACK)(export_feedback)
_feedback.command("complaints", cls=ChineseCommand, help="列出最近的投诉,或待答复的。")(list_complaints)
_feedback.command("show", cls=ChineseCommand, help="凭回执编号查看一件投诉。")(show_complaint)
_feedback.command("reply", cls=ChineseCommand, help="答复一件投诉;再次答复即替换。")(reply)
_feedback.command("close", cls=ChineseCommand, help="办结一件投诉。")(close)

_SELFCHECK = """检查安装:版本、磁盘、索引、模型,并断开外网试用一遍。

全都正常时,退出码为 0;有误时为 1。"""

app.add_typer(_models, name="models", help="查看现用和可用的向量模型,下载或装入。")
_models.command("fetch", cls=ChineseCommand, help="下载一个模型,为本机准备好。")(fetch)
_models.command("use", cls=ChineseCommand, help="装入另行拷来的模型,为本机准备好。")(use)
app.command(cls=ChineseCommand, help=_SELFCHECK)(selfcheck)

_EVAL = """用评测题检验回答,写出分数和报告。

有一项低于 --min 所定的下限时,退出码为 1。"""

app.add_typer(_eval, name="eval", help=_EVAL)
_eval.command("template", cls=ChineseCommand, help="写一份评测题模板,照着填自己的题。")(template)
