"""File -> text -> Document. Only a byte order mark, line ends and NUL differ between file and text."""

import re
import stat
from collections.abc import Callable
from functools import cache
from pathlib import Path

from index.clauses import parse_clauses
from index.datatypes import Document, Metadata, PolicyError
from index.metadata import guess_metadata

MEGABYTE = 2**20
MAX_BYTES = 50 * MEGABYTE
"""Size of the largest file that is read."""

_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

# Tried in turn: the stricter an encoding, the earlier. UTF-8 proves itself; bytes of the others decode as
# one another, so their text must also look Chinese.
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB18030",
    "cp950": "Big5",
}

# Share of usual characters among those beyond ASCII. Measured on passages of 100 characters from 3,300 laws
# in all five encodings: right decodings have .78 and more, wrong ones .72 at most.
_USUAL_SHARE = 0.75
_CONTROL_SHARE = 0.1
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_LINE_END = re.compile(r"\r\n?")


def load_document(path: Path, *, document_id: str, metadata: Metadata | None = None) -> Document:
    """Read `path` as the document `document_id`, with `metadata` or what its text says of itself.

    Raises PolicyError as `read_text` does.
    """
    text = read_text(path)
    name = printable(path.name)
    clauses, furniture = parse_clauses(text)
    return Document(
        id=document_id,
        text=text,
        metadata=metadata or guess_metadata(text, name),
        clauses=clauses,
        furniture=furniture,
        source=name,
    )


def read_text(path: Path) -> str:
    """The characters of the file at `path`, in whichever encoding they are; what offsets count.

    Raises PolicyError where there is no such file, or it cannot be read, is too large, of an unknown suffix,
    empty, or not text.
    """
    name = printable(path.name or str(path))
    reader = _reader(path, name)
    text = _LINE_END.sub("\n", reader(_read_bytes(path, name), name).replace("\x00", ""))
    if not any(map(str.isalnum, text)):
        raise PolicyError(f"{name} 里没有文字,请换成有内容的文件,或从文件夹中移走它")
    return text


def printable(name: str) -> str:
    """`name` on one line that any store can hold: line breaks, control and broken characters as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)


def _reader(path: Path, name: str) -> Callable[[bytes, str], str]:
    """The reader for `path`, where that is a file to open without waiting and not too large."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PolicyError(f"找不到文件 {name},请检查路径是否写对,链接的目标是否还在") from error
    except OSError as error:
        raise _unreadable(name, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise PolicyError(f"{name} 是文件夹,不是文件,请给出其中文件的路径")
    if not stat.S_ISREG(status.st_mode):
        raise PolicyError(f"{name} 不是普通文件(是管道、设备或套接字),请换成普通的文本文件")
    if (reader := READERS.get(path.suffix.lower())) is None:
        raise PolicyError(f"{name} 的类型不能读取,请另存为 {'、'.join(READERS)} 之一")
    if status.st_size > MAX_BYTES:
        raise _too_large(name)
    return reader


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(name, error) from error
    if len(raw) > MAX_BYTES:  # it grew meanwhile
        raise _too_large(name)
    return raw


def _too_large(name: str) -> PolicyError:
    return PolicyError(f"{name} 超过 {MAX_BYTES // MEGABYTE} MB,请拆成几个较小的文件")


def _unreadable(name: str, error: OSError) -> PolicyError:
    cause = "没有权限" if isinstance(error, PermissionError) else error.strerror
    return PolicyError(f"{name} 无法读取({cause}),请检查文件权限和磁盘")


def _read_plain(raw: bytes, name: str) -> str:
    """Plain text: by its byte order mark, else in the first encoding in which it decodes and looks right."""
    marked = next((encoding for mark, encoding in _BYTE_ORDER_MARKS.items() if raw.startswith(mark)), None)
    broken: dict[int, str] = {}
    for encoding in (marked,) if marked else _ENCODINGS:
        proven = encoding in ("utf-8", marked)
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start and _looks_right(raw[: error.start].decode(encoding), proven):
                broken[error.start] = _ENCODINGS[encoding]
            continue
        if _looks_right(text, proven):
            return text.removeprefix("\ufeff")
    if broken:
        at = max(broken)
        cause = f"按 {broken[at]} 读到第 {at + 1} 个字节出错,文件可能损坏或混用了编码"
        raise PolicyError(f"{name} {cause},请另存为 UTF-8 文本")
    raise PolicyError(f"{name} 不是文本文件,或编码无法识别,请另存为 UTF-8 文本")


def _looks_right(text: str, proven: bool) -> bool:
    """Whether `text` has few controls and, unless its bytes prove the encoding, mostly usual characters."""
    if len(_CONTROLS.findall(text)) > _CONTROL_SHARE * len(text):
        return False
    beyond_ascii = "" if proven else [char for char in text if not char.isascii()]
    usual = sum(map(_usual_characters().__contains__, beyond_ascii))
    return usual >= _USUAL_SHARE * len(beyond_ascii)


@cache
def _usual_characters() -> frozenset[str]:
    """The everyday characters of both Chinese standards (level 1 of GB 2312 and of Big5) and punctuation."""
    levels = {
        "gb2312": (range(0xB0, 0xD8), range(0xA1, 0xFF)),
        "cp950": (range(0xA4, 0xC7), range(0x40, 0xFF)),
    }
    characters = (
        bytes((lead, trail)).decode(encoding, "ignore")
        for encoding, (leads, trails) in levels.items()
        for lead in leads
        for trail in trails
    )
    blocks = (range(0x2010, 0x2027), range(0x2460, 0x2474), range(0x3000, 0x3018), range(0xFF01, 0xFF5F))
    marks = "".join(chr(code) for block in blocks for code in block)
    return frozenset("".join(characters) + marks + "·\ufeff")


READERS: dict[str, Callable[[bytes, str], str]] = {".txt": _read_plain, ".md": _read_plain}
"""How a file of each suffix becomes text: its bytes and its printable name in, characters out."""
