"""The sides that a question sets apart: documents, levels of government, places, or two things of one kind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.places import Place, PlaceKind, find_places, within
from assistant.references import Reference, read_reference
from index.datatypes import Document, Level

_WORDS = (
    r"不同|不一样|区别|差别|差异|异同|比较|对比|相比|比起来|一不?一样|一样(吗|不|么)|(是不是|是否)?一致(吗|不|么)?|分别|各自"
    r"|各(?=有|是|提|怎|咋|说|要|自|级|省|地|安排|定|写|点|打|归|叫|争|搞|给|列|用|拿|发|建|重)|又(?=咋|怎|是|有|添|多|叫|和|跟)"
    r"|都(?=咋|怎|拿|有|是|提|说|点|写|没|让|管|算)|谁(更|的|家)?|还是|相同|相似|相近|共同点?|共性|多(?=了|出|设|提|写|列|点)|少(?=了|提|写)|对照|[一两]码事|一回事|一个样|口气|变了?没变?|有?变化"
    r"|差(了|在|多少|几)(一个)?|哪一?(边|家|头|方)|哪个更?|两(边|家|头|地|者)|双方|(给|提|写|说|讲|定|有)了?没有?|呢(?=[?]|$)|到了"
)
_COMPARING = re.compile(
    rf"{_WORDS}|和.{{1,12}}比|比.{{1,12}}(更|多|少|高|低|早|晚)|较.{{1,12}}(多|增|少|高|低)"
)
_FRAME = re.compile(rf"{_WORDS}|说[到起]|至于|[两几]份|前后|新老|剩下|添了?|更进一步|口径|原文|文件")
"""What of a comparison is no matter of its sides."""
_ALL_LEVELS = re.compile(r"三级(?=文件|政策|政府|都|分别|各|对|怎|咋|在)|各级(?=文件|政策|意见)|上下级")
_AFTER = r"(?<![^、和跟与同到,比较])"
_NEXT = r"[、和跟与同到,对怎咋分各比让要都也提写说讲给定管的那文]"
_BOTH_LEVELS = r"省市(?=两级|分别|各|都)"
_LEVELS = (
    (
        Level.CENTRAL,
        re.compile(
            r"党中央|国务院|中共中央|中央|全国|国家(?=让|对|怎么?|咋|说|规定|政策|文件|层面|那边|那份|的(规定|说法|意见))"
        ),
    ),
    (
        Level.PROVINCE,
        re.compile(
            rf"{_AFTER}省(里|级|委|政府)?(?={_NEXT})|省里|省上|省级|省一级|省委|省政府|[我咱本]省|{_BOTH_LEVELS}"
        ),
    ),
    (
        Level.CITY,
        re.compile(
            rf"{_AFTER}市(里|级|委|政府)?(?={_NEXT}|三级|两级)|市里|市上|市级|市一级|市委|市政府|[我咱本]市|{_BOTH_LEVELS}"
        ),
    ),
)
_STATE_LISTED = re.compile(rf"国家(?=[、和跟与到比,]|(?!的){_NEXT})|{_AFTER}国家(?=[,的])")
"""The state as one side of a list, which by itself is any mention of it."""
_EACH_PROVINCE = re.compile(r"两个?省|[哪各]个省")
_EACH_DOCUMENT = re.compile(
    r"([哪各每几这那]几?[份个部](政策)?文件|[三四五几]份[^,]{0,12}文件|哪些文件|哪几[份个家])(里|中|都|也|到底)*"
    r"(对|提|写|说|讲|谈|涉及|规定|管|怎|咋|各|分别|哪|谁)|谁(家|也|还|都)*(提|写|讲)(到|过|了)|哪(些|几个)地方(都|也)*(提|写)"
)
_ITS_DOCUMENTS = re.compile(
    r"[两几][份个部](政策)?文件|前后|新老|新旧|(以前|原来|过去).{1,20}(现在|如今|后来)"
)
MOST_DOCUMENTS = 8
"""Most documents that are set side by side where all of them are asked."""
_SPOKEN_OF = r"(给|对|把|让|支持|要求|里|中){name}"
_FIGURE = re.compile(r"多[少大长高久宽]|几(?![乎何])")
_SEGMENT = re.compile(r"[^,?!;。]+")
_TWO_THINGS = re.compile(
    r"(?:^|(?<=[,的在里把给对 ]))(?P<one>[^,?的在里0-9“” ]{2,12}?)[和跟与、](?P<other>[^,?的在里0-9“” ]{2,12}?)"
    r"(?P<both>,?这?(?:两[个者项种类条]|二者)|(?=,?(?:各|分别|哪个|谁)))?(?=,?(?:各|分别|哪个|谁)|的|,|在|有|产业|$)"
)
_INSIDE = r"(?![湾江]|港(?![口区])|岛(?!屿)|河(?![流湖道长])|湖(?!泊))"
"""A place's name that goes on like this is part of another name: 大连湾."""


def compares(text: str) -> bool:
    """Whether the normalised question sets things side by side."""
    return bool(_COMPARING.search(text))


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: what to call it, nothing where only the question's own words would, the documents
    that speak for it, and what they are searched for: of several `topics` the one they answer best counts; none stands
    for the topic of the question. One that is not `named` is left out where it says nothing. `about`: a name that not
    all of the documents is about."""

    name: str
    documents: tuple[str, ...]
    topics: tuple[str, ...] = ()
    named: bool = True
    about: str = ""


def read_sides(
    text: str, reference: Reference, places: Sequence[Place], documents: tuple[Document, ...]
) -> tuple[Side, ...]:
    """What the normalised question sets side by side. Two places that have documents of their own are compared by
    being named together; the other sides need a word that compares."""
    if _EACH_DOCUMENT.search(text) and not reference.documents and len(documents) <= MOST_DOCUMENTS:
        return tuple(Side(d.metadata.name, (d.id,), named=False) for d in documents if _concerns(d, places))
    together = len(_distinct(_with_documents(places, documents))) > 1
    if not (together or _COMPARING.search(text) or _ALL_LEVELS.search(text)):
        return _two_figures(text, reference, documents)
    if spoken_of := _spoken_of(text, reference, places, documents):
        return spoken_of
    sides = _distinct(_named(text, reference, places, documents))
    return tuple(_with_topics(side, sides, text, documents) for side in sides) or _things(
        without_places(reference.rest, find_places(text)), reference, documents
    )


def levels_named(text: str) -> list[Level]:
    """Levels of government that the question names."""
    return [level for level, pattern in _LEVELS if pattern.search(text)]


def without_places(text: str, places: Sequence[Place]) -> str:
    """`text` without the names of `places`."""
    for place in sorted(places, key=lambda p: -len(p.name)):
        text = re.sub(rf"{place.name}{_INSIDE}(省|市|县|区)?", " ", text)
    return text


def without_frame(text: str) -> str:
    """`text` without the levels it names and the words that compare."""
    for pattern in (*(pattern for _, pattern in _LEVELS), _STATE_LISTED, _ALL_LEVELS, _EACH_PROVINCE, _FRAME):
        text = pattern.sub(" ", text)
    return text


def _named(
    text: str, reference: Reference, places: Sequence[Place], documents: tuple[Document, ...]
) -> list[Side]:
    """Every side named, documents first; what speaks for a document named is no side of its own."""
    by_id = {d.id: d for d in documents}
    named = set(reference.documents)
    regions = {by_id[id_].metadata.region for id_ in named}
    levels = list(Level) if _ALL_LEVELS.search(text) else levels_named(text)
    if _STATE_LISTED.search(text):
        levels = [Level.CENTRAL, *levels]
    of_levels = [_level_side(level, places, documents) for level in dict.fromkeys(levels)]
    left = [place for place in places if place.name not in regions]
    direct = _with_documents(left, documents)
    if _EACH_PROVINCE.search(text):
        direct += [
            Side(d.metadata.region, (d.id,))
            for d in documents
            if d.metadata.level is Level.PROVINCE and d.metadata.region
        ]
    inside = [side for place in left if (side := _inside_side(place, documents))]
    inside = [side for side in inside if _stands_alone(side, inside, direct)]
    direct = [side for side in direct if not any(side.documents == other.documents for other in inside)]
    if len(direct) == 1 and not inside and _ITS_DOCUMENTS.search(text):
        direct = [Side(by_id[id_].metadata.name, (id_,)) for id_ in direct[0].documents]
    others = [s for s in (*of_levels, *direct, *inside) if s.documents and not named & set(s.documents)]
    return [*(Side(by_id[id_].metadata.name, (id_,)) for id_ in reference.documents), *others]


def _with_documents(places: Sequence[Place], documents: Sequence[Document]) -> list[Side]:
    return [
        Side(place.name, ids)
        for place in places
        if (ids := tuple(d.id for d in documents if d.metadata.region == place.name))
    ]


def _inside_side(place: Place, documents: Sequence[Document]) -> Side | None:
    """A place that has no document of its own, in those of the nearest wider region: 长春 in those of 吉林."""
    if any(d.metadata.region == place.name for d in documents):
        return None
    for region in place.parents:
        if ids := tuple(d.id for d in documents if d.metadata.region == region):
            return Side(place.name, ids, about=place.name)
    return None


def _stands_alone(side: Side, inside: Sequence[Side], direct: Sequence[Side]) -> bool:
    """Whether a place inside a wider region is set beside others of it, or the region itself is not named."""
    beside = sum(other.documents == side.documents for other in inside) > 1
    return beside or not any(other.documents == side.documents for other in direct)


def _level_side(level: Level, places: Sequence[Place], documents: Sequence[Document]) -> Side:
    """What speaks for a level: of several regions those that hold, are or are held by a place named."""
    of_level = [d for d in documents if d.metadata.level is level]
    return Side(level.value, tuple(d.id for d in of_level if _concerns(d, places)))


def _concerns(document: Document, places: Sequence[Place]) -> bool:
    region = document.metadata.region
    places = [place for place in places if place.kind is not PlaceKind.COUNTRY]
    if document.metadata.level is Level.CENTRAL or region is None or not places:
        return True
    return any(
        within(place, region) or any(within(found, place.name) for found in find_places(region))
        for place in places
    )


def _spoken_of(
    text: str, reference: Reference, places: Sequence[Place], documents: Sequence[Document]
) -> tuple[Side, ...]:
    """Places that one document speaks of (“省里给沈阳和大连的定位”)."""
    levels = levels_named(text)
    for document in documents:
        known = document.metadata
        spoken_of = [p for p in places if known.region and p.name != known.region and within(p, known.region)]
        speaks = (
            reference.documents == (document.id,)
            if reference.documents
            else known.level is Level.PROVINCE
            and (Level.PROVINCE in levels or any(p.name == known.region for p in places))
        )
        if speaks and len(spoken_of) > 1 and re.search(_SPOKEN_OF.format(name=spoken_of[0].name), text):
            rest = without_frame(without_places(reference.rest, places))
            return tuple(Side(p.name, (document.id,), (f"{p.name} {rest}",), about=p.name) for p in spoken_of)
    return ()


def _distinct(sides: Sequence[Side]) -> tuple[Side, ...]:
    """Sides in the order named; a level gives way to the places of that level that are named besides."""
    narrow = [s for s in sides if not any(set(o.documents) < set(s.documents) for o in sides)]
    unique = {(side.documents, side.about): side for side in narrow}
    return tuple(unique.values()) if len(unique) > 1 else ()


def _with_topics(side: Side, sides: Sequence[Side], text: str, documents: tuple[Document, ...]) -> Side:
    """The side with what the question asks of all, and what it asks of this one alone (“吉林有试点,大连有没有”)."""
    whole, own = [], []
    for segment in _SEGMENT.findall(text):
        reference, places = read_reference(segment, documents), find_places(segment)
        named = [s for one in _named(segment, reference, places, documents) for s in sides if _meets(s, one)]
        topic = _topic(segment, documents)
        whole.append(topic)
        if not named or side in named:
            own.append(topic)
    topics = dict.fromkeys((",".join(whole), ",".join(own)))
    return replace(side, topics=tuple(f"{side.about} {topic}" for topic in topics))


def _meets(side: Side, other: Side) -> bool:
    return bool(set(side.documents) & set(other.documents))


def _things(topic: str, reference: Reference, documents: Sequence[Document]) -> tuple[Side, ...]:
    """Two things of one kind that are asked for at once, by the word for both or a character they share."""
    found = _TWO_THINGS.search(topic)
    if found is None:
        return ()
    one, other = found["one"], found["other"]
    if found["both"] is None and one[-1] != other[-1] and one[:2] != other[:2]:
        return ()
    ids = reference.documents or tuple(d.id for d in documents)
    return (
        Side("", ids, (without_frame(topic.replace(other, " ")),), about=one),
        Side("", ids, (without_frame(topic.replace(one, " ")),), about=other),
    )


def _two_figures(text: str, reference: Reference, documents: tuple[Document, ...]) -> tuple[Side, ...]:
    """Two figures asked for in one question (“现在有多少家,2025年要到多少家”)."""
    parts = _SEGMENT.findall(text)
    asking = [part for part in parts if _FIGURE.search(part)]
    if len(asking) != 2:
        return ()
    ids = reference.documents or tuple(d.id for d in documents)
    own = [",".join(part for part in parts if part is one or part not in asking) for one in asking]
    return tuple(Side("", ids, (_topic(its, documents),), named=False) for its in own)


def _topic(text: str, documents: tuple[Document, ...]) -> str:
    """What `text` is on besides its sides."""
    return without_frame(without_places(read_reference(text, documents).rest, find_places(text)))
