"""Files that commands write: new ones, which their owner alone may read."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import typer

from index.datatypes import PolicyError


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """The new file at `path`, open to be written. Raises PolicyError where one is there, or none can be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except FileExistsError as fault:
        raise PolicyError(f"{path} 已经存在,请换一个文件名") from fault
    except OSError as fault:
        raise PolicyError(f"无法写入 {path}({fault.strerror}),请检查路径、权限和磁盘空间") from fault


def export_lines(lines: Iterable[bytes], output: Path | None) -> int | None:
    """Write `lines` into the new file `output` and tell how many; to the screen where there is none, and None."""
    if output is None:
        for line in lines:
            typer.echo(line)
        return None
    count = 0
    with new_file(output) as file:
        for line in lines:
            file.write(line + b"\n")
            count += 1
    return count
