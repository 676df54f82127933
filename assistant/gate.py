"""Whether the passages found answer the question. The features are few; the thresholds stand here alone."""

from collections.abc import Sequence

from assistant.datatypes import Passage
from assistant.sentences import Sentence

ANSWERS = 0.0
"""Least share of the question's terms that the best sentence, read under its headings, must cover."""
NEAR = 0.4
"""Least coverage from which a refusal points to the nearest clause."""


def answers(sentences: Sequence[Sentence]) -> bool:
    """Whether the best sentence covers enough of what was asked."""
    telling = [sentence for sentence in sentences if not sentence.heading]
    return bool(telling) and telling[0].in_context >= ANSWERS


def is_near(passages: Sequence[Passage]) -> bool:
    """Whether the best passage is worth pointing to in a refusal."""
    return bool(passages) and dict(passages[0].why).get("coverage", 1.0) >= NEAR
