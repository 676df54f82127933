"""Answers -> a paper: what every format shows, in reading order, free of what no format can hold."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.cite import full_form
from assistant.datatypes import Answer, Citation
from assistant.days import written
from index.datatypes import Document

TITLE = "政策文件问答记录"
NOTES, NEAREST, NOTICES = "引用", "最接近的条款", "注意"
"""Headings of the parts of an entry."""

# What XML 1.0 (section 2.2) or HTML refuses, and marks that reverse the order of what is shown.
_UNFIT = re.compile("[^\t\n\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_GAP = "\ufffd"
"""Stands where a character was that no format can hold: a quote does not close up silently."""

Line = tuple[str | int, ...]
"""Text with markers in it: the number of a note stands where its marker [1] stood."""


@dataclass(frozen=True, slots=True)
class Note:
    """A clause cited: `form` as one cites it in a paper, `quote` its words. `number` is None where no marker is."""

    number: int | None
    form: str
    quote: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and its answer. `remark`: label and time, as far as there are any."""

    question: str
    lines: tuple[Line, ...]
    remark: str
    notes: tuple[Note, ...]
    nearest: Note | None
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written, every text of it readable. `labels`: those of its answers, each once, for metadata."""

    title: str
    at: datetime
    entries: tuple[Entry, ...]
    labels: tuple[str, ...]

    @property
    def written_at(self) -> str:
        """When it was exported, in words."""
        return f"导出时间：{_moment(self.at)}"


def compose(
    answers: Sequence[Answer],
    documents: Mapping[str, Document],
    at: datetime,
    asked: Sequence[datetime | None] = (),
) -> Paper:
    """The paper of `answers` in their order.

    `documents` by id, as far as they are still held: of others a note gives what the citation itself tells. `at`:
    when it is exported, and `asked` when each question was, where that is known; both aware of their time zone, and
    told in that of this machine.
    """
    times = [*asked, *[None] * len(answers)]
    entries = tuple(_entry(answer, documents, time) for answer, time in zip(answers, times, strict=False))
    labels = dict.fromkeys(answer.label.value for answer in answers if answer.label)
    return Paper(TITLE, at, entries, tuple(labels))


def readable(text: str) -> str:
    """`text` with line breaks of one kind, and a visible gap for each character that no format can hold."""
    return _UNFIT.sub(_GAP, _LINE_BREAK.sub("\n", text))


def _entry(answer: Answer, documents: Mapping[str, Document], time: datetime | None) -> Entry:
    remark = [answer.label.value if answer.label else "", _moment(time) if time else ""]
    return Entry(
        question=" ".join(readable(answer.question).split()),
        lines=_lines(answer),
        remark=" · ".join(filter(None, remark)),
        notes=tuple(_note(citation, citation.number, documents) for citation in answer.citations),
        nearest=_note(answer.nearest, None, documents) if answer.nearest else None,
        notices=tuple(map(readable, answer.notices)),
    )


def _note(citation: Citation, number: int | None, documents: Mapping[str, Document]) -> Note:
    document = documents.get(citation.document_id)
    form = full_form(document, citation.clause, citation.heading) if document else citation.form
    return Note(number, readable(form), readable(citation.quote).strip())


def _lines(answer: Answer) -> tuple[Line, ...]:
    """The lines of the answer that are not blank; a bracket inside a quote is no marker."""
    numbers = {citation.number for citation in answer.citations}
    quotes = sorted({c.quote for c in answer.citations if c.quote}, key=len, reverse=True)
    lines: list[list[str | int]] = [[]]
    end = 0
    for found in re.finditer("|".join([*map(re.escape, quotes), r"\[([0-9]{1,4})\]"]), answer.text):
        if found[1] and int(found[1]) in numbers:
            _append(lines, answer.text[end : found.start()])
            lines[-1].append(int(found[1]))
            end = found.end()
    _append(lines, answer.text[end:])
    return tuple(tuple(filter(None, line)) for line in lines if any(str(piece).strip() for piece in line))


def _append(lines: list[list[str | int]], text: str) -> None:
    first, *others = readable(text).split("\n")
    lines[-1].append(first)
    lines += [[other] for other in others]


def _moment(time: datetime) -> str:
    local = time.astimezone()
    return f"{written(local.date())} {local:%H:%M}"
