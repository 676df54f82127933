from pathlib import Path

import numpy as np
import pytest

from index.lexical import LexicalIndex

ROWS = [["公租房", "申请", "条件"], ["电梯", "加装"], [], ["公租房", "公租房", "租金"]]


def built(folder: Path, rows: list[list[str]]) -> LexicalIndex:
    LexicalIndex.build(rows, folder)
    return LexicalIndex.open(folder)


def test_scores_are_bm25_by_hand(tmp_path: Path) -> None:
    # Lucene's BM25: idf ln(1 + (4 - 1 + .5) / (1 + .5)), row of 2 tokens among 2 on average, k1 1.5
    scores = built(tmp_path, ROWS).scores([("电梯", 1.0)])
    assert scores == pytest.approx([0, np.log(1 + 3.5 / 1.5) / (1 + 1.5), 0, 0])


def test_more_of_a_word_scores_higher_and_its_absence_zero(tmp_path: Path) -> None:
    scores = built(tmp_path, ROWS).scores([("公租房", 1.0)])
    assert list(np.argsort(-scores, kind="stable")) == [3, 0, 1, 2]
    assert list(scores[[1, 2]]) == [0, 0]


def test_weights_scale_and_sums_add(tmp_path: Path) -> None:
    index = built(tmp_path, ROWS)
    both = index.scores([("公租房", 1.0), ("租金", 0.25)])
    assert both == pytest.approx(index.scores([("公租房", 1.0)]) + index.scores([("租金", 1.0)]) / 4)


def test_unknown_words_and_no_words_score_nothing(tmp_path: Path) -> None:
    index = built(tmp_path, ROWS)
    assert list(index.scores([("火星", 1.0)])) == list(index.scores([])) == [0, 0, 0, 0]


def test_vocabulary_is_every_token_once(tmp_path: Path) -> None:
    assert set(built(tmp_path, ROWS).vocabulary) == {"公租房", "申请", "条件", "电梯", "加装", "租金"}


@pytest.mark.parametrize("rows", [[], [[]], [[], []]])
def test_nothing_to_index_scores_nothing(tmp_path: Path, rows: list[list[str]]) -> None:
    index = built(tmp_path, rows)
    assert (list(index.scores([("公租房", 1.0)])), dict(index.vocabulary)) == ([0.0] * len(rows), {})


def test_equal_rows_give_equal_files(tmp_path: Path) -> None:
    LexicalIndex.build(ROWS, tmp_path / "one")
    LexicalIndex.build(ROWS, tmp_path / "two")
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two")
    )
    assert one == two
