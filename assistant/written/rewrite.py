"""A question that goes on from a conversation, made to stand alone by a chat model, and held against what was said."""

import re
import secrets
from collections.abc import Sequence

from assistant.conversation.memory import Exchange
from assistant.masking import mask
from assistant.places import find_places
from assistant.prompts import prompt
from assistant.written.faults import NotWrittenError
from assistant.written.figures import figures
from assistant.written.wording import is_chinese
from assistant.written.write import Writer
from index.searchable import normalise

LONGEST = 120
"""Characters of a question that is taken over; it is asked for 60."""
SHOWN = 3
"""Last questions that the model sees."""
_MARKS = re.compile(r"[「」\n]|\$")


def rewrite(question: str, history: Sequence[Exchange], writer: Writer) -> str | None:
    """The normalised `question` as one of its own, in the words of `writer`.

    None where the model fails or does not keep to what was said: a place, a number or a year that stands neither in
    the question nor in the ones before it is added, it is no single short line, or not Chinese.
    """
    before = [exchange.understood.text for exchange in history[-SHOWN:]]
    message = prompt(
        "condense.txt", mark=secrets.token_hex(4), history="\n".join(before), question=mask(question).text
    )
    try:
        with writer.watched():
            reply = "".join(writer.listen([("user", message)])).strip()
    except NotWrittenError:
        return None
    if _MARKS.search(reply) or not 0 < len(reply) <= LONGEST or not is_chinese(reply):
        return None
    written, said = normalise(reply), "\n".join([*before, question])
    return written if adds_nothing(written, said) else None


def adds_nothing(written: str, said: str) -> bool:
    """Whether every place, number and year of the normalised `written` stands in `said`."""
    places = {place.name for place in find_places(said)}
    known = all(place.name in places or place.name in said for place in find_places(written))
    return known and set(figures(written)) <= set(figures(said))
