"""Passages -> a draft: the few whole sentences that answer, in reading order."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.datatypes import Draft, Part, Quote
from assistant.replies import connective
from assistant.sentences import Sentence
from index.chunk import sentence_spans
from index.datatypes import Document

MOST_SENTENCES = 4
NEAR_BEST = 0.72
"""Share of the best sentence's score from which another is worth showing."""
TELLING = 0.55
"""Share of the question's terms from which a sentence speaks for itself. Below it, as for a question in other words
than the document's, nothing tells which sentence of the best passage answers, and the passage is given whole."""
MOST_PASSAGES = 4
BRIEF = 20
"""A sentence of no more characters may only open a matter, and the next one of its clause tell it."""
RESTATES = 0.4
"""Share of a brief sentence from which words of the question make it such an opening."""

_EXCEPTION = re.compile(r"(但|但是|不过|然而|除外|除此|另有规定|法律、行政法规另有|前款|上述|其中|同时)")
_ENUMERATES = re.compile(r"[:\uff1a]$")


@dataclass(frozen=True, slots=True)
class _Measure:
    """How much an answer takes in. `characters`: its length; the first sentence is given whole, however long.
    `near_passage`: share of the best passage's score from which another is given whole beside it. `near_told`: share of
    the best sentence's score from which another is given of a document that has told something already; `as_good`:
    from which it is given though it tells nothing more of the question."""

    characters: int
    near_passage: float
    near_told: float
    as_good: float


_PLAIN = _Measure(600, 0.73, 0.85, math.inf)
_SIDE = _Measure(300, 0.6, NEAR_BEST, 0.95)
"""Of one side of a comparison, which is short, and worth nothing if it misses the point of the other."""


def extract(sentences: Sequence[Sentence], documents: dict[str, Document]) -> tuple[Quote, ...]:
    """The answer's quotes for a plain question, grouped by document, the best document first."""
    return _in_reading_order(_choose(sentences, documents, _PLAIN), documents)


def extract_side(sentences: Sequence[Sentence], documents: dict[str, Document]) -> tuple[Quote, ...]:
    """The quotes for one side of a comparison."""
    return _in_reading_order(_choose(sentences, documents, _SIDE), documents)


def compose(quotes: Sequence[Quote], documents: dict[str, Document], opening: str = "") -> Draft:
    """Quotes with the name of the document before its first one."""
    parts: list[Part] = [opening] if opening else []
    for index, quote in enumerate(quotes):
        if index == 0 or quotes[index - 1].document_id != quote.document_id:
            lead = connective("source", name=documents[quote.document_id].metadata.name)
            parts.append(("\n" if parts else "") + lead)
        parts.append(quote)
    return Draft(tuple(parts))


def compose_sides(sides: Sequence[tuple[str, Sequence[Quote]]], documents: dict[str, Document]) -> Draft:
    """Quotes side by side: the name of each side that has one, then its documents and quotes, or that nothing was
    found."""
    parts: list[Part] = []
    for name, quotes in sides:
        gap = "\n" if parts else ""
        if not quotes:
            parts += [gap + connective("side_empty", side=name)] if name else []
            continue
        parts.append(gap + (connective("side", side=name) if name else ""))
        parts += compose(quotes, documents).parts
    return Draft(tuple(parts))


def _choose(
    sentences: Sequence[Sentence], documents: dict[str, Document], measure: _Measure
) -> list[tuple[int, int, str]]:
    """Spans (start, end, document id) of the chosen sentences with what must not be parted from them, best first."""
    if sentences and sentences[0].items:
        return _whole_list(sentences[0])
    if sentences and sentences[0].explains:
        sentences = [sentence for sentence in sentences if sentence.explains]
    elif sentences and sentences[0].covered < TELLING:
        return _whole_passages(sentences, documents, measure)
    chosen: list[tuple[int, int, str]] = []
    told: dict[str, frozenset[str]] = {}
    length = 0
    for sentence in sentences:
        if len(chosen) >= MOST_SENTENCES or sentence.score < NEAR_BEST * sentences[0].score:
            break
        known = told.get(sentence.document_id)
        if known and sentence.score < measure.near_told * sentences[0].score:
            continue
        as_good = sentence.score >= measure.as_good * sentences[0].score
        if chosen and not as_good and not _adds(sentence, sentences[0], known):
            continue
        start, end = with_companions(documents[sentence.document_id], sentence)
        if any(document == sentence.document_id and s <= start and end <= e for s, e, document in chosen):
            continue
        if chosen and length + end - start > measure.characters:
            continue
        chosen.append((start, end, sentence.document_id))
        told[sentence.document_id] = (known or frozenset()) | sentence.holds
        length += end - start
    return chosen


def _whole_list(sentence: Sentence) -> list[tuple[int, int, str]]:
    """What begins each item of the list that the sentence is of, and the sentence where it opens the list."""
    opening = [(sentence.start, sentence.end)] if sentence.end <= sentence.items[0][0] else []
    return [(start, end, sentence.document_id) for start, end in (*opening, *sentence.items)]


def _whole_passages(
    sentences: Sequence[Sentence], documents: dict[str, Document], measure: _Measure
) -> list[tuple[int, int, str]]:
    """The best passages as they stand, the first with what must not be parted from its best sentence."""
    first = sentences[0]
    start, end = with_companions(documents[first.document_id], first)
    chosen = [(min(start, first.passage.start), max(end, first.passage.end), first.document_id)]
    length = chosen[0][1] - chosen[0][0]
    for passage in dict.fromkeys(sentence.passage for sentence in sentences):
        inside = any(
            document == passage.document_id and start <= passage.start and passage.end <= end
            for start, end, document in chosen
        )
        length += 0 if inside else passage.end - passage.start
        if len(chosen) >= MOST_PASSAGES or length > measure.characters:
            break
        if not inside and passage.score >= measure.near_passage * first.passage.score:
            chosen.append((passage.start, passage.end, passage.document_id))
    return chosen


def _adds(sentence: Sentence, best: Sentence, known: frozenset[str] | None) -> bool:
    """Whether a further sentence tells more: what a name stands for, a term other than those `known` from its document,
    or where that has told nothing yet all that the best one tells."""
    if sentence.explains:
        return True
    return bool(sentence.holds - known) if known is not None else sentence.holds >= best.holds


def with_companions(document: Document, sentence: Sentence) -> tuple[int, int]:
    """The sentence with what must not be parted from it: the rule before an exception, the exception that follows,
    what a brief sentence opens, the items of a list."""
    clause = document.by_id[sentence.clause_id]
    spans = list(sentence_spans(document.text, clause.opening, clause.end))
    place = next((i for i, (start, end) in enumerate(spans) if start <= sentence.start < end), None)
    if place is None:
        return sentence.start, sentence.end
    first = last = place
    while first > 0 and _EXCEPTION.match(document.text, spans[first][0]):
        first -= 1
    if first == place and last + 1 < len(spans) and _only_opens(sentence, document.text):
        last += 1
    while last + 1 < len(spans) and _EXCEPTION.match(document.text, spans[last + 1][0]):
        last += 1
    end = spans[last][1]
    children = document.children(clause)
    if children and _ENUMERATES.search(document.text[spans[first][0] : end]):
        end = document.extent(children[-1])[1]
        end -= len(document.text[:end]) - len(document.text[:end].rstrip())
    return spans[first][0], end


def _only_opens(sentence: Sentence, text: str) -> bool:
    """Whether the sentence says little more than the question: “深化医保支付方式改革。”, asked how."""
    words = text[sentence.start : sentence.end]
    asked = sum(len(term) for term in sentence.holds if term in words)
    return len(words) <= BRIEF and asked >= RESTATES * len(words)


def _in_reading_order(
    chosen: Sequence[tuple[int, int, str]], documents: dict[str, Document]
) -> tuple[Quote, ...]:
    order = list(dict.fromkeys(document_id for _, _, document_id in chosen))
    quotes: list[Quote] = []
    for document_id in order:
        text = documents[document_id].text
        for start, end in _merged(sorted((s, e) for s, e, d in chosen if d == document_id)):
            quotes.append(Quote(document_id, start, end, text[start:end]))
    return tuple(quotes)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
