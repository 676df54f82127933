"""A small store, and an answer as it is recorded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant import Answer, Citation, Passage, Status
from assistant.records import Record

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


def record(id_: str, thread: str | None = None, question: str = "公园开放吗", days_ago: float = 0) -> Record:
    at = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(timespec="milliseconds")
    answer = replace(ANSWER, id=id_, question=question)
    return Record(id_, at, thread, "f1", "三题", None, {"replies.toml": "d1"}, answer)


def ids(found: tuple[Record, ...]) -> list[str]:
    return [record.id for record in found]


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
