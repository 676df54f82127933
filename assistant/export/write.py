"""A paper -> the bytes of a file, in the format that its name ends in."""

from collections.abc import Callable
from pathlib import Path

from assistant.export.markdown import to_markdown
from assistant.export.paper import Paper
from assistant.export.printed import to_html
from index.datatypes import PolicyError


def _word(paper: Paper) -> bytes:
    from assistant.export.word import to_docx  # python-docx, loaded when first used

    return to_docx(paper)


SUFFIXES: dict[str, Callable[[Paper], bytes]] = {
    ".docx": _word,
    ".md": lambda paper: to_markdown(paper).encode(),
    ".html": lambda paper: to_html(paper).encode(),
}
"""What writes each format, by the end of a file's name."""


def check_suffix(name: str | Path) -> str:
    """The end of `name` that says which format is wanted; a PolicyError where it says none of these."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise PolicyError(f"不能写成 {name} 这种格式,请把文件名改为以 {'、'.join(SUFFIXES)} 之一结尾")
    return suffix


def write(paper: Paper, suffix: str) -> bytes:
    """`paper` as a file of the format `suffix`, one of `SUFFIXES`."""
    return SUFFIXES[suffix](paper)
