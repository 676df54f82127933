"""A chat model that keeps to the rules: its statements are the answer, each verified."""

import time

from assistant import Answer, PolicyAssistant, Status
from assistant.datatypes import Label
from assistant.events import Noticed, PassagesFound, Shown
from tests.llm_server import Reply, Request, queued, written
from tests.written_room import GOOD, HONEST, KEY, PLAN, QUESTION, SENTENCE, WORDS, Room, told_by

# a model that keeps to the rules


def test_verified_statements_are_the_answer(room: Room, extracted: Answer) -> None:
    answer = room.ask(GOOD)
    assert (answer.status, answer.label) == (Status.ANSWERED, Label.GENERATED)
    assert answer.text == f"{PLAN}\uff1a大连{WORDS}。[1]"
    assert [(c.document_title, c.clause, c.quote) for c in answer.citations] == [
        (extracted.citations[0].document_title, "第九章 第三节", SENTENCE)
    ]
    assert answer.notices == extracted.notices
    assert answer.passages == extracted.passages


def test_statements_are_streamed_as_they_are_verified(room: Room) -> None:
    first, second = "一要提升承载能力。", "大连将逐步构建以经常居住地登记户口为基本形式的新型户籍制度。"
    text = written((HONEST, (1, WORDS)), (first, (99, "x")), (second, (1, "逐步构建以经常居住地登记户口")))
    room.llm.script = queued(Reply(text, between=0.02))
    came = [(type(event), time.perf_counter()) for event in room.assistant.stream(QUESTION)]
    assert [kind for kind, _ in came] == [PassagesFound, Shown, Shown, Noticed, Answer]
    assert came[2][1] - came[1][1] > 0.1


def test_without_a_model_the_quotes_are_streamed(shipped: PolicyAssistant, extracted: Answer) -> None:
    events = list(shipped.stream(QUESTION))
    assert [type(event) for event in events] == [PassagesFound, Shown, Noticed, Answer]
    assert told_by(events) == (extracted.text, extracted.citations)
    assert (extracted.label, shipped.ask("上海落户要几年").label) == (Label.EXTRACT, None)
    assert [type(event) for event in shipped.stream("上海落户要几年")] == [Answer]


def test_a_statement_on_two_documents_names_both(room: Room) -> None:
    said = "推进农业转移人口市民化"

    def script(request: Request) -> Reply:
        first, *_, last = [number for number, text in request.passages.items() if said in text]
        return Reply(written((f"{said}。", (first, said), (last, said))))

    answer = room.ask(script, "农业转移人口市民化怎么推进")
    assert answer.text.endswith(f"{said}。[1][2]")
    names = {document.id: document.metadata.name for document in room.assistant.documents()}
    assert "、".join(names[citation.document_id] for citation in answer.citations) in answer.text


def test_what_is_sent(room: Room) -> None:
    room.ask(GOOD)
    one, other = room.llm.requests
    assert set(one.body) == {"model", "messages", "stream", "temperature"}
    assert (one.body["model"], one.body["temperature"], one.body["stream"]) == ("stub", 0, True)
    assert one.headers["authorization"] == f"Bearer {KEY}"
    assert one.question == QUESTION
    assert SENTENCE in one.passages[1]
    marks = {request.text.split("「")[1].split(" ")[0] for request in (one, other)}
    assert len(marks) == 2  # new for every request
    assert all(QUESTION not in m["content"] for m in one.body["messages"] if m["role"] == "system")


def test_a_partial_answer_is_told(room: Room, extracted: Answer) -> None:
    answer = room.ask(written((HONEST, (1, WORDS)), answers="partly"))
    assert answer.notices == ("文件只写到问题的一部分。", *extracted.notices)


def test_that_the_passages_do_not_answer_is_a_refusal(room: Room) -> None:
    answer = room.ask(written(answers="not"))
    assert (answer.status, answer.citations, answer.label) == (Status.NOT_IN_CORPUS, (), None)


def test_named_clauses_and_refusals_need_no_model(room: Room) -> None:
    for question in ("大连实施意见第二条", "上海落户要几年", "你好"):
        room.assistant.ask(question)
    assert room.llm.requests == []


def test_a_comparison_is_written_too(room: Room) -> None:
    def script(request: Request) -> Reply:
        return Reply(written(*((text.strip(), (number, text)) for number, text in request.passages.items())))

    room.llm.script = script
    answer = room.assistant.ask("大连和吉林在停车方面有什么不同?")
    assert answer.label is Label.GENERATED
    assert len({citation.document_id for citation in answer.citations}) > 1
    assert len(answer.citations) <= 6
