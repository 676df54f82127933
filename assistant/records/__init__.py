"""Records: every answer can be reopened later, with what it was made of (the only sqlite3 imports of this room)."""

from assistant.records.choose import chosen_complaints, chosen_recorder, chosen_records, chosen_requests
from assistant.records.complaints import Complaint, Complaints, Matter, Stage
from assistant.records.connection import RecordsError
from assistant.records.conversations import Conversation, Conversations
from assistant.records.recorder import Recorder
from assistant.records.records import Records
from assistant.records.requests import ASKED, Day, Request, RequestLog
from assistant.records.values import Feedback, Reason, Record

__all__ = [
    "ASKED",
    "Complaint",
    "Complaints",
    "Conversation",
    "Conversations",
    "Day",
    "Feedback",
    "Matter",
    "Reason",
    "Record",
    "Recorder",
    "Records",
    "RecordsError",
    "Request",
    "RequestLog",
    "Stage",
    "chosen_complaints",
    "chosen_recorder",
    "chosen_records",
    "chosen_requests",
]
