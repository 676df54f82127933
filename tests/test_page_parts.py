"""The parts of the page by themselves: what they show, whom they let through."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import PolicyAssistant
from assistant.datatypes import Answer, Status
from assistant.page.badges import badges
from assistant.page.excerpt import excerpt
from assistant.page.filters import Chosen, choices, within
from assistant.page.limits import OpenQuestions, RateLimit, TooManyError
from assistant.page.markup import render
from assistant.page.presence import Presence
from assistant.page.reader import pieces
from assistant.page.safety import content_policy
from assistant.page.turn import lines, turn
from assistant.page.visitor import Visitor, known_visitor, new_visitor
from assistant.page.welcome import examples
from assistant.records import Conversations, Recorder, Records
from tests.conftest import TODAY

PLAN = "dalian-14th-five-year-plan"


@pytest.mark.parametrize("question", [question for theme in examples().values() for question in theme])
def test_examples_of_the_first_screen_are_answered(shipped: PolicyAssistant, question: str) -> None:
    assert shipped.ask(question).answered


def test_badges(shipped: PolicyAssistant) -> None:
    assert [(b.text, b.tone) for b in badges(shipped.document(PLAN), TODAY)] == [
        ("市", "level"),
        ("正式全文", "sound"),
        ("规划期已届满", "care"),
    ]


def test_excerpt_is_the_clause_in_pieces_that_follow_each_other(shipped: PolicyAssistant) -> None:
    citation = shipped.ask("外地人能在大连落户吗?").citations[0]
    document = shipped.document(citation.document_id)
    found = excerpt(document, citation.start, citation.end)
    assert found.quote == citation.quote
    assert found.form == citation.form
    assert found.before + found.opening + found.quote + found.rest + found.after in document.text


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (9, 4), (0, 10**9)])
def test_excerpt_of_no_words_is_refused(shipped: PolicyAssistant, start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no clause"):
        excerpt(shipped.document(PLAN), start, end)


def test_reader_shows_every_character_once_and_marks_the_quote(shipped: PolicyAssistant) -> None:
    for document in shipped.documents():
        start, end = len(document.text) // 2, len(document.text) // 2 + 40
        parts = [part for piece in pieces(document, start, end) for part in (piece.heading, piece.body)]
        assert "".join(part.before + part.marked + part.after for part in parts) == document.text
        assert "".join(part.marked for part in parts) == document.text[start:end]


def test_lines_tell_sides_origins_and_markers(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("大连和吉林在城市更新上有什么不同?")
    documents = {document.id: document for document in shipped.documents()}
    shown = lines(answer, documents)
    assert [line.side for line in shown if line.side] == ["大连", "吉林"]
    assert {line.origin for line in shown} <= {d.metadata.name for d in documents.values()}
    assert [p.number for line in shown for p in line.pieces if not isinstance(p, str)] == [
        c.number for c in answer.citations
    ]


def test_texts_of_a_turn_are_escaped(shipped: PolicyAssistant) -> None:
    evil = '"><script>x</script>${x}'
    answer = replace(Answer(evil, Status.ANSWERED, evil), notices=(evil,), standalone=evil, choices=(evil,))
    for official in (True, False):
        html = turn(evil, answer, {}, TODAY, official=official, following=(evil,))
        assert "<script" not in html
        assert html.count("&#34;&gt;&lt;script&gt;x&lt;/script&gt;${x}") == html.count("${x}") > 4


def test_template_that_lacks_a_value_is_an_error() -> None:
    with pytest.raises(Exception, match="undefined"):
        render("refused", question="x")


def test_filters(shipped: PolicyAssistant) -> None:
    documents = shipped.documents()
    assert choices(documents).levels == ("中央", "市", "省")
    assert choices(documents).regions == ("全国", "大连", "吉林", "辽宁")
    assert within(documents, Chosen(), TODAY) is None
    assert within(documents, Chosen(levels=["省"], regions=["吉林"]), TODAY) == ("jilin-urban-quality-plan",)
    assert within(documents, Chosen(documents=[PLAN], in_force=True), TODAY) == ()


def test_only_documents_within_are_searched_and_cited(shipped: PolicyAssistant) -> None:
    answer = shipped.ask("城市更新怎么推进?", within=["jilin-urban-quality-plan"])
    assert {passage.document_id for passage in answer.passages} == {"jilin-urban-quality-plan"}
    assert {citation.document_id for citation in answer.citations} == {"jilin-urban-quality-plan"}
    named = shipped.ask("大连十四五规划第九章讲什么?", within=["jilin-urban-quality-plan"])
    assert {citation.document_id for citation in named.citations} <= {"jilin-urban-quality-plan"}


def test_rate_limit_counts_each_name_for_itself() -> None:
    limit = RateLimit(2)
    limit.count("a")
    limit.count("a")
    with pytest.raises(TooManyError, match="秒后再试"):
        limit.count("a")
    limit.count("b")
    for _ in range(100):
        RateLimit(0).count("a")


def test_questions_of_one_name_at_the_same_time() -> None:
    questions = OpenQuestions(1)
    with questions.one("a"):
        with pytest.raises(TooManyError), questions.one("a"):
            pass
        with questions.one("b"):
            pass
    with questions.one("a"):
        pass


def test_a_question_is_given_up_where_its_page_has_gone_or_it_is_stopped() -> None:
    presence = Presence()
    with presence.question("page", "thread") as left, presence.question("other", "thread2") as other_left:
        presence.came("page")
        presence.came("page")
        presence.went("page")
        presence.leave("page")
        assert not left()  # it listens still
        presence.went("page")
        presence.leave("page")
        assert left() and not other_left()
        presence.stop("thread3")
        presence.stop("thread2")
        assert other_left()
    presence.leave("page")
    with presence.question("page", "thread") as left:
        assert not left()


def test_visitor_is_known_by_a_token_of_ours_only() -> None:
    visitor = new_visitor()
    assert known_visitor(visitor.token) == visitor
    assert [
        known_visitor(token) for token in (None, "", "a" * 39, "A" * 40, "a" * 40 + "\n", "../" * 13 + "x")
    ] == [None] * 6
    assert visitor.token not in visitor.thread("a" * 16)
    with pytest.raises(ValueError, match="sixteen"):
        visitor.thread("%")


def test_policy_allows_the_scripts_of_the_page_by_their_digest_only() -> None:
    policy = content_policy(b'<script>a()</script><script src="x.js"></script>')
    assert re.findall("'sha256-(.*?)'", policy) == ["qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4="]


def test_conversations_of_the_records(tmp_path: Path) -> None:
    records = Records(tmp_path / "answers.sqlite3", 30)
    conversations, recorder = Conversations(records.file), Recorder(records)
    mine, other = Visitor("a" * 40), Visitor("b" * 40)
    assert conversations.starting(mine.beginning, 9) == ()
    for visitor, name, question in (
        (mine, "c", "一"),
        (mine, "d", "二"),
        (other, "c", "三"),
        (mine, "c", "四"),
    ):
        recorder.keep(Answer(question, Status.UNCLEAR, "。"), None, visitor.thread(name * 16))
    listed = conversations.starting(mine.beginning, 9)
    assert [(c.title, c.answers) for c in listed] == [("一", 2), ("二", 1)]
    conversations.rename(mine.thread("c" * 16), " 我的\n身份证 11010519491231002X ")
    conversations.rename(mine.thread("e" * 16), "没有这个会话")
    assert "11010519491231002X" not in conversations.starting(mine.beginning, 9)[0].title
    assert conversations.starting(mine.beginning, 9)[0].title.startswith("我的 身份证")
    records.forget(mine.thread("c" * 16))
    assert [c.title for c in conversations.starting(mine.beginning, 9)] == ["二"]
    assert [c.title for c in conversations.starting(other.beginning, 9)] == ["三"]
    records.close()
