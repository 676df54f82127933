"""The place, document or level that a question is about: found in its words, taken out, put in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.conversation.wordlists import word_lists
from assistant.places import Place, PlaceKind, find_places, place_spans
from assistant.references import Step, read_reference
from index.datatypes import Document
from index.searchable import normalise

CENTRAL = "中央"
_BEFORE = re.compile(r"[在于对到来]$")
_LEVELS = ("central", "province", "city")
_ITS_PARTICLES = re.compile(r"^(?:[的里中对]|里面|当中|关于|[,、\s])+")


@dataclass(frozen=True, slots=True)
class Scope:
    """What narrows a question: ids of `documents`, `places`, `levels` (central, province, city); `steps` to a clause.

    `rest` is the question without the names of documents, clauses, places and levels.
    """

    documents: tuple[str, ...]
    places: tuple[Place, ...]
    levels: tuple[str, ...]
    steps: tuple[Step, ...]
    rest: str

    @property
    def empty(self) -> bool:
        """Whether neither document nor place nor level is named."""
        return not (self.documents or self.places or self.levels)


def read_scope(text: str, documents: Sequence[Document]) -> Scope:
    """The scope of a normalised question."""
    reference = read_reference(text, tuple(documents))
    places = tuple(place for place in find_places(text) if place.kind is not PlaceKind.COUNTRY)
    rest = _without_places(reference.rest)
    levels = tuple(level for level in _LEVELS if word_lists()["scope", level].search(rest))
    for level in levels:
        rest = word_lists()["scope", level].sub(" ", rest)
    return Scope(reference.documents, places, levels, reference.steps, " ".join(rest.split()))


def bare(text: str, documents: Sequence[Document]) -> str:
    """The question without its scope: “外地人能在大连落户吗” -> “外地人能落户吗”."""
    scope = read_scope(text, documents)
    rest = scope.rest
    if not scope.documents:
        rest = _without_places(text, with_preposition=True)
        for level in scope.levels:
            rest = word_lists()["scope", level].sub(" ", rest)
    return _ITS_PARTICLES.sub("", "".join(rest.split()))


def put_in(names: Sequence[str], text: str, documents: Sequence[Document]) -> str:
    """The question with its scope replaced by `names`: in its place where that is a place, else at the start."""
    scope, spans = read_scope(text, documents), place_spans(text)
    joined = "、".join(names)
    named = read_scope(joined, documents)
    if scope.documents or scope.levels or not spans or named.documents or named.levels:
        return joined + bare(text, documents)
    start, end = spans[0]
    return text[:start] + joined + "".join(_without_places(text[end:]).split())


def _without_places(text: str, *, with_preposition: bool = False) -> str:
    for start, end in reversed(place_spans(text)):
        before = _BEFORE.sub("", text[:start]) if with_preposition else text[:start]
        text = f"{before} {text[end:]}"
    return text


def names_of(scope: Scope, before: Sequence[Place], documents: Sequence[Document]) -> tuple[str, ...]:
    """What to call the scope in a question: names of documents, else of places and levels.

    A level is that of the places `before`: 省里 is 辽宁 where 大连 was talked of.
    """
    if scope.documents:
        by_id = {document.id: document for document in documents}
        return tuple(normalise(by_id[name].metadata.name) for name in scope.documents)
    levels = [_level_name(level, (*scope.places, *before)) for level in scope.levels]
    return tuple(dict.fromkeys([*levels, *(place.name for place in scope.places)]))


def region_name(document: Document) -> str | None:
    """What to call the region a document speaks for; 中央 for the whole country."""
    region = document.metadata.region
    return CENTRAL if region == "全国" else region


def _level_name(level: str, places: Sequence[Place]) -> str:
    if level == "central":
        return CENTRAL
    kind = PlaceKind.PROVINCE if level == "province" else PlaceKind.CITY
    for place in places:
        if place.kind is kind:
            return place.name
        for found in find_places(" ".join(place.parents)):
            if found.kind is kind:
                return found.name
    return "省里" if level == "province" else "市里"
