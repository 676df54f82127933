"""The table of contents: read it, then find in the body what it lists."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from index.clauses.marks import COLONS, COMMAS, SENTENCE_END, Mark
from index.datatypes import ClauseKind, Furniture, FurnitureKind
from index.numerals import NUMERAL, chinese_numeral, parse_numeral

_KINDS = {"编": ClauseKind.PART, "章": ClauseKind.CHAPTER, "节": ClauseKind.SECTION}
_LEADERS = r"[.\u2026\u00b7\uff0e]{4,}"
_ENTRY = re.compile(rf"第({NUMERAL})([编章节])\s*([^\n.\u2026]{{2,60}}?)\s*{_LEADERS}\s*[0-9]{{1,4}}\s*")
_TITLE = re.compile(r"目\s*(?:录|次)\s*")
_LINE = re.compile(r".*\n?")
_FIRST_LINE = re.compile(rf"第{NUMERAL}(?:编|篇|部分|章)")
_PAGE_NUMBER = re.compile(r"[.\u2026\u00b7\uff0e]*[0-9]{0,4}$")
_FEWEST_ENTRIES = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents; `title` is "" for a chapter that the table only implies."""

    kind: ClauseKind
    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The entries in order, a restart of section numbers being a chapter left out, and where they stand."""

    entries: tuple[Entry, ...]
    furniture: Furniture


def read_contents(text: str) -> Contents | None:
    """The table of contents, or None.

    It has entries only with dot leaders; otherwise the headings stand on lines of their own in the body, too.
    """
    found = _first_run(text)
    if len(found) < _FEWEST_ENTRIES:
        span = _find_repeated_lines(text)
        return Contents((), Furniture(FurnitureKind.CONTENTS, *span)) if span else None
    start = found[0].start()
    title = re.compile(_TITLE.pattern + r"$").search(text, max(0, start - 12), start)
    furniture = Furniture(FurnitureKind.CONTENTS, title.start() if title else start, found[-1].end())
    return Contents(tuple(_with_implied_chapters(found)), furniture)


def _first_run(text: str) -> list[re.Match[str]]:
    """The entries with dot leaders up to the first whole sentence between two of them."""
    run: list[re.Match[str]] = []
    for found in _ENTRY.finditer(text):
        if run and "。" in text[run[-1].end() : found.start()]:
            if len(run) >= _FEWEST_ENTRIES:
                break
            run.clear()
        run.append(found)
    return run


def _find_repeated_lines(text: str) -> tuple[int, int] | None:
    """The first run of lines, from “目录” or “第一章 …” on, that all stand again further down."""
    found = ((line, _words(line[0])) for line in _LINE.finditer(text))
    lines = [(line.start(), line.end(), words) for line, words in found if words]
    last = {words: index for index, (_, _, words) in enumerate(lines)}
    for index, (start, _, words) in enumerate(lines):
        titled = _TITLE.fullmatch(words) is not None
        if titled or _FIRST_LINE.match(words):
            first = stop = index + titled
            while stop < len(lines) and stop < last[lines[stop][2]]:
                stop += 1
                if stop < len(lines) and lines[stop][2] == lines[first][2]:
                    break
            if stop - first >= _FEWEST_ENTRIES:
                return start, lines[stop - 1][1]
    return None


def _words(line: str) -> str:
    return _PAGE_NUMBER.sub("", re.sub(r"[\s#*]+", "", line))


def _with_implied_chapters(found: list[re.Match[str]]) -> list[Entry]:
    entries: list[Entry] = []
    chapter = 0
    for match in found:
        number = parse_numeral(match[1]) or 0
        kind = _KINDS[match[2]]
        if kind is ClauseKind.CHAPTER:
            chapter = number
        elif kind is ClauseKind.SECTION and number == 1 and entries and entries[-1].kind is kind:
            chapter += 1
            entries.append(Entry(ClauseKind.CHAPTER, chapter, ""))
        entries.append(Entry(kind, number, re.sub(r"\s+", " ", match[3])))
    return entries


def find_headings(text: str, contents: Contents) -> list[Mark]:
    """Marks of all entries in reading order, number and title together deciding.

    An entry that the body does not print gets an empty heading span at the paragraph before its first
    section, since there its introduction stands; an entry without a title takes it from the body.
    """
    marks: list[Mark] = []
    position = contents.furniture.end
    places = [list(_heading_pattern(entry).finditer(text, position)) for entry in contents.entries]
    printed = [index for index, entry in enumerate(contents.entries) if entry.title and places[index]]
    for index, entry in enumerate(contents.entries):
        found = _first_from(places[index], position)
        later = (_first_from(places[other], position) for other in printed[bisect_right(printed, index) :])
        following = next((place.start() for place in later if place), None)
        if found and (following is None or found.start() < following):
            title = entry.title or re.sub(r"\s+", " ", found[2]).strip()
            marks.append(Mark(entry.kind, found.start(), found.end(), found[1], entry.number, heading=title))
            position = found.end()
        elif following is not None:
            start = _paragraph_before(text, position, following)
            label = f"第{chinese_numeral(entry.number)}{entry.kind.value}"
            marks.append(Mark(entry.kind, start, start, label, entry.number, heading=entry.title))
    return marks


def _first_from(places: list[re.Match[str]], position: int) -> re.Match[str] | None:
    index = bisect_left(places, position, key=lambda place: place.start())
    return places[index] if index < len(places) else None


def _heading_pattern(entry: Entry) -> re.Pattern[str]:
    label = rf"(第(?:{chinese_numeral(entry.number)}|{entry.number}){entry.kind.value})"
    if entry.title:
        title = r"\s*".join(re.escape(char) for char in entry.title if not char.isspace())
        return re.compile(rf"{label}\s*({title})\s*")
    word = rf"[^\s{SENTENCE_END}{COMMAS}{COLONS}]{{2,30}}\s+"
    return re.compile(rf"(?<![^\s]){label}\s+((?:{word})+)")


def _paragraph_before(text: str, position: int, following: int) -> int:
    before = text[position:following].rstrip()
    breaks = list(re.finditer(r"\n\s*|(?<=。)\s+", before))
    return position + (breaks[-1].end() if breaks else 0)
