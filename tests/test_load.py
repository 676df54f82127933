import codecs
import errno
import os
from datetime import date
from pathlib import Path

import pytest

from index.datatypes import Level, Metadata, PolicyError
from index.load import MAX_BYTES, load_document, read_text

CORPUS = Path(__file__).parent.parent / "index" / "corpus"
SENTENCE = "外地人在大连就业,可以在庄河市\uff08县级\uff09落户。\n第二行说的是\U00020bb7野家\uff1a补贴2000元。"
TRADITIONAL = "推動城市高品質發展,完善住房保障體系。\n加強老舊社區改造,讓居民住得安心。"


@pytest.mark.parametrize(
    "raw",
    [
        SENTENCE.encode("utf-8"),
        codecs.BOM_UTF8 + SENTENCE.encode("utf-8"),
        SENTENCE.encode("utf-16-le"),
        SENTENCE.encode("utf-16-be"),
        codecs.BOM_UTF16_LE + SENTENCE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + SENTENCE.encode("utf-16-be"),
        SENTENCE.encode("gb18030"),
        ("\ufeff" + SENTENCE).encode("gb18030"),
    ],
    ids=[
        "utf-8",
        "utf-8-bom",
        "utf-16-le",
        "utf-16-be",
        "utf-16-le-bom",
        "utf-16-be-bom",
        "gb18030",
        "gb18030-bom",
    ],
)
def test_the_same_text_in_every_encoding(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    assert read_text(path) == SENTENCE


def test_big5(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TRADITIONAL.encode("big5"))
    assert read_text(path) == TRADITIONAL


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_of_ascii_without_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("GDP 5.2% (2025)\n".encode(encoding))
    assert read_text(path) == "GDP 5.2% (2025)\n"


def test_a_byte_order_mark_vouches_for_other_scripts(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Закон о жилье".encode("utf-16"))
    assert read_text(path) == "Закон о жилье"


def test_only_line_ends_and_nul_change(tmp_path: Path) -> None:
    path = tmp_path / "a.MD"
    path.write_bytes("一\r\n二\r三\n\r四\x00五\u2028六\u2029七\x0b八\x0c九\u200b\u3000十 \t\ufeff".encode())
    assert read_text(path) == "一\n二\n三\n\n四五\u2028六\u2029七\x0b八\x0c九\u200b\u3000十 \t\ufeff"


GB_BROKEN = "大连市城市更新条例。".encode("gb18030") + b"\xff" + "第一条".encode("gb18030")


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("空.txt", b"", "空.txt 里没有文字,请换成有内容的文件,或从文件夹中移走它"),
        (
            "空白.md",
            "\ufeff \r\n\u3000\u200b".encode(),
            "空白.md 里没有文字,请换成有内容的文件,或从文件夹中移走它",
        ),
        ("a.pdf", b"%PDF-1.7", "a.pdf 的类型不能读取,请另存为 .txt、.md 之一"),
        ("README", b"text", "README 的类型不能读取,请另存为 .txt、.md 之一"),
        (
            "图.txt",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00",
            "图.txt 不是文本文件,或编码无法识别,请另存为 UTF-8 文本",
        ),
        ("零.txt", bytes(100), "零.txt 不是文本文件,或编码无法识别,请另存为 UTF-8 文本"),
        (
            "坏.txt",
            "大连".encode() + b"\xff" + "落户".encode(),
            "坏.txt 按 UTF-8 读到第 7 个字节出错,文件可能损坏或混用了编码,请另存为 UTF-8 文本",
        ),
        (
            "混.txt",
            "大连市落户政策。".encode() + "补贴标准".encode("gb18030"),
            "混.txt 按 UTF-8 读到第 25 个字节出错,文件可能损坏或混用了编码,请另存为 UTF-8 文本",
        ),
        (
            "坏.md",
            GB_BROKEN,
            "坏.md 按 GB18030 读到第 21 个字节出错,文件可能损坏或混用了编码,请另存为 UTF-8 文本",
        ),
        (
            "断.txt",
            codecs.BOM_UTF16_LE + "大连".encode("utf-16-le") + b"\x00",
            "断.txt 按 UTF-16 读到第 7 个字节出错,文件可能损坏或混用了编码,请另存为 UTF-8 文本",
        ),
    ],
)
def test_files_that_are_refused(tmp_path: Path, name: str, raw: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(PolicyError) as error:
        read_text(path)
    assert str(error.value) == message


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "断链.txt").symlink_to(tmp_path / "无.txt")
    for name in ("无.txt", "断链.txt"):
        with pytest.raises(PolicyError) as error:
            read_text(tmp_path / name)
        assert str(error.value) == f"找不到文件 {name},请检查路径是否写对,链接的目标是否还在"


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "文件.txt").mkdir()
    with pytest.raises(PolicyError) as error:
        read_text(tmp_path / "文件.txt")
    assert str(error.value) == "文件.txt 是文件夹,不是文件,请给出其中文件的路径"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管道.txt")
    with pytest.raises(PolicyError) as error:
        read_text(tmp_path / "管道.txt")
    assert str(error.value) == "管道.txt 不是普通文件(是管道、设备或套接字),请换成普通的文本文件"


def test_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "环.txt").symlink_to(tmp_path / "环.txt")
    with pytest.raises(PolicyError) as error:
        read_text(tmp_path / "环.txt")
    assert str(error.value) == f"环.txt 无法读取({os.strerror(errno.ELOOP)}),请检查文件权限和磁盘"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    (tmp_path / "密.txt").write_text("大连", encoding="utf-8")
    (tmp_path / "密.txt").chmod(0)
    with pytest.raises(PolicyError) as error:
        read_text(tmp_path / "密.txt")
    assert str(error.value) == "密.txt 无法读取(没有权限),请检查文件权限和磁盘"


def test_too_large(tmp_path: Path) -> None:
    with (tmp_path / "大.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(PolicyError) as error:
        read_text(tmp_path / "大.txt")
    assert str(error.value) == "大.txt 超过 50 MB,请拆成几个较小的文件"


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.txt")), ids=lambda path: path.stem)
def test_shipped_documents_are_read_character_for_character(path: Path) -> None:
    assert load_document(path, document_id="a").text == path.read_bytes().decode("utf-8")


def test_document_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "养犬.md"
    path.write_text(
        "# 大连市养犬管理条例\n\n日期\uff1a2020-05-28\n\n第一条 本条例自2020年10月1日起施行。",
        encoding="utf-8",
    )
    document = load_document(path, document_id="dogs")
    assert (document.id, document.source) == ("dogs", "养犬.md")
    assert document.metadata == Metadata(
        name="大连市养犬管理条例",
        title="大连市养犬管理条例",
        level=Level.CITY,
        region="大连",
        issued=date(2020, 5, 28),
        valid_from=date(2020, 10, 1),
    )
    spans = [(part.start, part.end) for part in (*document.clauses, *document.furniture)]
    assert sum(end - start for start, end in spans) == len(document.text)


def test_given_metadata_goes_before_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("大连市养犬管理条例\n第一条 略。", encoding="utf-8")
    metadata = Metadata(name="养犬条例")
    assert load_document(path, document_id="a", metadata=metadata).metadata is metadata


def test_odd_file_names_stay_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "甲\n乙\udcb4.txt"
    path.write_text("补贴2000元。", encoding="utf-8")
    document = load_document(path, document_id="a")
    assert (document.source, document.metadata.name) == (r"甲\n乙\udcb4.txt", r"甲\n乙\udcb4")
