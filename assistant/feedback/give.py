"""What a reader says of an answer -> kept with its record."""

from datetime import UTC, datetime

from assistant.masking import mask
from assistant.records import Feedback, Reason, Records
from index.datatypes import PolicyError

LONGEST_COMMENT = 500


def give(
    records: Records, answer: str, *, good: bool, reason: Reason | None = None, comment: str = ""
) -> Feedback | None:
    """Keep a 👍 or 👎 on the answer with this id, in place of any before; returns it as it is kept.

    None where there is no record of that id: never made, forgotten, or too old. A 👍 has no reason, whatever is
    given. Identifiers in `comment` are masked. Raises PolicyError where it is longer than `LONGEST_COMMENT`
    characters, RecordsError where the records cannot be written.
    """
    if len(comment) > LONGEST_COMMENT:
        raise PolicyError(f"意见太长(上限{LONGEST_COMMENT}字),请写短一些")
    sound = comment.encode("utf-8", "replace").decode().strip()
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    feedback = Feedback(answer, at, good, None if good else reason, mask(sound).text)
    return feedback if records.rate(feedback) else None
