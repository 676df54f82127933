"""What is old or forgotten is deleted, and no byte of it is left."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.records import Records, RecordsError, chosen_records
from assistant.settings import settings
from tests.recording import bytes_of, ids, record

# kept for a time, and forgotten


def test_what_is_older_than_its_days_is_not_shown_and_goes_when_another_is_written(
    records: Records, tmp_path: Path
) -> None:
    for number in range(150):
        records.add(record(f"a{number}", question="旧的问题", days_ago=29.9999))
    with closing(Records(records.path, days=29)) as stricter:
        assert stricter.latest(1000) == ()
        with pytest.raises(RecordsError, match="没有编号为 a1 的记录"):
            stricter.find("a1")
        assert list(stricter.lines()) == []
        stricter.add(record("b1"))
        assert len(records.latest(1000)) == 51
        stricter.add(record("b2"))
        assert ids(records.latest(1000)) == ["b2", "b1"]
    records.close()
    assert "旧的问题".encode() not in bytes_of(tmp_path / "records")


def test_days_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().record_days == 184
    chosen_records().add(record("a1", days_ago=183.9))
    assert len(chosen_records().latest(10)) == 1
    monkeypatch.setenv("POLICY_ASSISTANT_RECORD_DAYS", "7")
    settings.cache_clear()
    assert chosen_records().latest(10) == ()


def test_forgetting_leaves_no_byte(records: Records, tmp_path: Path) -> None:
    for number in range(60):
        records.add(record(f"a{number:02}", "甲", f"甲的秘密{number}"))
        records.add(record(f"b{number:02}", "乙", f"乙的秘密{number}"))
        records.add(record(f"c{number:02}", None, f"无名的秘密{number}"))
    assert "甲的秘密".encode() in bytes_of(tmp_path / "records")
    size = len(bytes_of(tmp_path / "records"))
    assert records.forget("甲") == 60  # while `records` has the file open
    left = bytes_of(tmp_path / "records")
    assert ["甲的秘密".encode() in left, "乙的秘密".encode() in left, b"a17" in left] == [False, True, False]
    assert [records.forget("甲"), records.forget("没有")] == [0, 0]
    assert records.forget("c07") == 1
    assert "无名的秘密7".encode() not in bytes_of(tmp_path / "records")
    assert len(records.latest(1000)) == 119
    assert len(bytes_of(tmp_path / "records")) < size / 2
    records.add(record("d1", "甲"))
    assert ids(records.latest(1)) == ["d1"]


def test_what_is_deleted_is_overwritten_even_where_the_file_cannot_be_made_smaller(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoRoom(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            if sql == "VACUUM":
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *values)  # type: ignore[arg-type]

    for number in range(300):
        records.add(
            record(f"a{number}", "甲乙丙"[number % 3], "甲乙丙"[number % 3] + "的秘密" * (number % 50))
        )
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=NoRoom))
    assert records.forget("甲") == 100
    assert "甲的秘密".encode() not in bytes_of(tmp_path / "records")
    assert len(records.latest(1000)) == 200


def test_forgetting_where_nothing_was_recorded_makes_no_file(records: Records) -> None:
    assert (records.forget("甲"), records.latest(10), list(records.lines())) == (0, (), [])
    assert not records.path.exists()
