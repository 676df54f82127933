"""A question whose words do not tell what it goes on from: understood as the documents answer it."""

from collections.abc import Sequence
from typing import Protocol

from assistant.conversation.memory import Understood
from assistant.conversation.scope import CENTRAL, bare, names_of
from assistant.conversation.subject import join
from assistant.conversation.talk import Talk
from assistant.conversation.wordlists import word_lists
from assistant.gate import YES
from assistant.intents import read_intent
from assistant.replies import connective

LOST = 0.2
"""Confidence that may be lost where a question that names no place is asked of the place talked of."""


class Answered(Protocol):
    """How surely the documents answer a question, 0 to 1; 0 where the best passage holds little of the `words`."""

    def __call__(self, question: str, words: str = "") -> float:
        """The confidence."""
        ...


def reading_answered(text: str, talk: Talk, answered: Answered) -> Understood | None:
    """The question asked of the place talked of, or joined to the subject, where that is answered; else None.

    What another place's document answers is a new topic, and so is a long question or one of whose words the passage
    that answers the joined one holds little. A question that says that it goes on is never taken as it stands.
    """
    fragment = talk.fragment
    if fragment.scope.steps:
        return None

    def sure(reading: Understood, words: str = "") -> float:
        same = read_intent(reading.text) is read_intent(text)
        return answered(reading.text, words) if same else 0.0

    named = not fragment.scope.empty
    alone = 0.0 if fragment.continues and not named else answered(text)
    there = _there(talk)
    if there and sure(there) >= max(YES, alone - LOST):
        return there
    joined = _joined(talk) if len(text) <= word_lists().longest and not (named and alone >= YES) else None
    if joined and sure(joined, joined.ask) >= max(YES, alone):
        return joined
    return there if fragment.continues else None


def _there(talk: Talk) -> Understood | None:
    """“加装电梯要审批吗”: another subject in the same place."""
    fragment = talk.fragment
    names: Sequence[str | None] = talk.scope_names
    if not fragment.continues:  # the whole country is no place that a new topic would lie in
        names = (talk.place,) if talk.place != CENTRAL else ()
    if fragment.scope.levels:
        names = names_of(fragment.scope, talk.places, talk.documents)
    if not any(names) or fragment.scope.places or fragment.scope.documents:
        return None
    subject = bare(fragment.subject, talk.documents) if fragment.scope.levels else fragment.subject
    text = connective("another", scope="、".join(filter(None, names)), subject=subject)
    return Understood(text, text)


def _joined(talk: Talk) -> Understood:
    """“得是哪年盖的房子”: of the same subject, in the place that is named."""
    base = talk.last.base if talk.fragment.scope.empty else talk.moved(talk.last.base)
    ask = talk.fragment.scope.rest
    return Understood(join(base, "", ask), base, ask=ask)
