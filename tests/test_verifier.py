"""Whether a passage answers a question, judged word by word."""

import io
import math
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from index.datatypes import PolicyError
from index.static import StaticEmbedder, built_in
from index.verifier import WEIGHTS, Layers, Verifier, align
from index.verifier import built_in as built_in_verifier
from tests.test_static import npz

torch_installed = pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra “train”")
EMBEDDER = StaticEmbedder.from_bytes(npz())
"""公租房 is [1, 0, 0, 0] in a question, 电梯 [0, -1, 0, 0], 加装 counts nothing."""
SURE = math.e**10 / (math.e**10 + 2)
"""Share of a word that is the same, against two that are nothing."""


def test_each_word_stands_beside_what_is_like_it() -> None:
    words, passage, questions, signs = align(EMBEDDER, 0.5, "公租房加装电梯", "公租房", ["电梯", "电梯"])
    assert words.tolist() == [[2, 0, 0, 0], [0, 0, 0, 0], [0, -2, 0, 0]]
    assert passage == pytest.approx(
        np.array([[2 * SURE, 0, 0, 0], [2 / 3, 0, 0, 0], [2 / 3, 0, 0, 0]]), abs=1e-6
    )
    assert questions == pytest.approx(
        np.array([[0, -2 / 3, 0, 0], [0, -2 / 3, 0, 0], [0, -2 * SURE, 0, 0]]), abs=1e-6
    )
    assert signs.tolist() == [[2, 1, 0, 0, 0, -1], [0, 0, 0, 0, 0, 0], [2, 0, 0, 1, 0, 1]]


LAYERS = Layers(
    projection=np.array([[1], [-1], [0], [0]], np.float32),
    first=np.array([[0], [1], [0], [0], [0], [0], [0], [0.5], [0], [0]], np.float32),
    first_bias=np.array([0.25], np.float32),
    second=np.array([[2]], np.float32),
    second_bias=np.array([-0.5], np.float32),
    last=np.array([1, 10], np.float32),
    last_bias=np.array(-3, np.float32),
)
"""A word counts by how unlike the passage it is, and half by the likeness of the questions."""


@pytest.mark.parametrize(
    ("question", "odds"),
    [
        (
            "公租房电梯",
            (2 * (1 - SURE) + 2 * 1.5 - 2 / 3) / 2**0.5 + 10 * (2 * (2 / 3 + 0.5 + 0.25) - 0.5) - 3,
        ),
        ("公租房", 2 * (1 - SURE) + 10 * 2 * (1 - SURE) - 3),
        ("hello", 0.0),
    ],
)
def test_its_words_are_judged_and_then_all_together(question: str, odds: float) -> None:
    verifier = Verifier(EMBEDDER, 1.0, LAYERS)
    assert verifier.odds(question, "公租房", ["电梯"]) == pytest.approx(odds, abs=1e-4)


def test_a_passage_or_questions_of_no_known_word_are_no_fault() -> None:
    assert Verifier(EMBEDDER, 1.0, LAYERS).odds("公租房", "", []) == pytest.approx(
        2 * (1 + 0.25) - 0.5 + 10 * (2 * 1.25 - 0.5) - 3
    )


def _file(**changed: np.ndarray) -> bytes:
    arrays = {name: getattr(LAYERS, name) for name in LAYERS.__slots__}
    buffer = io.BytesIO()
    np.savez(buffer, **(arrays | {"unit": np.array(1.0), "embedder": np.array(EMBEDDER.name)} | changed))
    return buffer.getvalue()


def test_a_file_gives_the_model_that_is_in_it() -> None:
    read = Verifier.from_bytes(_file(unit=np.array(2.0)), EMBEDDER)
    assert read.odds("公租房", "", []) == Verifier(EMBEDDER, 2.0, LAYERS).odds("公租房", "", [])


@pytest.mark.parametrize(
    "data",
    [b"", "大连".encode(), _file()[:200], _file(embedder=np.array("another"))],
    ids=["empty", "text", "cut", "of other vectors"],
)
def test_a_damaged_file_is_a_fault_with_its_cure(data: bytes) -> None:
    with pytest.raises(PolicyError, match="判断段落答不答得上的模型文件已损坏,请重新安装 policy-assistant"):
        Verifier.from_bytes(data, EMBEDDER)


LIFTS = "有条件的老旧小区推进既有住宅加装电梯及适老化改造工作。"
ASKED = ["老楼没电梯,政府管不管", "老小区的改造包不包括适老化"]


@pytest.mark.parametrize(
    ("answered", "not_answered"),
    [
        ("老旧小区支持装电梯吗", "老楼装电梯一楼住户不同意怎么办"),
        ("既有住宅加装电梯有打算吗", "电梯坏了维修费谁出"),
        ("老小区改造考虑老人吗", "老年证到哪里办"),
    ],
)
def test_what_a_passage_answers_has_better_odds_than_what_it_leaves_open(
    answered: str, not_answered: str
) -> None:
    verifier = built_in_verifier()
    left, right = (verifier.odds(question, LIFTS, ASKED) for question in (answered, not_answered))
    assert left > right + 1


# Training


@torch_installed
def test_a_trained_network_is_written_and_judges_as_in_training(tmp_path: Path) -> None:
    from index.train.verifier import Example, judge, refused_at, train, write

    def example(question: str, answered: bool) -> Example:
        aligned = np.hstack(align(EMBEDDER, 1.0, question, "公租房", []))
        return Example(aligned.astype(np.float16), answered, "第一条")

    examples = [example("公租房", True), example("电梯", False), example("电梯公租房", False)] * 1000
    network = train(examples, 4, "训练")
    odds = judge(network, examples[:3])
    assert (odds > 0).tolist() == [True, False, False]
    assert refused_at(odds, np.array([True, False, False]), 1.0) == 1.0

    write(network.layers(), 1.0, EMBEDDER, tmp_path / "verifier.npz")
    read = Verifier.from_bytes((tmp_path / "verifier.npz").read_bytes(), EMBEDDER)
    told = [read.odds(question, "公租房", []) for question in ("公租房", "电梯", "电梯公租房")]
    assert told == pytest.approx(odds.tolist(), abs=0.05)  # half precision


def test_the_shipped_model_is_of_the_shipped_vectors() -> None:
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        assert str(stored["embedder"]) == built_in().name
