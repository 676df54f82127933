"""What a reader must know of the sources cited: validity on the day of asking, kind of text, level."""

from collections.abc import Iterator, Sequence
from datetime import date

from assistant.datatypes import Citation
from assistant.days import written
from assistant.places import Place
from assistant.replies import connective
from index.datatypes import Document, Level, SourceKind

_NOT_OFFICIAL = {SourceKind.REWRITTEN, SourceKind.MEDIA_DIGEST, SourceKind.MEDIA_FULL}


def notices(
    citations: Sequence[Citation], documents: dict[str, Document], places: Sequence[Place], today: date
) -> tuple[str, ...]:
    """Notices on the documents cited, in the order of their first citation."""
    cited = dict.fromkeys(citation.document_id for citation in citations)
    return tuple(note for document_id in cited for note in _of(documents[document_id], places, today))


def _of(document: Document, places: Sequence[Place], today: date) -> Iterator[str]:
    known = document.metadata
    name = known.name
    if known.valid_until and known.valid_until < today:
        yield connective("expired", name=name, until=written(known.valid_until))
    if known.valid_from and known.valid_from > today:
        yield connective("not_yet", name=name, start=written(known.valid_from))
    if known.kind in _NOT_OFFICIAL:
        yield connective("not_official", name=name, kind=known.kind.value, warning=known.warning or "")
    elif known.warning:
        yield connective("warning", name=name, warning=known.warning)
    if known.level is not None and places and all(_is_wider(known.level, place) for place in places):
        yield connective("wider", name=name, level=known.level.value)


def _is_wider(level: Level, place: Place) -> bool:
    """Whether a document of this level speaks for more than the place asked about."""
    ranks = {Level.CENTRAL: 0, Level.PROVINCE: 1, Level.CITY: 2, Level.COUNTY: 3}
    return ranks[level] < min(len(place.parents) + 1, 3)
