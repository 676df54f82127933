"""Feedback -> rows in the schema of the gold questions (`eval.questions.KEYS`), for a person to complete.

What is to be filled in is marked 〔请填:…〕, with the reader's own words behind it: until that is done, `eval --gold`
refuses the row and says which.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.datatypes import Answer, Status
from assistant.records import Feedback, Record, Records
from assistant.replies import connective
from index.datatypes import SourceKind

EARLIER_TURNS = 3
"""Most questions of the conversation that are told before the one that was rated."""
_SHORT_ID = 12

_WORDS = (
    (
        "clause",
        r"第[一二三四五六七八九十百零〇\d]+条|[(（][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十\d]+[点款项]",
    ),
    ("section", r"第[一二三四五六七八九十百\d]+[章节]"),
    ("number", r"多少|比例|百分之|几[个年条家座倍成]|哪年"),
    ("list", r"哪些|哪几"),
    ("hukou", r"落户|户口|户籍"),
    ("housing", r"住房|公租房|租房|买房|购房|公积金"),
)
"""Categories by words of the question, the first that is found."""


def mark(what: str, *told: str) -> str:
    """Stands where a person has to fill in `what`; `told` may help with it."""
    return "".join([f"〔请填:{what}〕", *told])


def candidates(records: Records) -> Iterator[dict[str, object]]:
    """A row for each answer that was rated, the latest first; not where the question was withheld from its record."""
    for record, feedback in records.rated():
        if record.answer.status is not Status.PERSONAL_DATA:
            yield candidate(record, feedback, records.before(record, EARLIER_TURNS))


def candidate(record: Record, feedback: Feedback, earlier: Sequence[Record] = ()) -> dict[str, object]:
    """The row for one answer; `earlier` are the records before it in its conversation."""
    answer = record.answer
    turns = [one.answer.question for one in earlier if one.answer.status is not Status.PERSONAL_DATA]
    row: dict[str, object] = {
        "id": f"feedback-{record.id[:_SHORT_ID]}",
        "category": "multiturn" if turns else _category(answer),
        "turns": [*turns, answer.question],
    }
    if feedback.good and not answer.answered:
        refused: dict[str, object] = {"answerable": False, "outcome": answer.status.value, "evidence": []}
        return {**row, "category": "refusal", **refused, "facts": [], "forbidden": []}
    fact = mark("回答必须说到的原词", _said(feedback))
    evidence = _evidence(answer, feedback)
    return {**row, "answerable": True, "evidence": evidence, "facts": [[fact]], "forbidden": []}


def _evidence(answer: Answer, feedback: Feedback) -> list[dict[str, str]]:
    """What was cited, where that was found good; else where to write what should have been."""
    if answer.status is Status.ABOUT_DOCUMENT:
        return [{"document": mark("文件编号")}]
    if feedback.good:
        return [{"document": cited.document_id, "quote": cited.quote} for cited in answer.citations]
    shown = answer.citations or ((answer.nearest,) if answer.nearest else ())
    document = shown[0].document_id if shown else mark("文件编号")
    told = "当时引用:" + ";".join(cited.form for cited in shown) if shown else "当时没有引用"
    return [{"document": document, "quote": mark("应引用的原文,在文件里恰好出现一次", told)}]


def _said(feedback: Feedback) -> str:
    said = ["👍" if feedback.good else "👎", feedback.reason or "", feedback.comment]
    return " ".join(["读者反馈:", *filter(None, said)])


def _category(answer: Answer) -> str:
    """What is asked, as far as the answer and the words of the question tell."""
    if answer.status is Status.ABOUT_DOCUMENT:
        return (
            "validity" if re.search(r"有效|效力|过期|届满|失效|废止|作废", answer.question) else "provenance"
        )
    if answer.text.startswith(connective("premise")):
        return "premise"
    if answer.text.startswith("【"):
        return "compare"
    if any(SourceKind.REWRITTEN in cited.form for cited in answer.citations):
        return "rewritten"
    found = (category for category, words in _WORDS if re.search(words, answer.question))
    return next(found, "fact")
