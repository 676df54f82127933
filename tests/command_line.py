"""The command line run in this process, a small document for it, and what it says again and again."""

from typer.testing import CliRunner, Result

from assistant.commands.app import NAME, app

PARK = """测试市公园管理办法

第一章 总则
第一条 为了加强公园管理,制定本办法。
第二条 公园全年开放,每日开放时间为六时至二十二时。
第二章 管理
第三条 公园内禁止下列行为:
(一)攀折花木;
(二)乱扔垃圾。
"""
SECOND_ARTICLE = """测试市公园管理办法\uff1a第二条 公园全年开放,每日开放时间为六时至二十二时。[1]
原文摘录

[1] 《测试市公园管理办法》第二条“总则”
    index show '公园' --clause '第一章/第二条'
"""
UNCLEAR = (
    "没有看清您想问什么。请说出想了解的事情\uff0c最好带上地点\uff0c例如“大连的公租房有什么政策\uff1f”。\n"
)
TOO_LONG = "问题太长了\uff08上限1000字\uff09。请用一两句话说明想了解什么。\n"


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin, prog_name=NAME)


def outcome(result: Result) -> tuple[int, str, str]:
    return result.exit_code, result.stdout, result.stderr
