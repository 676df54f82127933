"""The table of contents: read it, then find in the body what it lists."""

import re
from dataclasses import dataclass

from index.clauses.marks import COMMAS, SENTENCE_END, Mark
from index.datatypes import ClauseKind, Furniture, FurnitureKind
from index.numerals import NUMERAL, chinese_numeral, parse_numeral

_KINDS = {"编": ClauseKind.PART, "章": ClauseKind.CHAPTER, "节": ClauseKind.SECTION}
_LEADERS = r"[.\u2026\u00b7\uff0e]{4,}"
_ENTRY = re.compile(rf"第({NUMERAL})([编章节])\s*([^\n.\u2026]{{2,60}}?)\s*{_LEADERS}\s*[0-9]{{1,4}}\s*")
_TITLE = re.compile(r"目\s*(?:录|次)\s*")
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
    """The table of contents with dot leaders and page numbers, or None."""
    found = list(_ENTRY.finditer(text))
    if len(found) < _FEWEST_ENTRIES:
        return None
    start = found[0].start()
    title = re.compile(_TITLE.pattern + r"$").search(text, max(0, start - 12), start)
    furniture = Furniture(FurnitureKind.CONTENTS, title.start() if title else start, found[-1].end())
    return Contents(tuple(_with_implied_chapters(found)), furniture)


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

    An entry that the body does not print gets an empty heading span at the paragraph before its first section,
    since there its introduction stands; an entry without a title takes it from the body.
    """
    marks: list[Mark] = []
    position = contents.furniture.end
    for index, entry in enumerate(contents.entries):
        label = f"第{chinese_numeral(entry.number)}{entry.kind.value}"
        found = _heading_pattern(label, entry).search(text, position)
        following = _next_printed(text, contents.entries[index + 1 :], position)
        if found and (following is None or found.start() < following):
            marks.append(_printed(entry, label, found))
            position = found.end()
        elif following is not None:
            start = _paragraph_before(text, position, following)
            marks.append(Mark(entry.kind, start, start, label, entry.number, heading=entry.title))
    return marks


def _heading_pattern(label: str, entry: Entry) -> re.Pattern[str]:
    if entry.title:
        title = r"\s*".join(re.escape(char) for char in entry.title if not char.isspace())
        return re.compile(rf"{label}\s*{title}\s*")
    word = rf"[^\s{SENTENCE_END}{COMMAS}:\uff1a]{{2,30}}\s+"
    return re.compile(rf"(?<![^\s]){label}\s+((?:{word})+)")


def _printed(entry: Entry, label: str, found: re.Match[str]) -> Mark:
    title = entry.title or re.sub(r"\s+", " ", found[1]).strip()
    return Mark(entry.kind, found.start(), found.end(), label, entry.number, heading=title)


def _next_printed(text: str, entries: tuple[Entry, ...], position: int) -> int | None:
    for entry in entries:
        label = f"第{chinese_numeral(entry.number)}{entry.kind.value}"
        found = _heading_pattern(label, entry).search(text, position) if entry.title else None
        if found:
            return found.start()
    return None


def _paragraph_before(text: str, position: int, following: int) -> int:
    before = text[position:following].rstrip()
    breaks = list(re.finditer(r"\n\s*|(?<=。)\s+", before))
    return position + (breaks[-1].end() if breaks else 0)
