"""A turn with its draft -> the answer's text and citations, piece by piece: in a chat model's words where one is set
and keeps to the passages, else in the documents' own."""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, replace

from assistant.cite import cite_part
from assistant.datatypes import Citation, Label, Part
from assistant.events import Shown, Withdrawn
from assistant.replies import connective, why_not_written
from assistant.turn import Turn
from assistant.written.faults import Fault, NotWrittenError
from assistant.written.write import Writer
from index.datatypes import Document


@dataclass(frozen=True, slots=True)
class Told:
    """What was told, all pieces together. Without citations it is no answer."""

    label: Label
    text: str = ""
    citations: tuple[Citation, ...] = ()
    notices: tuple[str, ...] = ()


def tell(turn: Turn, writer: Writer | None) -> Generator[Shown | Withdrawn, None, Told]:
    """Tell the draft, or where there is a writer and material for it what it writes instead.

    Nothing is told where the model says that the passages do not answer.
    """
    parts = turn.draft.parts if turn.draft else ()
    if not writer or not turn.material:
        return (yield from _pieces(parts, turn.documents, Label.EXTRACT))
    writing = writer.begin(turn)
    try:
        told = yield from _pieces(writing.parts(), turn.documents, Label.GENERATED)
    except NotWrittenError as error:
        if error.fault is Fault.NOT_HELD:
            return Told(Label.GENERATED)
        why = why_not_written(error.fault)
        yield Withdrawn(why)
        told = yield from _pieces(parts, turn.documents, Label.EXTRACT)
        return replace(told, notices=(why,))
    return replace(told, notices=(connective("partly"),)) if writing.partly else told


def _pieces(
    parts: Iterable[Part], documents: Mapping[str, Document], label: Label
) -> Generator[Shown, None, Told]:
    """Each quote or statement with the fixed words before it, as soon as it is there."""
    told, lead = Told(label), ""
    for part in parts:
        text, cited = cite_part(part, documents, len(told.citations) + 1)
        lead += text
        if cited:
            yield Shown(lead, cited, label)
            told = replace(told, text=told.text + lead, citations=(*told.citations, *cited))
            lead = ""
    if lead:
        yield Shown(lead, (), label)
    return replace(told, text=told.text + lead)
