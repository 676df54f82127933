"""The place, document or level that a question is about: found in its words, taken out, put in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.conversation.wordlists import word_lists
from assistant.places import Place, PlaceKind, find_places
from assistant.references import Step, read_reference
from index.datatypes import Document
from index.searchable import normalise

CENTRAL = "中央"
_SUFFIX = r"(?:省|市|县|区)?"
_BEFORE = r"(?:在|于|对|到|来)?"
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
    rest = without_places(reference.rest, places)
    levels = tuple(level for level in _LEVELS if word_lists()["scope", level].search(rest))
    for level in levels:
        rest = word_lists()["scope", level].sub(" ", rest)
    return Scope(reference.documents, places, levels, reference.steps, " ".join(rest.split()))


def without_places(text: str, places: Sequence[Place], before: str = "") -> str:
    """`text` without the names of `places`, and without the preposition before them where `before` finds one."""
    for place in sorted(places, key=lambda place: -len(place.name)):
        text = re.sub(f"{before}{re.escape(place.name)}{_SUFFIX}", " ", text)
    return text


def bare(text: str, documents: Sequence[Document]) -> str:
    """The question without its scope: “外地人能在大连落户吗” -> “外地人能落户吗”."""
    scope = read_scope(text, documents)
    if scope.documents:
        rest = scope.rest
    else:
        rest = without_places(text, scope.places, _BEFORE)
        for level in scope.levels:
            rest = word_lists()["scope", level].sub(" ", rest)
    return _ITS_PARTICLES.sub("", "".join(rest.split()))


def put_in(names: Sequence[str], text: str, documents: Sequence[Document]) -> str:
    """The question with its scope replaced by `names`: in its place where that is a place, else at the start."""
    scope = read_scope(text, documents)
    joined = "、".join(names)
    by_name = [place.name for place in scope.places if place.name in text]
    if scope.documents or scope.levels or not by_name or CENTRAL in names:
        return joined + bare(text, documents)
    first = min(by_name, key=text.index)
    marked = re.sub(re.escape(first) + _SUFFIX, "\x00", text, count=1)
    return "".join(without_places(marked, scope.places).split()).replace("\x00", joined)


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
