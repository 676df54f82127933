"""Whether a question is nearer to those told to be answered or to those told not to be."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant import PolicyAssistant, Status
from index.answerable import Answerable
from index.check import check_store
from index.store import Store
from index.sync import sync_folder
from tests.stores import TopicEmbedder, generation, write_files
from tests.test_questions import LIFT, line, write_questions

ANSWERED = np.array([[1, 0, 0], [1, 0, 0], [0.8, 0.6, 0]] * 50, np.float32)
UNANSWERED = np.array([[0, 1, 0], [0, 0.8, 0.6]] * 75, np.float32)
"""150 of each: three quarters of what is nearer count."""


@pytest.mark.parametrize(
    ("vector", "nearer"),
    [
        ([1.0, 0.0, 0.0], 1.0),
        ([0.8, 0.6, 0.0], 0.4),
        ([0.0, 1.0, 0.0], -0.4),
        ([0.0, 0.6, 0.8], -0.6),
        ([-1.0, 0.0, 0.0], -0.8),
    ],
)
def test_a_question_is_nearer_to_its_like(vector: list[float], nearer: float) -> None:
    told = Answerable(ANSWERED, UNANSWERED).nearer(np.array(vector, np.float32))
    assert told == pytest.approx(0.75 * nearer, abs=1e-6)


def test_the_nearest_two_of_each_kind_count() -> None:
    answered = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    alone = Answerable(np.repeat(answered, [1, 49, 50], axis=0), np.array([[0.8, 0.6, 0]] * 100, np.float32))
    assert alone.nearer(answered[0]) == pytest.approx(((1 + 0) / 2 - 0.8) * 100 / 150)


def test_few_questions_tell_little() -> None:
    told = [Answerable(ANSWERED[:3], UNANSWERED[:2]).nearer(one[0]) for one in (ANSWERED, UNANSWERED)]
    assert told == [pytest.approx(2 / 52), pytest.approx((0.3 - 0.9) * 2 / 52)]


def test_it_is_the_same_from_its_file(tmp_path: Path) -> None:
    Answerable(ANSWERED, UNANSWERED).write(tmp_path / "answerable.npz")
    opened = Answerable.open(tmp_path / "answerable.npz")
    assert opened.unanswered == pytest.approx(UNANSWERED, abs=1e-3)  # kept in half precision
    assert opened.answered == pytest.approx(ANSWERED, abs=1e-3)


# In a store


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write_files(tmp_path / "资料")


@pytest.fixture
def store(docs: Path, tmp_path: Path) -> Path:
    """One question on lifts that is answered, one on the provident fund that is not."""
    write_questions(docs, line("住房", LIFT, "没电梯咋办", unanswered=["公积金断缴了咋算?"]))
    sync_folder(docs, tmp_path / "库", embedder=TopicEmbedder())
    return tmp_path / "库"


def test_what_is_not_answered_is_embedded_and_never_searched(docs: Path, store: Path) -> None:
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert (opened.manifest.chunks, opened.manifest.rows) == (4, 5)
        assert list(opened.questions_of(opened.chunk_ids).values()) == [("没电梯咋办",)]
        assert opened.rows_with("断缴") == 0
        told = [opened.nearer_answered(text) for text in ("装电梯", "公积金")]
    assert told == [pytest.approx(1 / 51), pytest.approx(-1 / 51)]

    write_questions(docs, line("住房", LIFT, "没电梯咋办", unanswered=["公积金断缴了咋算?", "落户要几天"]))
    embedder = TopicEmbedder()
    assert sync_folder(docs, store, embedder=embedder).written == ("住房.txt",)
    assert embedder.embedded == ["落户要几天"]


def test_where_none_is_told_nothing_is_known(docs: Path, store: Path) -> None:
    write_questions(docs, line("住房", LIFT, "没电梯咋办"))
    sync_folder(docs, store, embedder=TopicEmbedder())
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert opened.nearer_answered("公积金") is None
        assert not opened.lists_unanswered("公积金断缴了咋算")
    assert not (generation(store) / "answerable.npz").exists()


def test_a_line_may_tell_only_what_is_not_answered(docs: Path, store: Path) -> None:
    write_questions(docs, line("住房", LIFT, unanswered=["电梯坏了找谁"]))
    assert sync_folder(docs, store, embedder=TopicEmbedder()).notices == ()
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert opened.questions_of(opened.chunk_ids) == {}
        assert opened.lists_unanswered("电梯坏了找谁")
        assert opened.nearer_answered("电梯") is None  # of one kind alone nothing is nearer


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("公积金断缴了咋算", True),
        ("公积金断缴了咋算?", True),
        ("公積金斷繳了咋算。", True),
        ("公积金断缴了", False),
        ("没电梯咋办", False),
    ],
)
def test_a_question_is_listed_however_it_is_spelled(store: Path, asked: str, listed: bool) -> None:
    with closing(Store.open(store, TopicEmbedder())) as opened:
        assert opened.lists_unanswered(asked) is listed


def test_damage_to_it_is_found_and_mended(store: Path) -> None:
    learned = generation(store) / "answerable.npz"
    assert ("答与不答", True) in [(one.part, one.sound) for one in check_store(store, TopicEmbedder())]
    learned.write_bytes(learned.read_bytes()[:-9])
    found = [one for one in check_store(store, TopicEmbedder()) if not one.sound]
    assert [(one.part, one.cure) for one in found] == [("答与不答", "请运行 policy-assistant index repair")]


# Before users


def test_what_staff_list_as_unanswered_is_refused_from_then_on(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "资料")
    asked = "老旧小区装电梯一楼不同意怎么办?"
    write_questions(docs, line("住房", LIFT, "老旧小区能不能装电梯"))
    sync_folder(docs, tmp_path / "库")
    with PolicyAssistant(tmp_path / "库", record=False) as assistant:
        assert assistant.ask(asked).status is Status.ANSWERED

    write_questions(docs, line("住房", LIFT, "老旧小区能不能装电梯", unanswered=[asked]))
    sync_folder(docs, tmp_path / "库")
    with PolicyAssistant(tmp_path / "库", record=False) as assistant:
        refused = assistant.ask("老旧小区装电梯一楼不同意怎么办")
        assert (refused.status, refused.confidence) == (Status.NOT_IN_CORPUS, 0.0)
        assert refused.nearest is not None
        assert refused.nearest.quote == "第一条 老旧小区可以加装电梯。"
        assert assistant.ask("老旧小区能不能装电梯").status is Status.ANSWERED


def test_a_document_of_which_no_questions_are_told_is_not_judged_by_those_of_others(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "资料")
    write_questions(docs, line("户籍", "全面取消", "落户还限制吗", unanswered=["公积金可以付房租吗"]))
    sync_folder(docs, tmp_path / "库")
    with PolicyAssistant(tmp_path / "库", record=False) as assistant:
        answer = assistant.ask("公积金可以付房租吗")
    assert (answer.status, [one.quote for one in answer.citations]) == (
        Status.ANSWERED,
        ["第二条 公积金可以付房租。"],
    )


@pytest.mark.parametrize(
    "question",
    [
        "大连共享单车乱停谁罚",
        "大连养狗有啥规定",
        "长春新生儿落户后能领几罐奶粉",
        "辽宁的教师编制还分不分名额",
    ],
)
def test_matters_of_a_city_that_the_documents_do_not_treat_are_refused(
    shipped: PolicyAssistant, question: str
) -> None:
    assert shipped.ask(question).status is Status.NOT_IN_CORPUS
