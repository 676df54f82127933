"""Every answer can be reopened as it was given."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant import PolicyAssistant, Status
from assistant.prompts import digests
from assistant.records import Records, RecordsError, chosen_records
from assistant.settings import settings
from index.generation import Manifest, current_generation
from tests.recording import ANSWER, QUESTION, ids, record


@pytest.fixture
def assistant(recorded_store: Path) -> Iterator[PolicyAssistant]:
    with PolicyAssistant(recorded_store) as opened:
        yield opened


# reopened


def test_an_answer_is_reopened_as_it_was_given(assistant: PolicyAssistant, recorded_store: Path) -> None:
    answer = assistant.ask(QUESTION)
    assert answer.id is not None
    assert len(answer.id) == 32
    reopened = chosen_records().find(answer.id)
    assert (reopened.answer, reopened.answer.id, reopened.answer.seconds) == (
        answer,
        answer.id,
        answer.seconds,
    )
    generation = current_generation(recorded_store)
    assert generation is not None
    manifest = Manifest.read(generation)
    assert manifest is not None
    assert (reopened.index, reopened.embedder, reopened.model, reopened.thread) == (
        manifest.content,
        manifest.embedder,
        None,
        None,
    )
    assert reopened.prompts == digests()
    assert {"replies.toml", "connectives.toml"} <= set(reopened.prompts)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(reopened.at)) < timedelta(minutes=1)


def test_each_answer_has_an_id_of_its_own(assistant: PolicyAssistant) -> None:
    answers = [assistant.ask(QUESTION) for _ in range(20)]
    assert len({answer.id for answer in answers}) == 20
    assert len(set(answers[1:])) == len({replace(answer, id=None) for answer in answers[1:]}) == 1


def test_every_field_comes_back(records: Records) -> None:
    kept = record("a1", "会话")
    records.add(kept)
    assert records.find("a1") == kept
    assert records.find("a1").answer.seconds == 0.25


def test_a_record_of_another_version_is_read(records: Records) -> None:
    records.add(record("a1"))
    written = json.loads(next(records.lines()))
    del written["answer"]["nearest"], written["answer"]["seconds"]
    written["answer"]["mood"] = written["weather"] = "fair"
    with closing(sqlite3.connect(records.path)) as connection, connection:
        connection.execute("UPDATE answers SET record = ?", (json.dumps(written),))
    assert records.find("a1").answer == replace(ANSWER, nearest=None, seconds=0.0)
    with closing(sqlite3.connect(records.path)) as connection, connection:
        connection.execute("""UPDATE answers SET record = '{"id": 1}'""")
    with pytest.raises(
        RecordsError, match=r"^.*answers\.sqlite3 里有一条记录读不懂\(.*\):请升级本程序后再试$"
    ):
        records.find("a1")


def test_the_latest_come_first_whatever_the_clock_says(records: Records) -> None:
    for id_, thread, days_ago in (("a1", "甲", 0.0), ("a2", "乙", 2.0), ("a3", "甲", 1.0)):
        records.add(record(id_, thread, days_ago=days_ago))
    assert ids(records.latest(10)) == ["a3", "a2", "a1"]
    assert ids(records.latest(2)) == ["a3", "a2"]
    assert ids(records.latest(10, "甲")) == ["a3", "a1"]
    assert [json.loads(line)["id"] for line in records.lines()] == ["a1", "a2", "a3"]
    assert [json.loads(line)["id"] for line in records.lines("乙")] == ["a2"]


def test_the_beginning_of_an_id_is_enough_where_it_is_the_only_one(records: Records) -> None:
    records.add(record("ab12"))
    records.add(record("ab34"))
    assert records.find("ab1").id == "ab12"
    cure = "请用 policy-assistant log list 查看完整编号"
    for wanted, cause in (
        ("ab", "有几条记录的编号以 ab 开头"),
        ("b", "没有编号为 b 的记录"),
        ("", "没有编号为  的记录"),
        ("%", "没有编号为 % 的记录"),
    ):
        with pytest.raises(RecordsError) as fault:
            records.find(wanted)
        assert str(fault.value) == f"{cause},{cure}"


def test_what_is_no_question_is_not_recorded(assistant: PolicyAssistant) -> None:
    for asked in ("", " \u200b", "!\uff1f", "问" * 1001):
        assert assistant.ask(asked).id is None
    assert chosen_records().latest(10) == ()


def test_an_answer_that_failed_is_recorded(
    assistant: PolicyAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.pipeline.run", lambda *_: 1 / 0)
    answer = assistant.ask(QUESTION + "\udcff")
    (kept,) = chosen_records().latest(10)
    assert (kept.id, kept.answer.status, kept.answer.question) == (
        answer.id,
        Status.ERROR,
        QUESTION + "\udcff",
    )


def test_recording_is_switched_off_and_placed_by_settings(
    recorded_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PolicyAssistant(recorded_store, record=False) as silent:
        assert silent.ask(QUESTION).id is None
    monkeypatch.setenv("POLICY_ASSISTANT_KEEP_RECORDS", "false")
    settings.cache_clear()
    with PolicyAssistant(recorded_store) as silent:
        assert silent.ask(QUESTION).id is None
    assert not (tmp_path / "own-records").exists()
    monkeypatch.setenv("POLICY_ASSISTANT_RECORDS", str(tmp_path / "别处"))
    settings.cache_clear()
    with PolicyAssistant(recorded_store, record=True) as told:
        assert told.ask(QUESTION).id is not None
    assert [path.name for path in (tmp_path / "别处").iterdir()] == ["answers.sqlite3"]


def test_only_the_owner_reads_the_file(records: Records) -> None:
    records.add(record("a1"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in records.path.parent.iterdir()}
    assert modes == dict.fromkeys(("answers.sqlite3", "answers.sqlite3-wal", "answers.sqlite3-shm"), 0o600)
    assert records.path.parent.stat().st_mode & 0o777 == 0o700
