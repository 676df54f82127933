"""Where an answer should come from: documents and clauses named, places, sides of a comparison."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.datatypes import Status
from assistant.lookup import Target, find_targets
from assistant.outcome import Outcome
from assistant.places import Place, PlaceKind, find_places, within
from assistant.references import Reference, read_reference
from index.datatypes import Document, Level

_COMPARING = re.compile(
    r"不同|不一样|区别|差别|差异|异同|比较|对比|相比|比起来|一样吗|一不一样|一致吗|分别|各自|各(有|是|提|怎|咋|说|要|自|级|省|地|安排|定)"
    r"|又(咋|怎|是|有)|都(咋|怎|拿|有|是|提|说)|谁(更|的)|和.{1,12}比"
)
_LEVELS = (
    (
        Level.CENTRAL,
        re.compile(r"党中央|国务院|中共中央|中央|国家(?=让|对|怎么?说|咋说|规定|政策|文件|层面|的规定)|全国"),
    ),
    (
        Level.PROVINCE,
        re.compile(
            r"(?<=[、和跟与到,])省(里|级|委|政府)?(?=[、和跟与到,对怎分各])|省里|省级|省一级|省委|省政府"
        ),
    ),
    (
        Level.CITY,
        re.compile(
            r"(?<=[、和跟与到,])市(里|级|委|政府)?(?=[、和跟与到,对怎分各]|三级|两级)|市里|市级|市一级|市委|市政府|我市"
        ),
    ),
)
_ALL_LEVELS = re.compile(r"三级|各级|省市|上下级")
_ORIGIN = (
    r"从{name}(省|市)?.{{0,8}}(到|来|去|搬|迁|回|转)|{name}(省|市)?(人|户口|户籍|的?户口)(?!口)"
    r"|{name}的?(亲家|亲戚|朋友|同学|导师|老板|客户|客商|游客|留学生)"
)
FAR = 0.35
"""Weight of a document that the question does not name, or of a narrower region than it names."""
WIDER = 0.8
"""Weight of a document of a wider region that holds the one asked about."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: what to call it, and the documents that speak for it."""

    name: str
    documents: tuple[str, ...]


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
    sides = _read_sides(text, reference, places, documents)
    elsewhere = [p for p in places if not covered(p, documents)]
    if elsewhere and len(elsewhere) == len(places) and (reference.steps or _names_document(text)):
        return Outcome(Status.ANOTHER_PLACE, {"place": "、".join(p.name for p in elsewhere)})
    topic = _without_places(reference.rest, mentioned)
    if sides:
        topic = _without_comparing(topic)
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


def _without_places(text: str, places: Sequence[Place]) -> str:
    for place in sorted(places, key=lambda p: -len(p.name)):
        text = re.sub(rf"{place.name}(省|市|县|区)?", " ", text)
    return text


def _without_comparing(text: str) -> str:
    for _, pattern in _LEVELS:
        text = pattern.sub(" ", text)
    return _ALL_LEVELS.sub(" ", _COMPARING.sub(" ", text))


def _names_document(text: str) -> bool:
    return bool(re.search(r"实施意见|实施方案|规划纲要|五年规划|十四五|十五五|条例|办法", text))


def _weight(document: Document, reference: Reference, places: Sequence[Place], text: str) -> float:
    """1 for what the question names, less for wider regions, little for narrower ones, 0 for another region."""
    if reference.documents:
        return 1.0 if document.id in reference.documents else FAR
    known = document.metadata
    levels = set(_levels_named(text))
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


def _read_sides(
    text: str, reference: Reference, places: Sequence[Place], documents: Sequence[Document]
) -> tuple[Side, ...]:
    """What the question sets side by side: documents, levels or places; two places that have documents of their own
    are compared by being named together."""
    compares, all_levels = bool(_COMPARING.search(text)), bool(_ALL_LEVELS.search(text))
    if len(reference.documents) > 1 and (compares or all_levels):
        by_id = {d.id: d for d in documents}
        return tuple(Side(by_id[name].metadata.name, (name,)) for name in reference.documents)
    of_places = [
        Side(place.name, ids)
        for place in places
        if (ids := tuple(d.id for d in documents if d.metadata.region == place.name))
    ]
    if not (compares or all_levels):
        return _distinct(of_places) if len(of_places) > 1 else ()
    levels = (Level.CENTRAL, Level.PROVINCE, Level.CITY) if all_levels else _levels_named(text)
    of_levels = [side for level in levels if (side := _level_side(level, documents)).documents]
    found = [*of_levels, *of_places]
    return _distinct(found) if len(found) > 1 else ()


def _levels_named(text: str) -> list[Level]:
    return [level for level, pattern in _LEVELS if pattern.search(text)]


def _level_side(level: Level, documents: Sequence[Document]) -> Side:
    return Side(level.value, tuple(d.id for d in documents if d.metadata.level is level))


def _distinct(sides: Sequence[Side]) -> tuple[Side, ...]:
    """Sides in the order named; a level gives way to the places of that level that are named besides."""
    narrow = [s for s in sides if not any(set(o.documents) < set(s.documents) for o in sides)]
    unique = {side.documents: side for side in narrow}
    return tuple(unique.values()) if len(unique) > 1 else ()
