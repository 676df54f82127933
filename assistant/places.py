"""Sentence -> the places it names: 辽宁, 庄河, 深圳, 日本. The table is places.toml."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources


class PlaceKind(StrEnum):
    """Rank of a place; a functional area (金普新区) is what a city or province set up inside itself."""

    COUNTRY = "国"
    PROVINCE = "省"
    CITY = "市"
    COUNTY = "县"
    AREA = "功能区"


@dataclass(frozen=True, slots=True)
class Place:
    """A place under its canonical name, with the names of what it lies in, nearest first.

    `name` is the shortest form that can stand alone: 大连, 庄河, but 中山区 (中山 is a city elsewhere) and
    吉林市 (吉林 is the province). County names recur (铁西区); `parents` tells them apart.
    中国 is no place here and no parent: to name it narrows nothing.
    """

    name: str
    kind: PlaceKind
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a form may mean. Where `alone` is False it does so only beside a place it belongs with."""

    place: Place
    alone: bool


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    readings: tuple[_Reading, ...]

    @property
    def certain(self) -> Place | None:
        """The place, where nothing around the mention can change it."""
        return self.readings[0].place if len(self.readings) == 1 and self.readings[0].alone else None


# Where a recurring name is left open, the first of these that holds it wins.
_HOME = ("大连", "辽宁", "吉林")
# A place name that goes on like this is a street's: 西安路, 天津街, 中山广场, but not 大连路灯, 沈阳街道.
_STREET = re.compile(
    r"[东南西北中]?[一二三四五六七八九十]?路(?![边灯网况面桥线段权政费])"
    r"|街(?![道头区坊巷面景])|大街(?!小巷)|大道|广场(?!舞)"
)
# A suffix that belongs to the next word instead: 吉林市场, 和平区域.
_BROKEN = re.compile(r"(?<=市)场|(?<=区)[域位间别块]")
_OF = frozenset({"", "的"})
_LIST = frozenset({"、", "和", "与", "及", "以及", ",", "\uff0c", "-", "—"})


def find_places(text: str) -> tuple[Place, ...]:
    """Places that `text` names, in order of first mention, each once; the longest name wins.

    A recurring name (铁西区) is the one whose parent or neighbour is named nearest, before rather than
    after; where none is, it is the one in 大连, else in 辽宁, else in 吉林, else the first of the table.
    """
    mentions = tuple(_mentions(text))
    found: list[Place] = []
    end = 0
    for index, mention in enumerate(mentions):
        gap = text[end : mention.start].strip()
        later = [(m.start, place) for m in mentions[index + 1 :] if (place := m.certain)]
        beside = [r for r in mention.readings if found and _follows(r.place, found[-1], gap)]
        if later and not beside:
            gap = text[mention.end : later[0][0]].strip()
            beside = [r for r in mention.readings if _listed(r.place, later[0][1], gap)]
        if readings := beside or [r for r in mention.readings if r.alone]:
            found.append(_nearest(readings, (*reversed(found), *(place for _, place in later))))
            end = mention.end
    return tuple(dict.fromkeys(found))


def place_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where `text` names something that can be a place by itself, a country aside: offsets, in order."""
    return tuple(
        (mention.start, mention.end)
        for mention in _mentions(text)
        if any(r.alone and r.place.kind is not PlaceKind.COUNTRY for r in mention.readings)
    )


def within(place: Place, region: str) -> bool:
    """Whether `place` is `region` (a canonical name: 大连, 辽宁, 吉林市) or lies in it."""
    return region == place.name or region in place.parents


def _mentions(text: str) -> Iterator[_Mention]:
    table = _table()
    start = 0
    while start < len(text):
        for form, readings in table.get(text[start], ()):
            end = start + len(form)
            if text.startswith(form, start) and not _BROKEN.match(text, end):
                if readings and not _STREET.match(text, end):
                    yield _Mention(start, end, readings)
                start = end
                break
        else:
            start += 1


def _follows(place: Place, before: Place, gap: str) -> bool:
    """Whether `place`, named `gap` after `before`, goes with it: as its part (沈阳新民) or in a list."""
    return (gap in _OF and before.name in place.parents) or _listed(place, before, gap)


def _listed(place: Place, other: Place, gap: str) -> bool:
    """Whether the two stand in one list (珲春、临江): same rank, same province."""
    return gap in _LIST and other.kind is place.kind and _kinship(place, other) > 0


def _nearest(readings: Sequence[_Reading], others: Sequence[Place]) -> Place:
    for other in others:
        closest = max(readings, key=lambda reading: _kinship(reading.place, other))
        if _kinship(closest.place, other):
            return closest.place
    return readings[0].place


def _kinship(place: Place, other: Place) -> int:
    """How many of the places that `place` lies in are `other` or hold it."""
    return len({*place.parents} & {other.name, *other.parents})


def _home_rank(place: Place) -> int:
    return next((rank for rank, home in enumerate(_HOME) if within(place, home)), len(_HOME))


@cache
def _table() -> dict[str, tuple[tuple[str, tuple[_Reading, ...]], ...]]:
    """First character -> (form, what it may mean), longest form first. An ordinary word means nothing."""
    source = tomllib.loads(resources.files("assistant").joinpath("places.toml").read_text("utf-8"))
    forms: dict[str, list[_Reading]] = defaultdict(list)
    for place, form, alone in _rows(source):
        forms[form].append(_Reading(place, alone))
    table: dict[str, list[tuple[str, tuple[_Reading, ...]]]] = defaultdict(list)
    for form, readings in forms.items():
        table[form[0]].append((form, tuple(sorted(readings, key=lambda reading: _home_rank(reading.place)))))
    for words in source["words"].values():
        for word in words.split():
            table[word[0]].append((word, ()))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in table.items()}


def _rows(source: dict[str, dict[str, str]]) -> Iterator[tuple[Place, str, bool]]:
    """Each form of each place of places.toml, and whether it counts without another place beside it."""
    lineage: dict[str, tuple[str, ...]] = {"": ()}
    sections = zip(PlaceKind, ("countries", "provinces", "cities", "counties", "areas"), strict=True)
    for kind, section in sections:
        for parent, items in source[section].items():
            for item in items.split():
                name, forms, beside = _forms(item)
                place = Place(name, kind, lineage[parent])
                lineage.setdefault(name, (name, *place.parents))
                yield from ((place, form, True) for form in forms)
                yield from ((place, form, False) for form in beside)


def _forms(item: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Item of places.toml -> canonical name, forms that count anywhere, forms that count beside a place."""
    item, *aliases = item.split("=")
    stem, bar, suffix = item.rstrip("!*").partition("|")
    if not bar and stem[-1] in "省市区县":
        stem, suffix = stem[:-1], stem[-1]
    full = stem + (suffix[-1] if "自治" in suffix else suffix)
    anywhere = dict.fromkeys([full, stem + suffix, *aliases])
    if item.endswith(("!", "*")):
        return full, tuple(anywhere), (stem,) if item.endswith("*") else ()
    return stem, (*dict.fromkeys([stem, *anywhere]),), ()
