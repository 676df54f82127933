from pathlib import Path

import pytest

from assistant import PolicyAssistant
from index import PolicyError, sync_folder

DOCUMENT = """测试市场馆管理办法
第一条 公园全年开放,节假日照常。
第二条 泳馆全年开放,节假日照常。
第三条 球馆全年开放,节假日照常。
"""
QUESTION = "节假日照常全年开放"


class Fond:
    """An embedder for which questions are about `word`, whatever they say."""

    dimension = 2

    def __init__(self, word: str) -> None:
        self.name = f"fond-of-{word}"
        self._word = word

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0, 0.0] if self._word in text else [0.0, 1.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [1.0, 0.0]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "场馆.txt").write_text(DOCUMENT, encoding="utf-8")
    return folder


@pytest.mark.parametrize("word", ["公园", "泳馆", "球馆"])
def test_another_embedder_finds_other_passages(documents: Path, tmp_path: Path, word: str) -> None:
    embedder = Fond(word)
    sync_folder(documents, tmp_path / "store", embedder=embedder)
    with PolicyAssistant(tmp_path / "store", embedder) as assistant:
        answer = assistant.ask(QUESTION)

    assert [word in passage.text for passage in answer.passages] == [True, False, False]


def test_a_store_is_read_with_the_embedder_that_made_it(documents: Path, tmp_path: Path) -> None:
    sync_folder(documents, tmp_path / "store", embedder=Fond("公园"))

    with pytest.raises(PolicyError, match="索引的向量模型是 fond-of-公园,现用的是 fond-of-泳馆,请改用前者"):
        PolicyAssistant(tmp_path / "store", Fond("泳馆"))
