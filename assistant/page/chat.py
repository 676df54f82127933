"""A question asked on the page: checked against the limits, put to the assistant, shown piece by piece."""

import logging
import time
from collections.abc import Callable, Generator, Iterator

import gradio as gr

from assistant.datatypes import Answer, Audience, Citation
from assistant.events import Shown, Withdrawn
from assistant.page.desk import Desk
from assistant.page.filters import Chosen, within
from assistant.page.limits import TooManyError
from assistant.page.outcome import PageOutcome, RefusedError
from assistant.page.turn import pending, refused, turn
from assistant.page.visitor import COOKIE, Visitor, known_visitor
from assistant.page.watch import new_id
from assistant.question import MAX_CHARACTERS
from assistant.records import RecordsError

AUDIENCES = {"群众": Audience.CITIZEN, "公务": Audience.OFFICIAL}
"""Whom the answer is for, as the page calls them."""
_NO_COOKIE = "浏览器没有保存本站的 Cookie，不能提问。请允许本站的 Cookie，再刷新页面。"
_NO_DOCUMENTS = "所选范围里没有文件，请放宽检索范围再问。"
_FAULT = "出了故障，这次没能回答，请稍后再试。"
_MALFORMED = "页面的内容不完整，请刷新后再问。"

_PIECE = 0.1
"""Seconds between two pieces that are shown: an extracted answer is there whole before that, and each piece costs
gradio much work."""

_log = logging.getLogger(__name__)


def answering(desk: Desk) -> Callable[..., Iterator[object]]:
    """The handler of the event that asks. It is a public endpoint, so it trusts nothing that it is given."""

    def ask(
        question: str | None,
        conversation: str,
        replaced: str,
        audience: str,
        documents: list[str],
        levels: list[str],
        regions: list[str],
        in_force: bool,
        request: gr.Request,
    ) -> Iterator[object]:
        if not question or not question.strip():
            yield gr.skip()
            return
        begun, id_, outcome = time.perf_counter(), new_id(), str(PageOutcome.LEFT)
        answer: Answer | None = None
        visitor = known_visitor(request.cookies.get(COOKIE))
        address = request.client.host
        try:
            asked = _admitted(desk, visitor, conversation, address)
            chosen = Chosen(documents, levels, regions, in_force)
            with desk.open.one(asked.token):
                thread = asked.thread(conversation)
                with desk.presence.question(request.session_hash or "", thread) as left:
                    answer = yield from _told(desk, question, thread, chosen, AUDIENCES[audience], left)
                id_, outcome = answer.id or id_, answer.status
                _forget_replaced(desk, asked, replaced)
        except RefusedError as fault:
            outcome = fault.outcome
            yield refused(question[:MAX_CHARACTERS], str(fault), id_)
        except TooManyError as fault:
            outcome = PageOutcome.TOO_MANY
            yield refused(question[:MAX_CHARACTERS], str(fault), id_)
        except (ValueError, KeyError):
            outcome = PageOutcome.MALFORMED
            yield refused(question[:MAX_CHARACTERS], _MALFORMED, id_)
        except Exception:  # gradio would show its own words in place of the answer
            outcome = PageOutcome.FAULT
            _log.exception("no answer to request %s", id_)
            yield refused(question[:MAX_CHARACTERS], _FAULT, id_)
        finally:
            desk.watch.asked(id_, visitor, address, outcome, time.perf_counter() - begun, answer)

    return ask


def _admitted(desk: Desk, visitor: Visitor | None, conversation: str, address: str) -> Visitor:
    """The visitor, where it is one who may ask now. Raises RefusedError, TooManyError, ValueError."""
    if visitor is None:
        raise RefusedError(PageOutcome.NO_COOKIE, _NO_COOKIE)
    if closed := desk.switch.closed:
        raise RefusedError(PageOutcome.PAUSED, closed)
    visitor.thread(conversation or "")
    desk.asking.count(visitor.token)
    desk.asking_from.count(address)
    return visitor


def _told(
    desk: Desk, question: str, thread: str, chosen: Chosen, audience: Audience, left: Callable[[], bool]
) -> Generator[str, None, Answer]:
    """The answer as HTML, piece by piece; then the answer. Raises RefusedError where no document is left to search."""
    shown, official = question[:MAX_CHARACTERS], audience is Audience.OFFICIAL
    documents = desk.documents()
    searched = within(tuple(documents.values()), chosen, desk.today)
    if searched == ():
        raise RefusedError(PageOutcome.NO_DOCUMENTS, _NO_DOCUMENTS)
    text, told = "", time.monotonic()
    citations: tuple[Citation, ...] = ()
    for event in desk.assistant.stream(question, thread, within=searched, audience=audience, left=left):
        if isinstance(event, Shown):
            text, citations = text + event.text, (*citations, *event.citations)
            if time.monotonic() - told > _PIECE:
                yield pending(shown, documents, text, citations)
                told = time.monotonic()
        elif isinstance(event, Withdrawn):
            text, citations = "", ()
            yield pending(shown, documents, note=event.why)
        elif isinstance(event, Answer):
            yield turn(shown, event, documents, desk.today, official=official)
            # What is recorded is asked for by the browser afterwards: it takes longer than the answer.
            if event.id is None and (following := desk.assistant.suggest(event)):
                yield turn(shown, event, documents, desk.today, official=official, following=following)
            return event
    raise AssertionError("the last event is the answer")


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
