"""A run on disk: `generated.jsonl`, one header line and one line for each response. All scores are made from it."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.questions import Question, Span
from eval.systems import Cited, Response
from index.datatypes import PolicyError

GENERATED = "generated.jsonl"


@dataclass(frozen=True, slots=True)
class Header:
    """What made a run: when, on which questions, with which settings, versions and index."""

    created: str
    gold: str
    systems: tuple[str, ...]
    settings: dict[str, str]
    versions: dict[str, str]
    index: dict[str, Any]
    documents: dict[str, str]
    """Digest of each document's text by its id: offsets hold only where it is the same."""
    cold_start: float | None = None
    """Seconds of a new process that gives one answer."""
    prompts: dict[str, str] = field(default_factory=dict)
    """Digest of each file of `prompts/`."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A response on disk: the system, the question's id and turns as they were asked, and what was said."""

    system: str
    id: str
    turns: tuple[str, ...]
    response: Response


@dataclass(frozen=True, slots=True)
class Run:
    """A run as read from disk."""

    name: str
    header: Header
    generated: tuple[Generated, ...]


def new_folder(results: Path) -> Path:
    """A new folder for a run, named by the present time. Raises PolicyError where none can be made."""
    name = datetime.now(UTC).astimezone().strftime("%Y%m%d-%H%M%S")
    for suffix in ("", *(f"-{number}" for number in range(2, 100))):
        try:
            (results / f"{name}{suffix}").mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as fault:
            break_off = f"无法在 {results} 里写评测结果({fault.strerror}),请检查权限,或用 --out 换一个文件夹"
            raise PolicyError(break_off) from fault
        return results / f"{name}{suffix}"
    raise PolicyError(f"{results} 里同名的结果太多,请清理,或用 --out 换一个文件夹")


def append(path: Path, line: object) -> None:
    """Add one line of JSON; it is on disk when this returns."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise PolicyError(f"写不了 {path}({fault.strerror}),请检查磁盘和权限") from fault


def write_header(folder: Path, header: Header) -> None:
    """Begin the run's file."""
    append(folder / GENERATED, {"run": asdict(header)})


def write_response(folder: Path, system: str, question: Question, response: Response) -> None:
    """Add a response to the run's file."""
    append(folder / GENERATED, asdict(Generated(system, question.id, question.turns, response)))


def read_run(folder: Path) -> Run:
    """The run in `folder`. Raises PolicyError naming file, line and fault.

    A last line that was not written to its end, as of a run that was killed, is left out: the question counts as not
    asked.
    """
    path = folder / GENERATED
    try:
        *lines, _unfinished = path.read_bytes().split(b"\n")
    except OSError as fault:
        raise PolicyError(
            f"{folder} 里没有可读的 {GENERATED}({fault.strerror}),请给出评测结果的文件夹"
        ) from fault
    header: Header | None = None
    generated: list[Generated] = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            if header is None:
                header = Header(**{**row["run"], "systems": tuple(row["run"]["systems"])})
            else:
                generated.append(_generated(row))
        except (ValueError, TypeError, KeyError) as fault:
            raise PolicyError(f"{path} 第 {number} 行损坏,或由别的版本写成,请重新评测({fault!r})") from fault
    if header is None or not generated:
        raise PolicyError(f"{path} 里没有回答,请重新评测")
    return Run(folder.resolve().name, header, tuple(generated))


def _generated(row: dict[str, Any]) -> Generated:
    said = row["response"]
    citations = tuple(Cited(Span(**one["span"]), one["quote"], one["clause"]) for one in said["citations"])
    passages = tuple(Span(**one) for one in said["passages"])
    whole = {**said, "citations": citations, "passages": passages, "notices": tuple(said["notices"])}
    response = Response(**whole)
    return Generated(row["system"], row["id"], tuple(row["turns"]), response)


def previous_run(folder: Path, gold: str, system: str) -> Run | None:
    """The latest run beside that in `folder` that was begun before it and asked `system` the same gold, or None.

    Runs that cannot be read are passed over.
    """
    folder = folder.resolve()
    earlier = sorted((path for path in folder.parent.iterdir() if path.name < folder.name), reverse=True)
    for path in earlier:
        with suppress(PolicyError):
            run = read_run(path)
            if run.header.gold == gold and system in run.header.systems:
                return run
    return None


def now() -> str:
    """The present time, UTC in ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
