"""What of an answer may be kept: its own words without what they tell of a person, the documents' words as they are."""

import re
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

from assistant.datatypes import Answer, Status
from assistant.masking import mask
from assistant.replies import connective

_LONGEST_THREAD = 200


def without_identifiers(answer: Answer) -> Answer:
    """The answer with personal identifiers masked in every text of it but those of documents.

    A question that was turned away for personal data is withheld whole: what it tells may be a name or an address.
    """
    withheld = answer.status is Status.PERSONAL_DATA
    quotes = [re.escape(citation.quote) for citation in answer.citations if citation.quote]
    of_documents = re.compile(f"({'|'.join(quotes)})") if quotes else None
    changed: dict[str, Any] = {}

    def masked(text: str) -> str:
        pieces = of_documents.split(text) if of_documents else [text]
        pieces[::2] = [mask(piece).text for piece in pieces[::2]]
        return "".join(pieces)

    for field in fields(answer):
        value = getattr(answer, field.name)
        if type(value) is str and value and field.name != "id":
            is_private = withheld and field.name != "text"
            changed[field.name] = connective("withheld") if is_private else masked(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], str):
            changed[field.name] = tuple(map(masked, value))
    return replace(answer, **changed)


def thread_key(thread: str) -> str:
    """The name under which a conversation stands in the records: its own, or a digest of one that is very long,
    no text, or holds an identifier itself.
    """
    sound = thread.encode("utf-8", "backslashreplace")
    if len(thread) <= _LONGEST_THREAD and sound.decode().isprintable() and not mask(thread).kinds:
        return sound.decode()
    return f"sha256:{sha256(sound).hexdigest()[:32]}"
