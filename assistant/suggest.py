"""What to ask next: questions that the documents answer, each asked before it is suggested."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, zip_longest
from typing import NamedTuple

from assistant import gate, pipeline
from assistant.conversation.memory import Understood, remember
from assistant.datatypes import Answer, Citation, Passage, Status
from assistant.focus import read_focus
from assistant.outcome import NO_QUESTION, Outcome
from assistant.places import find_places
from assistant.presentable import presentable
from assistant.question import read_question
from assistant.references import is_filler, without_filler
from assistant.retrieve import PolicyRetriever, as_passage
from index.datatypes import Chunk
from index.searchable import normalise
from index.store import Store
from index.words import bigrams

COUNT = 3
_ALIKE = 0.35
"""Share of common character pairs (Jaccard) from which two questions ask much the same."""
_REACH = 4
"""Chunks on either side of a citation that count as next to it."""
_CITATIONS = 3
"""First citations of an answer that are looked around."""
_FOUND = 6
"""Passages that are searched for."""
_NEAREST = 200
"""Nearest chunks and questions by meaning; the others count as not near at all."""
_MEANING = {"vectors", "asked_vectors"}
"""Measures of `Passage.why` that tell of meaning, and not of words that two questions happen to share."""
_TRIES = 9
"""Most questions that are asked in order to find those to suggest."""


class _Candidate(NamedTuple):
    """A question, and the stretch of a document that should answer it."""

    question: str
    document_id: str
    start: int
    end: int


def suggest(answer: Answer, retriever: PolicyRetriever, today: date, count: int = COUNT) -> tuple[str, ...]:
    """At most `count` questions to ask after `answer`, each answered from a place that `answer` does not show.

    After an answer: of the clauses next to those cited, and of what other documents say on the matter. After a
    refusal: what comes near the question. Fewer, or none, where there are no such questions. `retriever` and `today`
    as in `assistant.pipeline`, which is run once for each question that is tried, without a chat model.
    """
    if answer.status in NO_QUESTION:
        return ()
    topic = _topic(answer, retriever.store)
    candidates = _after(answer, topic, retriever) if answer.answered else _instead(answer, topic, retriever)
    taken: list[_Candidate] = []
    tried = 0
    for candidate in candidates:
        if len(taken) == count or tried == _TRIES:
            break
        if not _is_new(candidate, answer, taken):
            continue
        tried += 1
        if _is_answered(candidate, answer, retriever, today):
            taken.append(candidate)
    return tuple(f"{candidate.question.rstrip('?')}\uff1f" for candidate in taken)


def _topic(answer: Answer, store: Store) -> str:
    """The question without the names of documents, clauses and places; the heading cited where nothing is left."""
    question = read_question(answer.question)
    focus = question if isinstance(question, Outcome) else read_focus(question.text, store.documents())
    topic = answer.question if isinstance(focus, Outcome) else focus.topic
    return answer.citations[0].heading if answer.citations and is_filler(topic) else topic


def _after(answer: Answer, topic: str, retriever: PolicyRetriever) -> Iterator[_Candidate]:
    """In turn what the clauses beside the citations answer, those nearest in meaning first, and other documents."""
    store = retriever.store
    cited = {citation.document_id for citation in answer.citations}
    others = [document.id for document in store.documents() if document.id not in cited]
    parallel = _search(topic, retriever, others) if cited and others else []
    near = _nearness(topic, store)
    around = [chunk for one in answer.citations[:_CITATIONS] for chunk in _beside(one, store)]
    beside = sorted(dict.fromkeys(around), key=lambda chunk: -near.get(chunk.id, 0.0))
    return _alternating(_alternating(_questions(chunks, store)) for chunks in (beside, parallel))


def _instead(answer: Answer, topic: str, retriever: PolicyRetriever) -> Iterator[_Candidate]:
    """What is answered near a question that was refused, in some of its words; the likest of each chunk first."""
    store = retriever.store
    elsewhere = answer.status is Status.ANOTHER_PLACE
    found = answer.passages[:_FOUND] if not elsewhere else ()  # what is wider comes first there
    near = _near(found, store) if found else _search(topic, retriever)
    liked = [sorted(few, key=lambda one: -_likeness(one.question, topic)) for few in _questions(near, store)]
    named = [region for document in store.documents() if (region := document.metadata.region)]
    for candidate in _alternating(liked):
        if _likeness(without_filler(candidate.question), without_filler(topic)) == 0:
            continue  # but for “多少” they have nothing in common
        # After a refusal for another place, a question that names none would seem to be of that place.
        unplaced = not any(region in candidate.question for region in named)
        if elsewhere and unplaced:
            region = store.document(candidate.document_id).metadata.region
            if region is None or not find_places(region):
                continue
            candidate = candidate._replace(question=region + candidate.question)
        yield candidate


def _search(text: str, retriever: PolicyRetriever, within: Sequence[str] | None = None) -> list[Chunk]:
    found = retriever.invoke(text, k=_FOUND, within=within)
    return _near(map(as_passage, found), retriever.store)


def _near(passages: Iterable[Passage], store: Store) -> list[Chunk]:
    """The chunks of those passages that are near in meaning; by their words where the store cannot tell."""
    near: list[Chunk] = []
    for passage in passages:
        why = dict(passage.why)
        told = _MEANING & why.keys() or gate.NEAR.keys()
        if any(why.get(name, 0.0) >= gate.NEAR[name] for name in told):
            near += store.chunks_between(passage.document_id, passage.start, passage.end)
    return near


def _nearness(text: str, store: Store) -> dict[str, float]:
    """How near each chunk is in meaning, itself or by a question that it answers; empty where words alone count."""
    scores = store.cosines(text, _NEAREST)
    return dict(zip(store.chunk_ids, map(max, *map(list, scores)), strict=True)) if scores else {}


def _beside(citation: Citation, store: Store) -> list[Chunk]:
    """The chunks of the same document around the citation, from the inside out."""
    document = store.document(citation.document_id)
    inside = store.chunks_between(document.id, *document.extent(document.by_id[citation.clause_id]))
    rows = [store.row_of[c.id] for c in inside if c.start < citation.end and citation.start < c.end]
    if not rows:
        return []
    steps = chain.from_iterable((rows[-1] + step, rows[0] - step) for step in range(1, _REACH + 1))
    ids = [store.chunk_ids[row] for row in steps if 0 <= row < len(store.chunk_ids)]
    return [chunk for chunk in store.chunks(ids) if chunk.document_id == document.id]


def _questions(chunks: Sequence[Chunk], store: Store) -> list[list[_Candidate]]:
    """The presentable questions that each chunk is known to answer, or where none is known what its heading says."""
    known = store.questions_of([chunk.id for chunk in chunks])
    return [
        [
            _Candidate(question, chunk.document_id, chunk.start, chunk.end)
            for question in presentable(known[chunk.id], chunk.searched)
        ]
        if chunk.id in known
        else _of_heading(chunk, store)
        for chunk in chunks
    ]


def _of_heading(chunk: Chunk, store: Store) -> list[_Candidate]:
    """What the clause says that the chunk stands in, by the nearest heading above it."""
    document = store.document(chunk.document_id)
    clause = document.by_id[chunk.clause_id]
    headed = [one for one in (*document.ancestors(clause), clause) if one.heading]
    if not headed:
        return []
    return [_Candidate(f"“{headed[-1].heading}”讲什么", document.id, *document.extent(headed[-1]))]


def _is_new(candidate: _Candidate, answer: Answer, taken: Sequence[_Candidate]) -> bool:
    """Whether it asks what is neither asked nor shown already; near a question that was refused it has to be."""
    shown: list[_Candidate | Citation] = [*taken, *answer.citations]
    if any(_overlap(candidate, one) for one in shown):
        return False
    asked = [other.question for other in taken] + ([answer.question] if answer.answered else [])
    if normalise(answer.question).rstrip("?") == normalise(candidate.question).rstrip("?"):
        return False
    return all(_likeness(candidate.question, other) < _ALIKE for other in asked)


def _is_answered(candidate: _Candidate, before: Answer, retriever: PolicyRetriever, today: date) -> bool:
    """Whether it is answered when it is asked after `before`, and from where it should be."""
    asked = before.standalone or before.question
    turn = pipeline.begin(candidate.question, retriever, today)
    *_, answer = pipeline.run(replace(turn, history=remember((), Understood(asked, asked), before)))
    assert isinstance(answer, Answer)
    from_there = any(_overlap(candidate, citation) for citation in answer.citations)
    return answer.answered and from_there


def _overlap(one: _Candidate, other: _Candidate | Citation) -> bool:
    return one.document_id == other.document_id and one.start < other.end and other.start < one.end


def _likeness(one: str, other: str) -> float:
    """Jaccard index of their pairs of characters."""
    pairs, others = set(bigrams(normalise(one))), set(bigrams(normalise(other)))
    return len(pairs & others) / len(pairs | others) if pairs | others else 0.0


def _alternating(pools: Iterable[Iterable[_Candidate]]) -> Iterator[_Candidate]:
    """One of each pool in turn."""
    for few in zip_longest(*pools):
        yield from filter(None, few)
