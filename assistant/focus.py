"""Where an answer should come from: documents and clauses named, places, sides of a comparison."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.datatypes import Status
from assistant.lookup import Target, find_targets
from assistant.outcome import Outcome
from assistant.places import Place, PlaceKind, find_places, within
from assistant.references import Reference, read_reference
from assistant.sides import Side, levels_named, read_sides, without_frame, without_places
from index.datatypes import Document, Level

_ORIGIN = (
    r"从{name}(省|市)?.{{0,8}}(到|来|去|搬|迁|回|转)|{name}(省|市)?(人|户口|户籍|的?户口)(?!口)"
    r"|{name}的?(亲家|亲戚|朋友|同学|导师|老板|客户|客商|游客|留学生)"
)
FAR = 0.35
"""Weight of a document that the question does not name, or of a narrower region than it names."""
WIDER = 0.8
"""Weight of a document of a wider region that holds the one asked about."""


@dataclass(frozen=True, slots=True)
class Focus:
    """What a question is on. `topic` is the question without the names of documents, clauses and places."""

    reference: Reference
    targets: tuple[Target, ...]
    places: tuple[Place, ...]
    sides: tuple[Side, ...]
    weights: tuple[tuple[str, float], ...]
    topic: str


def read_focus(text: str, documents: Sequence[Document]) -> Focus | Outcome:
    """The focus of the normalised question, or an outcome where it names what is not there."""
    documents = tuple(documents)
    reference = read_reference(text, documents)
    if reference.unheld:
        return Outcome(Status.DOCUMENT_NOT_HELD, {"asked": reference.unheld})
    mentioned = find_places(text)
    places = _asked_about(mentioned, text)
    sides = read_sides(text, reference, places, documents)
    elsewhere = [p for p in places if not covered(p, documents)]
    if elsewhere and len(elsewhere) == len(places) and (reference.steps or _names_document(text)):
        return Outcome(Status.ANOTHER_PLACE, {"place": "、".join(p.name for p in elsewhere)})
    topic = without_places(reference.rest, mentioned)
    if sides:
        topic = without_frame(topic)
    targets = () if sides else find_targets(reference, topic, documents)
    if isinstance(targets, Outcome):
        return targets
    weights = tuple((d.id, _weight(d, reference, places, text)) for d in documents)
    return Focus(reference, targets, places, sides, weights, topic)


def _asked_about(places: tuple[Place, ...], text: str) -> tuple[Place, ...]:
    """The places without those that somebody only comes from (“从吉林搬到大连”), if another is left or it is abroad
    (“我日本的亲家”)."""
    origins = [p for p in places if re.search(_ORIGIN.format(name=re.escape(p.name)), text)]
    left = tuple(p for p in places if p not in origins)
    return left or tuple(p for p in places if p.kind is not PlaceKind.COUNTRY)


def covered(place: Place, documents: Sequence[Document]) -> bool:
    """Whether some document is of the place, of a wider region that holds it, or of one inside it."""
    regions = {d.metadata.region for d in documents if d.metadata.region}
    return any(within(place, region) or region == place.name for region in regions)


def _names_document(text: str) -> bool:
    return bool(re.search(r"实施意见|实施方案|规划纲要|五年规划|十四五|十五五|条例|办法", text))


def _weight(document: Document, reference: Reference, places: Sequence[Place], text: str) -> float:
    """1 for what the question names, less for wider regions, little for narrower ones, 0 for another region."""
    if reference.documents:
        return 1.0 if document.id in reference.documents else FAR
    known = document.metadata
    levels = set(levels_named(text))
    places = [place for place in places if place.kind is not PlaceKind.COUNTRY]
    if not places:
        return FAR if levels and known.level not in levels else 1.0
    if known.level is Level.CENTRAL or known.region is None:
        return 1.0 if Level.CENTRAL in levels else WIDER**2
    return max(_closeness(place, known.region) for place in places)


def _closeness(place: Place, region: str) -> float:
    if place.name == region:
        return 1.0
    if within(place, region):
        return WIDER
    return FAR if _is_inside(region, place) else 0.0


def _is_inside(region: str, place: Place) -> bool:
    return any(within(found, place.name) for found in find_places(region))
