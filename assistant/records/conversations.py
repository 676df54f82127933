"""Conversations as the records hold them: listed with a title, and renamed."""

from dataclasses import dataclass

from assistant.masking import mask
from assistant.records.file import RecordsFile

_LONGEST_TITLE = 60
_LIST = """
SELECT thread, coalesce(title, json_extract(first.record, '$.answer.question')), latest, number
FROM (SELECT thread, min(sequence) AS sequence, max(sequence) AS last, max(at) AS latest, count(*) AS number
      FROM answers WHERE thread >= :beginning AND thread < :beyond GROUP BY thread)
JOIN answers AS first USING (thread, sequence) LEFT JOIN titles USING (thread)
ORDER BY last DESC LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread of the records. `title` is its first question where nobody named it; `at` when it last went on, UTC in
    ISO 8601; `answers` their number."""

    thread: str
    title: str
    at: str
    answers: int


class Conversations:
    """The threads of the records in `file`. The methods raise RecordsError where it cannot be used."""

    def __init__(self, file: RecordsFile) -> None:
        self._file = file

    def starting(self, beginning: str, most: int) -> tuple[Conversation, ...]:
        """At most `most` conversations whose threads begin so, the latest first."""
        values: dict[str, str | int] = {
            "beginning": beginning,
            "beyond": f"{beginning}\U0010ffff",
            "most": most,
        }
        return tuple(Conversation(*row) for row in self._file.rows(_LIST, values))

    def rename(self, thread: str, title: str) -> None:
        """Call a conversation `title`, with personal identifiers masked and 60 characters at most; "" undoes it."""
        title = mask(" ".join(title.split())).text[:_LONGEST_TITLE]
        with self._file.writing() as connection:
            if title:
                known = "EXISTS (SELECT 1 FROM answers WHERE thread = :thread)"
                query = f"INSERT OR REPLACE INTO titles SELECT :thread, :title WHERE {known}"
                connection.execute(query, {"thread": thread, "title": title})
            else:
                connection.execute("DELETE FROM titles WHERE thread = ?", (thread,))
