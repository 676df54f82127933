"""Passages -> their sentences, each scored for how well it answers the question."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.datatypes import Passage
from assistant.kinds import kinds_asked, kinds_held
from assistant.terms import Term, coverage, terms_held
from index.chunk import sentence_spans
from index.datatypes import Clause, Document
from index.searchable import normalise, searched_text

WEIGHTS = {"covered": 1.0, "in_context": 0.5, "passage": 4.0, "kind": 0.5}
"""Terms in the sentence itself; terms in it or the headings above; score of its passage; the kinds asked for."""

LONG = 150
"""Characters from which a sentence is so general that what it holds counts for less."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: offsets in the document, share of the question's terms it covers, its score.

    `in_context` counts the headings above the sentence too; `passage` is where it stands; `holds` are the
    terms in the sentence itself.
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


def score_sentences(
    question: str, terms: Sequence[Term], passages: Sequence[Passage], documents: dict[str, Document]
) -> list[Sentence]:
    """Sentences of `passages` that say more than a heading, best first."""
    wanted = kinds_asked(question)
    best = max((passage.score for passage in passages), default=1.0) or 1.0
    found = []
    for passage in passages:
        document = documents[passage.document_id]
        clause = document.by_id[passage.clause_id]
        above = searched_text(document, clause, "")
        for start, end in sentence_spans(document.text, passage.start, passage.end):
            text = normalise(document.text[start:end], document.metadata.wording)
            covered = coverage(terms, text)
            in_context = coverage(terms, f"{above} {text}")
            kind = kinds_held(wanted, text)
            if is_heading(clause, start, end):
                continue
            length = max(0, end - start - LONG) / LONG
            score = (
                WEIGHTS["covered"] * covered / (1 + length)
                + WEIGHTS["in_context"] * in_context
                + WEIGHTS["passage"] * passage.score / best
                + WEIGHTS["kind"] * kind
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
                )
            )
    return sorted(found, key=lambda sentence: -sentence.score)


def is_heading(clause: Clause, start: int, end: int) -> bool:
    """Whether `start:end` prints no more than the clause's heading."""
    return clause.opening <= start and end <= clause.heading_end
