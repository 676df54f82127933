"""A question asked on the page: checked against the limits, put to the assistant, shown piece by piece."""

import logging
from collections.abc import Callable, Iterator

import gradio as gr

from assistant.datatypes import Answer, Audience, Citation
from assistant.events import Shown, Withdrawn
from assistant.page.desk import Desk
from assistant.page.filters import Chosen, within
from assistant.page.limits import TooManyError
from assistant.page.turn import pending, refused, turn
from assistant.page.visitor import COOKIE, Visitor, known_visitor
from assistant.question import MAX_CHARACTERS
from assistant.records import RecordsError

AUDIENCES = {"群众": Audience.CITIZEN, "公务": Audience.OFFICIAL}
"""Whom the answer is for, as the page calls them."""
_NO_COOKIE = "浏览器没有保存本站的 Cookie,不能提问。请允许本站的 Cookie,再刷新页面。"
_NO_DOCUMENTS = "所选范围里没有文件，请放宽检索范围再问。"
_FAULT = "出了故障，这次没能回答，请稍后再试。"
_MALFORMED = "页面的内容不完整，请刷新后再问。"

_log = logging.getLogger(__name__)


def answering(desk: Desk) -> Callable[..., Iterator[object]]:
    """The handler of the event that asks. It is a public endpoint, so it trusts nothing that it is given."""

    def ask(
        question: str,
        conversation: str,
        replaced: str,
        audience: str,
        documents: list[str],
        levels: list[str],
        regions: list[str],
        in_force: bool,
        request: gr.Request,
    ) -> Iterator[object]:
        if not question.strip():
            yield gr.skip()
            return
        shown = question[:MAX_CHARACTERS]
        visitor = known_visitor(request.cookies.get(COOKIE))
        if visitor is None:
            yield refused(shown, _NO_COOKIE)
            return
        if desk.closed:
            yield refused(shown, desk.closed)
            return
        chosen = Chosen(documents, levels, regions, in_force)
        try:
            thread = visitor.thread(conversation)
            desk.asking.count(visitor.token)
            desk.asking_from.count(request.client.host)
            with desk.open.one(visitor.token):
                yield from _told(desk, question, thread, chosen, AUDIENCES[audience])
                _forget_replaced(desk, visitor, replaced)
        except TooManyError as fault:
            yield refused(shown, str(fault))
        except (ValueError, KeyError):
            yield refused(shown, _MALFORMED)
        except Exception:  # gradio would show its own words in place of the answer
            _log.exception("no answer")
            yield refused(shown, _FAULT)

    return ask


def _told(desk: Desk, question: str, thread: str, chosen: Chosen, audience: Audience) -> Iterator[str]:
    shown, official = question[:MAX_CHARACTERS], audience is Audience.OFFICIAL
    documents = desk.documents()
    searched = within(tuple(documents.values()), chosen, desk.today)
    if searched == ():
        yield refused(shown, _NO_DOCUMENTS)
        return
    yield pending(shown, documents)
    text: str = ""
    citations: tuple[Citation, ...] = ()
    for event in desk.assistant.stream(question, thread, within=searched, audience=audience):
        if isinstance(event, Shown):
            text, citations = text + event.text, (*citations, *event.citations)
            yield pending(shown, documents, text, citations)
        elif isinstance(event, Withdrawn):
            text, citations = "", ()
            yield pending(shown, documents, note=event.why)
        elif isinstance(event, Answer):
            yield turn(shown, event, documents, desk.today, official=official)
            if following := desk.assistant.suggest(event):
                yield turn(shown, event, documents, desk.today, official=official, following=following)


def _forget_replaced(desk: Desk, visitor: Visitor, replaced: str) -> None:
    """Forget the visitor's own answer in whose place another has come."""
    if not replaced:
        return
    try:
        record = desk.records.find(replaced)
        if record.id == replaced and record.thread and record.thread.startswith(visitor.beginning):
            desk.records.forget(record.id)
    except RecordsError as fault:
        _log.warning("an answer that was replaced is still recorded: %s", fault)
