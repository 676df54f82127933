"""One exchange as HTML: the question, the answer with its markers, what it rests on, what can be done with it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.datatypes import Answer, Citation, Passage, Status
from assistant.page.badges import Badge, badges
from assistant.page.excerpt import Excerpt, excerpt
from assistant.page.markup import render
from index.datatypes import Document

_MARKER = re.compile(r"\[(\d+)\]")
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
_OFFICES = {
    Status.NOT_IN_CORPUS,
    Status.ANOTHER_PLACE,
    Status.NEEDS_OFFICE,
    Status.ASKED_TO_ACT,
    Status.OPINION,
}
"""Outcomes after which it helps to know whom to ask."""
_FOUND_BY = {
    "exact": "编号或标题",
    "words": "词",
    "bigrams": "字对",
    "vectors": "语义",
    "coverage": "覆盖",
    "asked_bigrams": "相关提问的字对",
    "asked_vectors": "相关提问的语义",
    "asked_coverage": "相关提问的覆盖",
    "kind": "所问的数字或时间",
    "reranker": "重排",
}


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
    found: Excerpt


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
) -> str:
    """HTML of a finished exchange. `official`: with whole clauses and the passages found. `following`: questions to
    go on with."""
    return render(
        "turn",
        question=question,
        answer=answer,
        lines=lines(answer.text, answer.citations, {d.metadata.name for d in documents.values()}),
        sources=[s for c in answer.citations if (s := _source(c, documents, today))],
        nearest=answer.nearest and _source(answer.nearest, documents, today),
        headline=_HEADLINES.get(answer.status, ""),
        offices=answer.status in _OFFICES,
        passages=[_found(passage) for passage in answer.passages] if official else [],
        official=official,
        following=following,
    )


def pending(question: str, text: str = "", citations: tuple[Citation, ...] = (), note: str = "") -> str:
    """HTML of an exchange that is still being answered, `text` being what there is so far."""
    return render("pending", question=question, lines=lines(text, citations, set()), note=note)


def refused(question: str, why: str) -> str:
    """HTML of a question that the page itself does not put."""
    return render("refused", question=question, why=why)


def lines(text: str, citations: Sequence[Citation], names: set[str]) -> tuple[Line, ...]:
    """The lines of an answer's text with its markers told from brackets that the documents print themselves."""
    numbered = {citation.number: citation for citation in citations}
    told, found = 0, []
    for written in filter(None, text.split("\n")):
        side = _SIDE.match(written)
        rest = written[side.end() :] if side else written
        name, colon, body = rest.partition("\uff1a")
        origin = name if colon and name in names else ""
        pieces = tuple(_pieces(body if origin else rest, numbered, told))
        told += sum(isinstance(piece, Citation) for piece in pieces)
        found.append(Line(side[0][1:-1] if side else "", origin, pieces))
    return tuple(found)


def _pieces(text: str, numbered: Mapping[int, Citation], told: int) -> Iterator[Citation | str]:
    """Markers stand in order, so only the one that is due is a marker."""
    begun = 0
    for marker in _MARKER.finditer(text):
        if int(marker[1]) != told + 1 or told + 1 not in numbered:
            continue
        told += 1
        yield text[begun : marker.start()]
        yield numbered[told]
        begun = marker.end()
    if text[begun:]:
        yield text[begun:]


def _source(citation: Citation, documents: Mapping[str, Document], today: date) -> Source | None:
    """None where the store no longer has the words: an old answer outlives its document."""
    document = documents.get(citation.document_id)
    if document is None or document.text[citation.start : citation.end] != citation.quote:
        return None
    return Source(citation, badges(document, today), excerpt(document, citation.start, citation.end))


def _found(passage: Passage) -> Found:
    strongest = sorted(((s, n) for n, s in passage.why if s > 0), reverse=True)
    return Found(
        passage, " · ".join(f"{_FOUND_BY.get(name, name)} {strength:.2f}" for strength, name in strongest)
    )
