"""The bench of the campaign: a small store, copies of it to be harmed, and what must hold of each afterwards."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from assistant import PolicyAssistant
from index.check import check_store
from index.datatypes import PolicyError
from index.renew import repair
from index.store import Store
from index.sync import sync_folder

QUESTION = "公园几点开放?"
SOON = 15.0
"""Seconds within which whatever goes wrong has to be told or done without."""

_PARK = "测试市公园管理办法\n第一条 公园全年开放,每日开放时间为{hour}时至二十二时。\n第二条 公园内禁止攀折花木。\n"
_TOPICS = ("河道", "道路", "市场", "学校", "医院", "图书馆", "停车场", "住宅", "供水", "供热", "绿地", "桥梁")
_DUTIES = ("规划", "建设", "维护", "检查", "登记", "公示", "收费", "补贴", "验收", "移交", "档案", "应急")
_ARTICLES = 60


class Bench:
    """A store made of a folder of documents; neither is ever harmed, only what `case` makes of them."""

    def __init__(self, room: Path, server: str | None = None, topics: int = len(_TOPICS)) -> None:
        self.room = room
        self._docs, self._base, self._server, self._topics = room / "docs", room / "base", server, topics
        write_documents(self._docs, topics)
        sync_folder(self._docs, self._base, server=server)

    @contextmanager
    def case(self, folder: Path | None = None) -> Iterator["Case"]:
        """The documents, and a copy of the store in `folder`, to do harm to; one at a time."""
        store = (folder or self.room) / "store"
        shutil.copytree(self._base, store)
        try:
            yield Case(self._docs, store, self._server)
        finally:
            shutil.rmtree(store, ignore_errors=True)
            write_documents(self._docs, self._topics)


class Case:
    """A folder of documents and the store made of it, one of the hours from which the park is open on."""

    def __init__(self, docs: Path, store: Path, server: str | None = None) -> None:
        self.docs, self.store, self.server = docs, store, server
        self.before = texts_of(docs)

    @property
    def generation(self) -> Path:
        """The generation that the store pointed at."""
        return self.store / "generations" / (self.store / "CURRENT").read_text("utf-8").strip()

    def change(self, hour: str = "七") -> None:
        """Change a document, add one, remove one and leave the others."""
        (self.docs / "公园.txt").write_text(_PARK.format(hour=hour), "utf-8")
        (self.docs / "湖泊.txt").write_text("测试市湖泊管理办法\n第一条 湖泊不得填埋。\n", "utf-8")
        (self.docs / "河道.txt").unlink(missing_ok=True)

    def sync(self) -> subprocess.CompletedProcess[str]:
        """Synchronise in a process of its own."""
        return command("index", "sync", str(self.docs), "--store", str(self.store), "--json")

    def ask(self) -> dict[str, object]:
        """The answer that a process of its own gives, which has to end well and soon."""
        ended = command("ask", QUESTION, "--store", str(self.store), "--json")
        assert ended.returncode == 0, f"ask ended with {ended.returncode}: {ended.stderr}"
        answer: dict[str, object] = json.loads(ended.stdout)
        assert answer["answered"], f"not answered: {answer['text']}"
        return answer

    def holds(self, *states: dict[str, str]) -> None:
        """Readers find one of these states, whole: each document once, its text and all chunks with it."""
        with closing(Store.open(self.store, server=self.server)) as store:
            found = {document.id: document.text for document in store.documents()}
            assert found in states, f"neither before nor after: {sorted(found)}"
            assert len(set(store.chunk_ids)) == len(store.chunk_ids) == store.manifest.chunks
            assert not store.shortfalls, f"falls short: {store.shortfalls}"

    def check(self) -> list[str]:
        """The parts that `index check` finds unsound."""
        return [finding.part for finding in check_store(self.store, server=self.server) if not finding.sound]

    def mend(self) -> None:
        """`index repair`, after which all has to be sound."""
        repair(self.store, server=self.server)
        assert self.check() == [], f"still unsound after repair: {self.check()}"

    def follow(self) -> None:
        """`index sync`, after which the store has to hold the documents as they are, be sound, and hold no remains."""
        report = sync_folder(self.docs, self.store, server=self.server)
        assert not report.failed, str(report)
        self.holds(texts_of(self.docs))
        assert self.check() == [], f"unsound after sync: {self.check()}"
        left = [path.name for path in self.store.iterdir() if path.name.endswith(".new")]
        left += [
            p.name for p in (self.store / "generations").iterdir() if not (p / "manifest.json").is_file()
        ]
        assert not left, f"left behind: {left}"
        assert len(list((self.store / "generations").iterdir())) <= 2

    @contextmanager
    def reader(self) -> Iterator[PolicyAssistant]:
        """An assistant that was opened before the fault and has to answer after it as before."""
        with PolicyAssistant(self.store, record=False) as assistant:
            answers(assistant)
            yield assistant
            answers(assistant)


def answers(assistant: PolicyAssistant) -> str:
    """The quote that answers the question."""
    answer = assistant.ask(QUESTION)
    assert answer.answered, f"not answered: {answer.text}"
    return answer.citations[0].quote


def command(*arguments: str, seconds: float = 120.0) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", *arguments],
        capture_output=True,
        encoding="utf-8",
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "POLICY_ASSISTANT_KEEP_RECORDS": "false",
        },
        timeout=seconds,
        check=False,
    )


def refused(ended: subprocess.CompletedProcess[str], *words: str) -> None:
    """The command failed and said so in one line with one of these words in it."""
    assert ended.returncode == 1, f"ended with {ended.returncode}: {ended.stderr}"
    lines = [
        line
        for line in ended.stderr.splitlines()
        if not line.startswith(("读取文件", "计算向量", "建立索引"))
    ]
    assert len(lines) == 1, f"not one line: {ended.stderr}"
    assert any(word in lines[0] for word in words), lines[0]


def is_refused(case: Case, *words: str) -> None:
    """Synchronising here and now raises PolicyError with one of these words."""
    try:
        sync_folder(case.docs, case.store, server=case.server)
    except PolicyError as fault:
        assert any(word in str(fault) for word in words), str(fault)
    else:
        raise AssertionError("not refused")


def write_documents(folder: Path, topics: int) -> None:
    """Write the documents of the bench: the rules of a park, and of other `topics`, of sixty articles each."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "公园.txt").write_text(_PARK.format(hour="六"), "utf-8")
    for topic in _TOPICS[:topics]:
        lines = [f"测试市{topic}管理办法"]
        for number in range(1, _ARTICLES + 1):
            duty, other = _DUTIES[number % len(_DUTIES)], _DUTIES[number // len(_DUTIES)]
            lines.append(
                f"第{_numeral(number)}条 {topic}的{duty}和{other}由主管部门负责,每年不少于{number}次。"
            )
        (folder / f"{topic}.txt").write_text("\n".join(lines), "utf-8")


def texts_of(folder: Path) -> dict[str, str]:
    """What a store of the documents in `folder` holds: text by id."""
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))}


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")
