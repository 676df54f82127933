"""The ways in which such questions are usually answered, over the documents of a store: top passages, whole."""

import time
from collections.abc import Callable, Iterable, Sequence
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from assistant import Status
from eval.questions import Question, Span
from eval.systems import DEPTH, Cited, Response
from index.datatypes import Document, PolicyError
from index.searchable import normalise
from index.store import Store
from index.words import known_words

SHOWN = 3
"""Passages that a baseline gives as its answer, as products without a language model do."""
SPLIT_CHARACTERS, SPLIT_OVERLAP = 500, 50
"""The usual splitter's usual setting."""
NEAREST = 10_000
"""Rows asked of the vectors: so many that the questions which stand beside the chunks crowd none of them out."""

Scores = Callable[[str], NDArray[np.float32]]
"""Question -> one score for each passage, the higher the better; 0 or less where it is not found at all."""


class TopPassages:
    """Answers with the best passages, whole; refuses only where there is none."""

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
        return store.word_scores([(word, 1.0) for word in known]).own

    return TopPassages(store.documents(), _chunks(store), scores)


def vectors_only(store: Store) -> TopPassages:
    """Our chunks by the cosine of their embeddings alone."""

    def scores(question: str) -> NDArray[np.float32]:
        near = store.cosines(normalise(question), NEAREST)
        return np.zeros(len(store.chunk_ids), np.float32) if near is None else near.own

    return TopPassages(store.documents(), _chunks(store), scores)


def naive(store: Store) -> TopPassages:
    """The way of most tutorials: RecursiveCharacterTextSplitter 500/50, Chroma, the store's embedder, top passages.

    Chroma lives in memory. Raises PolicyError where the store cannot embed, or the splitter is not installed.
    """
    import chromadb

    embedder = store.embedder
    if embedder is None:
        raise PolicyError("索引现在不能按语义检索,请先运行 policy-assistant index repair")
    documents = store.documents()
    texts = {document.id: document.text for document in documents}
    passages = [
        Span(document_id, start, start + len(text))
        for document_id, whole in texts.items()
        for start, text in split_text(whole)
    ]
    searched = [normalise(texts[p.document_id][p.start : p.end]) for p in passages]
    vectors = np.array(embedder.embed_documents(searched), np.float32)
    client = chromadb.EphemeralClient()
    collection = client.create_collection(
        f"naive-{uuid4().hex}", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    ids = [str(row) for row in range(len(passages))]
    size = client.get_max_batch_size()
    for start in range(0, len(ids), size):
        collection.add(ids=ids[start : start + size], embeddings=vectors[start : start + size])

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
        raise PolicyError(
            '缺少 langchain-text-splitters,请运行:pip install "policy-assistant[eval]"'
        ) from fault
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=SPLIT_CHARACTERS, chunk_overlap=SPLIT_OVERLAP, add_start_index=True
    )
    return [(made.metadata["start_index"], made.page_content) for made in splitter.create_documents([text])]


def _chunks(store: Store) -> list[Span]:
    return [Span(chunk.document_id, chunk.start, chunk.end) for chunk in store.chunks(store.chunk_ids)]
