"""Question -> passages: clauses named by number or heading first, then the best by rank."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, SkipValidation

from assistant.datatypes import Passage
from assistant.focus import Focus, read_focus
from assistant.lexicon import Lexicon, shipped_lexicon
from assistant.lookup import Target
from assistant.outcome import Outcome
from assistant.question import read_question
from assistant.rank import Ranked, rank
from assistant.terms import read_terms
from index.datatypes import Document
from index.reranker import Reranker
from index.store import Store

EXACT = "exact"
"""What `Passage.why` says of a passage that exact look-up found."""
RERANKED = 30
"""Best passages that a reranker, where there is one, puts in order."""


class PolicyRetriever(BaseRetriever):
    """LangChain retriever over a store; `ask` and `search` run through it.

    `invoke(question)` gives LangChain documents: the passage as text, its place and score as metadata.
    Keyword arguments of `invoke`: `k`; `focus`, as read from the question where absent; `within`, ids of the only
    documents to search. `only`, where it is not None, are ids of documents beyond which nothing is searched at all.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    store: SkipValidation[Store]
    lexicon: SkipValidation[Lexicon] = Field(
        default_factory=shipped_lexicon
    )  # a default would be copied each time
    reranker: SkipValidation[Reranker] | None = None
    counts: dict[str, float] | None = None
    """What each measure of `assistant.rank` counts; None for the package's weights."""
    k: int = 10
    only: tuple[str, ...] | None = None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents that are searched."""
        held = self.store.documents()
        return held if self.only is None else tuple(d for d in held if d.id in self.only)

    def _allowed(self, within: Sequence[str] | None) -> Sequence[str] | None:
        if within is None or self.only is None:
            return within if self.only is None else self.only
        return [document_id for document_id in within if document_id in self.only]

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        focus: Focus | None = None,
        within: Sequence[str] | None = None,
    ) -> list[LangChainDocument]:
        question = read_question(query)
        if isinstance(question, Outcome):
            return []
        read = focus or read_focus(question.text, self.documents)
        known = None if isinstance(read, Outcome) else read
        allowed = self._allowed(within)
        found = find_passages(question.text, known, self.store, self.lexicon, allowed, self.counts)
        if self.only is not None:  # what `find_passages` puts last is not searched at all
            found = [passage for passage in found if passage.document_id in self.only]
        if self.reranker:
            found = reorder(question.text, found, self.reranker)
        return [as_langchain(passage) for passage in found[: k or self.k]]


def as_langchain(passage: Passage) -> LangChainDocument:
    """The passage as LangChain knows documents."""
    fields = asdict(passage)
    return LangChainDocument(page_content=fields.pop("text"), metadata=fields)


def as_passage(document: LangChainDocument) -> Passage:
    """The passage that `as_langchain` made `document` of."""
    return Passage(text=document.page_content, **document.metadata)


def reorder(text: str, passages: list[Passage], reranker: Reranker) -> list[Passage]:
    """The best passages in the order of the reranker, those of a named clause still before all others."""
    head, tail = passages[:RERANKED], passages[RERANKED:]
    scores = reranker.scores(text, [passage.text for passage in head])
    told = [replace(p, why=(*p.why, ("reranker", round(s, 4)))) for p, s in zip(head, scores, strict=True)]
    return [*sorted(told, key=lambda p: (EXACT not in dict(p.why), -dict(p.why)["reranker"])), *tail]


def find_passages(
    text: str,
    focus: Focus | None,
    store: Store,
    lexicon: Lexicon,
    within: Sequence[str] | None = None,
    counts: Mapping[str, float] | None = None,
) -> list[Passage]:
    """Passages for the normalised question, best first; those of a clause that it names before all others."""
    topic = focus.topic if focus else text
    weight = row_weights(store, focus, within)
    named = [row for target in (focus.targets if focus else ()) for row in _rows_of(target, store)]
    ranked = rank(text, topic, read_terms(topic, store, lexicon), store, weight, named, counts)
    exact = {store.chunk_ids[row] for row in named}
    return [_passage(found, store, exact=found.chunk.id in exact) for found in ranked]


def row_weights(
    store: Store, focus: Focus | None, within: Sequence[str] | None = None
) -> NDArray[np.float32]:
    """What each row counts by its document: as the focus weighs it, 0 outside the documents `within`."""
    weights = dict(focus.weights) if focus else {}
    documents = [chunk_id.partition("#")[0] for chunk_id in store.chunk_ids]
    allowed = set(documents if within is None else within)
    return np.array([weights.get(d, 1.0) if d in allowed else 0.0 for d in documents], np.float32)


def _rows_of(target: Target, store: Store) -> list[int]:
    document = target.document
    start, end = document.extent(target.clause) if target.clause else (0, len(document.text))
    return [store.row_of[chunk.id] for chunk in store.chunks_between(document.id, start, end)]


def _passage(ranked: Ranked, store: Store, *, exact: bool) -> Passage:
    chunk = ranked.chunk
    document = store.document(chunk.document_id)
    clause = document.by_id[chunk.clause_id]
    passage = Passage(
        text=chunk.text,
        document_id=document.id,
        document_title=document.title,
        clause=clause.citation,
        clause_id=clause.id,
        heading=document.heading_of(clause),
        start=chunk.start,
        end=chunk.end,
        score=round(ranked.score, 4),
        why=ranked.why,
    )
    return replace(passage, score=1.0, why=((EXACT, 1.0), *passage.why)) if exact else passage
