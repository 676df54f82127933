"""The record: one SQLite file from which all else in a store can be rebuilt (the only sqlite3 imports)."""

from index.record.connection import RecordDamagedError, RecordError
from index.record.record import Record
from index.record.values import Entry, metadata_from_json, metadata_to_json

__all__ = [
    "Entry",
    "Record",
    "RecordDamagedError",
    "RecordError",
    "metadata_from_json",
    "metadata_to_json",
]
