"""Ask policy documents in Chinese; every statement of an answer is a quote of a clause that exists."""

from typing import TYPE_CHECKING

from assistant.datatypes import Answer, Citation, Passage, Status

if TYPE_CHECKING:
    from assistant.assistant import PolicyAssistant

__all__ = ["Answer", "Citation", "Passage", "PolicyAssistant", "Status"]


def __getattr__(name: str) -> object:
    # Loaded when first used: the command line shows its help without the index and its libraries.
    if name != "PolicyAssistant":
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    from assistant.assistant import PolicyAssistant

    return PolicyAssistant
