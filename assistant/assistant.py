"""`PolicyAssistant`: the one object that other programs use."""

import logging
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from assistant import pipeline
from assistant.datatypes import Answer, Passage, Status
from assistant.replies import reply
from assistant.retrieve import PolicyRetriever, as_passage
from assistant.shipped import open_store
from index.datatypes import Document
from index.embedder import Embedder

_log = logging.getLogger(__name__)


class PolicyAssistant:
    """Answers questions from the documents of a store, each statement a quote of a clause.

    `store`: folder of an index; the shipped corpus in the user's data folder where it is None, indexed on first
    use. `embedder`: the one the store was built with, where it is not the built-in one. `today`: the day on which
    validity is judged, the present day where it is None.
    """

    def __init__(
        self, store: str | Path | None = None, embedder: Embedder | None = None, today: date | None = None
    ) -> None:
        self._store = open_store(Path(store) if store else None, embedder)
        self._today = today
        self.retriever = PolicyRetriever(store=self._store)

    def ask(self, question: str) -> Answer:
        """The answer to `question`. Never raises on what a user types: a fault is a status."""
        begun = time.perf_counter()
        try:
            answer = pipeline.run(question, self.retriever, self._today or date.today())
        except Exception:
            _log.exception("no answer")
            answer = Answer(question[:50], Status.ERROR, reply(Status.ERROR))
        return replace(answer, seconds=time.perf_counter() - begun)

    def search(self, question: str, k: int = 10) -> list[Passage]:
        """The `k` best passages, by the same retrieval as `ask`, exact look-up included; none for an empty question."""
        try:
            return [as_passage(found) for found in self.retriever.invoke(question, k=k)]
        except Exception:
            _log.exception("no passages")
            return []

    def documents(self) -> Iterable[Document]:
        """Every document of the store, by id."""
        return self._store.documents()

    def document(self, document_id: str) -> Document:
        """One document: metadata, text, clause tree. Raises PolicyError naming the known ids."""
        return self._store.document(document_id)
