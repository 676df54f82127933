"""A question that asks what a document says and also about the document itself -> its two parts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.about import documents_meant
from assistant.aspects import CALLED, HELD, OF_DOCUMENTS_ONLY, asked_of_document, left_over
from assistant.focus import read_focus
from assistant.outcome import Outcome
from assistant.references import read_reference
from index.datatypes import Document
from index.searchable import normalise

_PIECES = re.compile(r"[,。;?!]+")
_STILL = r"现在|目前|如今|今年|今天|(到)?20[0-9]{2}年|跟着|是不是|是否|已经?|早就?|还|仍然?|继续"
_STILL_VALID = re.compile(
    rf"(也|都|就)?({_STILL})+(也|都|就|能|可以|{_STILL})*"
    r"(有没有效|有效|(算不)?算数|(作不)?作[数准]|(管不)?管用|失效|作废|废止|过期|到期|过时|过了|(?<=[还仍])在?(执行|施行|实行))"
    r"(了|的|吗|么|不|没有?|吧|呢)*$"
)
"""“…还算数吗” at the end of a question on what a document says."""
_TERM_OVER = re.compile(
    r"的?(这个|那个)?(现在|如今)?((期限|年限|时限|限期)(是不是|已经?)?(到没到|过没过|[到过]了(没有?|吗|么))|(到没)?到期(了?没有?|了吗)?)"
    r"(呢|啊|吧)*$"
)
"""Whether the time set for something is over: the clause that sets it tells that."""
_ASKING = "是怎样的"
"""What makes a question of what is left of such a one."""
_LEAST = 2
"""Characters that a part must hold, besides what asks about a document, to be on what one says."""


@dataclass(frozen=True, slots=True)
class Divided:
    """`content`: the normalised question on what the documents say; `documents`: ids of those also asked about."""

    content: str
    documents: tuple[str, ...]


def divide(text: str, documents: Sequence[Document]) -> Divided | None:
    """The parts of the normalised question; None where it has not both.

    Whether a term is over (“…期限到没到”) is asked of no document where none is named; what is left asks for the term.
    """
    focus = read_focus(text, documents)
    meant = () if isinstance(focus, Outcome) else documents_meant(text, focus, documents)
    pieces = [piece.strip() for piece in _PIECES.split(text)]
    dated = [rest for piece in pieces if (rest := _TERM_OVER.sub("", piece))]
    if not meant:
        told = dated != [piece for piece in pieces if piece] and _says(dated, documents)
        return Divided(",".join(dated), ()) if told else None
    pieces = [part for piece in pieces for part in _parts(piece, documents) if part]
    about = [piece for piece in pieces if _is_about(piece, documents)]
    content = [piece for piece in pieces if piece not in about]
    if not about or not _says(content, documents):
        return None
    question = ",".join(content)
    if not read_reference(question, tuple(documents)).documents:
        question = "和".join(normalise(one.metadata.name) for one in meant) + question
    return Divided(question, tuple(document.id for document in meant))


def _parts(piece: str, documents: Sequence[Document]) -> tuple[str, ...]:
    """The piece, or where it ends by asking whether what it names still holds, that apart."""
    found = _STILL_VALID.search(piece)
    if not found or _left(piece[: found.start()], documents) < _LEAST:
        return (piece,)
    return f"{piece[: found.start()]}{_ASKING}", found[0]


def _says(pieces: Sequence[str], documents: Sequence[Document]) -> bool:
    return any(_left(piece, documents) >= _LEAST for piece in pieces)


def _is_about(piece: str, documents: Sequence[Document]) -> bool:
    """Whether it asks about a document and cannot be about anything else: “是真的吗” may be about what one says."""
    focus = read_focus(piece, documents)
    if isinstance(focus, Outcome) or focus.reference.steps:
        return False
    asked = asked_of_document(focus)
    certain = asked in OF_DOCUMENTS_ONLY or focus.reference.documents or CALLED.search(piece)
    return bool(asked and asked != HELD and (certain or _STILL_VALID.fullmatch(piece)))


def _left(piece: str, documents: Sequence[Document]) -> int:
    """How much of the piece is on what a document says; a clause that it names is."""
    focus = read_focus(piece, documents)
    return _LEAST if isinstance(focus, Outcome) or focus.reference.steps else len(left_over(focus))
