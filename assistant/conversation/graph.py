"""Conversations: the stages of answering as a LangGraph graph whose SQLite checkpointer keeps every thread."""

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.channels import UntrackedValue
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import StreamWriter

from assistant.conversation.memory import from_json, remember, to_json
from assistant.events import Event
from assistant.pipeline import STAGES, Step, walk
from assistant.turn import Turn

_LOCKS = 64
_log = logging.getLogger(__name__)


class ConversationError(Exception):
    """The threads cannot be read or written. `turn` is as far as the question came."""

    def __init__(self, why: str, turn: Turn) -> None:
        super().__init__(why)
        self.turn = turn


class _State(TypedDict, total=False):
    """`history` is kept, as plain JSON; `turn` is of this process and never leaves it."""

    history: list[dict[str, Any]]
    turn: Annotated[Turn, UntrackedValue]


_Node = Callable[..., _State]


class _Json:
    """How checkpoints are written: JSON and nothing else, so that reading one never builds an object."""

    def dumps_typed(self, value: object) -> tuple[str, bytes]:
        return "json", json.dumps(value, ensure_ascii=False, default=repr).encode("utf-8", "replace")

    def loads_typed(self, data: tuple[str, bytes]) -> Any:  # noqa: ANN401
        return json.loads(data[1])


_Graph = CompiledStateGraph[_State, None, _State, _State]


@dataclass(frozen=True, slots=True)
class _Opened:
    """The graph over an open file. `file` closes it: when it is left, or when nobody holds it any more."""

    graph: _Graph
    saver: SqliteSaver
    file: AbstractContextManager[SqliteSaver]


class Threads:
    """The conversations kept in one SQLite file. Threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opening = threading.Lock()
        self._open: _Opened | None = None
        # Two questions of one thread come one after the other, or the later would overwrite the earlier.
        self._turns = [threading.Lock() for _ in range(_LOCKS)]

    def run(self, turn: Turn, thread_id: str) -> Generator[Event, None, Turn]:
        """Every stage on a turn just begun: its events, then the turn with its answer; the thread is longer by it.

        Raises ConversationError where the file cannot be used.
        """
        key = _key(thread_id)
        latest = turn
        with self._turns[int(key[:8], 16) % _LOCKS]:
            try:
                opened = self._opened()
                told: Iterator[tuple[str, Any]] = opened.graph.stream(  # type: ignore[assignment]
                    {"turn": turn},
                    {"configurable": {"thread_id": key}},
                    stream_mode=["values", "custom"],
                    durability="exit",
                )
                for mode, value in told:
                    if mode == "values":
                        latest = value["turn"]
                    else:
                        yield value
                _drop_older(opened.saver, key)
            except Exception as fault:
                _log.warning("no conversation", exc_info=True)
                self._open = None  # opened anew by the next question; others may still be using it
                raise ConversationError(str(fault) or repr(fault), latest) from fault
        return latest

    def forget(self, thread_id: str) -> None:
        """Delete what is kept of a thread, if anything is. Raises sqlite3.Error where the file cannot be written."""
        saver = self._opened().saver
        saver.delete_thread(_key(thread_id))
        with saver.cursor(transaction=False) as cursor:  # pages stand in the write-ahead log as they were
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give back the file; a later question opens it again."""
        with self._opening:
            if self._open:
                self._open.file.__exit__(None, None, None)
            self._open = None

    def _opened(self) -> _Opened:
        with self._opening:
            if self._open is None:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with suppress(
                    FileExistsError
                ):  # readable by its owner only; SQLite gives its other files the same rights
                    os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
                file = SqliteSaver.from_conn_string(str(self._path))
                saver = file.__enter__()
                saver.serde = _Json()
                saver.setup()
                saver.conn.execute("PRAGMA synchronous = FULL")
                saver.conn.execute("PRAGMA secure_delete = ON")
                self._open = _Opened(_build(saver), saver, file)
            return self._open


def _drop_older(saver: SqliteSaver, key: str) -> None:
    """Keep the last checkpoint of a thread only: it holds all that is remembered."""
    last = "(SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = :key)"
    with saver.cursor() as cursor:
        for table in ("writes", "checkpoints"):
            cursor.execute(
                f"DELETE FROM {table} WHERE thread_id = :key AND checkpoint_id < {last}", {"key": key}
            )


def _build(saver: SqliteSaver) -> _Graph:
    """One node for each stage, between one that recalls the thread and one that remembers the turn."""
    nodes: dict[str, _Node] = {
        "recall": _recall,
        **{name: _node(steps) for name, steps in STAGES.items()},
        "remember": _remember,
    }
    graph = StateGraph(_State)
    for name, node in nodes.items():
        graph.add_node(name, node)
    for before, after in zip([START, *nodes], [*nodes, END], strict=True):
        graph.add_edge(before, after)
    return graph.compile(checkpointer=saver)


def _recall(state: _State) -> _State:
    return {"turn": replace(state["turn"], history=from_json(state.get("history", [])))}


def _node(steps: Sequence[Step]) -> _Node:
    def node(state: _State, writer: StreamWriter) -> _State:
        walking = walk(state["turn"], steps)
        while True:
            try:
                event = next(walking)
            except StopIteration as end:
                return {"turn": end.value}
            writer(event)

    return node


def _remember(state: _State) -> _State:
    turn = state["turn"]
    if turn.answer is None or turn.understood is None:
        return {}
    return {"history": to_json(remember(turn.history, turn.understood, turn.answer))}


def _key(thread_id: str) -> str:
    """Any text as a name of fixed length; what an id tells of its owner is not kept."""
    return hashlib.sha256(thread_id.encode("utf-8", "surrogatepass")).hexdigest()
