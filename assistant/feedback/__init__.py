"""Feedback on answers: kept with their records, and written as candidates for gold questions."""

from assistant.feedback.give import LONGEST_COMMENT, give
from assistant.feedback.gold import candidate, candidates
from assistant.records import Feedback, Reason

__all__ = ["LONGEST_COMMENT", "Feedback", "Reason", "candidate", "candidates", "give"]
