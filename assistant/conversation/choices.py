"""What would decide a question that names no place: the regions whose documents speak of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.conversation.scope import read_scope, region_name
from assistant.conversation.wordlists import word_lists
from assistant.datatypes import Citation

if TYPE_CHECKING:
    from assistant.turn import Turn

SPEAKS_OF_IT = 0.6
"""Share of the best passage's score from which the region of another one is offered."""


def choices(turn: "Turn", citations: Sequence[Citation]) -> tuple[str, ...]:
    """Regions to choose among, those cited first; none where the question names a place, level, document or clause."""
    text, documents = turn.question.text, tuple(turn.documents.values())
    words = word_lists()
    if not all(words["place_decides", name].search(text) for name in ("asks", "about")):
        return ()
    scope = read_scope(text, documents)
    if not scope.empty or scope.steps:
        return ()
    best = max((passage.score for passage in turn.passages), default=0.0)
    near = [passage.document_id for passage in turn.passages if passage.score >= SPEAKS_OF_IT * best]
    cited = [citation.document_id for citation in citations]
    regions = dict.fromkeys(region_name(turn.documents[name]) for name in (*cited, *near))
    offered = tuple(region for region in regions if region)
    return offered if len(offered) > 1 else ()
