"""How chunks are put in order: the table of weights, and each measure on a store that can be followed by eye."""

import tomllib
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from assistant import rank
from assistant.lexicon import Lexicon
from assistant.rank import Ranked
from assistant.terms import read_terms
from index.store import Store
from index.sync import sync_folder
from tests.stores import TopicEmbedder

FILES = {
    "公积金.txt": "公积金可以付房租。\n",
    "电梯.txt": "老旧小区加装电梯。\n",
    "补贴.txt": "租房补贴每月500元。\n",
    "时间.txt": "租房补贴自2025年起发放。\n",
    "部门.txt": "租房补贴由市里发放。\n",
}
QUESTIONS = '{"document": "公积金", "quote": "公积金", "questions": ["没电梯的楼也行吗", "存款够不够首付"]}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rank")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "questions.jsonl").write_text(QUESTIONS, "utf-8")
    assert sync_folder(folder, folder / "store", embedder=TopicEmbedder()).failed == ()
    return folder


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    with closing(Store.open(folder / "store", TopicEmbedder())) as opened:
        yield opened


def order(
    store: Store,
    text: str,
    counts: dict[str, float],
    weight: dict[str, float] | None = None,
    first: tuple[str, ...] = (),
) -> list[Ranked]:
    of_document = [chunk_id.partition("#")[0] for chunk_id in store.chunk_ids]
    factors = np.array([(weight or {}).get(name, 1.0) for name in of_document], np.float32)
    rows = [of_document.index(name) for name in first]
    return rank.rank(text, text, read_terms(text, store, Lexicon({})), store, factors, rows, counts)


def scores(found: list[Ranked]) -> dict[str, float]:
    return {one.chunk.document_id: round(one.score, 3) for one in found}


# The table


def test_the_table_has_a_weight_for_every_measure_and_no_other() -> None:
    table = tomllib.loads(files("assistant").joinpath("rank.toml").read_text("utf-8"))
    assert sorted(table) == sorted([*rank.SEARCHED, *rank.READ])
    assert min(table.values()) >= 0
    assert table["words"] > 0
    assert sum(rank.weights().values()) == pytest.approx(1.0)
    assert rank.weights()["words"] == pytest.approx(table["words"] / sum(table.values()))


# The measures


def test_own_text_and_questions_answered_are_measured_apart(store: Store) -> None:
    for own, asked in (
        ("vectors", "asked_vectors"),
        ("bigrams", "asked_bigrams"),
        ("words", "asked_words"),
    ):
        by_text, by_question = (scores(order(store, "电梯", {name: 1.0})) for name in (own, asked))
        nothing = {"补贴": 0.0, "时间": 0.0, "部门": 0.0}
        assert by_text == {"电梯": 1.0, "公积金": 0.0, **nothing}
        assert by_question == {"公积金": 1.0, "电梯": 0.0, **nothing}


def test_a_question_that_is_answered_brings_a_passage_of_other_words_up(store: Store) -> None:
    found = order(store, "存款够不够首付", rank.weights())
    assert found[0].chunk.document_id == "公积金"
    why = dict(found[0].why)
    assert (why["asked_bigrams"], why["asked_words"]) == (1.0, 1.0)
    assert (why["words"], why["bigrams"], why["coverage"]) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("租房补贴多少", {"补贴": 1.0, "时间": 0.0, "部门": 0.0}),
        ("租房补贴什么时候发", {"补贴": 1.0, "时间": 1.0, "部门": 0.0}),
        ("租房补贴哪年发多少钱", {"补贴": 0.5, "时间": 0.5, "部门": 0.0}),
        ("租房补贴怎么发", {"补贴": 0.0, "时间": 0.0, "部门": 0.0}),
        ("租房补贴好几样", {"补贴": 0.0, "时间": 0.0, "部门": 0.0}),
    ],
)
def test_the_kind_of_answer_asked_for(store: Store, question: str, kinds: dict[str, float]) -> None:
    found = scores(order(store, question, {"kind": 1.0}))
    assert {name: found[name] for name in kinds} == kinds


def test_scores_are_shares_of_all_that_counts(store: Store) -> None:
    both = order(store, "电梯", {"vectors": 3.0, "asked_vectors": 1.0})
    assert [(one.chunk.document_id, one.score) for one in both[:2]] == [
        ("电梯", pytest.approx(0.75)),
        ("公积金", pytest.approx(0.25)),
    ]
    assert all(0 <= one.score <= 1 for one in order(store, "租房补贴多少", rank.weights()))


def test_rows_weigh_and_those_named_come_first(store: Store) -> None:
    counts = {"vectors": 1.0}
    assert scores(order(store, "电梯", counts, {"电梯": 0.5}))["电梯"] == 0.5
    assert "电梯" not in scores(order(store, "电梯", counts, {"电梯": 0.0}))
    named = list(scores(order(store, "电梯", counts, first=("部门", "公积金"))))
    assert (set(named[:2]), named[2]) == ({"部门", "公积金"}, "电梯")
    assert list(scores(order(store, "公积金", counts, first=("部门", "公积金"))))[:2] == ["公积金", "部门"]
    assert "部门" not in scores(order(store, "电梯", counts, {"部门": 0.0}, first=("部门",)))


def test_without_vectors_the_other_measures_count_alone(folder: Path) -> None:
    with closing(Store.open(folder / "store", "auto")) as words_only:
        assert [shortfall.name for shortfall in words_only.shortfalls] == ["words_only"]
        found = order(words_only, "电梯", {"vectors": 9.0, "asked_vectors": 9.0, "coverage": 1.0})
        assert scores(found)["电梯"] == 1.0
        assert set(dict(found[0].why)) == {
            "words", "bigrams", "asked_words", "asked_bigrams", "coverage", "kind"
        }  # fmt: skip


COUNTS = {"words": 2.0, "vectors": 4.0, "asked_words": 1.0}


@pytest.mark.parametrize(
    ("question", "lexicon", "counts"),
    [
        ("电梯", {}, {"words": 2.0, "vectors": 1.0, "asked_words": 0.25}),
        ("电梯和补贴", {}, {"words": 2.0, "vectors": 1.0, "asked_words": 0.25}),
        ("电梯", {"电梯": ("升降机",)}, COUNTS),  # who says it in other words
        ("飞机", {}, COUNTS),  # no text holds it
        ("首付", {}, COUNTS),  # only a question does
        ("电梯、公积金和补贴", {}, COUNTS),
        ("", {}, COUNTS),
    ],
)
def test_one_or_two_rare_words_lean_on_the_text_s_own_words(
    store: Store, question: str, lexicon: dict[str, tuple[str, ...]], counts: dict[str, float]
) -> None:
    assert rank.leaning(COUNTS, read_terms(question, store, Lexicon(lexicon)), store) == counts


def test_other_words_of_the_lexicon_find_less_than_the_question_s_own(store: Store) -> None:
    terms = read_terms("电梯", store, Lexicon({"电梯": ("补贴",)}))
    weight = np.ones(len(store.chunk_ids), np.float32)
    found = rank.rank("电梯", "电梯", terms, store, weight, counts={"bigrams": 1.0})
    by_document = scores(found)
    assert found[0].chunk.document_id == "电梯"
    assert 0 < by_document["补贴"] < 1
    assert by_document["公积金"] == 0.0
