"""One exchange as HTML: the question, the answer with its markers, what it rests on, what can be done with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from assistant.datatypes import FOUND_BY, Answer, Citation, Passage, Status
from assistant.export import compose
from assistant.page.badges import Badge, badges
from assistant.page.markup import render
from assistant.records import Feedback, Reason
from index.datatypes import Document

_SIDE = re.compile(r"【[^【】]{1,20}】")
_HEADLINES = {
    Status.NOT_IN_CORPUS: "文件里没有查到",
    Status.ANOTHER_PLACE: "没有收录这个地方的文件",
    Status.NEEDS_OFFICE: "这要以办事部门的答复为准",
    Status.ASKED_TO_ACT: "这件事我不能代办",
    Status.OPINION: "我只引用原文，不作判断",
    Status.PERSONAL_DATA: "请去掉个人信息再问",
    Status.OFF_TOPIC: "这不在文件的范围里",
    Status.ABOUT_ASSISTANT: "关于本助手",
    Status.DISTRESS: "请先照顾好自己",
    Status.UNCLEAR: "没有看清问题",
    Status.TOO_LONG: "问题太长了",
    Status.ERROR: "这次没能回答",
    Status.WHICH_DOCUMENT: "请说明是哪份文件",
    Status.NO_SUCH_CLAUSE: "没有这一条",
    Status.DOCUMENT_NOT_HELD: "没有收录这份文件",
}
_OFFICES = {"12345": "当地政务服务便民热线", "辽事通": "辽宁省政务服务平台，查办事指南"}
"""Where to ask, and what that is; shown where a refusal names it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer: the side of a comparison or the document it is from, where it names one, and its pieces."""

    side: str
    origin: str
    pieces: tuple[Citation | str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A citation and what is shown of its document."""

    citation: Citation
    badges: tuple[Badge, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage for staff: what found it, the strongest first."""

    passage: Passage
    why: str


def turn(
    question: str,
    answer: Answer,
    documents: Mapping[str, Document],
    today: date,
    *,
    official: bool,
    following: Sequence[str] = (),
    given: Feedback | None = None,
) -> str:
    """HTML of a finished exchange. `official`: with citations to copy and the passages found. `following`: questions to
    go on with. `given`: what the visitor thinks of it already."""
    return render(
        "turn",
        question=question,
        answer=answer,
        lines=lines(answer, documents),
        sources=[s for c in answer.citations if (s := _source(c, documents, today))],
        nearest=answer.nearest and _source(answer.nearest, documents, today),
        headline=_HEADLINES.get(answer.status, ""),
        offices=[] if answer.answered else [(n, what) for n, what in _OFFICES.items() if n in answer.text],
        passages=[_found(passage) for passage in answer.passages] if official else [],
        official=official,
        following=following,
        given=given,
        reasons=[reason.value for reason in Reason],
    )


def pending(
    question: str,
    documents: Mapping[str, Document],
    text: str = "",
    citations: tuple[Citation, ...] = (),
    note: str = "",
) -> str:
    """HTML of an exchange that is still being answered, `text` being what there is so far."""
    so_far = Answer(question, Status.ANSWERED, text, citations)
    return render("pending", question=question, lines=lines(so_far, documents), note=note)


def refused(question: str, why: str, id_: str) -> str:
    """HTML of a question that the page itself does not put; `id_` names it in the log of requests."""
    return render("refused", question=question, why=why, id=id_)


def lines(answer: Answer, documents: Mapping[str, Document]) -> tuple[Line, ...]:
    """The lines of an answer as exports have them, with what each names at its beginning apart."""
    names = {document.metadata.name for document in documents.values()}
    numbered = {citation.number: citation for citation in answer.citations}
    (entry,) = compose([answer], documents, datetime.now(UTC)).entries
    found = []
    for line in entry.lines:
        first = line[0] if isinstance(line[0], str) else ""
        side = _SIDE.match(first)
        rest = first[side.end() :] if side else first
        name, colon, body = rest.partition("\uff1a")
        origin = name if colon and name in names else ""
        pieces = (body if origin else rest, *(line[1:] if first else line))
        shown = tuple(numbered[piece] if isinstance(piece, int) else piece for piece in pieces)
        found.append(Line(side[0][1:-1] if side else "", origin, shown))
    return tuple(found)


def _source(citation: Citation, documents: Mapping[str, Document], today: date) -> Source | None:
    """None where the store no longer has the words: an old answer outlives its document."""
    document = documents.get(citation.document_id)
    if document is None or document.text[citation.start : citation.end] != citation.quote:
        return None
    return Source(citation, badges(document, today))


def _found(passage: Passage) -> Found:
    strongest = sorted(((s, n) for n, s in passage.why if s > 0), reverse=True)
    return Found(
        passage, " · ".join(f"{FOUND_BY.get(name, name)} {strength:.2f}" for strength, name in strongest)
    )
