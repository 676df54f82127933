"""Exact look-up: a clause named by number or heading is found by the structure of its document, not by search."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.datatypes import Draft, Quote, Status
from assistant.outcome import Outcome
from assistant.references import LAST, Reference, Step, is_filler, without_filler
from assistant.replies import connective
from index.chunk import sentence_spans
from index.datatypes import Clause, ClauseKind, Document
from index.numerals import parse_numeral
from index.searchable import normalise

KINDS: dict[str, tuple[ClauseKind, ...]] = {
    "编": (ClauseKind.PART,),
    "章": (ClauseKind.CHAPTER,),
    "节": (ClauseKind.SECTION,),
    "条": (ClauseKind.ARTICLE, ClauseKind.NUMBER, ClauseKind.POINT),
    "款": (ClauseKind.PARAGRAPH,),
    "段": (ClauseKind.PARAGRAPH,),
    "项": (ClauseKind.POINT, ClauseKind.NUMBER, ClauseKind.BULLET),
    "点": (ClauseKind.NUMBER, ClauseKind.POINT, ClauseKind.BULLET),
    "目": (ClauseKind.NUMBER, ClauseKind.SUBNUMBER),
    "部分": (ClauseKind.HEADING, ClauseKind.THEME, ClauseKind.CHAPTER, ClauseKind.NUMBER),
    "大点": (ClauseKind.HEADING, ClauseKind.THEME, ClauseKind.NUMBER),
    "(一)": (ClauseKind.POINT,),
    "(1)": (ClauseKind.SUBNUMBER, ClauseKind.NUMBER),
}
"""Kinds of clause that people mean by a unit, the likeliest first."""

_OUTLINED = (
    ClauseKind.PART,
    ClauseKind.SUBPART,
    ClauseKind.CHAPTER,
    ClauseKind.SECTION,
    ClauseKind.HEADING,
    ClauseKind.THEME,
)
"""Kinds that are shown by their outline."""
_THEME = re.compile(r"^(.{2,20}?)的?[那这哪]一?个?(章|节|部分|编|条)(?!.*[那这哪]一?个?(?:章|节|部分|编|条))")
"""How a part is called by its theme, and the unit."""
_CALLED_WHAT = r"(都|分别)?(叫|是)(什么|啥)(名字?|标题|题目)?|(名字?|标题|题目)(都|分别)?(叫|是)?(什么|啥)?"
"""What asks for the heading of a part."""
_WHICH_ONE = re.compile(
    rf"^(讲|说|写|关于)*(?P<theme>.{{2,12}}?)的?(是|在|是在|写在|放在)(第几|哪一?)个?(?P<unit>章|节|部分|编|条)(,?({_CALLED_WHAT}))?$"
    r"|^(第几|哪一?)个?(?P<unit_first>章|节|部分|编|条)(是|在)?(讲|说|写)的?是?(?P<theme_last>.{2,12}?)的?$"
)
"""The number of a part asked for by its theme: “讲海洋的是第几章”."""
_HOW_MANY = re.compile(
    r"(一?总?共|总计|合计|拢共|正文)*(分|有|排|编|写|列)?(了|成|为|到)?(第?几|第?多少)个?(?P<unit>编|章|节|条|款|项|点|部分)"
    rf"(,?(每|各)一?个?(编|章|节|条|部分)?的?({_CALLED_WHAT}))?"
)
"""How many parts there are: “一共几章”, “排到第几条”."""
_CLEAR_NAME = 4
"""Characters a short name needs to be a good example."""
_SHORTEST_HEADING, _LONGEST_HEADING = 5, 60
_LONGEST_LINE = 100
_FEW_CHILDREN = 6
_MOST_LINES = 24
_SHORT = 500
"""Characters of a clause that is shown whole whatever is asked of it."""
_UNSAID = 2
"""Characters that its headings and first sentence do not hold, in a question that asks for a clause and no more."""
_READABLE = 2000
"""Characters of a section that is shown whole; of a longer one the outline is."""


@dataclass(frozen=True, slots=True)
class Target:
    """A clause that the question points at; `clause` is None for the document as a whole.

    `whole` tells that the clause itself is asked for, and not something that it says. `unit` is that of the clauses
    below it whose number is asked for.
    """

    document: Document
    clause: Clause | None
    whole: bool
    unit: str | None = None


def find_targets(
    reference: Reference, topic: str, documents: Sequence[Document]
) -> tuple[Target, ...] | Outcome:
    """What the reference points at; empty where it points at nothing, an outcome where that does not exist.

    `topic` is the question without the names of documents, clauses and places.
    """
    named = [d for d in documents if d.id in reference.documents]
    if reference.steps:
        return _by_number(reference, topic, named, documents)
    found = _by_heading(topic, tuple(named or documents)) or _by_theme(topic, named) or _counted(topic, named)
    if found:
        return found
    if named and is_filler(topic) and topic.strip():
        return tuple(Target(document, None, whole=True) for document in named)
    return ()


def _by_number(
    reference: Reference, topic: str, named: Sequence[Document], documents: Sequence[Document]
) -> tuple[Target, ...] | Outcome:
    asked = "".join(step.written for step in reference.steps)
    if len(reference.steps) > 1 and len({step.unit for step in reference.steps}) == 1:
        each = [
            _by_number(replace(reference, steps=(step,)), topic, named, documents) for step in reference.steps
        ]
        wrong = next((one for one in each if isinstance(one, Outcome)), None)
        return wrong or tuple(target for one in each if not isinstance(one, Outcome) for target in one)
    found = [(d, matches) for d in named or documents if (matches := _resolve_leniently(d, reference.steps))]
    if len(found) == 1 and len(found[0][1]) == 1:
        document, (clause,) = found[0]
        return (Target(document, clause, _is_asked_whole(topic, document, clause)),)
    if named and not found:
        have = " ".join(describe_numbers(document, reference.steps) for document in named)
        names = "、".join(document.metadata.name for document in named)
        return Outcome(Status.NO_SUCH_CLAUSE, {"document": names, "asked": asked, "have": have})
    if not is_filler(topic):
        return tuple(Target(d, matches[0], whole=False) for d, matches in found if len(matches) == 1)
    examples = [_short_name(document) + matches[0].citation for document, matches in found]
    example = max(examples, key=len) if examples else _short_name(documents[0]) + asked
    return Outcome(Status.WHICH_DOCUMENT, {"asked": asked, "example": example})


def _short_name(document: Document) -> str:
    names = [name for name in document.metadata.short_names if len(name) >= _CLEAR_NAME]
    return min(names, key=len, default=document.metadata.name)


def _is_asked_whole(topic: str, document: Document, clause: Clause) -> bool:
    """Whether nothing but the clause is asked for: a short one in any case, a long one where the question tells no
    more than words of its headings or its first sentence."""
    start, end = document.extent(clause)
    if end - start <= _SHORT and not document.children(clause):
        return True
    compact = re.sub(_CALLED_WHAT, "", re.sub(r"\s", "", topic))
    for found in (clause, *document.ancestors(clause)):
        compact = compact.replace(_heading(document, found), "")
    first = next(iter(sentence_spans(document.text, clause.opening, end)), (start, start))
    said = "".join(_heading(document, one) for one in (clause, *document.ancestors(clause)))
    said += re.sub(r"\s", "", normalise(document.text[slice(*first)], document.metadata.wording))
    pairs = {said[at : at + 2] for at in range(len(said) - 1)}
    return len(without_filler("".join(_unsaid(compact, pairs)))) <= _UNSAID


def _unsaid(text: str, pairs: set[str]) -> Iterator[str]:
    """The characters of `text` that stand in none of the `pairs`."""
    for at, character in enumerate(text):
        if text[at : at + 2] not in pairs and text[max(at - 1, 0) : at + 1] not in pairs:
            yield character


def _heading(document: Document, clause: Clause) -> str:
    return re.sub(r"\s", "", normalise(clause.heading, document.metadata.wording))


def _by_heading(topic: str, documents: tuple[Document, ...]) -> tuple[Target, ...]:
    """Clauses whose heading is all that the question holds; the longest heading wins."""
    compact = re.sub(r"\s", "", topic)
    headings = _headings(documents)
    for length in range(min(len(compact), _LONGEST_HEADING), _SHORTEST_HEADING - 1, -1):
        for start in range(len(compact) - length + 1):
            found = headings.get(compact[start : start + length])
            if found and is_filler(compact[:start] + compact[start + length :]):
                return tuple(Target(document, clause, whole=True) for document, clause in found)
    return ()


def _by_theme(topic: str, named: Sequence[Document]) -> tuple[Target, ...]:
    """The one part of a document named that is called by what it is about: “讲海洋那一节”; or whose number is asked
    for by what its heading or one below it tells: “讲海洋的是第几章”."""
    compact = re.sub(r"[\s?!。]", "", topic)
    if asked := _WHICH_ONE.search(compact):
        theme, unit = asked["theme"] or asked["theme_last"], asked["unit"] or asked["unit_first"]
    elif asked := _THEME.search(compact):
        theme, unit = asked[1], asked[2]
    else:
        return ()
    theme = without_filler(theme)
    if len(theme) < 2 or len(named) != 1:
        return ()
    document = named[0]
    alike = [
        clause
        for kind in KINDS[unit]
        for clause in document.clauses
        if clause.kind is kind and theme in _heading(document, clause)
    ]
    if not alike and asked.re is _WHICH_ONE:
        alike = _above(document, theme, KINDS[unit])
    return (Target(document, alike[0], whole=True),) if len(alike) == 1 else ()


def _above(document: Document, theme: str, kinds: Sequence[ClauseKind]) -> list[Clause]:
    """The clauses of these kinds that hold one whose heading tells the theme."""
    told = [clause for clause in document.clauses if theme in _heading(document, clause)]
    found = {one.id: one for clause in told for one in document.ancestors(clause) if one.kind in kinds}
    return list(found.values())


def _counted(topic: str, named: Sequence[Document]) -> tuple[Target, ...]:
    """The document or the part of it whose clauses are to be counted; as a whole where they have no numbers that run
    on from one through most of it."""
    compact = re.sub(r"[\s?!。]", "", topic)
    asked = _HOW_MANY.search(compact)
    if not asked or len(named) != 1:
        return ()
    (document,) = named
    scope = without_filler(compact[: asked.start()] + compact[asked.end() :])
    parts = [clause for clause in document.clauses if scope and _heading(document, clause) == scope]
    if len(parts) != bool(scope):
        return ()
    clause = parts[0] if parts else None
    numbered = _numbered(document, clause, asked["unit"])
    runs_on = [one.number for one in numbered] == list(range(1, len(numbered) + 1))
    start, end = document.extent(clause) if clause else (0, len(document.text))
    covered = sum(end - start for start, end in map(document.extent, numbered))
    counted = runs_on and covered > (end - start) / 2
    return (Target(document, clause, True, asked["unit"] if counted else None),)


@lru_cache(maxsize=8)
def _headings(documents: tuple[Document, ...]) -> dict[str, list[tuple[Document, Clause]]]:
    """Clauses by their heading, normalised and without white space."""
    found: dict[str, list[tuple[Document, Clause]]] = {}
    for document in documents:
        for clause in document.clauses:
            if clause.heading:
                found.setdefault(_heading(document, clause), []).append((document, clause))
    return found


def resolve(document: Document, steps: Sequence[Step]) -> list[Clause]:
    """Clauses of `document` that the steps lead to; several where the steps leave it open."""
    scopes: list[Clause | None] = [None]
    for step in steps:
        scopes = [found for scope in scopes for found in _matches(document, scope, step)]
    return [scope for scope in scopes if scope is not None]


def _resolve_leniently(document: Document, steps: Sequence[Step]) -> list[Clause]:
    """As `resolve`; where the last step leads to one clause, but not below the others (“第三部分第27条”), that one."""
    found = resolve(document, steps)
    if found or len(steps) == 1:
        return found
    alone = resolve(document, steps[-1:])
    return alone if len(alone) == 1 else []


def _matches(document: Document, scope: Clause | None, step: Step) -> list[Clause]:
    below = list(document.descendants(scope)) if scope else list(document.clauses)
    for kind in KINDS[step.unit]:
        if step.number == LAST:
            numbered = [c for c in below if c.kind is kind and c.number is not None]
            found = numbered[-1:]
        elif kind is ClauseKind.NUMBER and step.unit in ("部分", "大点"):
            found = [c for c in below if c.kind is kind and c.parent is None and c.number == step.number]
        elif kind in (ClauseKind.THEME, ClauseKind.PARAGRAPH):
            siblings = [c for c in document.children(scope) if c.kind is kind]
            found = siblings[step.number - 1 : step.number] if step.number else []
        else:
            found = [
                c for c in below if c.kind is kind and c.number == step.number and _suffix(c) == step.suffix
            ]
        if found:
            return found
    return []


def _suffix(clause: Clause) -> int:
    _, _, after = clause.label.partition("之")
    return parse_numeral(after) or 0


def describe_numbers(document: Document, steps: Sequence[Step]) -> str:
    """Which numbers of the kind asked for exist: “该文件共28条，从1到28。”"""
    scope: Clause | None = None
    for step in steps:
        found = _matches(document, scope, step)
        if not found:
            break
        scope = found[0]
    where = scope.citation if scope else "该文件"
    numbered = _numbered(document, scope, step.unit)
    return _number(where, numbered, step.unit) or connective("have_not", scope=where, unit=step.unit)


def _numbered(document: Document, scope: Clause | None, unit: str) -> list[Clause]:
    """The numbered clauses below `scope` that people are likeliest to mean by the unit."""
    below = list(document.descendants(scope)) if scope else list(document.clauses)
    for kind in KINDS[unit]:
        alike = [c for c in below if c.kind is kind and c.number is not None]
        if alike and kind is not ClauseKind.BULLET:
            return alike
    return []


def _number(where: str, clauses: Sequence[Clause], unit: str) -> str | None:
    """How many clauses there are and how the first and the last are numbered; None where there are none."""
    if not clauses:
        return None
    first, last = clauses[0].label.rstrip(".、"), clauses[-1].label.rstrip(".、")
    unit = unit if unit not in ("(一)", "(1)") else "条"
    return connective("have", scope=where, count=str(len(clauses)), unit=unit, first=first, last=last)


def show_targets(targets: Sequence[Target]) -> Draft:
    """The clause itself, word for word; or where it has clauses below it, its outline, each line a quote."""
    parts: list[Quote | str] = []
    status = Status.ANSWERED
    for target in targets:
        document, clause = target.document, target.clause
        gap = "\n" if parts else ""
        name, citation = document.metadata.name, clause.citation if clause else ""
        if target.unit:
            status = Status.OUTLINE
            lines = _numbered(document, clause, target.unit)
            where = f"{name}“{clause.heading}”" if clause else name
            parts.append(gap + (_number(where, lines, target.unit) or ""))
            for line in lines if len(lines) <= _MOST_LINES else lines[-1:]:
                parts += ["\n" + connective("item"), *_line(document, line)]
            continue
        if clause and (not document.children(clause) or _is_shown_whole(document, clause)):
            printed = clause.label and clause.opening == clause.start
            lead = (
                connective("source", name=name)
                if printed
                else connective("clause", name=name, clause=citation)
            )
            parts += [gap + lead, _quote(document, clause.opening, document.extent(clause)[1])]
            continue
        status = Status.OUTLINE
        parts.append(gap + connective("outline", name=name, clause=citation))
        for child in _outline(document, clause):
            parts += ["\n" + connective("item"), *_line(document, child)]
    return Draft(tuple(parts), status)


def _is_shown_whole(document: Document, clause: Clause) -> bool:
    """Whether the clause is read as one text with all below it: an article with its items, a section not too long."""
    start, end = document.extent(clause)
    top = clause.parent is None and clause.kind is ClauseKind.NUMBER
    return end - start <= _READABLE or (clause.kind not in _OUTLINED and not top)


def _outline(document: Document, clause: Clause | None) -> list[Clause]:
    """What stands right below `clause`; where that is little of a document, what stands below it in turn."""
    children = [c for c in document.children(clause) if clause or c.kind is not ClauseKind.PARAGRAPH]
    children = children or list(document.children(clause))
    if clause or len(children) > _FEW_CHILDREN:
        return children
    lines: list[Clause] = []
    for child in children:
        below = [c for c in document.children(child) if c.kind is not ClauseKind.PARAGRAPH]
        lines += [child, *(below if len(below) <= _MOST_LINES else ())]
    return lines


def _line(document: Document, clause: Clause) -> list[Quote | str]:
    """The heading as printed, else the clause where it is short, else its first sentence.

    A heading that the body does not print gets its label as a connective and a quote of what the clause begins with.
    """
    if clause.kind is not ClauseKind.BULLET and clause.heading_end > clause.start:
        return [_quote(document, clause.start, clause.heading_end)]
    whole = _whole(document, clause)
    if not whole.text:
        first = _whole(document, document.children(clause)[0])
        begun = re.match(r"[^,\uff0c。]+", first.text)
        quote = _quote(document, first.start, first.start + (begun.end() if begun else len(first.text)))
        return [connective("unprinted", label=clause.label), quote]
    if len(whole.text) <= _LONGEST_LINE:
        return [whole]
    start, end = next(sentence_spans(document.text, whole.start, whole.end))
    return [_quote(document, start, end)]


def _whole(document: Document, clause: Clause) -> Quote:
    return _quote(document, clause.opening, clause.end)


def _quote(document: Document, start: int, end: int) -> Quote:
    text = document.text[start:end]
    start += len(text) - len(text.lstrip())
    return Quote(document.id, start, start + len(text.strip()), text.strip())
