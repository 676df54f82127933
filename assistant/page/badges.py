"""What is to be seen of a document at a glance: its level, what kind of text it is, whether its period is over."""

from dataclasses import dataclass
from datetime import date

from index.datatypes import Document, SourceKind

_TONES = {
    SourceKind.OFFICIAL: "sound",
    SourceKind.MEDIA_FULL: "plain",
    SourceKind.MEDIA_DIGEST: "care",
    SourceKind.REWRITTEN: "care",
    SourceKind.UNKNOWN: "plain",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word and its tone: "level", "sound", "plain" or "care"."""

    text: str
    tone: str


def is_over(document: Document, today: date) -> bool:
    """Whether the period for which the document was made has ended."""
    until = document.metadata.valid_until
    return until is not None and until < today


def badges(document: Document, today: date) -> tuple[Badge, ...]:
    """The badges of `document` on this day."""
    metadata = document.metadata
    found = [Badge(metadata.level.value, "level")] if metadata.level else []
    found.append(Badge(metadata.kind.value, _TONES[metadata.kind]))
    if is_over(document, today):
        found.append(Badge("规划期已届满", "care"))
    return tuple(found)
