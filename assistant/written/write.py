"""Passages -> the parts of a draft, each as soon as it is written and verified."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from assistant.datatypes import Part, Quote, Statement
from assistant.masking import mask
from assistant.replies import connective
from assistant.turn import Turn
from assistant.written.breaker import Breaker
from assistant.written.faults import MODEL_WORKS, Fault, NotWrittenError
from assistant.written.model import ChatModel, Patience, listen
from assistant.written.prompt import fill_prompt
from assistant.written.statements import Extent, read_reply
from assistant.written.verify import verify_claim
from assistant.written.wording import is_chinese

MOST_STATEMENTS = 6

_log = logging.getLogger(__name__)


class Writer:
    """A chat model that writes answers; shared by threads. `open_model` is called when it is first needed."""

    def __init__(
        self,
        name: str,
        open_model: Callable[[], ChatModel],
        patience: Patience | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self.name = name
        self._open = open_model
        self._patience = patience or Patience()
        self.breaker = breaker or Breaker()
        self._model: ChatModel | None = None
        self._lock = Lock()

    def begin(self, turn: Turn) -> "Writing":
        """The answer of `turn` from its material; nothing is sent before its parts are asked for."""
        return Writing(self, turn)

    def listen(
        self, messages: list[tuple[str, str]], left: Callable[[], bool] | None = None
    ) -> Iterator[str]:
        """The model's words as they come, until `left` says that nobody waits for them. Raises NotWrittenError."""
        try:
            model = self._opened()
        except Exception as error:
            _log.warning("the chat model cannot be opened: %s", type(error).__name__)
            raise NotWrittenError(Fault.DENIED) from None
        yield from listen(model, messages, self._patience, left)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Ask within this: a fault of the model counts towards its rest, and in its rest it is not asked at all.

        Any other exception becomes a fault too, told in the log by its kind alone: its words may be the provider's.
        """
        if not self.breaker.allows():
            raise NotWrittenError(Fault.RESTING)
        try:
            yield
        except NotWrittenError as error:
            self.breaker.note(works=error.fault in MODEL_WORKS)
            if error.fault not in MODEL_WORKS:
                _log.warning("no written answer: %s", error.fault)
            raise
        except Exception as error:
            self.breaker.note(works=False)
            _log.warning("no written answer: %s", type(error).__name__)
            raise NotWrittenError(Fault.BROKEN) from None
        self.breaker.note(works=True)

    def _opened(self) -> ChatModel:
        with self._lock:
            self._model = self._model or self._open()
            return self._model


class Writing:
    """One answer being written."""

    def __init__(self, writer: Writer, turn: Turn) -> None:
        self._writer = writer
        self._turn = turn
        self.partly = False
        """Once it is written: whether the model says that the passages answer only a part."""

    def parts(self) -> Iterator[Part]:
        """Parts of the draft, each as soon as it is verified: statements, with the documents' names before them.

        Raises NotWrittenError, also behind parts that have come already: these are then no answer.
        """
        with self._writer.watched():
            shown: list[Statement | Quote] = []
            for statement in self._statements():
                if statement in shown or len(shown) == MOST_STATEMENTS:
                    continue
                names = self._names(statement)
                if not shown or self._names(shown[-1]) != names:
                    lead = connective("source", name="、".join(names))
                    yield f"\n{lead}" if shown else lead
                shown.append(statement)
                yield statement
            if not shown:
                raise NotWrittenError(Fault.UNVERIFIED)

    def _statements(self) -> Iterator[Statement | Quote]:
        turn = self._turn
        messages, count = fill_prompt(mask(turn.question.shown).text, turn.material, turn.documents)
        passages = turn.material[:count]
        for found in read_reply(self._writer.listen(messages, turn.left)):
            if found is Extent.NOT:
                raise NotWrittenError(Fault.NOT_HELD)
            if isinstance(found, Extent):
                self.partly = found is Extent.PARTLY
            elif not is_chinese(found.text):
                raise NotWrittenError(Fault.LANGUAGE)
            elif verified := verify_claim(found, passages, turn.documents, turn.terms):
                yield verified

    def _names(self, statement: Statement | Quote) -> tuple[str, ...]:
        quotes = statement.quotes if isinstance(statement, Statement) else (statement,)
        return tuple(dict.fromkeys(self._turn.documents[quote.document_id].metadata.name for quote in quotes))
