"""The subject of a question, and a question put together again from its pieces."""

import re

from assistant.conversation.wordlists import NARROWINGS, word_lists
from assistant.replies import connective

_END = re.compile(r"[?。!,;\s]+$")


def subject_of(question: str) -> str:
    """The question without its end: “大连公租房有什么政策?” -> “大连公租房”."""
    text = _END.sub("", question)
    while text:
        shorter = _END.sub("", _without_tail(text))
        if shorter == text or len(shorter) < 2:
            return text
        text = shorter
    return text


def join(base: str, narrow: str, ask: str) -> str:
    """The question of these pieces, on one line."""
    if ask:
        return connective("asked_of", subject=",".join(filter(None, [subject_of(base), narrow])), ask=ask)
    return connective("narrowed", question=_END.sub("", base), narrow=narrow) if narrow else base


def with_narrowing(base: str, narrow: str, new: str) -> tuple[str, str]:
    """Base and narrowing once `new` narrows the question; a word of the same kind in the base gives way to it."""
    for kind in NARROWINGS:
        pattern = word_lists()["narrows", kind]
        if pattern.search(new):
            found = pattern.search(base)
            return (base.replace(found[0], new, 1), narrow) if found else (base, new)
    return base, new


def _without_tail(text: str) -> str:
    for found in word_lists()["asks", "tails"].finditer(text):
        if found.end() == len(text):
            return text[: found.start()]
    return text
