"""No fault of the records costs an answer."""

import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant import PolicyAssistant, Status
from assistant.records import Recorder, Records, RecordsError, chosen_records
from assistant.settings import settings
from index import PolicyError
from tests.recording import ANSWER, QUESTION, ids, record


@pytest.fixture
def assistant(recorded_store: Path) -> Iterator[PolicyAssistant]:
    with PolicyAssistant(recorded_store) as opened:
        yield opened


# many at once


def test_threads_and_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "records" / "answers.sqlite3"
    program = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from assistant.datatypes import Answer, Status
from assistant.records import Recorder, Records
recorder = Recorder(Records(Path({str(path)!r}), 30))
def ask(number):
    return recorder.keep(Answer(f"{{sys.argv[1]}}-{{number}}", Status.ANSWERED, ""), None).id
with ThreadPoolExecutor(8) as threads:
    assert all(threads.map(ask, range(50)))
"""
    running = [subprocess.Popen([sys.executable, "-c", program, str(one)]) for one in range(4)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    with closing(Records(path, 30)) as records:
        asked = sorted(kept.answer.question for kept in records.latest(1000))
    assert asked == sorted(f"{process}-{number}" for process in range(4) for number in range(50))


def test_threads_share_an_assistant(assistant: PolicyAssistant) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(assistant.ask, [QUESTION] * 40))
    assert sorted(ids(chosen_records().latest(100))) == sorted(answer.id or "" for answer in answers)


# faults


def test_a_folder_that_cannot_be_made_costs_no_answer(
    recorded_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POLICY_ASSISTANT_RECORDS", str(tmp_path / "file" / "records"))
    settings.cache_clear()
    with PolicyAssistant(recorded_store) as assistant, caplog.at_level(logging.WARNING, "assistant.records"):
        first, second = assistant.ask(QUESTION), assistant.ask(QUESTION)
    assert (first.status, first.id, second) == (Status.ANSWERED, None, first)
    (line,) = [entry.getMessage() for entry in caplog.records if entry.name.startswith("assistant.records")]
    assert line.startswith("answers are not recorded for 10 s: 无法使用问答记录 ")
    assert QUESTION not in line


def test_a_full_disk_costs_no_answer(tmp_path: Path) -> None:
    program = f"""
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from assistant.datatypes import Answer, Status
from assistant.records import Recorder, Records
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
records = Records(Path("records/answers.sqlite3"), 30)
recorder = Recorder(records)
assert recorder.keep(Answer("前", Status.ANSWERED, ""), None).id
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
asked = [recorder.keep(Answer("问" * 1000, Status.ANSWERED, "答" * 20_000), None) for _ in range(20)]
assert asked[0].id and not asked[-1].id and asked[-1].text == "答" * 20_000
assert len(records.latest(100)) == 1 + sum(bool(answer.id) for answer in asked)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
recorder._rested = 0.0
assert recorder.keep(Answer("后", Status.ANSWERED, ""), None).id
assert records.latest(1)[0].answer.question == "后"
"""
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, timeout=60)


def test_a_damaged_file_costs_no_answer_and_is_told_to_whoever_reads_it(
    assistant: PolicyAssistant, tmp_path: Path
) -> None:
    file = tmp_path / "own-records" / "answers.sqlite3"
    file.parent.mkdir()
    file.write_bytes(b"no database" * 1000)
    assert (assistant.ask(QUESTION).status, assistant.ask(QUESTION).id) == (Status.ANSWERED, None)
    for use in (lambda: chosen_records().latest(1), lambda: chosen_records().forget("甲")):
        with pytest.raises(PolicyError) as fault:
            use()
        assert str(fault.value) == (
            f"问答记录 {file} 已损坏(file is not a database):请把它移走,下次提问时会另建新的"
        )


def test_a_file_that_was_taken_away_is_made_anew(assistant: PolicyAssistant, tmp_path: Path) -> None:
    assistant.ask(QUESTION)
    (tmp_path / "own-records" / "answers.sqlite3").rename(tmp_path / "taken")
    answer = assistant.ask(QUESTION)
    assert ids(chosen_records().latest(10)) == [answer.id]


def test_a_locked_file_is_not_waited_for_by_every_answer(records: Records) -> None:
    recorder = Recorder(records)
    recorder.keep(ANSWER, None)
    with closing(sqlite3.connect(records.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = datetime.now(UTC)
        with ThreadPoolExecutor(8) as threads:
            kept = list(threads.map(lambda _: recorder.keep(ANSWER, None), range(40)))
        assert [answer.id for answer in kept] == [None] * 40
        assert datetime.now(UTC) - begun < timedelta(seconds=8)
    with (
        pytest.raises(RecordsError) as fault,
        closing(sqlite3.connect(records.path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        records.add(record("a1"))
    assert str(fault.value) == f"问答记录 {records.path} 正由别的程序占用,请稍后再试"


def test_a_file_of_a_newer_program_is_left_alone(records: Records) -> None:
    records.add(record("a1"))
    with closing(sqlite3.connect(records.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    records.close()
    assert Recorder(records).keep(ANSWER, None).id is None
    with pytest.raises(RecordsError) as fault:
        records.latest(1)
    assert str(fault.value) == f"问答记录 {records.path} 由更新版本的程序建立:请升级本程序后再用"
