"""A visitor's conversations: listed, searched, opened again, renamed, deleted."""

from dataclasses import replace
from datetime import datetime

from assistant.page.desk import Desk
from assistant.page.markup import render
from assistant.page.turn import turn
from assistant.page.visitor import Visitor

_MOST_CONVERSATIONS = 200
_MOST_ANSWERS = 100
_ALL_CONVERSATIONS = 1_000_000


def conversations(desk: Desk, visitor: Visitor, searched: str = "") -> str:
    """HTML of the list, the latest first; with `searched` of those whose title has these words."""
    found = desk.conversations.starting(visitor.beginning, _MOST_CONVERSATIONS)
    words = searched.casefold().split()
    rows = [
        {
            "id": conversation.thread.removeprefix(visitor.beginning),
            "title": conversation.title,
            "on": f"{datetime.fromisoformat(conversation.at).astimezone():%m-%d %H:%M}",
        }
        for conversation in found
        if all(word in conversation.title.casefold() for word in words)
    ]
    return render("conversations", rows=rows, searched=searched)


def conversation(desk: Desk, visitor: Visitor, name: str, *, official: bool) -> str:
    """HTML of all exchanges of one conversation, the earliest first; "" where there are none."""
    thread = visitor.thread(name)
    answers = [record.answer for record in reversed(desk.records.latest(_MOST_ANSWERS, thread))]
    given = desk.records.feedback_on(thread) if answers else {}
    documents = desk.documents()
    # The places offered after an answer are understood as long as it is the last one.
    shown = [*(replace(answer, choices=()) for answer in answers[:-1]), *answers[-1:]]
    return "".join(
        turn(a.question, a, documents, desk.today, official=official, given=given.get(a.id or ""))
        for a in shown
    )


def rename(desk: Desk, visitor: Visitor, name: str, title: str) -> None:
    """Call a conversation of this visitor `title`."""
    desk.conversations.rename(visitor.thread(name), title)


def delete(desk: Desk, visitor: Visitor, name: str) -> None:
    """Delete a conversation of this visitor from the records, and what is remembered of it."""
    thread = visitor.thread(name)
    desk.assistant.forget(thread)
    desk.records.forget(thread)


def delete_all(desk: Desk, visitor: Visitor) -> None:
    """Delete every conversation of this visitor from the records, and what is remembered of them."""
    for known in desk.conversations.starting(visitor.beginning, _ALL_CONVERSATIONS):
        desk.assistant.forget(known.thread)
    desk.records.forget_starting(visitor.beginning)
