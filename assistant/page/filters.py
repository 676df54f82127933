"""Which documents are to be searched: by document, level, region, and whether they are in force."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.page.badges import is_over
from index.datatypes import Document


@dataclass(frozen=True, slots=True)
class Choices:
    """What the documents at hand can be filtered by; a document as (name, id)."""

    documents: tuple[tuple[str, str], ...]
    levels: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a visitor chose; nothing chosen of a kind means all of it."""

    documents: Collection[str] = ()
    levels: Collection[str] = ()
    regions: Collection[str] = ()
    in_force: bool = False


def choices(documents: Sequence[Document]) -> Choices:
    """The choices these documents give."""
    levels = dict.fromkeys(d.metadata.level.value for d in documents if d.metadata.level)
    regions = dict.fromkeys(d.metadata.region for d in documents if d.metadata.region)
    return Choices(tuple((d.metadata.name, d.id) for d in documents), tuple(levels), tuple(regions))


def within(documents: Sequence[Document], chosen: Chosen, today: date) -> tuple[str, ...] | None:
    """Ids of the only documents to search; None where nothing narrows the search."""
    if not (chosen.documents or chosen.levels or chosen.regions or chosen.in_force):
        return None
    return tuple(d.id for d in documents if _passes(d, chosen, today))


def _passes(document: Document, chosen: Chosen, today: date) -> bool:
    metadata = document.metadata
    return (
        (not chosen.documents or document.id in chosen.documents)
        and (not chosen.levels or metadata.level in chosen.levels)
        and (not chosen.regions or metadata.region in chosen.regions)
        and not (chosen.in_force and is_over(document, today))
    )
