"""A statement of the model -> what may be shown of it: itself, the quote in its place, or nothing."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from assistant.cite import locate
from assistant.datatypes import Passage, Quote, Statement
from assistant.places import find_places
from assistant.terms import Term, coverage
from assistant.written.addressed import speaks_to_model
from assistant.written.bearing import bearings, stand_alike, without_bearings
from assistant.written.figures import Figure, figures
from assistant.written.statements import Claim
from assistant.written.wording import own_words, share_held
from index.chunk import sentence_spans
from index.datatypes import Document
from index.searchable import normalise

LEAST_WORDS = 4
"""Characters of the shortest quote: less says nothing."""
LONGEST = 300
TAKEN_UP = 0.5
"""Share of the words of a part of a sentence in the statement, from which the statement is on that part."""

_EXCEPTS = re.compile(r"但(?!是否)|不过|然而|除外|除此|除.{1,20}外|另有规定")
_PART = re.compile(r"[^,。;:?!\n]+")
# What may stand in a statement besides letters, digits and what its quotes have: no mark-up, no marker of ours.
_PUNCTUATION = set(" ,.;:?!()%~-/·、。\u2018\u2019\u201c\u201d\u2014\u2026《》\"'")
_NEVER = set("[]<>{}`|\\")
_LATIN = re.compile(r"[a-z][a-z0-9.+-]*")


def verify_claim(
    claim: Claim, passages: Sequence[Passage], documents: Mapping[str, Document], terms: Sequence[Term] = ()
) -> Statement | Quote | None:
    """The statement with its quotes, each widened to its whole sentences; the first of these alone where the
    statement is in words of its own; None where anything about it is wrong.

    `passages` as the model saw them, the first one its number 1. `terms` of the question, where it has some: a
    quote that holds none of them, nor its heading, is on another matter.
    """
    quotes = _quotes(claim, passages, documents)
    shown = " ".join(claim.text.split())
    text = normalise(shown)
    if not quotes or not 0 < len(text) <= LONGEST:
        return None
    sources = [documents[quote.document_id] for quote in quotes]
    plain = [normalise(quote.text) for quote in quotes]
    standard = [normalise(q.text, d.metadata.wording) for q, d in zip(quotes, sources, strict=True)]
    context = " ".join(_context(passages[number - 1], documents) for number, _ in claim.quotes)
    whole = " ".join([*plain, *standard])
    headings = " ".join(normalise(passages[number - 1].heading) for number, _ in claim.quotes)
    sound = (
        not any(map(speaks_to_model, plain))
        and (not terms or coverage(terms, f"{whole} {headings}") > 0)
        and _plainly_written(text, f"{whole} {context}")
        and _figures_hold(figures(text), [figures(sentence) for sentence in plain], figures(context))
        and _places_hold(text, f"{whole} {context}")
        and (_bearings_hold(text, plain) or _bearings_hold(text, standard))
    )
    if not sound:
        return None
    same = [term.text for term in terms if any(other in whole for other in term.others)]
    if own_words(text, f"{whole} {context}", same) or not stand_alike(text, whole):
        return quotes[0]
    return Statement(shown if shown[-1] in "。;\uff1b!\uff01" else f"{shown}。", quotes)


def _quotes(
    claim: Claim, passages: Sequence[Passage], documents: Mapping[str, Document]
) -> tuple[Quote, ...]:
    """The sentences that the claim's words stand in, each once; none where one stands not in its passage."""
    found: dict[tuple[str, int, int], Quote] = {}
    for number, words in claim.quotes:
        if not 1 <= number <= len(passages) or len(normalise(words)) < LEAST_WORDS:
            return ()
        passage = passages[number - 1]
        place = locate(Quote(passage.document_id, 0, 0, words), passage.text)
        if place is None:
            return ()
        document = documents[passage.document_id]
        start, end = _sentences(document, passage, passage.start + place[0], passage.start + place[1])
        found[document.id, start, end] = Quote(document.id, start, end, document.text[start:end])
    return tuple(found.values())


def _sentences(document: Document, passage: Passage, start: int, end: int) -> tuple[int, int]:
    """The whole sentences around `start:end`, with an exception that follows and the rule before one."""
    clause = document.by_id[passage.clause_id]
    spans = list(sentence_spans(document.text, clause.opening, clause.end))
    touched = [at for at, (first, last) in enumerate(spans) if first < end and start < last]
    if not touched:
        return start, end
    first, last = touched[0], touched[-1]
    while first > 0 and _EXCEPTS.match(document.text, spans[first][0]):
        first -= 1
    while last + 1 < len(spans) and _EXCEPTS.match(document.text, spans[last + 1][0]):
        last += 1
    return spans[first][0], spans[last][1]


def _context(passage: Passage, documents: Mapping[str, Document]) -> str:
    """The names under which the passage stands: headings, document, region."""
    document = documents[passage.document_id]
    above = [clause.heading for clause in document.ancestors(document.by_id[passage.clause_id])]
    known = document.metadata
    names = (known.name, known.title or "", known.region or "", known.issuer or "", *known.short_names)
    told = " ".join([*above, passage.heading, *names])
    return f"{normalise(told)} {normalise(told, known.wording)}"


def _plainly_written(text: str, basis: str) -> bool:
    """Whether `text` is letters, digits and punctuation, its signs, foreign words and titles those of `basis`."""
    signs = {char for char in text if not char.isalnum()} - _PUNCTUATION
    if signs & _NEVER or not signs <= set(basis):
        return False
    known = set(_LATIN.findall(basis))
    return set(_LATIN.findall(text)) <= known and all(
        title in basis for title in re.findall(r"《[^》]*》?", text)
    )


def _figures_hold(
    stated: Sequence[Figure], cited: Sequence[Sequence[Figure]], context: Sequence[Figure]
) -> bool:
    """Whether every figure stands in what is cited, those of one unit in the order of the one quote; the name of
    a plan may stand in the context."""
    held = {figure for quote in cited for figure in quote}
    names = {figure for figure in context if figure.is_name}
    if not all(figure in held or figure in names for figure in stated):
        return False
    if len(cited) > 1:
        return True
    units = {figure.unit for figure in stated}
    return all(_in_order(_values(stated, unit), _values(cited[0], unit)) for unit in units)


def _values(found: Sequence[Figure], unit: str) -> list[Decimal]:
    return [figure.value for figure in found if figure.unit == unit and not figure.is_name]


def _in_order(values: Sequence[Decimal], among: Sequence[Decimal]) -> bool:
    rest = iter(among)
    return all(value in rest for value in values)


def _places_hold(text: str, basis: str) -> bool:
    held = {place.name for place in find_places(basis)}
    return all(place.name in held or place.name in basis for place in find_places(text))


def _bearings_hold(text: str, cited: Sequence[str]) -> bool:
    """Whether no negation, exception or bound is lost of the parts that the statement is on, and none is added."""
    stated = bearings(text)
    parts = [part for sentence in cited for part in _PART.findall(sentence)]
    plain = without_bearings(text)
    taken = [part for part in parts if share_held(without_bearings(part), plain) >= TAKEN_UP]
    needed = sum((bearings(part) for part in taken), type(stated)())
    needed["except"] = int(bool(taken) and any(_EXCEPTS.search(part) for part in parts))
    available = sum((bearings(part) for part in parts), type(stated)())
    return needed <= stated and all(kind in available for kind in stated)
