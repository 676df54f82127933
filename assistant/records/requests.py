"""What was asked of the page when, from where and how it ended, without a word of any question."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from assistant.records.file import RecordsFile

ASKED = "ask"
"""The act of a question; any other is that of an HTTP request, or of staff."""
_EXPIRED_AT_ONCE = 100
_COLUMNS = "at, id, visitor, address, act, outcome, seconds, notices, sources"
_BY_DAY = """
SELECT date(at, 'localtime') AS day, outcome, count(*), sum(notices > 0) FROM requests
WHERE at >= date(:since, '-1 day') AND act = :act AND day > :since GROUP BY day, outcome
"""
_LATENCIES = """
SELECT day, min(seconds) FILTER (WHERE 2 * place >= number), min(seconds) FILTER (WHERE 20 * place >= 19 * number)
FROM (SELECT date(at, 'localtime') AS day, seconds, row_number() OVER days AS place,
             count(*) OVER (PARTITION BY date(at, 'localtime')) AS number
      FROM requests
      WHERE at >= date(:since, '-1 day') AND act = :act AND outcome IN (SELECT value FROM json_each(:outcomes))
      WINDOW days AS (PARTITION BY date(at, 'localtime') ORDER BY seconds))
WHERE day > :since GROUP BY day
"""


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log.

    `at`: when, UTC in ISO 8601. `id`: of the answer's record, where there is one; else random. `visitor`: how the
    threads of the visitor begin, or None. `address`: where it came from. `act`: "ask", or method and path. `outcome`:
    how it ended: a status, or a code of HTTP. `seconds`: until its end. `notices`: their number. `sources`: ids of
    the documents cited.
    """

    at: str
    id: str
    visitor: str | None
    address: str
    act: str
    outcome: str
    seconds: float = 0.0
    notices: int = 0
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """What was asked on a day of this machine's calendar: questions by outcome, those with notices, and seconds
    within which half and 95 in 100 of the questions were answered (nearest rank); None where none was."""

    day: str
    outcomes: dict[str, int]
    noticed: int
    median: float | None
    p95: float | None

    @property
    def questions(self) -> int:
        """All questions of the day."""
        return sum(self.outcomes.values())


class RequestLog:
    """The log in `file`, kept for `days` days. The methods raise RecordsError where the file cannot be used."""

    def __init__(self, file: RecordsFile, days: int) -> None:
        self._file = file
        self._days = days

    def add(self, request: Request) -> None:
        """Keep one more line, and remove some of those that are older than the time for which they are kept."""
        values = {**asdict(request), "sources": json.dumps(request.sources)}
        with self._file.writing() as connection:
            connection.execute(
                f"INSERT INTO requests ({_COLUMNS}) VALUES"
                " (:at, :id, :visitor, :address, :act, :outcome, :seconds, :notices, :sources)",
                values,
            )
            connection.execute(
                "DELETE FROM requests WHERE sequence IN"
                " (SELECT sequence FROM requests WHERE at < ? ORDER BY at LIMIT ?)",
                (self._oldest(), _EXPIRED_AT_ONCE),
            )

    def all(self) -> Iterator[Request]:
        """Every line, the earliest first."""
        query = f"SELECT {_COLUMNS} FROM requests WHERE at >= ? ORDER BY sequence"
        for row in self._file.rows(query, (self._oldest(),)):
            known = dict(zip(_COLUMNS.split(", "), row, strict=True))
            yield Request(**{**known, "sources": tuple(json.loads(known["sources"]))})

    def by_day(self, since: str, answered: tuple[str, ...]) -> tuple[Day, ...]:
        """The questions of each day after `since`, the latest day first.

        `answered`: outcomes whose seconds count; a question that was turned away at once would make them seem few.
        """
        values: dict[str, str | int] = {"act": ASKED, "since": since, "outcomes": json.dumps(answered)}
        outcomes: dict[str, dict[str, int]] = {}
        noticed: dict[str, int] = {}
        for day, outcome, count, told in self._file.rows(_BY_DAY, values):
            outcomes.setdefault(day, {})[outcome] = count
            noticed[day] = noticed.get(day, 0) + told
        latencies = {day: found for day, *found in self._file.rows(_LATENCIES, values)}
        return tuple(
            Day(day, outcomes[day], noticed[day], *latencies.get(day, (None, None)))
            for day in sorted(outcomes, reverse=True)
        )

    def _oldest(self) -> str:
        return (datetime.now(UTC) - timedelta(days=self._days)).isoformat(timespec="milliseconds")
