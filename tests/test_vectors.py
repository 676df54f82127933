import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.vectors import VectorIndex

EAST, NORTH, NORTHEAST, WEST = [1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [-3.0, 0.0]


def nearest(folder: Path, vector: list[float], k: int) -> list[tuple[str, float]]:
    with closing(VectorIndex.open(folder)) as index:
        return index.nearest(vector, k)


def test_nearest_is_by_cosine(tmp_path: Path) -> None:
    VectorIndex.build(
        tmp_path / "v", ["东", "北", "东北", "西"], np.array([EAST, NORTH, NORTHEAST, WEST], "f4")
    )
    found = nearest(tmp_path / "v", [5.0, 0.1], k=4)
    assert [id_ for id_, _ in found] == ["东", "东北", "北", "西"]
    assert [cosine for _, cosine in found] == pytest.approx([0.9998, 0.7210, 0.0200, -0.9998], abs=1e-3)


def test_more_are_asked_for_than_there_are(tmp_path: Path) -> None:
    VectorIndex.build(tmp_path / "v", ["东"], np.array([EAST], "f4"))
    assert nearest(tmp_path / "v", EAST, k=9) == [("东", pytest.approx(1.0))]


def test_no_vectors_have_no_nearest(tmp_path: Path) -> None:
    VectorIndex.build(tmp_path / "v", [], np.empty((0, 0), "f4"))
    assert nearest(tmp_path / "v", EAST, k=3) == []


def test_more_than_one_batch_is_kept_whole(tmp_path: Path) -> None:
    angles = np.linspace(0, np.pi, 6000, dtype="f4")
    ids = [str(number) for number in range(len(angles))]
    VectorIndex.build(tmp_path / "v", ids, np.stack([np.cos(angles), np.sin(angles)], axis=1))
    with closing(VectorIndex.open(tmp_path / "v")) as index:
        assert index.count() == 6000
        assert [index.nearest([np.cos(at), np.sin(at)], k=1)[0][0] for at in angles[[0, 5999]]] == [
            "0",
            "5999",
        ]


def test_folder_can_be_deleted_and_built_again_in_one_process(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    for name, vector in (("甲", EAST), ("乙", NORTH)):
        VectorIndex.build(folder, [name], np.array([vector], "f4"))
        assert nearest(folder, EAST, k=2)[0][0] == name
        shutil.rmtree(folder)


def test_two_readers_close_apart(tmp_path: Path) -> None:
    VectorIndex.build(tmp_path / "v", ["东"], np.array([EAST], "f4"))
    first, second = VectorIndex.open(tmp_path / "v"), VectorIndex.open(tmp_path / "v")
    first.close()
    first.close()
    assert second.nearest(EAST, k=1) == [("东", pytest.approx(1.0))]
    second.close()
