"""Every measure on cases worked out by hand, and on nothing."""

import pytest

from eval.metrics import (
    area_under_risk,
    covers,
    facts_told,
    interval,
    mean,
    ndcg,
    nothing_forbidden,
    paired_p,
    percentile,
    recall,
    reciprocal_rank,
    risk_by_coverage,
    same_clause,
    supported,
    within,
)
from eval.questions import Span


def test_a_passage_covers_from_eighty_percent_on() -> None:
    quote = Span("甲", 10, 20)
    passages = [Span("甲", 0, 18), Span("甲", 12, 99), Span("甲", 11, 19), Span("甲", 10, 20)]
    assert [covers(passage, quote) for passage in passages] == [True] * 4
    apart = [Span("甲", 0, 17), Span("甲", 13, 99), Span("甲", 20, 30), Span("乙", 10, 20)]
    assert [covers(passage, quote) for passage in apart] == [False] * 4
    assert [covers(Span("甲", 0, end), Span("甲", 0, 100)) for end in (79, 80)] == [False, True]
    assert not covers(Span("甲", 0, 30), Span("甲", 5, 5))


def test_recall_is_the_share_of_the_evidence() -> None:
    one, two = Span("甲", 0, 10), Span("乙", 0, 10)
    first, second = Span("甲", 0, 50), Span("乙", 0, 50)
    assert recall([first], [one, two]) == 0.5
    assert recall([first, second], [one, two]) == 1.0
    assert recall([first], [one, two], one_suffices=True) == 1.0
    assert recall([Span("丙", 0, 50)], [one, two], one_suffices=True) == 0.0


def test_halves_in_two_passages_do_not_add_up() -> None:
    assert recall([Span("甲", 0, 5), Span("甲", 5, 10)], [Span("甲", 0, 10)]) == 0.0


@pytest.mark.parametrize("one_suffices", [False, True])
def test_recall_of_nothing_is_zero(one_suffices: bool) -> None:
    assert recall([], [Span("甲", 0, 10)], one_suffices) == 0.0
    assert recall([Span("甲", 0, 10)], [], one_suffices) == 0.0


def test_text_within_a_limit_is_cut_there() -> None:
    passages = [Span("甲", 100, 160), Span("乙", 0, 60), Span("甲", 0, 60)]
    assert within(passages, 60) == (Span("甲", 100, 160),)
    assert within(passages, 100) == (Span("甲", 100, 160), Span("乙", 0, 40))
    assert within(passages, 999) == tuple(passages)
    assert (within(passages, 0), within([], 100)) == ((), ())


def test_a_cut_passage_counts_with_what_is_left_of_it() -> None:
    passages = [Span("甲", 0, 60), Span("乙", 0, 60)]
    quote = [Span("乙", 30, 40)]
    assert [recall(within(passages, limit), quote) for limit in (97, 98)] == [0.0, 1.0]


def test_reciprocal_rank_is_that_of_the_first_hit() -> None:
    quotes = [Span("甲", 0, 10), Span("乙", 0, 10)]
    assert reciprocal_rank([Span("丙", 0, 10), Span("乙", 0, 10), Span("甲", 0, 10)], quotes) == 0.5
    assert reciprocal_rank([Span("丙", 0, 10)], quotes) == 0.0
    assert (reciprocal_rank([], quotes), reciprocal_rank([Span("甲", 0, 10)], [])) == (0.0, 0.0)


def test_mean_of_nothing_is_none() -> None:
    assert (mean([1.0, 0.0, 0.5]), mean([])) == (0.5, None)


def test_percentile_is_by_nearest_rank() -> None:
    values = [0.4, 0.1, 0.3, 0.2]
    assert [percentile(values, percent) for percent in (0, 25, 50, 51, 95, 100)] == [
        0.1,
        0.1,
        0.2,
        0.3,
        0.4,
        0.4,
    ]
    assert percentile([], 50) == 0.0


def test_interval_draws_groups_whole() -> None:
    # Each draw of one group is that group; of two groups, both, or either one twice.
    assert interval([[0.0, 1.0]]) == (0.5, 0.5)
    assert interval([[0.0], [1.0]]) == (0.0, 1.0)
    assert interval([[1.0], [1.0, 1.0]]) == (1.0, 1.0)
    assert interval([]) is None


def test_interval_is_that_of_the_binomial() -> None:
    # Of 100 draws of 0 or 1, 40 to 60 ones is the middle 95 %: P(X < 40) = 0.018, P(X <= 40) = 0.028.
    assert interval([[0.0], [1.0]] * 50) == (0.4, 0.6)


def test_ndcg_by_hand() -> None:
    one, two, other = Span("甲", 0, 10), Span("乙", 0, 10), Span("丙", 0, 10)
    # Gains 1 at places 1 and 3 over gains 1 at 1 and 2: (1 + 1/2) / (1 + 1/log2 3).
    assert ndcg([one, other, two], [one, two]) == pytest.approx(1.5 / 1.6309297535714575)
    assert ndcg([other, one], [one, two], one_suffices=True) == pytest.approx(0.6309297535714575)
    assert ndcg([one, two], [one, two]) == 1.0
    # A passage that covers both holds two items; a second one that covers the same is none.
    assert ndcg([Span("甲", 0, 30)], [one, Span("甲", 20, 30)]) == 1.0
    assert ndcg([one, one, two], [one, two]) == pytest.approx(1.5 / 1.6309297535714575)
    assert (ndcg([other], [one]), ndcg([], [one]), ndcg([one], [])) == (0.0, 0.0, 0.0)


def test_ndcg_ends_at_the_tenth_passage() -> None:
    passages = [Span("丙", at, at + 1) for at in range(10)]
    assert ndcg([*passages, Span("甲", 0, 10)], [Span("甲", 0, 10)]) == 0.0


def test_citations_are_supported_by_the_evidence_they_hold_or_stand_in() -> None:
    quote = Span("甲", 10, 20)
    assert supported([Span("甲", 0, 30), Span("甲", 12, 14), Span("甲", 18, 30)], [quote]) == 2 / 3
    assert supported([Span("乙", 10, 20)], [quote]) == 0.0
    assert (supported([], [quote]), supported([quote], [])) == (None, 0.0)


def test_a_fact_is_told_in_any_of_its_forms() -> None:
    facts = [["2035年", "二〇三五年"], ["3万套"]]
    assert facts_told("到2035 年供给3万套", facts) == 1.0
    assert facts_told("到2035年供给13万套", facts) == 0.5
    assert (facts_told("", facts), facts_told("到2035年", [])) == (0.0, None)


def test_nothing_forbidden() -> None:
    assert nothing_forbidden("到2035年", ["2025年", "2030年"]) == 1.0
    assert nothing_forbidden("到2025年", ["2025年", "2030年"]) == 0.0
    assert (nothing_forbidden("", ["2025年"]), nothing_forbidden("到2025年", [])) == (1.0, None)


@pytest.mark.parametrize(
    ("cited", "asked", "same"),
    [
        ("第九章 第三节", "第九章 第三节", True),
        ("第九章第三节", "第九章 第三节", True),
        ("第九章 第三节", "第九章", True),
        ("第九章", "第九章 第三节", False),
        ("二、(三)12", "二、(三)12", True),
        ("二、(三)12", "二、(三)1", False),
        ("", "第九章", False),
    ],
)
def test_same_clause(cited: str, asked: str, same: bool) -> None:
    assert same_clause(cited, asked) == same


def test_risk_by_coverage_by_hand() -> None:
    judged = [(0.5, False), (0.9, True), (0.7, False), (0.8, True)]
    assert risk_by_coverage(judged) == [(0.25, 0.0), (0.5, 0.0), (0.75, 1 / 3), (1.0, 0.5)]
    assert area_under_risk(judged) == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


def test_equal_confidence_enters_together() -> None:
    assert risk_by_coverage([(1.0, True), (1.0, False), (0.5, True)]) == [
        (1 / 3, 0.5),
        (2 / 3, 0.5),
        (1.0, 1 / 3),
    ]
    assert (risk_by_coverage([]), area_under_risk([])) == ([], None)


def test_paired_p_by_hand() -> None:
    # Of the signs of three equal differences, 2 of 8 are as far from 0: p = 0.25; of ten, 2 of 1,024.
    assert paired_p([1.0, 1.0, 1.0, 0.0]) == pytest.approx(0.25, abs=0.02)
    assert paired_p([1.0] * 10) == pytest.approx(2 / 1024, abs=0.001)
    assert paired_p([1.0, -1.0]) == 1.0
    assert (paired_p([0.0, 0.0]), paired_p([])) == (1.0, 1.0)
    assert 0 < paired_p([1.0] * 100) < 0.001
