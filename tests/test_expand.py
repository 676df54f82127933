"""Questions written by a chat model for the passages of a folder: a real server on loopback speaks its protocol."""

import json
from contextlib import closing
from pathlib import Path

from assistant.expand import Expansion, estimate, expand, read_questions_written, unasked
from assistant.written.breaker import Breaker
from assistant.written.faults import Fault
from assistant.written.model import Patience, open_model
from assistant.written.write import Writer
from index.generation import silent
from index.questions import read_questions
from index.store import Store
from index.sync import sync_folder
from tests.llm_server import Llm, Reply, Request, Script, serving

TEXT = (
    "噪声办法\n第一条 城市建成区夜间禁止使用高噪声设备施工,抢修除外。\n"
    "第二条 居民住宅楼内开办餐饮店的,应当安装油烟净化设施并保持正常使用。\n"
)
PATIENT = Patience(connect=2.0, idle=10.0, total=20.0, pause=0.01)


def made(folder: Path) -> Path:
    folder.mkdir()
    (folder / "噪声.txt").write_text(TEXT, encoding="utf-8")
    return folder


def writer_to(llm: Llm) -> Writer:
    return Writer("stub", lambda: open_model("stub", llm.url, None, PATIENT), PATIENT, Breaker(failures=1))


def questions_of(request: Request) -> Reply:
    night = "高噪声设备" in request.text
    about = "半夜工地太吵谁管" if night else "楼下饭店油烟大怎么办"
    copied = "城市建成区夜间禁止使用高噪声设备施工" if night else "居民住宅楼内开办餐饮店的"
    return Reply(json.dumps([about, "x", copied], ensure_ascii=False))


def run(folder: Path, script: Script) -> tuple[Expansion, int]:
    with serving(script) as llm:
        done = expand(folder, list(unasked(folder)), writer_to(llm), silent)
        return done, len(llm.requests)


def test_questions_are_written_beside_the_documents_and_found_by(tmp_path: Path) -> None:
    folder = made(tmp_path / "文件")
    assert [one.quote for one in unasked(folder)] == ["第一条 城市建成区夜间禁", "第二条 居民住宅楼内开办"]
    assert run(folder, questions_of) == (Expansion(written=2, useless=0), 2)
    assert [entry.questions for entry in read_questions(folder)["噪声"]] == [
        ("半夜工地太吵谁管",),
        ("楼下饭店油烟大怎么办",),
    ]
    assert sync_folder(folder, tmp_path / "store").failed == ()
    with closing(Store.open(tmp_path / "store")) as store:
        scores = store.bigram_scores([("油烟", 1.0), ("饭店", 1.0)])
        assert store.chunks([store.chunk_ids[scores.asked.argmax()]])[0].text.startswith("第二条")


def test_a_run_that_breaks_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder = made(tmp_path / "文件")

    def once(request: Request) -> Reply:
        return questions_of(request) if "高噪声设备" in request.text else Reply(status=500, body="{}")

    done, _ = run(folder, once)
    assert (done.written, done.useless, done.fault) == (1, 1, None)
    assert [one.quote for one in unasked(folder)] == ["第二条 居民住宅楼内开办"]
    assert run(folder, questions_of) == (Expansion(written=1, useless=0), 1)
    assert list(unasked(folder)) == []


def test_a_model_that_is_down_ends_the_run(tmp_path: Path) -> None:
    folder = made(tmp_path / "文件")
    done, _ = run(folder, lambda _: Reply(status=500, body="{}"))
    assert done == Expansion(written=0, useless=1, fault=Fault.RESTING)
    assert not (folder / "questions.jsonl").exists()


def test_what_is_no_question_is_not_kept() -> None:
    passage = "居民住宅楼内开办餐饮店的,应当安装油烟净化设施。"
    said = ["油烟大怎么办?", "油烟大怎么办?", "a b c d e f g", 7, "烟", "应当安装油烟净化设施", "长" * 80]
    assert read_questions_written(f"好的:{json.dumps(said)}", passage) == ["油烟大怎么办?"]
    assert read_questions_written("没有", passage) == []
    assert read_questions_written('["没有写完', passage) == []


def test_the_estimate_counts_what_is_sent(tmp_path: Path) -> None:
    passages = list(unasked(made(tmp_path / "文件")))
    sent, received = estimate(passages)
    assert sent > 2 * 200
    assert received == 240
