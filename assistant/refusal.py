"""The fixed reply of an outcome, with the nearest clause where one is near, and whom to ask."""

from assistant import gate
from assistant.card import card
from assistant.cite import verify
from assistant.datatypes import Answer, Citation, Quote, Status
from assistant.outcome import Outcome
from assistant.places import Place, PlaceKind, within
from assistant.replies import connective, reply
from assistant.turn import Turn
from index.datatypes import Level

POINTS_TO_NEAREST = {Status.NOT_IN_CORPUS, Status.NEEDS_OFFICE, Status.ASKED_TO_ACT, Status.OPINION}
"""Refusals of a question that is on a matter of the documents, as far as its words tell."""
_UNANSWERED = POINTS_TO_NEAREST | {Status.UNCLEAR}
"""Refusals of what a document says that leave to be told what was asked about it besides."""
MOST_NAMES = 8
"""Documents or regions that a reply names; of more it gives the number."""


def refuse(turn: Turn, outcome: Outcome) -> Answer:
    """The answer that says why there is none."""
    nearest = _nearest(turn) if outcome.status in POINTS_TO_NEAREST else None
    variables = {
        "documents": _listed([document.metadata.name for document in turn.documents.values()]),
        "regions": _listed(_regions(turn)),
        "nearest": connective("nearest", citation=nearest.form) if nearest else "",
        "where": connective("where", office=office(turn.places)),
        **outcome.variables,
    }
    told = reply(outcome.status, **variables)
    if turn.beside and outcome.status in _UNANSWERED:
        cards = "\n".join(card(turn.documents[id_], turn.known, turn.today) for id_ in turn.beside)
        about = reply(Status.ABOUT_DOCUMENT, cards=cards)
        return Answer(
            turn.question.shown, Status.ABOUT_DOCUMENT, about, notices=(told,), passages=turn.passages
        )
    return Answer(
        question=turn.question.shown,
        status=outcome.status,
        text=told,
        passages=turn.passages,
        nearest=nearest,
        choices=outcome.choices,
        confidence=outcome.confidence,
    )


def _listed(names: list[str]) -> str:
    if len(names) <= MOST_NAMES:
        return "、".join(names)
    return connective("and_more", names="、".join(names[:MOST_NAMES]), count=str(len(names)))


def _regions(turn: Turn) -> list[str]:
    """The regions that the documents speak for, 中央 first; the documents themselves where none is known."""
    known = [document.metadata for document in turn.documents.values()]
    regions = [Level.CENTRAL.value for one in known if one.level is Level.CENTRAL]
    regions += [one.region for one in known if one.region and one.level is not Level.CENTRAL]
    return list(dict.fromkeys(regions)) or [one.name for one in known]


def _nearest(turn: Turn) -> Citation | None:
    if not gate.is_near(turn.passages):
        return None
    best = turn.passages[0]
    return verify(
        Quote(best.document_id, best.start, best.end, best.text), turn.documents[best.document_id], 0
    )


def office(places: tuple[Place, ...]) -> str:
    """Whom to ask: the hotline of the first place named, or of the city it lies in, or of wherever one lives."""
    at_home = [place for place in places if place.kind is not PlaceKind.COUNTRY]
    if not at_home:
        return connective("office", place=connective("anywhere"))
    place = at_home[0]
    city = place.name if place.kind in (PlaceKind.PROVINCE, PlaceKind.CITY) else place.parents[-2:][0]
    return connective("office_liaoning" if within(place, "辽宁") else "office", place=city)
