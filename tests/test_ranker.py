"""How weights of the ranking are found, and how parts of the search are taken away: on what can be followed by eye."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant import PolicyAssistant
from eval.ablation import ROWS, _drop_wording, measure
from eval.questions import Question, Span
from eval.ranker import NAMES, Candidates, candidates_of, cross_validate, fit, folds, recalls
from index import sync_folder
from index.metadata import read_catalogue
from index.store import Store
from tests.papers import DOCUMENTS, FILES

HOMES, RENT = Span("住房", 16, 27), Span("住房", 42, 50)


def question(id_: str, asked: str, *evidence: Span) -> Question:
    return Question(id_, "colloquial", (asked,), evidence=evidence)


def candidates(right: int, *measures: tuple[float, float], evidence: Span = HOMES) -> Candidates:
    """Candidates with the given measures of words and vectors, of which the one at `right` holds the evidence."""
    rows = np.zeros((len(measures), len(NAMES)))
    rows[:, [NAMES.index("words"), NAMES.index("vectors")]] = measures
    elsewhere = [Span("户籍", at, at + 1) for at in range(len(measures))]
    spans = tuple(evidence if at == right else span for at, span in enumerate(elsewhere))
    marks = np.arange(len(measures)) == right
    return Candidates(question("q", "供给多少套", evidence), spans, rows, marks)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranker")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    assert sync_folder(folder, folder / "store").failed == ()
    return folder


@pytest.fixture(scope="module")
def assistant(folder: Path) -> Iterator[PolicyAssistant]:
    with PolicyAssistant(folder / "store", record=False) as opened:
        yield opened


# Weights


def test_evidence_of_the_candidates_is_marked(assistant: PolicyAssistant) -> None:
    found = candidates_of(assistant, question("q1", "2035年供给多少套住房", HOMES))
    assert found is not None
    assert [span.document_id == "住房" and span.start <= 16 < span.end for span in found.spans] == list(
        found.right
    )
    assert (found.right.sum(), found.measures.shape) == (1, (len(found.spans), len(NAMES)))
    assert (found.measures.min(), found.measures.max()) == (0.0, 1.0)


@pytest.mark.parametrize("asked", ["住房意见(二)", "第九条", "", "《民法典》怎么说"])
def test_questions_that_are_not_searched_for_have_no_candidates(
    assistant: PolicyAssistant, asked: str
) -> None:
    assert candidates_of(assistant, question("q1", asked, HOMES)) is None


def test_what_tells_evidence_gets_weight_and_its_contrary_none() -> None:
    weights = dict(zip(NAMES, fit([candidates(0, (1.0, 0.0), (0.0, 1.0))], penalty=0.01), strict=True))
    assert weights["words"] > 1
    assert {weight for name, weight in weights.items() if name != "words"} == {0.0}


def test_a_greater_penalty_gives_smaller_weights() -> None:
    groups = [candidates(0, (1.0, 0.0), (0.0, 1.0))]
    light, heavy = (fit(groups, penalty)[NAMES.index("words")] for penalty in (0.001, 0.1))
    assert light > heavy > 0


def test_recall_is_of_the_order_by_weights() -> None:
    groups = [candidates(0, (1.0, 0.0), (0.0, 1.0)), candidates(1, (1.0, 0.0), (0.0, 1.0))]
    words = np.array([float(name == "words") for name in NAMES])
    vectors = np.array([float(name == "vectors") for name in NAMES])
    assert recalls(groups, lambda _: words) == (0.5, 1.0)
    assert recalls(groups, [words, vectors].__getitem__) == (1.0, 1.0)
    many = candidates(5, *((1.0, 0.0),) * 5, (0.0, 1.0))
    assert recalls([many], lambda _: words) == (0.0, 0.0)
    assert recalls([many], lambda _: vectors) == (1.0, 1.0)


def test_questions_on_the_same_evidence_stand_in_the_same_part() -> None:
    groups = [
        candidates(0, (1.0, 0.0), evidence=evidence)
        for evidence in (HOMES, RENT, HOMES, *(Span("户籍", 20 + at, 21 + at) for at in range(7)), RENT)
    ]
    parts = folds(groups)
    assert (parts[0], parts[1]) == (parts[2], parts[10])
    assert sorted(set(parts)) == [0, 1, 2, 3, 4]
    assert cross_validate(groups, 0.01) == (1.0, 1.0)


# Parts of the search


def test_each_row_adds_a_part_to_the_one_before() -> None:
    parts = [
        (len(row.counts or NAMES), row.lexicon, row.wording, row.questions, row.counts is None)
        for row in ROWS
    ]
    assert parts == [
        (1, False, False, False, False),
        (4, False, False, False, False),
        (4, True, False, False, False),
        (4, True, True, False, False),
        (7, True, True, True, False),
        (8, True, True, True, True),
    ]
    assert all(set(row.counts or ()) <= set(NAMES) for row in ROWS)


def test_a_row_is_measured_on_a_store(folder: Path) -> None:
    gold = [question("q1", "到2035年供给多少套", HOMES), question("q2", "航班晚点", RENT)]
    with closing(Store.open(folder / "store")) as store:
        means, seconds = measure(store, ROWS[0], gold[:1])
        both, _ = measure(store, ROWS[0], gold)
    names = ["recall@1", "recall@5", "recall@1500字", "recall@4500字", "MRR@10"]
    assert list(means) == [*names, "colloquial", "rewritten", "compare"]
    assert [means[name] for name in names] == [1.0] * 5
    assert (means["colloquial"], means["rewritten"]) == (1.0, 0.0)
    assert both["recall@1"] == 0.5
    assert 0 < seconds < 5


def test_without_replaced_words_the_rest_of_a_catalogue_stays(tmp_path: Path) -> None:
    known = '[[document]]\nfile = "{0}.txt"\nid = "{0}"\nname = "{0}意见"\nregion = "大连"\n'
    wording = '[document.wording]\n"打造" = "建立"\n"要紧" = "重要"\n\n'
    for name in DOCUMENTS:
        (tmp_path / f"{name}.txt").write_text("正文。", "utf-8")
    (tmp_path / "corpus.toml").write_text(known.format("住房") + wording + known.format("户籍"), "utf-8")
    assert [bool(e.metadata.wording) for e in read_catalogue(tmp_path).values()] == [True, False]
    _drop_wording(tmp_path / "corpus.toml")
    assert [(e.metadata.region, e.metadata.wording) for e in read_catalogue(tmp_path).values()] == [
        ("大连", ()),
        ("大连", ()),
    ]
