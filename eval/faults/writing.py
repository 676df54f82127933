"""Faults of writers: killed at any moment, two at once, out of space, locked out, under a wrong clock."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from eval.faults.bench import SOON, Bench, Case, answers, is_refused, refused, texts_of
from eval.faults.damage import Fault
from index.sync import sync_folder

_SYNC = """
import sys
sys.path = eval(sys.argv[1])
from index.sync import sync_folder
import index.renew, index.vectors, chromadb
print("begun", flush=True)
print("done", sync_folder(sys.argv[2], sys.argv[3]), flush=True)
"""
_HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(300)
"""
_FREE = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""MB left on the small disk."""
_DISK = 64
_YEARS = 10 * 365 * 86400


class Skipped(Exception):
    """The fault cannot be made here; the message says why."""


def faults(kills: int) -> Iterator[Fault]:
    """Name and course of each fault of this kind."""
    for number in range(1, kills + 1):
        yield f"kill -9 during a sync, {number}", partial(_killed, number / (kills + 1))
    yield "two syncs at once", _two_syncs
    yield "sync while 20 threads ask", _asked_meanwhile
    yield "lock of a dead process", _dead_holder
    yield "chroma.sqlite3 locked by another process", partial(_locked, "chroma/chroma.sqlite3")
    yield "record.sqlite3 locked by another process", _locked_record
    yield "clock set back by ten years", _clock_set_back
    yield "most of a folder gone", _emptied_folder
    for free in _FREE:
        yield f"disk full, {free} MB left", partial(_disk_full, free)
    yield "read-only disk", _read_only


def _start_sync(case: Case) -> "subprocess.Popen[str]":
    """A sync in a process of its own, at the moment in which it begins."""
    child = subprocess.Popen(
        [sys.executable, "-c", _SYNC, repr(sys.path), str(case.docs), str(case.store)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    return child


def _killed(moment: float, bench: Bench) -> None:
    """Killed at `moment`, a share of the time that a sync takes, or at random within a tenth of it."""
    seconds = _duration(bench) * (moment + random.Random(moment).uniform(-0.05, 0.05))
    with bench.case() as case, case.reader() as reader:
        case.change()
        after = texts_of(case.docs)
        child = _start_sync(case)
        time.sleep(max(0.0, seconds))
        child.send_signal(signal.SIGKILL)
        said, _ = child.communicate()
        case.holds(after) if "done" in said else case.holds(case.before, after)
        sound = set(case.check())
        assert sound <= {"索引与记录"}, f"unsound after a kill: {sound}"
        answers(reader)
        case.follow()


_measured: dict[Path, float] = {}


def _duration(bench: Bench) -> float:
    """Seconds that a sync of the changes takes here, measured once."""
    if bench.room not in _measured:
        with bench.case() as case:
            case.change()
            child = _start_sync(case)
            begun = time.monotonic()
            child.communicate()
            _measured[bench.room] = time.monotonic() - begun
    return _measured[bench.room]


def _two_syncs(bench: Bench) -> None:
    """One does it, the other is refused at once and told by whom."""
    with bench.case() as case, case.reader():
        case.change()
        child = _start_sync(case)
        deadline = time.monotonic() + SOON
        while not (case.store / "LOCK.holder").is_file() or str(child.pid) not in _holder(case):
            assert time.monotonic() < deadline
        begun = time.monotonic()
        is_refused(case, f"正由进程 {child.pid}(主机 ")
        assert time.monotonic() - begun < 2
        said, _ = child.communicate()
        assert "done" in said, said
        case.holds(texts_of(case.docs))
        case.follow()


def _holder(case: Case) -> str:
    return (case.store / "LOCK.holder").read_text("utf-8")


def _asked_meanwhile(bench: Bench) -> None:
    """Every question is answered, from one state or the other."""
    hours = ("七", "八", "九")
    with bench.case() as case, case.reader() as reader, ThreadPoolExecutor(20) as pool:
        asked = pool.map(lambda _: answers(reader), range(400))
        for hour in hours:
            case.change(hour)
            case.follow()
        quotes = set(asked)
        assert all(any(f"为{hour}时至" in quote for hour in ("六", *hours)) for quote in quotes), quotes
        assert f"为{hours[-1]}时至" in answers(reader)


def _dead_holder(bench: Bench) -> None:
    with bench.case() as case, case.reader():
        case.change()
        child = _start_sync(case)
        child.kill()
        child.communicate()
        begun = time.monotonic()
        case.follow()
        assert time.monotonic() - begun < 4 * SOON


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Another process holds an exclusive lock on an SQLite file."""
    holder = subprocess.Popen([sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.kill()
        holder.communicate()


def _locked(pattern: str, bench: Bench) -> None:
    """Readers and writers do not wait for it."""
    with bench.case() as case, case.reader(), _held(case.generation / pattern):
        begun = time.monotonic()
        assert case.ask()["notices"] == []
        assert time.monotonic() - begun < SOON
        assert case.check() == []
        case.change()
        case.follow()


def _locked_record(bench: Bench) -> None:
    """Readers do not notice; writers say so soon."""
    with bench.case() as case, case.reader():
        with _held(case.store / "record.sqlite3"):
            assert case.ask()["notices"] == []
            case.change()
            begun = time.monotonic()
            is_refused(case, "无法使用记录文件", "locked")
            assert time.monotonic() - begun < SOON
            case.holds(case.before)
        case.follow()


def _clock_set_back(bench: Bench) -> None:
    """All that is there was written in the future."""
    with bench.case() as case, case.reader():
        future = time.time() + _YEARS
        for path in [*case.store.rglob("*"), *case.docs.rglob("*")]:
            os.utime(path, (future, future))
        assert case.ask()["notices"] == []
        assert case.check() == []
        case.change()
        case.follow()
        case.ask()


def _emptied_folder(bench: Bench) -> None:
    """Nothing is deleted, unless that is said to be meant."""
    with bench.case() as case, case.reader():
        for path in sorted(case.docs.iterdir())[:-2]:
            if path.name != "公园.txt":
                path.unlink()
        refused(case.sync(), "--prune")
        case.holds(case.before)
        sync_folder(case.docs, case.store, prune=True)
        case.holds(texts_of(case.docs))


@contextmanager
def _small_disk(bench: Bench) -> Iterator[Path]:
    """A file system of 64 MB."""
    disk = bench.room / "disk"
    disk.mkdir(exist_ok=True)
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", f"size={_DISK}m", "tmpfs", str(disk)]
    if not mount or subprocess.run(command, capture_output=True, check=False).returncode:
        raise Skipped("mounting is not allowed here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _disk_full(free: float, bench: Bench) -> None:
    """The sync says so, the old index answers, and once there is space again the sync goes through."""
    with _small_disk(bench) as disk, bench.case(disk) as case, case.reader():
        case.change()
        filler = disk / "filler"
        left = shutil.disk_usage(disk).free
        filler.write_bytes(b"\0" * int(max(0, left - free * 2**20)))
        refused(case.sync(), "磁盘", "disk is full")
        assert case.ask()["notices"] == []
        case.holds(case.before)
        unsound = set(case.check())
        assert unsound <= {"索引与记录"}, f"unsound on a full disk: {unsound}"
        filler.unlink()
        case.follow()


def _read_only(bench: Bench) -> None:
    """Readers need to write nothing; writers say so at once."""
    with _small_disk(bench) as disk, bench.case(disk) as case:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        try:
            begun = time.monotonic()
            refused(case.sync(), "只读")
            assert time.monotonic() - begun < SOON
            assert case.ask()["notices"] == []
            assert case.check() == []
            with case.reader():
                case.holds(case.before)
        finally:
            subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        with closing(sqlite3.connect(case.store / "record.sqlite3")) as record:
            assert record.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        case.follow()
