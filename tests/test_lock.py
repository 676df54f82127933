import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.lock import StoreBusyError, sole_writer

ROOT = Path(__file__).parent.parent
HOLD = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from index.lock import sole_writer
with sole_writer(Path(sys.argv[2])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock of `tmp_path`/store."""
    command = [sys.executable, "-c", HOLD, str(ROOT), str(tmp_path / "store")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_second_writer_is_refused_at_once_and_told_by_whom(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    begun = time.monotonic()
    who = rf"正由进程 {holder.pid}\(主机 {socket.gethostname()},始于 20\d\d-.*\)更新,请等它结束后再试"
    with pytest.raises(StoreBusyError, match=who), sole_writer(tmp_path / "store"):
        raise AssertionError("两个写者")
    assert time.monotonic() - begun < 2
    end(holder)


def test_the_lock_dies_with_its_holder(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    end(holder)
    assert (tmp_path / "store" / "LOCK").exists()
    with sole_writer(tmp_path / "store"):
        assert str(os.getpid()) in (tmp_path / "store" / "LOCK.holder").read_text()


def test_the_lock_is_given_back_after_an_exception(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), sole_writer(tmp_path):
            raise ZeroDivisionError


def test_an_unknown_holder_is_another_process(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    (tmp_path / "store" / "LOCK.holder").write_text("{")
    with pytest.raises(StoreBusyError, match="正由另一个进程更新"), sole_writer(tmp_path / "store"):
        raise AssertionError("两个写者")
    end(holder)
