"""A visitor's conversations: listed, searched, opened again, renamed, deleted."""

from datetime import datetime

from assistant.page.desk import Desk
from assistant.page.markup import render
from assistant.page.turn import turn
from assistant.page.visitor import Visitor

_MOST_CONVERSATIONS = 200
_MOST_ANSWERS = 100


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
    records = desk.records.latest(_MOST_ANSWERS, visitor.thread(name))
    documents = desk.documents()
    return "".join(
        turn(record.answer.question, record.answer, documents, desk.today, official=official)
        for record in reversed(records)
    )


def rename(desk: Desk, visitor: Visitor, name: str, title: str) -> None:
    """Call a conversation of this visitor `title`."""
    desk.conversations.rename(visitor.thread(name), title)


def delete(desk: Desk, visitor: Visitor, name: str) -> None:
    """Delete a conversation of this visitor from the records, and what is remembered of it."""
    thread = visitor.thread(name)
    desk.assistant.forget(thread)
    desk.records.forget(thread)
