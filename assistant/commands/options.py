"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", metavar="文件夹", help="索引所在的文件夹;不写就用自己的索引"),
]
ThreadOption = Annotated[str | None, typer.Option("--thread", metavar="名称", help="接着这个名称的会话问")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON(UTF-8),供程序读取")]
