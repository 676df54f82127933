"""Questions about a document and not about what it says: who issued it, when, whether it is official, still valid."""

import re
from collections.abc import Sequence
from datetime import date

from assistant.aspects import CALLED, CALLED_ONE, NTH_PLAN, TYPES, asked_of_document
from assistant.card import card
from assistant.datatypes import Status
from assistant.focus import Focus
from assistant.lookup import Target
from assistant.outcome import Outcome
from assistant.references import is_filler, read_reference
from assistant.refusal import MOST_NAMES
from index.datatypes import Document, Level
from index.searchable import normalise

_SEVERAL = re.compile(r"[这那]些|哪(些|一?[份个])|[几两三四五六0-9]+[份个]|各份?|所有|全部|都|分别|每")
_CLEAR_NAME = 4
"""Characters a short name needs to be a good example."""
_PLAN = re.compile(rf"({NTH_PLAN})[年\"'“”‘’]*(期间|时期)?的?(规划(?:纲要)?|纲要|计划)")
"""A five-year plan; only names tell which of them is held."""
_WHOLE = re.compile(r"全文|原文|正文|(完整|全部|所有)的?(内容|文本|版)?|整[个份篇本]|从头到尾")
_SHOWING = re.compile(r"把|将|发|下载|打开|调出|调取|显示|展示|翻|来|一?[份遍下]|想|要|我|你|能|可以")
_YES_OR_NO = re.compile(r"吗|么[?。!]*$|是不是|是否|有没有|不是|吧|没有?[?。!]*$")


def read_about(text: str, focus: Focus, documents: Sequence[Document], today: date) -> Outcome | None:
    """The cards of the documents asked about, where nothing is asked but what they are; None for any other question.

    `text` is the normalised question. Documents may be named by their place, level or type alone: “辽宁那份材料”,
    “这规划”; where one is meant and it is not said which, that is asked. A five-year plan that is not held is said so.
    """
    meant = documents_meant(text, focus, documents)
    asked = asked_of_document(focus, [name for one in meant for name in _names(one)])
    if missing := _missing_plan(text, documents, of_itself=asked is not None):
        return Outcome(Status.DOCUMENT_NOT_HELD, {"asked": missing})
    if asked is None or focus.reference.steps:
        return None
    if not meant and CALLED.search(text) and not focus.places:
        several = _SEVERAL.search(text) and len(documents) <= MOST_NAMES
        meant = _in_order(documents, text) if several or len(documents) == 1 else ()
        if not meant and CALLED_ONE.search(text):
            return _which("全文" if _asks_for_all(focus) else asked, documents)
    if not meant:
        return None
    return Outcome(
        Status.ABOUT_DOCUMENT, {"cards": "\n".join(card(one, documents, today) for one in meant)}, 1.0
    )


def documents_meant(text: str, focus: Focus, documents: Sequence[Document]) -> tuple[Document, ...]:
    """The documents that the question names, in its order: by name, place, level, or a type that only one has."""
    found = [document for document in documents if document.id in focus.reference.documents]
    if not CALLED.search(text):
        return _in_order(found, text)
    regions = {place.name for place in focus.places} - {document.metadata.region for document in found}
    if found:
        found += _of_type([one for one in documents if one.metadata.region in regions], text)
        return _in_order(found, text)
    closest = [document for document in documents if dict(focus.weights)[document.id] == 1]
    if len(closest) < len(documents):
        return _in_order(_of_type(closest, text), text)
    alike = _of_type(documents, text)
    return tuple(alike) if len(alike) == 1 else ()


def whole_asked(focus: Focus, documents: Sequence[Document]) -> tuple[Target, ...]:
    """The documents named, where they are to be shown as a whole: “给我看看纲要全文”, and not “纲要是全文吗”."""
    if focus.reference.steps or not _asks_for_all(focus):
        return ()
    named = [document for document in documents if document.id in focus.reference.documents]
    return tuple(Target(document, None, whole=True) for document in named)


def _asks_for_all(focus: Focus) -> bool:
    rest = _SHOWING.sub("", _WHOLE.sub("", focus.topic))
    return bool(_WHOLE.search(focus.topic) and is_filler(rest) and not _YES_OR_NO.search(focus.topic))


def _of_type(documents: Sequence[Document], text: str) -> list[Document]:
    """Those of a type that the question names (“规划”, “意见”); all where it names none of theirs."""
    for words in (*((nth,) for nth in re.findall(NTH_PLAN, text)), *TYPES):
        alike = [one for one in documents if any(word in name for word in words for name in _names(one))]
        if any(word in text for word in words) and alike:
            return alike
    return list(documents)


def _in_order(documents: Sequence[Document], text: str) -> tuple[Document, ...]:
    """As the question names them, by name or place; then the highest level first."""

    def place(document: Document) -> tuple[int, int, str]:
        names = (*_names(document), document.metadata.region or "")
        found = [at for name in names if name and (at := text.find(name)) >= 0]
        level = document.metadata.level
        return min(found, default=len(text)), list(Level).index(level) if level else len(Level), document.id

    return tuple(sorted(documents, key=place))


def _names(document: Document) -> tuple[str, ...]:
    known = document.metadata
    return tuple(normalise(name) for name in (known.name, known.title or "", *known.short_names))


def _missing_plan(text: str, documents: Sequence[Document], *, of_itself: bool) -> str | None:
    """The five-year plan asked about, where none of that name is held, no other document is named, and none speaks of
    it; or where it is asked `of_itself`."""
    for found in _PLAN.finditer(text):
        held = any(found[1] in name for one in documents for name in _names(one))
        spoken_of = not of_itself and any(found[1] in one.text for one in documents)
        if (
            not (held or spoken_of)
            and not read_reference(text.replace(found[0], ""), tuple(documents)).documents
        ):
            return f"“{found[1]}”{found[3]}"
    return None


def _which(asked: str, documents: Sequence[Document]) -> Outcome:
    ordered = _in_order(documents, "")
    names = tuple(document.metadata.name for document in ordered)
    short = [name for name in ordered[0].metadata.short_names if len(name) >= _CLEAR_NAME]
    example = min(short, key=len, default=names[0])
    return Outcome(
        Status.WHICH_DOCUMENT,
        {"asked": asked, "example": f"{example}的{asked}"},
        choices=names if len(names) <= MOST_NAMES else (),
    )
