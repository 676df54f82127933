"""Ask policy documents in Chinese; every statement of an answer is a quote of a clause that exists."""

from assistant.assistant import PolicyAssistant
from assistant.datatypes import Answer, Citation, Passage, Status

__all__ = ["Answer", "Citation", "Passage", "PolicyAssistant", "Status"]
