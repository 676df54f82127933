"""Whether what was found answers: the two ways to be sure, sides of a comparison, what a refusal points to."""

from dataclasses import replace

import pytest

from assistant import PolicyAssistant, Status, gate
from assistant.datatypes import Passage
from assistant.gate import Features
from eval.gate import features_of, share_answered


@pytest.fixture(autouse=True)
def numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Round numbers in place of those that were fitted."""
    for name, value in {
        "WEIGHTS": {"context": 1.0, "cosine": 2.0, "mass": 3.0},
        "THRESHOLD": 3.0,
        "NAMED": 0.5,
        "ASKED": 0.5,
        "HELD": 0.2,
        "MISSING": 4.0,
        "STEEPNESS": 10.0,
        "MATTER": 1.0,
        "VERDICT": 2.0,
        "EVEN": 0.5,
        "SUREST": 1.5,
        "NEARER": 5.0,
        "YES": 0.5,
        "SIDE": 0.3,
        "FULL_MASS": 20.0,
        "UNMEASURED": 0.4,
        "BEST": 2,
        "NEAR": {"coverage": 0.4, "vectors": 0.5},
    }.items():
        monkeypatch.setattr(gate, name, value)


@pytest.mark.parametrize(
    ("features", "confidence"),
    [
        (Features(0.0, 0.0, 0.0), 0.0474),
        (Features(1.0, 1.0, 0.0), 0.5),  # the line reaches its threshold
        (Features(1.0, 1.0, 1.0), 0.9526),
        (Features(1.0, 0.75, 0.0, named=True), 0.5),  # a document named counts as half a point
        (Features(0.0, 0.0, 0.0, asked=0.5), 0.5),  # a question that a passage answers is near enough
        (Features(0.0, 0.0, 0.0, asked=0.4), 0.2689),
        (Features(0.0, 0.0, 0.0, asked=0.7), 0.8808),
        (Features(0.0, 0.0, 0.0, asked=0.4, held=0.5), 0.5),  # less near, where what is asked about is held
        (Features(1.0, 1.0, 1.0, missing=0.5), 0.7311),  # one of two kinds of answer asked for is missing
        (Features(0.0, 0.0, 0.0, asked=0.7, missing=1.0), 0.1192),
        (Features(1.0, 1.0, 1.0, asked=0.1), 0.9526),  # the surer way counts
        (Features(1.0, 1.0, 1.0, asked=0.0), 0.9526),  # no question near: the words count alone
        # on the matter for sure, which counts a whole point; and what the verifier says of it
        (Features(1.0, 1.0, 1.0, verdict=2.0), 0.9526),
        (Features(1.0, 1.0, 1.0, verdict=0.5), 0.7311),  # moves nothing
        (Features(1.0, 1.0, 1.0, verdict=-0.5), 0.2689),
        (Features(1.0, 1.0, 1.0, verdict=99.0), 0.9526),  # counts no more than so much
        (Features(1.0, 1.0, 1.0, verdict=0.5, nearer=-0.4), 0.2689),  # unanswered ones are nearer
        (Features(0.0, 0.0, 0.0, asked=0.4, verdict=0.5, nearer=0.4), 0.7311),
        (Features(1.0, 1.0, 1.0, asked=0.9, verdict=2.0, nearer=0.9, listed=True), 0.0),
    ],
)
def test_confidence_is_that_of_the_surer_way(features: Features, confidence: float) -> None:
    assert features.confidence == pytest.approx(confidence, abs=5e-5)
    assert gate.answers(features) == (confidence >= 0.5)


SURE, HALF, LOW = (Features(0.0, 0.0, 0.0, asked=asked) for asked in (0.6, 0.45, 0.3))


@pytest.mark.parametrize(
    ("sides", "shown"),
    [
        ([SURE, SURE], [True, True]),
        ([SURE, HALF], [True, True]),  # less sure is enough beside one that is
        ([SURE, LOW], [True, False]),
        ([HALF, HALF], [False, False]),
        ([LOW, SURE, HALF], [False, True, True]),
    ],
)
def test_sides_are_shown_where_one_of_them_is_sure(sides: list[Features], shown: list[bool]) -> None:
    assert gate.sides_answer(sides) == shown


PASSAGE = Passage("公园开放。", "办法", "办法", "第一条", "1", "", 0, 5, 1.0)


def passage(**why: float) -> Passage:
    return replace(PASSAGE, why=tuple(why.items()))


def test_the_question_nearest_is_looked_for_among_the_best_passages() -> None:
    passages = [passage(asked_vectors=0.1), passage(asked_vectors=0.6), passage(asked_vectors=0.8)]
    assert gate.nearest_asked(passages) == 0.6  # the third is not among the best two
    assert gate.nearest_asked([passage()]) == gate.nearest_asked([]) == 0.0


@pytest.mark.parametrize(
    ("passages", "near"),
    [
        ([], False),
        ([passage()], False),
        ([passage(coverage=0.4)], True),
        ([passage(coverage=0.39, vectors=0.5)], True),
        ([passage(coverage=0.39, vectors=0.49), passage(coverage=1.0)], False),
    ],
)
def test_a_refusal_points_to_the_best_passage_where_it_is_near(passages: list[Passage], near: bool) -> None:
    assert gate.is_near(passages) is near


def test_the_answer_tells_how_sure_the_gate_is(
    shipped: PolicyAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    sure, unsure = shipped.ask("外地人能在大连落户吗?"), shipped.ask("大连对高价彩礼有什么规定")
    assert (sure.status, unsure.status) == (Status.ANSWERED, Status.NOT_IN_CORPUS)
    assert 1 > sure.confidence >= gate.YES > unsure.confidence > 0
    assert (shipped.ask("大连实施意见第12条").confidence, shipped.ask("你是谁").confidence) == (1.0, 0.0)


def test_what_does_not_come_to_the_gate_has_no_features(
    shipped: PolicyAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    ended = ("大连实施意见第12条", "大连和吉林的好房子有什么不同", "明天大连下雨不", "上海落户要几年")
    assert [features_of(shipped, question) for question in ended] == [None] * 4
    plain, figure = (
        features_of(shipped, f"长春现代化都市圈{asked}") for asked in ("人口目标", "有多少公里地铁")
    )
    assert plain is not None
    assert figure is not None
    assert (plain.missing, figure.missing) == (0.0, 1.0)
    assert share_answered([plain, figure]) == 0.5
