from pathlib import Path

import pytest

from index.choose import EmbedderChoice, EmbedderLostError, as_choice
from index.datatypes import PolicyError
from index.models import FoundModel
from index.static import built_in
from tests.checkpoints import write_bert
from tests.stores import TopicEmbedder

BUILT_IN = built_in()


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("bert") / "bge-small-zh-v1.5")


def on_disk(folder: Path, *, problem: str = "", reranks: bool = False) -> FoundModel:
    return FoundModel("bge-small-zh-v1.5", folder, 16, 1, reranks, prepared=False, problem=problem)


def test_auto_keeps_what_the_store_was_built_with(bert: Path) -> None:
    choice = EmbedderChoice(models=lambda: [on_disk(bert)])
    assert choice.for_reading(BUILT_IN.name) is BUILT_IN
    assert choice.for_writing(BUILT_IN.name) is BUILT_IN
    best = choice.for_writing(None)
    for kept in (choice.for_reading(best.name), choice.for_writing(best.name)):
        assert kept.name == best.name


def test_auto_takes_the_best_for_a_new_store(bert: Path) -> None:
    models = [on_disk(bert, problem="没有装好"), on_disk(bert, reranks=True), on_disk(bert)]
    taken = EmbedderChoice(models=lambda: models).for_writing(None)
    assert taken.name.startswith("bge-")
    assert EmbedderChoice(models=lambda: models[:2]).for_writing(None) is BUILT_IN
    assert EmbedderChoice().for_writing(None) is BUILT_IN


def test_auto_misses_what_is_no_longer_there() -> None:
    with pytest.raises(EmbedderLostError, match="建索引用的向量模型 bge-16-x 不在本机"):
        EmbedderChoice().for_reading("bge-16-x")
    with pytest.raises(PolicyError, match="不在本机,请放回它,或设置 POLICY_ASSISTANT_EMBEDDER 为 builtin"):
        EmbedderChoice().for_writing("bge-16-x")


def test_a_better_one_is_one_that_auto_would_take(bert: Path) -> None:
    found = EmbedderChoice(models=lambda: [on_disk(bert)])
    assert found.has_better(BUILT_IN.name)
    assert not found.has_better("bge-16-x")
    assert not EmbedderChoice("builtin", models=lambda: [on_disk(bert)]).has_better(BUILT_IN.name)
    assert not EmbedderChoice(models=lambda: [on_disk(bert, problem="没有装好")]).has_better(BUILT_IN.name)


@pytest.mark.parametrize("former", ["lsa-512-0123456789ab", "static-1-256-0123456789ab"])
def test_a_former_built_in_embedder_gives_way_to_the_one_in_the_package(former: str) -> None:
    for choice in (EmbedderChoice(), EmbedderChoice("builtin")):
        with pytest.raises(
            EmbedderLostError, match=f"另一版本的内置向量模型 {former} 建立,请运行 policy-assistant"
        ):
            choice.for_reading(former)
        assert choice.for_writing(former) is BUILT_IN
        assert choice.has_better(former)
    assert not EmbedderChoice(TopicEmbedder()).has_better(former)


def test_another_one_than_the_one_wanted_is_refused(bert: Path) -> None:
    for wanted in ("builtin", str(bert), TopicEmbedder("四题")):
        with pytest.raises(PolicyError, match=r"索引的向量模型是 别的,现用的是 .*,请改用前者,或运行"):
            EmbedderChoice(wanted).for_reading("别的")
    assert EmbedderChoice("builtin").for_writing("别的") is BUILT_IN
    assert EmbedderChoice(str(bert)).for_writing("别的").name.startswith("bge-")


def test_a_model_that_cannot_be_loaded_is_lost_to_readers_and_a_fault_to_writers(tmp_path: Path) -> None:
    choice = EmbedderChoice(str(tmp_path / "没有"))
    with pytest.raises(EmbedderLostError, match="找不到 BGE 模型目录"):
        choice.for_reading("bge-16-x")
    with pytest.raises(PolicyError, match="找不到 BGE 模型目录"):
        choice.for_writing("bge-16-x")


def test_nothing_wanted_is_auto() -> None:
    assert as_choice(None) == EmbedderChoice("auto")
    assert as_choice(BUILT_IN).wanted is BUILT_IN
