"""A conversation: what is remembered of its turns, and follow-ups made into stand-alone questions by rules."""
