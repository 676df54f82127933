"""Time and memory, measured here and now in fresh processes (Linux and macOS).

python -m eval.speed

Imports nothing but the standard library: a child's peak memory counts from what its parent held.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROUNDS = 7
"""Rounds of all children in turn, so that what else the machine does falls on all alike; medians count."""

_IMPORT = "import chromadb"
_FIRST_ANSWER = """
import sys
from assistant import PolicyAssistant
assert PolicyAssistant(*sys.argv[2:], record=False).ask(sys.argv[1]).status != "error"
"""
_QUESTION = "外地人能在大连落户吗"
_INDEX = """
import json, resource, time
from assistant.settings import settings
from assistant.shipped import sync_shipped
begun = time.perf_counter()
sync_shipped(settings().store, None)
seconds = time.perf_counter() - begun
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""
_ANSWERS = """
import json, resource, statistics
from assistant import PolicyAssistant
from eval.questions import read_split
assistant = PolicyAssistant()
asked = [gold.turns[-1] for gold in read_split("dev", assistant.documents()) if gold.answerable]
seconds = statistics.median(assistant.ask(question).seconds for question in asked)
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


@dataclass(frozen=True, slots=True)
class Child:
    """How long a process took from start to end, and what it wrote."""

    seconds: float
    output: str

    @property
    def measured(self) -> tuple[float, float]:
        """Seconds and peak memory in MB that it measured itself; `ru_maxrss` is in KB, on macOS in bytes."""
        seconds, peak = json.loads(self.output.splitlines()[-1])
        return seconds, peak / (2**20 if sys.platform == "darwin" else 2**10)


def run_child(code: str, *arguments: str, **environment: str) -> Child:
    """Run `code` in a new Python; raises CalledProcessError where it fails."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return Child(time.perf_counter() - begun, done.stdout)


def cold_start(store: Path, question: str) -> float:
    """Seconds of a new process that answers `question` from the index at `store`, from its start to its end.

    Raises CalledProcessError where it cannot.
    """
    return run_child(_FIRST_ANSWER, question, str(store)).seconds


@dataclass(frozen=True, slots=True)
class Speed:
    """Medians over the rounds, in seconds and MB; `ratio` is the median of the rounds' own ratios."""

    importing: float
    first_answer: float
    ratio: float
    answer: float
    indexing: float
    answer_peak: float
    indexing_peak: float


def measure() -> Speed:
    """Index the shipped corpus, import chromadb, and answer, each in new processes, ROUNDS times in turn."""
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            own = {
                "POLICY_ASSISTANT_STORE": f"{folder}/store",
                "POLICY_ASSISTANT_RECORDS": f"{folder}/records",
                "POLICY_ASSISTANT_EMBEDDER": "builtin",
            }
            codes = ((_INDEX,), (_IMPORT,), (_FIRST_ANSWER, _QUESTION), (_ANSWERS,))
            rounds.append(tuple(run_child(*code, **own) for code in codes))

    def over_rounds(value: Callable[[tuple[Child, ...]], float]) -> float:
        return median(map(value, rounds))

    return Speed(
        importing=over_rounds(lambda r: r[1].seconds),
        first_answer=over_rounds(lambda r: r[2].seconds),
        ratio=over_rounds(lambda r: r[2].seconds / r[1].seconds),
        answer=over_rounds(lambda r: r[3].measured[0]),
        indexing=over_rounds(lambda r: r[0].measured[0]),
        answer_peak=over_rounds(lambda r: r[3].measured[1]),
        indexing_peak=over_rounds(lambda r: r[0].measured[1]),
    )


def to_markdown(speed: Speed) -> str:
    """A table of the medians."""
    rows = (
        ("新进程 import chromadb", f"{speed.importing:.2f} 秒"),
        ("新进程到第一个回答", f"{speed.first_answer:.2f} 秒"),
        ("后者与前者之比", f"{speed.ratio:.2f}"),
        ("已启动后每问(中位)", f"{speed.answer:.3f} 秒"),
        ("为随附文件建索引(不含启动)", f"{speed.indexing:.1f} 秒"),
        ("回答的内存峰值", f"{speed.answer_peak:.0f} MB"),
        ("建索引的内存峰值", f"{speed.indexing_peak:.0f} MB"),
    )
    lines = [f"| 本机实测,{ROUNDS} 轮交替,取中位 | |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure and write the table; returns the exit code."""
    try:
        sys.stdout.write(to_markdown(measure()))
    except subprocess.CalledProcessError as fault:
        sys.stderr.write(fault.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
