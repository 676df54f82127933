"""What is measured: our assistant, and beside it the ways in which such questions are usually answered."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from assistant import PolicyAssistant, Status
from eval.questions import Question, Span
from index.datatypes import Document, PolicyError
from index.searchable import normalise
from index.store import Store
from index.words import known_words

DEPTH = 60
"""Passages asked of a system: enough for 4,500 characters of short ones."""
SHOWN = 3
"""Passages that a baseline gives as its answer, as products without a language model do."""
SPLIT_CHARACTERS, SPLIT_OVERLAP = 500, 50
"""The usual splitter's usual setting."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A quote in an answer, its place, and the clause it is said to stand in."""

    span: Span
    quote: str
    clause: str


@dataclass(frozen=True, slots=True)
class Response:
    """What a system says to a question. `confidence` grows with how sure it is; `fault` tells why there is none."""

    status: str
    text: str = ""
    citations: tuple[Cited, ...] = ()
    passages: tuple[Span, ...] = ()
    confidence: float = 0.0
    seconds: float = 0.0
    fault: str | None = None

    @property
    def answered(self) -> bool:
        """Whether it is an answer, no refusal."""
        return self.status in (Status.ANSWERED, Status.OUTLINE)


class System(Protocol):
    """Anything that answers gold questions."""

    def ask(self, question: Question) -> Response:
        """The response to the last turn of `question`; may raise, which counts as a wrong answer."""
        ...


class Ours:
    """`PolicyAssistant` as it stands."""

    def __init__(self, assistant: PolicyAssistant) -> None:
        self._assistant = assistant

    def ask(self, question: Question) -> Response:
        """Its answer after all turns, with the passages that its search gives to the last one, standing alone."""
        thread = uuid4().hex if len(question.turns) > 1 else None
        for turn in question.turns[:-1]:
            self._assistant.ask(turn, thread)
        begun = time.perf_counter()
        answer = self._assistant.ask(question.turns[-1], thread)
        seconds = time.perf_counter() - begun
        found = self._assistant.search(answer.standalone or question.turns[-1], k=DEPTH)
        return Response(
            status=answer.status,
            text=answer.text,
            citations=tuple(
                Cited(Span(c.document_id, c.start, c.end), c.quote, c.clause) for c in answer.citations
            ),
            passages=tuple(Span(p.document_id, p.start, p.end) for p in found),
            confidence=answer.confidence,
            seconds=seconds,
            fault="查阅时出了故障" if answer.status is Status.ERROR else None,
        )


Scores = Callable[[str], NDArray[np.float32]]
"""Question -> one score for each passage, the higher the better."""


class TopPassages:
    """A baseline that never refuses: its answer is the best passages, whole."""

    def __init__(self, documents: Iterable[Document], passages: Sequence[Span], scores: Scores) -> None:
        self._documents = {document.id: document for document in documents}
        self._passages = passages
        self._scores = scores

    def ask(self, question: Question) -> Response:
        """The `SHOWN` best passages, each cited as the clause it stands in."""
        begun = time.perf_counter()
        scores = self._scores(question.turns[-1])
        best = [int(row) for row in np.argsort(-scores, kind="stable")[:DEPTH] if scores[row] > 0]
        found = tuple(self._passages[row] for row in best)
        cited = tuple(map(self._cite, found[:SHOWN]))
        return Response(
            status=Status.ANSWERED if cited else Status.NOT_IN_CORPUS,
            text="\n".join(f"{one.quote}[{number}]" for number, one in enumerate(cited, start=1)),
            citations=cited,
            passages=found,
            confidence=float(scores[best[0]]) if best else 0.0,
            seconds=time.perf_counter() - begun,
        )

    def _cite(self, span: Span) -> Cited:
        document = self._documents[span.document_id]
        clause = document.innermost(span.start, span.end)
        return Cited(span, document.text[span.start : span.end], clause.citation if clause else "")


def words_only(store: Store) -> TopPassages:
    """Our chunks by BM25 over words alone: no lexicon, no vectors, no rules."""

    def scores(question: str) -> NDArray[np.float32]:
        known = known_words(normalise(question), store.vocabulary)
        return store.word_scores([(word, 1.0) for word in known])

    return TopPassages(store.documents(), _chunks(store), scores)


def vectors_only(store: Store) -> TopPassages:
    """Our chunks by the cosine of their embeddings alone."""

    def scores(question: str) -> NDArray[np.float32]:
        found = np.zeros(len(store.chunk_ids), np.float32)
        for chunk_id, cosine in store.nearest(normalise(question), DEPTH):
            found[store.row_of[chunk_id]] = cosine
        return found

    return TopPassages(store.documents(), _chunks(store), scores)


def naive(store: Store) -> TopPassages:
    """The way of most tutorials: RecursiveCharacterTextSplitter 500/50, Chroma, the store's embedder, top passages.

    Chroma lives in memory. Raises PolicyError where langchain-text-splitters is not installed.
    """
    import chromadb

    documents = store.documents()
    texts = {document.id: document.text for document in documents}
    passages = [
        Span(document_id, start, start + len(text))
        for document_id, whole in texts.items()
        for start, text in split_text(whole)
    ]
    embedder = store.embedder
    if embedder is None:
        raise PolicyError("索引现在不能按语义检索,请先运行 policy-assistant index repair")
    client = chromadb.EphemeralClient()
    name = f"naive-{len(passages)}"
    collection = client.get_or_create_collection(
        name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    ids = [str(row) for row in range(len(passages))]
    searched = [normalise(texts[p.document_id][p.start : p.end]) for p in passages]
    vectors = [np.array(vector, np.float32) for vector in embedder.embed_documents(searched)]
    collection.upsert(ids=ids, embeddings=list(vectors))

    def scores(question: str) -> NDArray[np.float32]:
        wanted = np.array([embedder.embed_query(normalise(question))], np.float32)
        count = min(DEPTH, len(passages))
        found = collection.query(query_embeddings=wanted, n_results=count, include=["distances"])
        result = np.zeros(len(passages), np.float32)
        for row, distance in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True):
            result[int(row)] = 1 - distance
        return result

    return TopPassages(documents, passages, scores)


def split_text(text: str) -> list[tuple[int, str]]:
    """The usual splitter's passages of `text` with their offsets, which the splitter itself gives."""
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ModuleNotFoundError as fault:
        raise PolicyError("缺少 langchain-text-splitters,请运行 pip install -U '.[eval]'") from fault
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=SPLIT_CHARACTERS, chunk_overlap=SPLIT_OVERLAP, add_start_index=True
    )
    return [(made.metadata["start_index"], made.page_content) for made in splitter.create_documents([text])]


def _chunks(store: Store) -> list[Span]:
    return [Span(chunk.document_id, chunk.start, chunk.end) for chunk in store.chunks(store.chunk_ids)]
