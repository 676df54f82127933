"""Trains the built-in embedder; needs the extra `train`. Nothing here is imported to answer a question."""
