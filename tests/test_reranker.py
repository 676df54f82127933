from importlib.util import find_spec
from pathlib import Path

import pytest

from index.bge import BgeReranker
from index.datatypes import PolicyError
from tests.checkpoints import TEXTS, write_bert, write_roberta

pytestmark = pytest.mark.skipif(find_spec("FlagEmbedding") is None, reason="FlagEmbedding is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_roberta(tmp_path_factory.mktemp("models") / "reranker", reranks=True)


@pytest.fixture(scope="module")
def reranker(folder: Path) -> BgeReranker:
    return BgeReranker(folder)


def probability(folder: Path, query: str, text: str) -> float:
    """The logistic function of what the head says of a pair, computed with transformers alone."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    with torch.no_grad():
        return float(torch.sigmoid(model(**tokenizer(query, text, return_tensors="pt")).logits))


def test_a_score_is_the_probability_of_the_pair(folder: Path, reranker: BgeReranker) -> None:
    found = reranker.scores("公租房", TEXTS)

    assert found == pytest.approx([probability(folder, "公租房", text) for text in TEXTS], abs=1e-5)
    assert len(set(found)) == len(TEXTS)


def test_any_texts_are_scored_in_their_order(reranker: BgeReranker) -> None:
    texts = [text * times for times in range(1, 9) for text in TEXTS] + [
        "",
        "\ud800",
        "hello",
        "公租房" * 1000,
    ]
    alone = [reranker.scores("加装电梯", [text])[0] for text in texts]

    assert reranker.scores("加装电梯", texts) == pytest.approx(alone, abs=1e-5)
    assert reranker.scores("加装电梯", []) == []
    assert [0 <= score <= 1 for score in reranker.scores("公租房" * 1000, TEXTS)] == [True] * 3


def test_scoring_draws_no_bars(reranker: BgeReranker, capfd: pytest.CaptureFixture[str]) -> None:
    reranker.scores("公租房", TEXTS * 20)

    assert capfd.readouterr() == ("", "")


def test_an_embedder_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="不是重排模型,请换用 bge-reranker-base"):
        BgeReranker(write_bert(tmp_path / "bge"))
