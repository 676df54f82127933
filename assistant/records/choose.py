"""The records of the settings."""

from assistant.records.complaints import Complaints
from assistant.records.recorder import Recorder
from assistant.records.records import Records
from assistant.records.requests import RequestLog
from assistant.settings import settings

_FILE = "answers.sqlite3"


def chosen_records() -> Records:
    """The records where the settings place them, whether or not answers are recorded at present."""
    return Records(settings().records / _FILE, settings().record_days)


def chosen_complaints(records: Records) -> Complaints:
    """The complaints that stand beside `records`."""
    return Complaints(records.file, settings().record_days)


def chosen_requests(records: Records) -> RequestLog:
    """The log of requests that stands beside `records`."""
    return RequestLog(records.file, settings().log_days)


def chosen_recorder(record: bool | None = None) -> Recorder | None:
    """What records answers, or None where they are not to be recorded: `record`, where None as the settings say."""
    wanted = settings().keep_records if record is None else record
    return Recorder(chosen_records()) if wanted else None
