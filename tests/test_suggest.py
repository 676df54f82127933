"""What is suggested is answered, from a place that the answer before it does not show."""

import json
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

import pytest

from assistant import Answer, PolicyAssistant, Status
from index import sync_folder
from index.datatypes import Chunk
from index.questions import read_questions
from index.searchable import normalise
from index.store import Store
from tests.conftest import CORPUS

SAMPLED = 30


def _questions() -> list[str]:
    lines = files("eval").joinpath("gold", "dev.jsonl").read_text("utf-8").splitlines()
    return [row["turns"][-1] for row in map(json.loads, lines) if row["answerable"]]


def _places(answer: Answer) -> set[tuple[str, int, int]]:
    return {(one.document_id, one.start, one.end) for one in answer.citations}


def test_thirty_answers_are_followed_by_questions_that_are_answered(shipped: PolicyAssistant) -> None:
    questions = _questions()
    followed: list[int] = []
    for question in questions[:: len(questions) // SAMPLED][:SAMPLED]:
        answer = shipped.ask(question)
        suggested = shipped.suggest(answer)
        followed.append(len(suggested))
        assert len(set(suggested)) == len(suggested) <= 3
        for one in suggested:
            assert len(one) <= 25
            assert one.endswith("\uff1f")
            assert one.rstrip("\uff1f") != question.rstrip("?\uff1f")
            then = shipped.ask(one)
            assert then.answered, (question, one)
            assert _places(then) - _places(answer), (question, one)
    assert len(followed) == SAMPLED
    assert sum(count == 3 for count in followed) >= 24


def test_after_an_answer_the_clauses_beside_it_and_other_documents_are_asked_for(
    shipped: PolicyAssistant,
) -> None:
    answer = shipped.ask("大连市既有住宅加装电梯的实施范围是什么?")
    suggested = shipped.suggest(answer)
    assert len(suggested) == 3
    assert shipped.suggest(answer, 1) == suggested[:1]
    assert shipped.suggest(answer, 0) == ()
    first = {place[0] for place in _places(shipped.ask(suggested[0]))}
    assert first & {citation.document_id for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("老楼加装电梯政府给补多少万", "加装电梯"),
        ("帮我把公租房申请交上去", "租房"),
        ("上海的城市更新有什么政策", "城市更新"),
    ],
)
def test_after_a_refusal_what_comes_near_is_asked_for(
    shipped: PolicyAssistant, question: str, word: str
) -> None:
    answer = shipped.ask(question)
    suggested = shipped.suggest(answer)
    assert not answer.answered
    assert suggested
    assert [shipped.ask(one).answered for one in suggested] == [True] * len(suggested)
    assert all(word in one for one in suggested)


def test_after_a_refusal_for_another_place_its_own_are_named(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("上海的城市更新有什么政策")
    suggested = shipped.suggest(answer)
    assert (answer.status, len(suggested)) == (Status.ANOTHER_PLACE, 3)
    assert all(re.search("大连|辽宁|吉林", one) for one in suggested)
    assert shipped.suggest(shipped.ask("北京落户积分今年要多少分?")) == ("大连取消落户限制了吗\uff1f",)


def _home(question: str, store: Store) -> Chunk | None:
    """The chunk that the question was written for; None for one that is put otherwise than it was written."""
    for document_id, entries in read_questions(CORPUS).items():
        for entry in entries:
            if question in map(normalise, entry.questions):
                at = store.document(document_id).text.index(entry.quote)
                chunks = [one for one in store.chunks(store.chunk_ids) if one.document_id == document_id]
                return next(one for one in chunks if one.start <= at < one.end)
    return None


@pytest.mark.parametrize(
    "question", ["外地人能在大连落户吗?", "怎么解决停车难?", "城市更新怎么推进?", "地铁要建哪些线路?"]
)
def test_the_clause_it_was_written_for_is_cited_also_in_the_conversation(
    shipped: PolicyAssistant, question: str
) -> None:
    homes = []
    for one in shipped.suggest(shipped.ask(question)):
        shipped.ask(question, one)  # a conversation of its own
        answer = shipped.ask(one, one)
        assert answer.status is Status.ANSWERED
        if home := _home(normalise(one).rstrip("?"), shipped.retriever.store):
            homes.append(home)
            assert any(
                document_id == home.document_id and start < home.end and home.start < end
                for document_id, start, end in _places(answer)
            )
    assert len(homes) >= 2


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("今天大连天气怎么样", Status.OFF_TOPIC),
        ("你是谁", Status.ABOUT_ASSISTANT),
        ("我不想活了", Status.DISTRESS),
        ("我的手机号是13800138000,帮我看看能不能落户", Status.PERSONAL_DATA),
        ("", Status.UNCLEAR),
        ("长" * 1001, Status.TOO_LONG),
        ("大连对网约车抽成有什么规定", Status.NOT_IN_CORPUS),
    ],
)
def test_nothing_is_suggested_where_nothing_fits(
    shipped: PolicyAssistant, question: str, status: Status
) -> None:
    answer = shipped.ask(question)
    assert (answer.status, shipped.suggest(answer)) == (status, ())


PARKS = """公园管理办法
第一章 开放
第一条 公园全年开放,不收门票。
第二章 儿童乐园
第二条 园内设儿童乐园8处,由街道维护。
第三章 停车
第三条 公园停车场前两小时免费。
"""


@pytest.fixture(scope="module")
def parks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyAssistant]:
    """An assistant over a document of which nobody has said what questions it answers."""
    folder = tmp_path_factory.mktemp("parks")
    (folder / "docs").mkdir()
    (folder / "docs" / "公园.txt").write_text(PARKS, encoding="utf-8")
    sync_folder(folder / "docs", folder / "store")
    with PolicyAssistant(folder / "store", today=date(2026, 3, 1), record=False) as opened:
        yield opened


def test_without_known_questions_the_headings_are_asked_for(parks: PolicyAssistant) -> None:
    answer = parks.ask("公园收不收门票")
    assert answer.answered
    assert parks.suggest(answer) == ("“停车”讲什么\uff1f", "“儿童乐园”讲什么\uff1f")
    assert [c.quote for c in parks.ask("“停车”讲什么\uff1f").citations] == ["第三条 公园停车场前两小时免费。"]


def test_a_fault_suggests_nothing(shipped: PolicyAssistant) -> None:
    broken = PolicyAssistant.__new__(PolicyAssistant)
    broken.__dict__ = {**shipped.__dict__, "_reader": None}
    assert broken.suggest(Answer("公园开放吗", Status.NOT_IN_CORPUS, "没有查到。")) == ()
