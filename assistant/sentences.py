"""Passages -> their sentences, each scored for how well it answers the question."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.datatypes import Passage
from assistant.kinds import kinds_asked, kinds_held
from assistant.lists import explains, items_around, list_asked
from assistant.tense import looks_back, tense_asked
from assistant.terms import Term, coverage, terms_held
from index.chunk import sentence_spans
from index.datatypes import Clause, Document
from index.searchable import normalise, searched_text

WEIGHTS = {
    "covered": 1.0,
    "in_context": 0.5,
    "passage": 4.0,
    "kind": 0.5,
    "explains": 1.5,
    "counted": 2.0,
    "tense": 2.0,
}
"""Terms in the sentence itself; terms in it or the headings above; score of its passage; the kinds asked for; whether
it says what a name in the question stands for; whether it is of a list of as many items as are asked for; whether it
tells what was reached, or is not known to, as the question asks."""

LONG = 150
"""Characters from which a sentence is so general that what it holds counts for less."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: offsets in the document, share of the question's terms it covers, its score.

    `in_context` counts the headings above the sentence too, and for what is told in a list or of a name the rest of the
    passage; `passage` is where it stands; `holds` are the terms in the sentence itself. Where a list or the meaning of
    a name is asked for, `explains` tells whether the sentence gives that, and `items` where those of the list begin
    that it is of.
    """

    document_id: str
    clause_id: str
    start: int
    end: int
    covered: float
    in_context: float
    score: float
    passage: Passage
    holds: frozenset[str]
    explains: bool = False
    items: tuple[tuple[int, int], ...] = ()


def score_sentences(
    question: str, terms: Sequence[Term], passages: Sequence[Passage], documents: dict[str, Document]
) -> list[Sentence]:
    """Sentences of `passages` that say more than a heading, best first."""
    wanted = kinds_asked(question)
    asked = list_asked(question)
    tense = tense_asked(question)
    best = max((passage.score for passage in passages), default=1.0) or 1.0
    found = []
    for passage in passages:
        document = documents[passage.document_id]
        clause = document.by_id[passage.clause_id]
        above = searched_text(document, clause, "")
        back = looks_back(above)
        for start, end in sentence_spans(document.text, passage.start, passage.end):
            text = normalise(document.text[start:end], document.metadata.wording)
            covered = coverage(terms, text)
            kind = kinds_held(wanted, text)
            if is_heading(clause, start, end):
                continue
            explained = bool(asked and explains(text, asked))
            items = _items(document, clause, start) if asked else ()
            counted = bool(asked and items and len(items) == asked.count)
            around = passage.text if explained or items else document.text[start:end]
            in_context = coverage(terms, f"{above} {normalise(around, document.metadata.wording)}")
            length = max(0, end - start - LONG) / LONG
            score = (
                WEIGHTS["covered"] * covered / (1 + length)
                + WEIGHTS["in_context"] * in_context
                + WEIGHTS["passage"] * passage.score / best
                + WEIGHTS["kind"] * kind
                + WEIGHTS["explains"] * explained
                + WEIGHTS["counted"] * counted
                - WEIGHTS["tense"] * tense * back
            )
            found.append(
                Sentence(
                    document.id,
                    clause.id,
                    start,
                    end,
                    covered,
                    in_context,
                    score,
                    passage,
                    terms_held(terms, text),
                    explained,
                    items,
                )
            )
    return sorted(found, key=lambda sentence: -sentence.score)


def is_heading(clause: Clause, start: int, end: int) -> bool:
    """Whether `start:end` prints no more than the clause's heading."""
    return clause.opening <= start and end <= clause.heading_end


def _items(document: Document, clause: Clause, start: int) -> tuple[tuple[int, int], ...]:
    """The sentences that begin the items of the list in which the sentence at `start` stands; items may be clauses of
    their own."""
    above = document.ancestors(clause)
    first, last = document.extent(above[-1]) if above else (clause.opening, clause.end)
    spans = list(sentence_spans(document.text, first, last))
    texts = [document.text[begun:end] for begun, end in spans]
    place = next((at for at, span in enumerate(spans) if span[0] <= start < span[1]), None)
    return () if place is None else tuple(spans[at] for at in items_around(texts, place))
