"""Answers written by a chat model from the passages found, statement by statement, each verified before it is shown."""
