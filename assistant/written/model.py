"""The chat model: where it is opened and how it is listened to; nothing of it is imported before the first use."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, Protocol

from assistant.written.faults import Fault, NotWrittenError, read_fault

CONNECT, IDLE, TOTAL = 3.0, 15.0, 45.0
LONG_WAIT = 5.0
"""Seconds of a Retry-After from which we do not wait."""
PAUSE = 0.3
LOOK = 0.5
"""Seconds after which it is looked again whether anybody waits for the answer."""
MOST_CHARACTERS = 20_000
"""Of one reply; an answer needs a thousand, the rest is for a model that thinks aloud."""

_REASONS = ("finish_reason", "stop_reason", "done_reason")
_WHOLE = {"stop", "end_turn"}
"""What providers call an answer that ends because it is complete; OpenAI's protocol has "stop"."""


class ChatModel(Protocol):
    """What is used of a LangChain chat model: `stream` gives message chunks."""

    def stream(self, messages: list[tuple[str, str]], /) -> Iterator[Any]:
        """The answer to messages (role, text) as chunks with `text` and `response_metadata`."""


_Heard = tuple[str, str] | NotWrittenError | None
"""A piece of text with the reason of the end, where it is told; a fault; the end."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to connect, without a sign of life, for a whole answer with its retry, and before a retry."""

    connect: float = CONNECT
    idle: float = IDLE
    total: float = TOTAL
    pause: float = PAUSE


def open_model(name: str, base_url: str, key: str | None, patience: Patience) -> ChatModel:
    """The model `name` at an OpenAI-compatible endpoint. Takes a second or two, for its library is imported."""
    from langchain.chat_models import init_chat_model
    from openai import Timeout

    return init_chat_model(
        name,
        model_provider="openai",
        base_url=base_url,
        api_key=key or "none",  # the client refuses to be without one; a local server takes any
        temperature=0,
        timeout=Timeout(patience.idle, connect=patience.connect),  # by default it has none
        max_retries=0,  # its own obeys any Retry-After
        use_responses_api=False,
    )


def listen(
    model: ChatModel,
    messages: list[tuple[str, str]],
    patience: Patience,
    left: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """The model's words as they come; ends only where the model says that its answer is complete.

    `messages`: (role, text). `left`: whether nobody waits for them any more, a fault of its own. One retry, where
    nothing came yet and the fault is a passing one that came soon. Raises NotWrittenError.
    """
    begun = time.monotonic()
    deadline = begun + patience.total
    came = False
    try:
        for text in _once(model, messages, patience, deadline, left):
            came = True
            yield text
    except NotWrittenError as error:
        wait = patience.pause if error.retry_after is None else error.retry_after
        late = time.monotonic() - begun > patience.connect
        if came and error.fault is Fault.UNREACHABLE:  # any more
            raise NotWrittenError(Fault.BROKEN) from None
        if came or late or not error.passing or not 0 <= wait <= LONG_WAIT:
            raise
    else:
        return
    time.sleep(wait)
    yield from _once(model, messages, patience, deadline, left)


def _once(
    model: ChatModel,
    messages: list[tuple[str, str]],
    patience: Patience,
    deadline: float,
    left: Callable[[], bool] | None,
) -> Iterator[str]:
    """One request. A thread of its own reads, so that no server can hold the asker longer than the deadline."""
    heard: Queue[_Heard] = Queue()
    given_up = Event()
    Thread(target=_read, args=(model, messages, heard, given_up), daemon=True).start()
    length, reason = 0, ""
    try:
        while True:
            end = min(time.monotonic() + patience.connect + patience.idle, deadline)
            found = _hear(heard, end, left)
            if isinstance(found, NotWrittenError):
                raise found
            if found is None:
                break
            text, reason = found[0], found[1] or reason
            length += len(text)
            if length > MOST_CHARACTERS:
                raise NotWrittenError(Fault.BROKEN)
            if text:
                yield text
    except Empty:
        raise NotWrittenError(Fault.SLOW) from None
    finally:
        given_up.set()
    if reason not in _WHOLE:
        raise NotWrittenError(Fault.BROKEN)


def _hear(heard: "Queue[_Heard]", end: float, left: Callable[[], bool] | None) -> _Heard:
    """What comes next. Raises Empty where nothing came by `end`, NotWrittenError where nobody waits for it."""
    while True:
        if left and left():
            raise NotWrittenError(Fault.LEFT)
        seconds = end - time.monotonic()
        try:
            return heard.get(timeout=max(0.0, min(seconds, LOOK)))
        except Empty:
            if seconds <= LOOK:
                raise


def _read(model: ChatModel, messages: list[tuple[str, str]], heard: "Queue[_Heard]", given_up: Event) -> None:
    """Put what comes into `heard` until it ends or nobody listens any more."""
    try:
        for chunk in model.stream(list(messages)):
            if given_up.is_set():
                return
            told = chunk.response_metadata
            reason = next((str(told[name]).casefold() for name in _REASONS if told.get(name)), "")
            heard.put((str(chunk.text), reason))
        heard.put(None)
    except Exception as error:
        heard.put(read_fault(error))
