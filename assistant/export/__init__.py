"""An answer or a conversation -> a file to work with: Word, Markdown, or a page to print."""

from assistant.export.paper import Paper, compose
from assistant.export.write import SUFFIXES, check_suffix, write

__all__ = ["SUFFIXES", "Paper", "check_suffix", "compose", "write"]
