"""What a question points at: documents by title or short name, clauses by number or heading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.places import Place, find_places
from index.datatypes import Document
from index.numerals import NUMERAL, parse_numeral
from index.searchable import normalise

CHINESE_NUMERAL = "[一二三四五六七八九十百]+"
UNITS = "编|章|节|条|款|项|目|点|部分|大点|段"
_STEP = re.compile(
    rf"(?:第\s*|(?P<last>最后)(?=一))(?P<number>{NUMERAL})\s*个?小?(?P<unit>{UNITS})(?:之(?P<suffix>{NUMERAL}))?"
    rf"|(?<![0-9哪这那每几某上下前后])(?P<short>{NUMERAL})(?P<short_unit>章|节)"
    rf"|(?:第)?\((?P<bracketed>{CHINESE_NUMERAL})\)(?:条|项|点|款|部分)?"
    r"|\((?P<digits>[0-9]{1,3})\)"
)
_CHAPTER_AND_SECTION = re.compile(r"(?<![0-9])([0-9]{1,2})-([0-9]{1,2})(?![0-9])")
_HEADING_STEP = re.compile(
    r"(?<![一二三四五六七八九十])([一二三四五六七八九十]+)、(?=\(|$|[^一二三四五六七八九十])"
)
_ORDINAL = re.compile(rf"排?第({NUMERAL})(?=的|是|讲|说|写|[\s,:?]|$)")
_BARE_NUMBER = re.compile(r"^[第 ]?([0-9]{1,3})(?![0-9年月日%个])")
_TYPES = (
    "规划纲要",
    "五年规划",
    "实施意见",
    "实施方案",
    "纲要",
    "规划",
    "意见",
    "方案",
    "条例",
    "办法",
    "通知",
    "决定",
)
_AGE = "(以前|原来|先前|过去|后来|现在|如今|[新老旧])"
_OF_PLACE = r"{name}(省|市)?(新|后来)?(出|发|定|印发)?的?[那这]?[个份部]?[新老旧]?的?{kind}"
_TWO_TYPES = re.compile(
    r"(规划|纲要)[^,]{0,16}[和跟与同比到、,较].{0,10}(意见|方案)|(意见|方案)[^,]{0,16}[和跟与同比到、,较].{0,10}(规划|纲要)"
)
"""A plan and an opinion named side by side (“以前的规划和现在的意见”)."""
_QUOTES = re.compile("[“”]")
_STATE = "中华人民共和国"
_TITLE = re.compile(r"《([^》]{2,60})》")
_NAMED_LAW = re.compile(
    rf"([\u4e00-\u9fff]{{1,20}}?(?:法典|条例|办法|细则|规定|宪法|刑法|[^办方说看想设依违合立司执想]法))(?=第{NUMERAL}条)"
)
_FILLER = re.compile(
    r"请问|请|麻烦|帮我|给我|告诉我|我想(知道|看看?|查)|查(一下|询|看|找)?|看(一下|看|一?看)?|列(出|一下)|"
    r"(主要|具体|完整|到底|究竟|大概|分别|都|又|还)|(讲|说|写|规定|提|包括|包含|涉及|要求)(了|的|到|出)*(些|的是|是)?(什么|啥|哪些|哪几|怎么|如何)?(内容|事|东西|方面|任务|要求|规定)?|"
    r"(是|有)?(什么|啥|哪些|哪几(个|项|条|节|章)?|几(个|项|条|节|章)?|多少(个|项|条|节|章)?|怎么(说|写|讲|规定)?|如何(规定|表述)?)(的)?|"
    r"(的)?(原文|原话|全文|正文|内容|条文|标题|目录|大纲|结构|框架|提纲|要点)|(这|那|哪)(一|个|份|部|里)?(章|节|条|款|项|点|部分|文件|个)?|"
    r"文件|规划|里面?|中|当中|上|下|关于|有关|一下|哪|那|这|吗|呢|吧|啊|呀|的|了|是|有|和|与|及|在|也|给出|给|都|就|说来?|“|”|‘|’|[\s,.。?!;:、()\[\]《》<>\-—·\"']"
)


LAST = -1
"""Number of a step to the last clause of its kind."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step down a clause tree: 第九章 is ("章", 9), 最后一章 ("章", LAST); a label in brackets has the unit "(一)"
    or "(1)"."""

    unit: str
    number: int
    suffix: int = 0
    written: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """`documents`: ids named. `steps`: the clause numbers, widest first. `unheld`: a document named that is not held.

    `rest` is the question without these names and numbers.
    """

    documents: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    unheld: str | None = None
    rest: str = ""


def is_filler(text: str) -> bool:
    """Whether `text` only asks to be shown something, without naming what."""
    return not without_filler(text)


def without_filler(text: str) -> str:
    """`text` without the words that only ask to be shown something."""
    return _FILLER.sub("", text)


def read_reference(text: str, documents: tuple[Document, ...]) -> Reference:
    """What the normalised question `text` points at among `documents`."""
    named, rest = _find_names(text, documents)
    unheld = None if named else _find_unheld(text, documents)
    typed = () if unheld else _find_by_type(rest, documents, text, named)
    if typed:
        rest = re.sub(rf"({_AGE}的?)?({'|'.join(_TYPES)})", "", rest)
        named = tuple(dict.fromkeys((*named, *typed)))
    steps, rest = _find_steps(rest, anchored=bool(named))
    return Reference(named, steps, unheld, rest)


def _find_names(text: str, documents: tuple[Document, ...]) -> tuple[tuple[str, ...], str]:
    found: dict[str, int] = {}
    rest = text
    for name, document_id in _names_by_length(documents):
        position = rest.find(name)
        if position >= 0:
            found.setdefault(document_id, position)
            rest = rest.replace(name, "\x00" * len(name))
    ordered = tuple(sorted(found, key=lambda document_id: found[document_id]))
    return ordered, rest.replace("\x00", "")


@lru_cache(maxsize=4)
def _names_by_length(documents: tuple[Document, ...]) -> tuple[tuple[str, str], ...]:
    """(normalised name, document id), longest names first."""
    pairs = [(name, document.id) for document in documents for name in _names(document)]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


def _names(document: Document) -> set[str]:
    """What people call the document, normalised: title, our name, short names; a law also without its state, and what
    is quoted in a name as a keyboard quotes it or not quoted."""
    known = document.metadata
    names = {normalise(name) for name in (known.title, known.name, *known.short_names) if name}
    names |= {_QUOTES.sub(quote, name) for name in names for quote in ('"', "")}
    return names | {name.removeprefix(_STATE) for name in names}


def _find_by_type(
    text: str, documents: tuple[Document, ...], whole: str, named: Sequence[str]
) -> tuple[str, ...]:
    """“大连那个实施意见”: a place and types of document, or beside a clause number or another type one that only one is
    of.

    `text` is what is left of the `whole` question without the names of the documents `named`, which may hold the place.
    """
    places = find_places(whole)
    two_types = bool(_TWO_TYPES.search(whole))
    regions = _regions(places, documents) if two_types else {place.name for place in places}
    told_apart = bool(regions or two_types or _STEP.search(whole) or _CHAPTER_AND_SECTION.search(whole))
    found: list[Document] = []
    for kind in _TYPES:
        if kind not in text:
            continue
        near = [{p.name} for p in places if re.search(_OF_PLACE.format(name=p.name, kind=kind), text)]
        text = text.replace(kind, " ")
        of_kind = [d for d in documents if any(kind in name for name in _names(d))]
        if two_types and not regions:
            beside = (*found, *(d for d in documents if d.id in named))
            regions = {d.metadata.region for d in beside if d.metadata.region}
        of_places = [_only(of_kind, place) for place in near]
        found += [d for d in of_places or [_only(of_kind, regions)] if d and told_apart]
    return tuple(dict.fromkeys(d.id for d in found))


def _only(documents: Sequence[Document], regions: set[str]) -> Document | None:
    """The only one of `documents`, in these regions where any are given."""
    those = [d for d in documents if not regions or d.metadata.region in regions]
    return those[0] if len(those) == 1 else None


def _regions(places: Sequence[Place], documents: Sequence[Document]) -> set[str]:
    """For each place the region nearest to it that has documents."""
    held = {d.metadata.region for d in documents}
    nearest = (next((name for name in (p.name, *p.parents) if name in held), None) for p in places)
    return {name for name in nearest if name}


def _find_unheld(text: str, documents: tuple[Document, ...]) -> str | None:
    """A document that the question names and that is none of `documents`."""
    for found in _TITLE.finditer(text):
        if not any(_may_be(found[1], normalise(name)) for d in documents for name in _names(d)):
            return f"《{found[1]}》"
    law = _NAMED_LAW.search(text)
    return law[1] if law else None


def _may_be(title: str, name: str) -> bool:
    """Whether a document of this name may be meant: its name and more, or nothing that its name has not."""
    return name in title or set(title) <= set(name)


def _find_steps(text: str, *, anchored: bool) -> tuple[tuple[Step, ...], str]:
    steps: list[tuple[int, Step]] = []
    for found in _STEP.finditer(text):
        steps.append((found.start(), _step(found)))
    rest = _STEP.sub("", text)
    if anchored:
        for found in _HEADING_STEP.finditer(text):
            steps.append((found.start(), Step("部分", parse_numeral(found[1]) or 0, 0, found[0])))
        rest = _HEADING_STEP.sub("", rest)
        for found in _CHAPTER_AND_SECTION.finditer(text):
            steps += [(found.start(), Step("章", int(found[1]), 0, f"第{found[1]}章"))]
            steps += [(found.start() + 1, Step("节", int(found[2]), 0, f"第{found[2]}节"))]
        rest = _CHAPTER_AND_SECTION.sub("", rest)
        if not steps and (ordinal := _ORDINAL.search(rest)):
            steps.append((ordinal.start(), Step("条", parse_numeral(ordinal[1]) or 0, 0, ordinal[0])))
            rest = rest.replace(ordinal[0], "")
        bracketed = all(step.unit in ("部分", "(一)") for _, step in steps)
        number = _BARE_NUMBER.match(rest.strip()) if bracketed else None
        if number:
            steps.append((len(text), Step("条", int(number[1]), 0, number[0].strip())))
            rest = rest.strip()[number.end() :]
    ordered = tuple(step for _, step in sorted(steps, key=lambda pair: pair[0]))
    return ordered, rest


def _step(found: re.Match[str]) -> Step:
    written = found[0].replace(" ", "")
    if found["number"]:
        number = LAST if found["last"] else parse_numeral(found["number"]) or 0
        return Step(found["unit"], number, parse_numeral(found["suffix"] or "") or 0, written)
    if found["short"]:
        return Step(found["short_unit"], parse_numeral(found["short"]) or 0, 0, "第" + written)
    if found["bracketed"]:
        return Step("(一)", parse_numeral(found["bracketed"]) or 0, 0, written)
    return Step("(1)", int(found["digits"]), 0, written)
