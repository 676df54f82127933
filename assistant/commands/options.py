"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.datatypes import Audience

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", metavar="文件夹", help="索引所在的文件夹;不写就用自己的索引"),
]
ThreadOption = Annotated[str | None, typer.Option("--thread", metavar="名称", help="接着这个名称的会话问")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON(UTF-8),供程序读取")]
AudienceOption = Annotated[
    Audience | None,
    typer.Option("--audience", metavar="读者", help="citizen 附名词解释和去处,official 整条引用、规范出处"),
]
