"""Records: every answer can be reopened later, with what it was made of (the only sqlite3 imports of this room)."""

from assistant.records.choose import chosen_recorder, chosen_records
from assistant.records.connection import RecordsError
from assistant.records.conversations import Conversation, Conversations
from assistant.records.recorder import Recorder
from assistant.records.records import Records
from assistant.records.values import Feedback, Reason, Record

__all__ = [
    "Conversation",
    "Conversations",
    "Feedback",
    "Reason",
    "Record",
    "Recorder",
    "Records",
    "RecordsError",
    "chosen_recorder",
    "chosen_records",
]
