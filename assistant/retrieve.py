"""Question -> passages: exact look-up first, then words, character bigrams and vectors fused."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict, SkipValidation

from assistant.datatypes import Passage
from assistant.focus import Focus, read_focus
from assistant.lexicon import Lexicon, shipped_lexicon
from assistant.lookup import Target
from assistant.outcome import Outcome
from assistant.question import Question, read_question
from assistant.terms import Term, coverage, read_terms
from index.datatypes import Chunk
from index.store import Store
from index.words import bigrams, known_words

WEIGHTS = {"words": 0.35, "bigrams": 0.25, "vectors": 0.25, "coverage": 0.6}
"""How much each search counts, each scaled to 1 at its best; chosen on the dev questions of eval/gold."""
OTHER_WORDING = 0.5
"""Weight of a lexicon word beside the question's own, so that exact wording wins."""
SINGLE = 0.5
"""Weight of a word of one character: it is often a piece of an unknown word."""
CANDIDATES = 60
"""Best rows by the fused searches that are looked at for coverage."""
NEIGHBOURS = 100


class PolicyRetriever(BaseRetriever):
    """LangChain retriever over a store; `ask` and `search` run through it.

    `invoke(question)` gives LangChain documents: the passage as text, its place and score as metadata.
    Keyword arguments of `invoke`: `focus` (as read from the question where absent), `k`, and `within`, ids of the
    only documents to search.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    store: SkipValidation[Store]
    lexicon: SkipValidation[Lexicon] = shipped_lexicon()
    k: int = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **options: Any
    ) -> list[LangChainDocument]:
        question = read_question(query)
        if isinstance(question, Outcome):
            return []
        focus = options.get("focus") or read_focus(question.text, self.store.documents())
        found = find_passages(
            question,
            None if isinstance(focus, Outcome) else focus,
            self.store,
            self.lexicon,
            k=options.get("k", self.k),
            within=options.get("within"),
        )
        return [as_langchain(passage) for passage in found]


def as_langchain(passage: Passage) -> LangChainDocument:
    """The passage as LangChain knows documents."""
    fields = asdict(passage)
    return LangChainDocument(page_content=fields.pop("text"), metadata=fields)


def as_passage(document: LangChainDocument) -> Passage:
    """The passage that `as_langchain` made `document` of."""
    return Passage(text=document.page_content, **document.metadata)


def find_passages(
    question: Question,
    focus: Focus | None,
    store: Store,
    lexicon: Lexicon,
    *,
    k: int,
    within: Sequence[str] | None = None,
) -> tuple[Passage, ...]:
    """The `k` best passages, best first; those of a clause that the question names come before all others."""
    topic = focus.topic if focus else question.text
    terms = read_terms(topic, store, lexicon)
    rows = _score_rows(topic, terms, store)
    weights = dict(focus.weights) if focus else {}
    documents = [chunk_id.partition("#")[0] for chunk_id in store.chunk_ids]
    allowed = set(within) if within is not None else set(documents)
    weight = np.array([weights.get(d, 1.0) if d in allowed else 0.0 for d in documents], np.float32)
    order = np.argsort(-rows["fused"] * weight, kind="stable")[: max(CANDIDATES, k)]
    ids = [store.chunk_ids[row] for row in order if weight[row] > 0]
    scored = _rank(store.chunks(ids), [int(r) for r in order if weight[r] > 0], rows, weight, terms)
    exact = _exact(focus.targets, store) if focus else []
    seen = {chunk.id for chunk in exact}
    best = [_passage(chunk, store, 1.0, (("exact", 1.0),)) for chunk in exact]
    best += [_passage(c, store, score, why) for c, score, why in scored if c.id not in seen]
    return tuple(best[:k])


def _score_rows(topic: str, terms: Sequence[Term], store: Store) -> dict[str, NDArray[np.float32]]:
    others = [other for term in terms for other in term.others]
    own_words = [(word, 1.0 if len(word) > 1 else SINGLE) for word in known_words(topic, store.vocabulary)]
    other_words = [(w, OTHER_WORDING) for other in others for w in known_words(other, store.vocabulary)]
    own_pairs = [(pair, 1.0) for term in terms for pair in bigrams(term.text)]
    other_pairs = [(pair, OTHER_WORDING) for other in others for pair in bigrams(other)]
    rows = {
        "words": _scaled(store.word_scores(_strongest(own_words + other_words))),
        "bigrams": _scaled(store.bigram_scores(_strongest(own_pairs + other_pairs))),
        "vectors": _neighbours(" ".join([topic, *others]), store),
    }
    scaled = (WEIGHTS[name] * _scaled(score) for name, score in rows.items())
    rows["fused"] = sum(scaled, np.zeros(len(store.chunk_ids), np.float32))
    return rows


def _strongest(tokens: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for token, weight in tokens:
        best[token] = max(weight, best.get(token, 0.0))
    return list(best.items())


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    top = scores.max(initial=0.0)
    return scores / top if top > 0 else scores


def _neighbours(text: str, store: Store) -> NDArray[np.float32]:
    scores = np.zeros(len(store.chunk_ids), np.float32)
    place = store.row_of
    for chunk_id, cosine in store.nearest(text, min(NEIGHBOURS, len(store.chunk_ids))):
        scores[place[chunk_id]] = max(cosine, 0.0)
    return scores


def _rank(
    chunks: Sequence[Chunk],
    places: Sequence[int],
    rows: dict[str, NDArray[np.float32]],
    weight: NDArray[np.float32],
    terms: Sequence[Term],
) -> list[tuple[Chunk, float, tuple[tuple[str, float], ...]]]:
    total = sum(WEIGHTS.values())
    tops = {name: float(rows[name].max(initial=0.0)) or 1.0 for name in ("words", "bigrams", "vectors")}
    found = []
    for chunk, row in zip(chunks, places, strict=True):
        why = {name: float(rows[name][row]) for name in ("words", "bigrams", "vectors")}
        why["coverage"] = coverage(terms, chunk.searched)
        best = {**tops, "coverage": 1.0}
        score = float(weight[row]) * sum(WEIGHTS[name] * value / best[name] for name, value in why.items()) / total
        found.append((chunk, score, tuple((name, round(value, 4)) for name, value in why.items())))
    return sorted(found, key=lambda entry: -entry[1])


def _exact(targets: Sequence[Target], store: Store) -> list[Chunk]:
    spans = []
    for target in targets:
        whole = (0, len(target.document.text))
        spans.append((target.document.id, *(target.document.extent(target.clause) if target.clause else whole)))
    return [chunk for document_id, start, end in spans for chunk in store.chunks_between(document_id, start, end)]


def _passage(chunk: Chunk, store: Store, score: float, why: tuple[tuple[str, float], ...]) -> Passage:
    document = store.document(chunk.document_id)
    clause = document.by_id[chunk.clause_id]
    return Passage(
        text=chunk.text,
        document_id=document.id,
        document_title=document.title,
        clause=clause.citation,
        clause_id=clause.id,
        heading=document.heading_of(clause),
        start=chunk.start,
        end=chunk.end,
        score=round(score, 4),
        why=why,
    )
