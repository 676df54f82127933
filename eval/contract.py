"""The contract of an answer, checked apart from the code that makes answers."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from assistant.datatypes import Answer, Citation, Label, Status
from assistant.places import find_places
from index.datatypes import Clause, Document, Level

_VARIABLE = re.compile(r"\$\{?(\w+)\}?", re.ASCII)


def violations(answer: Answer, documents: Mapping[str, Document]) -> tuple[str, ...]:
    """What `answer` breaks of its contract, one phrase each; none where it keeps it.

    A citation: its quote stands at its offsets, its number is its place, its clause is the innermost that
    holds it. The text: the quotes in order, each with its marker, between them nothing but fixed connectives,
    the last document these name being the one quoted. A passage is the text at its offsets. A refusal is its
    fixed reply; of a text that a model wrote only the markers are checked. A fault inside `ask` is a violation too.
    """
    found = [] if answer.status is not Status.ERROR else ["查阅时出了故障"]
    quotes = answer.answered and answer.status is not Status.ABOUT_DOCUMENT
    if quotes != bool(answer.citations):
        found.append("作答而无引用,或未作答而有引用")
    for number, citation in enumerate(answer.citations, start=1):
        found += _of_citation(citation, number, documents)
    if answer.nearest:
        found += _of_citation(answer.nearest, 0, documents)
    for passage in answer.passages:
        document = documents.get(passage.document_id)
        if not document or document.text[passage.start : passage.end] != passage.text:
            found.append("片段与原文不符")
    return (*found, *_of_text(answer, documents))


def _of_citation(citation: Citation, number: int, documents: Mapping[str, Document]) -> Iterator[str]:
    if citation.number != number:
        yield f"引用 {citation.number} 排在第 {number}"
    document = documents.get(citation.document_id)
    if document is None:
        yield f"没有文件 {citation.document_id}"
        return
    if not citation.quote or document.text[citation.start : citation.end] != citation.quote:
        yield f"引文 {number} 与原文不符"
    clause = _innermost(document, citation.start, citation.end)
    stated = (citation.clause_id, citation.clause, citation.heading, citation.document_title)
    if clause is None or stated != (clause.id, clause.citation, document.heading_of(clause), document.title):
        yield f"引文 {number} 不在所称的条款"


def _innermost(document: Document, start: int, end: int) -> Clause | None:
    """The clause of the shortest extent that holds `start:end`: found apart from `Document.innermost`."""
    extents = ((document.extent(clause), clause) for clause in document.clauses)
    holding = [(e - s, -clause.depth, clause) for (s, e), clause in extents if s <= start and end <= e]
    return min(holding, key=lambda entry: entry[:2])[2] if holding else None


def _of_text(answer: Answer, documents: Mapping[str, Document]) -> Iterator[str]:
    if not answer.answered or answer.status is Status.ABOUT_DOCUMENT:
        reply = _pattern(_fixed_words("replies.toml")[answer.status.value], defaultdict(lambda: "(?s:.*)"))
        if not re.fullmatch(reply, answer.text):
            yield "未作答的正文不是固定答复"
        return
    if answer.label is Label.GENERATED:
        yield from _of_markers(answer)
        return
    places = tuple(place.name for place in find_places(answer.standalone or answer.question))
    between = _connectives(tuple(documents.values()), places)
    names = {document_id: document.metadata.name for document_id, document in documents.items()}
    at, named = 0, ""
    for number, citation in enumerate(answer.citations, start=1):
        part = re.compile(f"({between}){re.escape(citation.quote)}{re.escape(f'[{number}]')}")
        found = part.match(answer.text, at)
        if not found:
            yield f"正文到引文 {number} 为止不全是引文、标号和固定连接语"
            return
        last = max(names.values(), key=lambda name: (found[1].rfind(name), len(name)))
        named = last if last in found[1] else named
        if named != names.get(citation.document_id):
            yield f"引文 {number} 前写的不是它的文件"
        at = found.end()
    if not re.fullmatch(between, answer.text[at:]):
        yield "正文末尾不是固定连接语"


def _of_markers(answer: Answer) -> Iterator[str]:
    """A text of a model's words: the markers stand in it in order, the last one at its end."""
    at = 0
    for number in range(1, len(answer.citations) + 1):
        found = answer.text.find(f"[{number}]", at)
        if found < 0:
            yield f"正文里没有标号 {number}"
            return
        at = found + len(f"[{number}]")
    if at != len(answer.text):
        yield "正文末尾没有依据"


def _connectives(documents: Sequence[Document], places: Sequence[str] = ()) -> str:
    """Pattern of any run of connectives that may stand between quotes: those without free text. `places`: those that
    the question names, which may be its sides."""
    known = [document.metadata for document in documents]
    values = {
        "name": _either(entry.name for entry in known),
        "clause": _either(["", *(clause.citation for document in documents for clause in document.clauses)]),
        "label": _either(
            clause.label for document in documents for clause in document.clauses if clause.label
        ),
        "side": _either(
            [*Level, *places, *(text for entry in known for text in (entry.name, entry.region) if text)]
        ),
    }
    templates = _fixed_words("connectives.toml").values()
    usable = [t for t in templates if values.keys() >= set(_VARIABLE.findall(t))]
    return f"(?:\n|{'|'.join(_pattern(template, values) for template in usable)})*"


def _either(texts: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, dict.fromkeys(texts)))})"


def _pattern(template: str, values: Mapping[str, str]) -> str:
    pieces = _VARIABLE.split(template)
    return "".join(values[piece] if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))


@cache
def _fixed_words(name: str) -> dict[str, str]:
    table: dict[str, str] = tomllib.loads(files("prompts").joinpath(name).read_text(encoding="utf-8"))
    return table
