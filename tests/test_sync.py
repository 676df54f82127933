import errno
import os
import shutil
import socket
from contextlib import closing
from pathlib import Path

import pytest

from index.datatypes import Failure, PolicyError, SyncReport
from index.load import READERS
from index.lock import StoreBusyError, sole_writer
from index.static import built_in
from index.store import Store
from index.sync import sync_folder
from tests.stores import FILES, HOUSING, TopicEmbedder, found, nearest, write_files


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write_files(tmp_path / "资料")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "库"


def test_first_sync_writes_everything(docs: Path, store: Path) -> None:
    assert sync_folder(docs, store, embedder=TopicEmbedder()) == SyncReport(written=tuple(FILES))
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert [document.id for document in opened.documents()] == ["住房", "户籍", "民政/养老"]
        assert opened.document("住房").text == HOUSING
        assert opened.chunks([nearest(opened, "电梯")[0]])[0].text == "第一条 老旧小区可以加装电梯。"
    assert [found(store, word) for word in ("落户", "养老", "电梯")] == [["户籍"], ["民政/养老"], ["住房"]]


def test_second_sync_skips_everything_and_embeds_nothing(docs: Path, store: Path) -> None:
    sync_folder(str(docs), str(store), embedder=TopicEmbedder())
    before = (store / "CURRENT").read_text()
    again = TopicEmbedder()
    assert sync_folder(str(docs), str(store), embedder=again) == SyncReport(skipped=tuple(FILES))
    assert (again.embedded, (store / "CURRENT").read_text()) == ([], before)


def test_a_changed_file_is_written_and_only_its_new_chunk_embedded(docs: Path, store: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    (docs / "住房.txt").write_text(HOUSING.replace("付房租", "还房贷"), "utf-8")
    embedder = TopicEmbedder()
    assert sync_folder(docs, store, embedder=embedder) == SyncReport(
        written=("住房.txt",), skipped=("户籍.txt", "民政/养老.md")
    )
    assert len(embedder.embedded) == 1 and "公积金可以还房贷" in embedder.embedded[0]
    assert (found(store, "房贷"), found(store, "房租")) == (["住房"], [])


def test_a_removed_file_is_deleted_and_no_longer_found(docs: Path, store: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    (docs / "户籍.txt").unlink()
    assert sync_folder(docs, store, embedder=TopicEmbedder()) == SyncReport(
        skipped=("住房.txt", "民政/养老.md"), deleted=("户籍.txt",)
    )
    assert found(store, "落户") == []
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert opened.manifest.documents == 2
        assert nearest(opened, "落户")[1] == pytest.approx(0.0)


def test_a_renamed_file_is_written_under_its_new_name(docs: Path, store: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    (docs / "户籍.txt").rename(docs / "户籍.md")
    assert sync_folder(docs, store, embedder=TopicEmbedder()) == SyncReport(
        written=("户籍.md",), skipped=("住房.txt", "民政/养老.md"), deleted=("户籍.txt",)
    )
    assert found(store, "落户") == ["户籍"]


def test_a_folder_that_lost_most_of_its_files_is_not_believed(docs: Path, store: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    before = (store / "CURRENT").read_text()
    for name in ("住房.txt", "户籍.txt"):
        (docs / name).unlink()
    (docs / "医疗.txt").write_text("推进分级诊疗。", "utf-8")
    told = f"{docs} 原有 3 个文件,现在只剩 1 个,将删除 2 个,未作任何改动.*--prune.*prune=True"
    with pytest.raises(PolicyError, match=told):
        sync_folder(docs, store, embedder=TopicEmbedder())
    assert ((store / "CURRENT").read_text(), found(store, "落户")) == (before, ["户籍"])
    assert sync_folder(docs, store, embedder=TopicEmbedder(), prune=True) == SyncReport(
        written=("医疗.txt",), skipped=("民政/养老.md",), deleted=("住房.txt", "户籍.txt")
    )
    assert (found(store, "落户"), found(store, "诊疗")) == ([], ["医疗"])


def test_an_emptied_folder_leaves_an_empty_store_if_that_is_meant(docs: Path, store: Path) -> None:
    sync_folder(docs, store)
    shutil.rmtree(docs)
    docs.mkdir()
    with pytest.raises(PolicyError, match="原有 3 个文件,现在只剩 0 个"):
        sync_folder(docs, store)
    assert sync_folder(docs, store, prune=True) == SyncReport(deleted=tuple(FILES))
    with closing(Store.open(store)) as opened:
        assert (opened.documents(), opened.cosines("落户", k=3)) == ((), None)


def test_what_stands_in_a_closed_folder_stays(
    docs: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("民政"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", closed)  # a mode says nothing to root, who may run the tests
    report = sync_folder(docs, store, embedder=TopicEmbedder())
    assert (report.skipped, report.deleted) == (("住房.txt", "户籍.txt"), ())
    assert [failure.path for failure in report.failed] == ["民政"]
    assert "其中原有的文件予以保留" in report.failed[0].reason
    assert found(store, "养老") == ["民政/养老"]


def test_a_file_that_changes_while_it_is_read_is_read_again(
    docs: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, changes = READERS[".txt"], ["落户没有门槛。", "落户有门槛。"]

    def read(raw: bytes, name: str) -> str:
        if name == "户籍.txt" and changes:
            (docs / name).write_text(changes.pop(0), "utf-8")
        return plain(raw, name)

    monkeypatch.setitem(READERS, ".txt", read)
    assert sync_folder(docs, store, embedder=TopicEmbedder()).failed == ()
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert opened.document("户籍").text == "落户有门槛。"
    assert sync_folder(docs, store, embedder=TopicEmbedder()) == SyncReport(skipped=tuple(FILES))


def test_a_file_that_never_stands_still_or_vanishes_is_one_failure(
    docs: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, times = READERS[".txt"], iter(range(100))

    def read(raw: bytes, name: str) -> str:
        if name == "住房.txt":
            (docs / name).write_text(f"第{next(times)}稿", "utf-8")
        elif name == "户籍.txt":
            (docs / name).unlink()
        return plain(raw, name)

    monkeypatch.setitem(READERS, ".txt", read)
    report = sync_folder(docs, store, embedder=TopicEmbedder())
    assert report.written == ("民政/养老.md",)
    assert report.failed == (
        Failure("住房.txt", "住房.txt 正在被修改,请等它写完后再同步"),
        Failure("户籍.txt", "户籍.txt 无法读取(No such file or directory),请检查文件是否还在、有无权限"),
    )


def test_a_folder_may_go_by_a_name_and_move(docs: Path, store: Path, tmp_path: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder(), origin="自带")
    copy = shutil.copytree(docs, tmp_path / "另一个环境")
    assert sync_folder(copy, store, embedder=TopicEmbedder(), origin="自带") == SyncReport(
        skipped=tuple(FILES)
    )
    other = write_files(tmp_path / "用户的")
    assert len(sync_folder(other, store, embedder=TopicEmbedder()).failed) == 3


def test_two_writers_are_one_too_many(docs: Path, store: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    held = f"{store} 正由进程 {os.getpid()}\\(主机 {socket.gethostname()},始于 20.*\\)更新,请等它结束后再试"
    with sole_writer(store), pytest.raises(StoreBusyError, match=held):
        sync_folder(docs, store, embedder=TopicEmbedder())
    assert sync_folder(docs, store, embedder=TopicEmbedder()).skipped == tuple(FILES)


def test_a_file_that_fails_keeps_its_last_version_and_spares_the_rest(docs: Path, store: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    (docs / "住房.txt").write_text(" \n", "utf-8")
    (docs / "户籍.txt").write_text("落户没有门槛。", "utf-8")
    report = sync_folder(docs, store, embedder=TopicEmbedder())
    reason = "住房.txt 里没有文字,请换成有内容的文件,或从文件夹中移走它"
    assert report == SyncReport(
        written=("户籍.txt",), skipped=("民政/养老.md",), failed=(Failure("住房.txt", reason),)
    )
    assert (found(store, "电梯"), found(store, "门槛")) == (["住房"], ["户籍"])


def test_a_reader_that_breaks_is_one_failure(
    docs: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(raw: bytes, name: str) -> str:
        raise ZeroDivisionError

    monkeypatch.setitem(READERS, ".md", broken)
    assert sync_folder(docs, store, embedder=TopicEmbedder()) == SyncReport(
        written=("住房.txt", "户籍.txt"),
        failed=(Failure("民政/养老.md", "未能处理(ZeroDivisionError()),请检查文件是否完好"),),
    )


def test_what_is_no_document_is_passed_over(docs: Path, store: Path, tmp_path: Path) -> None:
    (tmp_path / "外面.txt").write_text("不该读到。", "utf-8")
    (docs / "链接.txt").symlink_to(tmp_path / "外面.txt")
    (docs / "断链.txt").symlink_to(docs / "没有")
    os.mkfifo(docs / "管道.txt")
    (docs / "文件夹.txt").mkdir()
    (docs / ".git").mkdir()
    for name in (".隐藏.txt", ".git/说明.txt", "~$住房.txt", "表格.xyz"):
        (docs / name).write_text("不该读到。", "utf-8")
    assert sync_folder(docs, store, embedder=TopicEmbedder()) == SyncReport(written=tuple(FILES))


def test_a_name_that_is_no_text_is_escaped(docs: Path, store: Path) -> None:
    (docs / os.fsdecode(b"\xd7\xf7.txt")).write_text("住房保障。", "utf-8")
    report = sync_folder(docs, store, embedder=TopicEmbedder())
    assert report == SyncReport(written=(*FILES, r"\udcd7\udcf7.txt"))


def test_the_catalogue_names_documents(docs: Path, store: Path) -> None:
    entry = '[[document]]\nfile = "民政/养老.md"\nid = "elderly"\nname = "养老通知"\n'
    (docs / "corpus.toml").write_text(entry, "utf-8")
    sync_folder(docs, store, embedder=TopicEmbedder())
    assert found(store, "养老") == ["elderly"]
    (docs / "corpus.toml").write_text(entry + 'region = "大连"\n', "utf-8")
    report = sync_folder(docs, store, embedder=TopicEmbedder())
    assert report == SyncReport(written=("民政/养老.md",), skipped=("住房.txt", "户籍.txt"))
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert opened.document("elderly").metadata.region == "大连"
    (docs / "corpus.toml").write_text(entry.replace("elderly", "old-age"), "utf-8")
    sync_folder(docs, store, embedder=TopicEmbedder())
    assert found(store, "养老") == ["old-age"]


def test_an_id_belongs_to_one_file(docs: Path, store: Path) -> None:
    (docs / "户籍.md").write_text("另一份。", "utf-8")
    reason = "文件编号 户籍 已被 户籍.md 占用,请在 corpus.toml 里为它另定 id,或改文件名"
    assert sync_folder(docs, store, embedder=TopicEmbedder()).failed == (Failure("户籍.txt", reason),)


def test_folders_share_a_store_but_not_ids(docs: Path, store: Path, tmp_path: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    other = tmp_path / "另一处"
    other.mkdir()
    (other / "户籍.txt").write_text("重名。", "utf-8")
    (other / "教育.txt").write_text("就近入学。", "utf-8")
    reason = f"文件编号 户籍 已被 {docs} 占用,请在 corpus.toml 里为它另定 id,或改文件名"
    assert sync_folder(other, store, embedder=TopicEmbedder()) == SyncReport(
        written=("教育.txt",), failed=(Failure("户籍.txt", reason),)
    )
    assert (found(store, "入学"), found(store, "落户")) == (["教育"], ["户籍"])


def test_a_folder_that_moved_takes_its_documents_along(docs: Path, store: Path, tmp_path: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    moved, embedder = docs.rename(tmp_path / "新资料"), TopicEmbedder()
    assert sync_folder(moved, store, embedder=embedder) == SyncReport(written=tuple(FILES))
    assert embedder.embedded == []
    (moved / "户籍.txt").unlink()
    assert sync_folder(moved, store, embedder=embedder).deleted == ("户籍.txt",)


def test_a_reader_goes_on_while_the_store_is_synchronised(docs: Path, store: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    with closing(Store.open(store, TopicEmbedder())) as reader:
        for name in FILES:
            (docs / name).unlink()
            sync_folder(docs, store, embedder=TopicEmbedder(), prune=True)
        assert reader.chunks([nearest(reader, "落户")[0]])[0].text == "全面取消落户限制。"
        assert len(reader.documents()) == 3
    assert found(store, "落户") == []


def test_another_embedder_makes_another_generation(docs: Path, store: Path) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    other = TopicEmbedder("四题")
    assert sync_folder(docs, store, embedder=other) == SyncReport(skipped=tuple(FILES))
    assert len(other.embedded) == 4
    with pytest.raises(PolicyError, match="向量模型是 四题,现用的是 三题"):
        Store.open(store, TopicEmbedder())
    back = TopicEmbedder()
    sync_folder(docs, store, embedder=back)
    assert (found(store, "落户"), back.embedded) == (["户籍"], [])


@pytest.mark.parametrize(
    "lost", ["CURRENT", "generations", "generations/*/chroma", "generations/*/manifest.json"]
)
def test_what_is_lost_is_made_again_without_embedding(docs: Path, store: Path, lost: str) -> None:
    sync_folder(docs, store, embedder=TopicEmbedder())
    (path,) = store.glob(lost)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    embedder = TopicEmbedder()
    assert sync_folder(docs, store, embedder=embedder) == SyncReport(skipped=tuple(FILES))
    assert (embedder.embedded, found(store, "落户")) == ([], ["户籍"])


def test_a_sync_that_broke_off_is_taken_up_again(docs: Path, store: Path) -> None:
    class Unreachable(TopicEmbedder):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            raise ConnectionError

    sync_folder(docs, store, embedder=TopicEmbedder())
    (docs / "户籍.txt").write_text("落户没有门槛。", "utf-8")
    with pytest.raises(ConnectionError):
        sync_folder(docs, store, embedder=Unreachable())
    assert (found(store, "限制"), found(store, "门槛")) == (["户籍"], [])
    embedder = TopicEmbedder()
    assert sync_folder(docs, store, embedder=embedder) == SyncReport(skipped=tuple(FILES))
    assert (len(embedder.embedded), found(store, "限制"), found(store, "门槛")) == (1, [], ["户籍"])


def test_the_built_in_embedder_stays_the_same_when_chunks_change(docs: Path, store: Path) -> None:
    for name, text in (("医疗", "推进分级诊疗。"), ("教育", "就近入学。")):
        (docs / f"{name}.txt").write_text(text, "utf-8")
        sync_folder(docs, store)
        with closing(Store.open(store)) as opened:
            assert nearest(opened, "加装电梯")[0].startswith("住房#")
            assert opened.embedder_name == built_in().name


def test_progress_tells_what_is_done(docs: Path, store: Path) -> None:
    told: list[tuple[str, int, int]] = []
    sync_folder(docs, store, embedder=TopicEmbedder(), progress=lambda *step: told.append(step))
    assert told == [
        *(("读取文件", done, 3) for done in (1, 2, 3)),
        ("计算向量", 4, 4),
        *(("建立索引", done, 4) for done in (1, 2, 3, 4)),
    ]


def test_wrong_folders_are_said_so(docs: Path, store: Path, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"没有文件夹 .*没有这里,请检查路径"):
        sync_folder(tmp_path / "没有这里", store)
    with pytest.raises(PolicyError, match=r"无法建立文件夹 .*住房.txt\(File exists\),请检查路径和权限"):
        sync_folder(docs, docs / "住房.txt")
    assert not store.exists()
