"""Every answer can be reopened as it was given; no fault of the records costs an answer; nothing forgotten is left."""

import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant import Answer, Citation, Passage, PolicyAssistant, Status
from assistant.prompts import digests
from assistant.records import Record, Recorder, Records, RecordsError, chosen_records
from assistant.settings import settings
from index import PolicyError, sync_folder
from index.generation import Manifest, current_generation

PARK = "测试市公园管理办法\n第一条 公园全年开放。\n第二条 咨询请写信至park@test.gov.cn。\n"
QUESTION = "公园第一条"
TITLE, QUOTE = "测试市公园管理办法", "第一条 公园全年开放。"
CITATION = Citation(1, "公园", TITLE, "第一条", "第一条", "", QUOTE, 10, 21, "《公园》第一条")
PASSAGE = Passage(QUOTE, "公园", TITLE, "第一条", "第一条", "", 10, 21, 0.75, (("words", 0.5),))
ANSWER = Answer(
    question="公园开放吗",
    status=Status.ANSWERED,
    text="第一条 公园全年开放。[1]",
    citations=(CITATION,),
    notices=("来源未注明",),
    passages=(PASSAGE,),
    nearest=CITATION,
    confidence=0.875,
    seconds=0.25,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("park")
    (folder / "docs").mkdir()
    (folder / "docs" / "公园.txt").write_text(PARK, encoding="utf-8")
    sync_folder(folder / "docs", folder / "store")
    return folder / "store"


@pytest.fixture
def assistant(store: Path) -> Iterator[PolicyAssistant]:
    with PolicyAssistant(store) as opened:
        yield opened


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with closing(Records(tmp_path / "records" / "answers.sqlite3", days=30)) as opened:
        yield opened


def record(id_: str, thread: str | None = None, question: str = "公园开放吗", days_ago: float = 0) -> Record:
    at = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(timespec="milliseconds")
    answer = replace(ANSWER, id=id_, question=question)
    return Record(id_, at, thread, "f1", "三题", None, {"replies.toml": "d1"}, answer)


def ids(found: tuple[Record, ...]) -> list[str]:
    return [record.id for record in found]


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


# reopened


def test_an_answer_is_reopened_as_it_was_given(assistant: PolicyAssistant, store: Path) -> None:
    answer = assistant.ask(QUESTION)
    assert answer.id is not None
    assert len(answer.id) == 32
    reopened = chosen_records().find(answer.id)
    assert (reopened.answer, reopened.answer.id, reopened.answer.seconds) == (
        answer,
        answer.id,
        answer.seconds,
    )
    generation = current_generation(store)
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
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PolicyAssistant(store, record=False) as silent:
        assert silent.ask(QUESTION).id is None
    monkeypatch.setenv("POLICY_ASSISTANT_KEEP_RECORDS", "false")
    settings.cache_clear()
    with PolicyAssistant(store) as silent:
        assert silent.ask(QUESTION).id is None
    assert not (tmp_path / "own-records").exists()
    monkeypatch.setenv("POLICY_ASSISTANT_RECORDS", str(tmp_path / "别处"))
    settings.cache_clear()
    with PolicyAssistant(store, record=True) as told:
        assert told.ask(QUESTION).id is not None
    assert [path.name for path in (tmp_path / "别处").iterdir()] == ["answers.sqlite3"]


def test_only_the_owner_reads_the_file(records: Records) -> None:
    records.add(record("a1"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in records.path.parent.iterdir()}
    assert modes == dict.fromkeys(("answers.sqlite3", "answers.sqlite3-wal", "answers.sqlite3-shm"), 0o600)
    assert records.path.parent.stat().st_mode & 0o777 == 0o700


# personal data


def test_identifiers_are_masked_before_they_are_stored_and_the_user_is_told(
    records: Records, tmp_path: Path
) -> None:
    asked = replace(
        ANSWER,
        question="我138-0013-8000能落户吗",
        text="您的13800138000:第一条 公园全年开放。[1]",
        notices=("发到zhang@qq.com",),
    )
    told = "您的问题里有手机号\uff0c保存记录时已隐去\uff1b提问时请不要填写个人信息。"
    answer = Recorder(records).keep(asked, None)
    assert answer == replace(asked, notices=("发到zhang@qq.com", told))
    kept = records.find(answer.id or "").answer
    assert kept == replace(
        ANSWER,
        question="我〔手机号〕能落户吗",
        text="您的〔手机号〕:第一条 公园全年开放。[1]",
        notices=("发到〔电子邮箱〕", told),
    )
    stored = bytes_of(tmp_path / "records")
    assert [word for word in (b"0013", b"13800138000", b"zhang") if word in stored] == []


def test_a_question_turned_away_for_personal_data_is_withheld(
    assistant: PolicyAssistant, tmp_path: Path
) -> None:
    answer = assistant.ask("我住人民路15号601,电话0411-83631234,能落户吗")
    assert answer.status is Status.PERSONAL_DATA
    kept = chosen_records().find(answer.id or "").answer
    assert kept == replace(answer, question="〔问题含个人信息\uff0c未予记录〕")
    assert b"83631234" not in bytes_of(tmp_path / "own-records")


def test_the_words_of_documents_are_kept_as_they_are(assistant: PolicyAssistant) -> None:
    answer = assistant.ask("公园第二条")
    assert "park@test.gov.cn" in answer.text
    assert chosen_records().find(answer.id or "").answer == answer


def test_a_thread_that_names_a_person_stands_there_as_a_digest(records: Records, tmp_path: Path) -> None:
    recorder = Recorder(records)
    for thread in ("13800138000", "z@qq.com", "t\x00\udcff", "长" * 201, "甲"):
        recorder.keep(ANSWER, None, thread)
    threads = [kept.thread for kept in records.latest(10)]
    assert threads[0] == "甲"
    assert [thread for thread in threads[1:] if not thread or not thread.startswith("sha256:")] == []
    assert len(set(threads)) == 5
    assert b"13800138000" not in bytes_of(tmp_path / "records")
    assert [records.forget(thread) for thread in ("13800138000", "t\x00\udcff", "长" * 201)] == [1, 1, 1]


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
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POLICY_ASSISTANT_RECORDS", str(tmp_path / "file" / "records"))
    settings.cache_clear()
    with PolicyAssistant(store) as assistant, caplog.at_level(logging.WARNING, "assistant.records"):
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
