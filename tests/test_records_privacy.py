"""What identifies a person is not recorded."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import PolicyAssistant, Status
from assistant.records import Recorder, Records, chosen_records
from tests.recording import ANSWER, bytes_of


@pytest.fixture
def assistant(recorded_store: Path) -> Iterator[PolicyAssistant]:
    with PolicyAssistant(recorded_store) as opened:
        yield opened


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
