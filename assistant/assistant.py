"""`PolicyAssistant`: the one object that other programs use."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant import pipeline
from assistant.datatypes import Answer, Audience, Passage, Status
from assistant.events import Event, Noticed, Withdrawn
from assistant.question import MAX_CHARACTERS
from assistant.records import chosen_recorder
from assistant.replies import connective, reply
from assistant.retrieve import PolicyRetriever, as_passage
from assistant.settings import settings
from assistant.shipped import chosen_reranker, open_reader
from assistant.suggest import COUNT, suggest
from assistant.turn import Turn
from assistant.written.choose import chosen_writer
from assistant.written.model import ChatModel
from assistant.written.write import Writer
from index.datatypes import Document, PolicyError
from index.embedder import Embedder
from index.generation import Progress
from index.store import Shortfall, Store

if TYPE_CHECKING:
    from assistant.conversation.graph import Threads

_log = logging.getLogger(__name__)


class PolicyAssistant:
    """Answers questions from the documents of a store, each statement a quote of a clause.

        with PolicyAssistant() as assistant:
            print(assistant.ask("外地人能在大连落户吗?").text)

    `store`: folder of an index; where it is None the user's own, which always holds the shipped corpus. `embedder`:
    one, or what the setting of that name takes; that setting where it is None. `today`: the day on which validity is
    judged, the present day where it is None. `llm`: what writes answers, a LangChain chat model, the name of one at
    the endpoint of the settings, or a `Writer` with time-outs of its own; the setting where it is None, and where
    that is empty answers are extracted. `record`: whether answers are recorded, as the settings say where it is None.
    `progress` is told of indexing, where opening comes to that.

    Threads may share it. A store that is synchronised meanwhile is answered from as it was until the next question.
    Raises PolicyError where the store cannot be opened, or a chat model is named without its endpoint.
    """

    def __init__(
        self,
        store: str | Path | None = None,
        embedder: Embedder | str | None = None,
        today: date | None = None,
        *,
        llm: Writer | ChatModel | str | None = None,
        record: bool | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._writer = chosen_writer(llm)
        self._reader, self._news = open_reader(Path(store) if store else None, embedder, progress)
        self._today = today
        self._reranker = chosen_reranker()
        self._recorder = chosen_recorder(record)
        self._threads: Threads | None = None
        self._opening = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back all files as soon as no question needs them; closing twice is harmless."""
        self._reader.close()
        if self._recorder:
            self._recorder.close()
        if self._threads:
            self._threads.close()

    @property
    def retriever(self) -> PolicyRetriever:
        """The LangChain retriever over the store as it is now."""
        with self._reader.use() as store:
            return self._retriever(store)

    def ask(
        self,
        question: str,
        thread_id: str | None = None,
        *,
        within: Sequence[str] | None = None,
        audience: Audience | str | None = None,
    ) -> Answer:
        """The answer to `question`. Never raises on what a user types: a fault is a status.

        With a `thread_id`, any text, the question may go on from the earlier ones of that thread, also of an earlier
        process. Whoever knows the id goes on with the conversation, so that of a web page must be hard to guess.
        `within`: ids of the only documents to answer from; all where it is None. `audience`: "citizen", "official", or
        None for neither: the sentences that answer, and nothing besides. Raises ValueError for any other.
        """
        for event in self.stream(question, thread_id, within=within, audience=audience):
            if isinstance(event, Answer):
                return event
        raise AssertionError("the last event is the answer")

    def stream(
        self,
        question: str,
        thread_id: str | None = None,
        *,
        within: Sequence[str] | None = None,
        audience: Audience | str | None = None,
        left: Callable[[], bool] | None = None,
    ) -> Iterator[Event]:
        """The answer to `question` piece by piece, last the answer as `ask` gives it.

        `left`: asked now and then whether nobody waits for it any more; a chat model then stops writing.
        """
        reader = Audience(audience) if audience else None
        begun = time.perf_counter()
        manifest = None
        try:
            with self._reader.use() as store:
                manifest = store.manifest
                retriever = self._retriever(store, within)
                turn = pipeline.begin(question, retriever, self._day, self._writer, reader)
                turn = replace(turn, left=left)
                for event in self._events(turn, thread_id):
                    if isinstance(event, Answer):
                        answer = _with_notices(event, (*self._news, *store.shortfalls))
                    else:
                        yield event
        except Exception:
            _log.exception("no answer")
            asked = question if len(question) <= MAX_CHARACTERS else ""  # cut, an identifier is none any more
            answer = Answer(asked, Status.ERROR, reply(Status.ERROR))
        answer = replace(answer, seconds=time.perf_counter() - begun)
        if self._recorder:
            model = self._writer.name if self._writer else None
            answer = self._recorder.keep(answer, manifest, thread_id, model)
        yield from map(Noticed, answer.notices)
        yield answer

    def forget(self, thread_id: str) -> None:
        """Delete what is kept of a conversation, if anything is. Raises PolicyError where its file cannot be used."""
        try:
            self._conversations().forget(thread_id)
        except Exception as fault:
            raise PolicyError(
                connective("not_forgotten", why=str(fault), file=str(settings().threads))
            ) from fault

    def search(self, question: str, k: int = 10) -> list[Passage]:
        """The `k` best passages, by the same retrieval as `ask`, exact look-up included; none for an empty question."""
        try:
            with self._reader.use() as store:
                return [as_passage(found) for found in self._retriever(store).invoke(question, k=k)]
        except Exception:
            _log.exception("no passages")
            return []

    def suggest(self, answer: Answer, count: int = COUNT) -> tuple[str, ...]:
        """At most `count` questions to ask after `answer`, each of which is answered (see `assistant.suggest`)."""
        try:
            with self._reader.use() as store:
                return suggest(answer, self._retriever(store), self._today or date.today(), count)
        except Exception:
            _log.exception("no suggestions")
            return ()

    def documents(self) -> tuple[Document, ...]:
        """Every document of the store, by id."""
        with self._reader.use() as store:
            return store.documents()

    def document(self, document_id: str) -> Document:
        """One document: metadata, text, clause tree. Raises PolicyError naming the known ids."""
        with self._reader.use() as store:
            return store.document(document_id)

    @property
    def _day(self) -> date:
        return self._today or date.today()

    def _events(self, turn: Turn, thread_id: str | None) -> Iterator[Event]:
        """The events of a turn just begun; where its thread cannot be used, without it and with a notice."""
        if not thread_id:
            yield from pipeline.run(turn)
            return
        from assistant.conversation.graph import ConversationError

        try:
            yield pipeline.conclude((yield from self._conversations().run(turn, thread_id)))
        except ConversationError as fault:
            kept = fault.turn.answer is not None
            note = connective(
                "not_kept" if kept else "no_memory", why=str(fault), file=str(settings().threads)
            )
            if kept:
                answer = pipeline.conclude(fault.turn)
                yield replace(answer, notices=(*answer.notices, note))
                return
            yield Withdrawn(note)
            for event in pipeline.run(turn):
                if isinstance(event, Answer):
                    event = replace(event, notices=(*event.notices, note))
                yield event

    def _conversations(self) -> "Threads":
        from assistant.conversation.graph import Threads

        with self._opening:
            if self._threads is None:
                self._threads = Threads(settings().threads)
            return self._threads

    def _retriever(self, store: Store, within: Sequence[str] | None = None) -> PolicyRetriever:
        only = None if within is None else tuple(within)
        return PolicyRetriever(store=store, reranker=self._reranker, only=only)


def _with_notices(answer: Answer, shortfalls: tuple[Shortfall, ...]) -> Answer:
    """The answer with what is to be told of the index, where the index was searched for it."""
    if not answer.passages:
        return answer
    told = tuple(connective(shortfall.name, why=shortfall.why) for shortfall in shortfalls)
    return replace(answer, notices=(*answer.notices, *told))
