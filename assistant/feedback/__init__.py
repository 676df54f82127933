"""What readers say: opinions of answers, which become candidates for gold questions; complaints, which are answered."""

from assistant.feedback.complain import LONGEST_COMPLAINT, LONGEST_REPLY, complain, found, receipt_number
from assistant.feedback.give import LONGEST_COMMENT, give
from assistant.feedback.gold import candidate, candidates
from assistant.records import Complaint, Feedback, Matter, Reason, Stage

__all__ = [
    "LONGEST_COMMENT",
    "LONGEST_COMPLAINT",
    "LONGEST_REPLY",
    "Complaint",
    "Feedback",
    "Matter",
    "Reason",
    "Stage",
    "candidate",
    "candidates",
    "complain",
    "found",
    "give",
    "receipt_number",
]
