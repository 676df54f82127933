import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from eval.faults.chroma_server import ChromaServer
from index.datatypes import PolicyError
from index.files import digest, files_below
from index.vectors import ServedVectors, VectorFolder, VectorPlace

EAST, NORTH, NORTHEAST, WEST = [1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [-3.0, 0.0]
Places = Callable[[str], VectorPlace]


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorPlace]:
    """Where vectors are kept: in a folder, or on a real server. Both are to keep the same contract."""
    if request.param == "folder":
        yield VectorFolder(tmp_path / "v")
        return
    served = ServedVectors(request.getfixturevalue("chroma_server").url, "test")
    yield served
    served.remove()


def nearest(place: VectorPlace, vector: list[float], k: int) -> list[tuple[str, float]]:
    with closing(place.open()) as index:
        return index.nearest(vector, k)


def test_nearest_is_by_cosine(place: VectorPlace) -> None:
    place.build(["东", "北", "东北", "西"], np.array([EAST, NORTH, NORTHEAST, WEST], "f4"))
    found = nearest(place, [5.0, 0.1], k=4)
    assert [id_ for id_, _ in found] == ["东", "东北", "北", "西"]
    assert [cosine for _, cosine in found] == pytest.approx([0.9998, 0.7210, 0.0200, -0.9998], abs=1e-3)


def test_more_are_asked_for_than_there_are(place: VectorPlace) -> None:
    place.build(["东"], np.array([EAST], "f4"))
    assert nearest(place, EAST, k=9) == [("东", pytest.approx(1.0))]


def test_no_vectors_have_no_nearest(place: VectorPlace) -> None:
    place.build([], np.empty((0, 0), "f4"))
    assert nearest(place, EAST, k=3) == []


def test_more_than_one_batch_is_kept_whole(place: VectorPlace) -> None:
    angles = np.linspace(0, np.pi, 6000, dtype="f4")
    ids = [str(number) for number in range(len(angles))]
    place.build(ids, np.stack([np.cos(angles), np.sin(angles)], axis=1))
    with closing(place.open()) as index:
        assert (index.count(), sorted(index.ids())) == (6000, sorted(ids))
        best = [index.nearest([np.cos(at), np.sin(at)], k=1)[0][0] for at in angles[[0, 5999]]]
        assert best == ["0", "5999"]
        assert index.vectors(["5999", "0"]).tolist() == [
            pytest.approx([-1, 0], abs=1e-6),
            pytest.approx([1, 0]),
        ]


def test_two_readers_close_apart(place: VectorPlace) -> None:
    place.build(["东"], np.array([EAST], "f4"))
    first, second = place.open(), place.open()
    first.close()
    first.close()
    assert second.nearest(EAST, k=1) == [("东", pytest.approx(1.0))]
    second.close()


def test_what_was_never_built_cannot_be_opened(place: VectorPlace) -> None:
    with pytest.raises(Exception, match=r"No such file|does not exist"):
        place.open()


def test_a_folder_is_changed_by_the_difference(tmp_path: Path) -> None:
    folder = VectorFolder(tmp_path / "v")
    folder.build(["东", "北", "西"], np.array([EAST, NORTH, WEST], "f4"))
    folder.change(["北", "西"], ["西", "东北"], np.array([NORTH, NORTHEAST], "f4"))
    assert [id_ for id_, _ in nearest(folder, NORTH, k=9)] == ["西", "东北", "东"]
    folder.change(["西", "东北"], [], np.empty((0, 2), "f4"))
    assert nearest(folder, NORTH, k=9) == [("东", pytest.approx(0.0, abs=1e-6))]


@pytest.mark.parametrize("rows", [1, 2, 3, 150, 2000])
def test_readers_leave_a_folder_as_it_is(tmp_path: Path, rows: int) -> None:
    folder = VectorFolder(tmp_path / "v")
    folder.build([str(row) for row in range(rows)], np.random.default_rng(0).random((rows, 8), "f4"))
    before = {path: digest(path) for path in files_below(tmp_path)}
    with closing(folder.open()) as one, closing(folder.open()) as other:
        assert len(one.nearest([1.0] * 8, k=rows)) == len(other.nearest([1.0] * 8, k=rows)) == rows
    assert {path: digest(path) for path in files_below(tmp_path)} == before


def test_a_lock_on_a_folder_keeps_no_reader_out(tmp_path: Path) -> None:
    folder = VectorFolder(tmp_path / "v")
    folder.build(["东"], np.array([EAST], "f4"))
    with closing(sqlite3.connect(tmp_path / "v" / "chroma.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert nearest(folder, EAST, k=1) == [("东", pytest.approx(1.0))]


def test_a_folder_that_is_removed_is_still_searched(tmp_path: Path) -> None:
    folder = VectorFolder(tmp_path / "v")
    folder.build(["东", "北", "西"], np.array([EAST, NORTH, WEST], "f4"))
    with closing(folder.open()) as index:
        index.nearest(EAST, k=1)
        shutil.rmtree(tmp_path / "v")
        assert index.nearest(EAST, k=1) == [("东", pytest.approx(1.0))]


@pytest.mark.parametrize("name", ["甲", "乙"])
def test_a_reader_that_is_closed_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    VectorFolder(tmp_path / "v").build([name], np.array([EAST], "f4"))
    assert nearest(VectorFolder(tmp_path / "v"), EAST, k=2)[0][0] == name
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_removed_collection_is_gone_and_may_be_gone_already(chroma_server: ChromaServer) -> None:
    served = ServedVectors(chroma_server.url, "gone")
    served.build(["东"], np.array([EAST], "f4"))
    served.remove()
    served.remove()
    with pytest.raises(Exception, match="does not exist"):
        served.open()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "ftp://x", "没有"])
def test_an_address_without_a_server_is_said_so(url: str) -> None:
    with pytest.raises(PolicyError, match=f"连不上 Chroma 服务 {url}"):
        ServedVectors(url, "test").open()
    ServedVectors(url, "test").remove()
