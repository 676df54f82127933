"""The assistant over a store that changes, is damaged or is far away."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant import PolicyAssistant, Status
from assistant.settings import settings
from eval.faults.chroma_server import ChromaServer
from index.datatypes import PolicyError
from index.renew import repair
from index.sync import sync_folder
from tests.stores import generation

QUESTION = "公园几点开放?"
PARK = "测试市公园管理办法\n第一条 公园{months}开放,每日开放时间为六时至{until}时。\n第二条 禁止攀折花木。\n"
LAKE = "测试市湖泊管理办法\n第一条 湖泊不得填埋。\n第二条 湖泊由市水务局管理。\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "湖泊.txt").write_text(LAKE, "utf-8")
    publish(folder, 22)
    return folder


@pytest.fixture
def store(tmp_path: Path, docs: Path) -> Path:
    sync_folder(docs, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def assistant(store: Path) -> Iterator[PolicyAssistant]:
    with PolicyAssistant(store) as opened:
        yield opened


def publish(docs: Path, until: int) -> None:
    (docs / "公园.txt").write_text(PARK.format(months="全年", until=until), "utf-8")


def quoted(assistant: PolicyAssistant) -> str:
    answer = assistant.ask(QUESTION)
    assert (answer.status, len(answer.citations)) == (Status.ANSWERED, 1)
    return answer.citations[0].quote


def closing_time(hour: int) -> str:
    return f"公园全年开放,每日开放时间为六时至{hour}时。"


def test_the_next_question_is_answered_from_the_new_index(
    assistant: PolicyAssistant, docs: Path, store: Path
) -> None:
    assert closing_time(22) in quoted(assistant)
    publish(docs, 23)
    sync_folder(docs, store)
    assert closing_time(23) in quoted(assistant)
    assert closing_time(23) in assistant.search(QUESTION)[0].text
    assert closing_time(23) in assistant.document("公园").text
    assert "23时" in assistant.retriever.invoke(QUESTION)[0].page_content


def test_twenty_threads_ask_while_the_index_changes(
    assistant: PolicyAssistant, docs: Path, store: Path
) -> None:
    hours = range(18, 22)
    with ThreadPoolExecutor(20) as pool:
        asked = pool.map(lambda _: quoted(assistant), range(200))
        for hour in hours:
            publish(docs, hour)
            sync_folder(docs, store)
        quotes = set(asked)
    possible = {closing_time(hour) for hour in (22, *hours)}
    assert all(any(text in quote for text in possible) for quote in quotes)
    assert closing_time(21) in quoted(assistant)


def test_without_its_vectors_the_words_answer_with_a_notice(store: Path) -> None:
    with PolicyAssistant(store) as sound:
        assert sound.ask(QUESTION).notices == ()
    shutil.rmtree(generation(store) / "chroma")
    with PolicyAssistant(store) as assistant:
        answer = assistant.ask(QUESTION)
        assert closing_time(22) in quoted(assistant)
        (notice,) = answer.notices
        assert notice.startswith("语义检索暂不可用\uff08向量索引已损坏\uff09\uff0c这次只按字词查找")
        assert assistant.ask("你好").notices == ()
        repair(store)
        assert assistant.ask(QUESTION).notices == ()


def test_an_older_index_that_stands_in_is_told(store: Path, docs: Path) -> None:
    publish(docs, 23)
    sync_folder(docs, store)
    (generation(store) / "texts.sqlite3").write_bytes(b"")
    with PolicyAssistant(store) as assistant:
        assert closing_time(22) in quoted(assistant)
        (notice,) = assistant.ask(QUESTION).notices
        assert notice.startswith("最新的索引已损坏\uff08texts.sqlite3 已损坏\uff09\uff0c暂用上一版")


def test_a_closed_assistant_answers_nothing(store: Path) -> None:
    with PolicyAssistant(store) as assistant:
        assert assistant.ask(QUESTION).answered
    assistant.close()
    assert assistant.ask(QUESTION).status is Status.ERROR
    assert assistant.search(QUESTION) == []
    with pytest.raises(PolicyError, match="助手已经关闭"):
        assistant.documents()


def test_a_server_that_is_gone_is_done_without_and_found_again(
    tmp_path: Path, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        server = ChromaServer(tmp_path / "chroma")
    except OSError as fault:
        pytest.skip(f"chroma run does not start: {fault!r}")
    monkeypatch.setenv("POLICY_ASSISTANT_CHROMA_URL", server.url)
    monkeypatch.setattr("index.store._RECONNECT", 0.0)
    settings.cache_clear()
    sync_folder(docs, tmp_path / "store", server=server.url)
    assert not (generation(tmp_path / "store") / "chroma").exists()
    with PolicyAssistant(tmp_path / "store") as assistant:
        assert assistant.ask(QUESTION).notices == ()
        server.kill()
        answer = assistant.ask(QUESTION)
        assert answer.answered
        assert answer.notices[0].startswith("语义检索暂不可用\uff08向量服务没有应答\uff09")
        server.start()
        assert assistant.ask(QUESTION).notices == ()
        publish(docs, 23)
        server.kill()
        with pytest.raises(PolicyError, match="连不上 Chroma 服务"):
            sync_folder(docs, tmp_path / "store", server=server.url)
        assert closing_time(22) in quoted(assistant)
        server.start()
        sync_folder(docs, tmp_path / "store", server=server.url)
        assert closing_time(23) in quoted(assistant)
    server.kill()
    with PolicyAssistant(tmp_path / "store") as assistant:
        assert assistant.ask(QUESTION).answered
