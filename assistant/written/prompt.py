"""What the model is told: the rules, and between random marks the passages and the question, within a budget."""

import secrets
from collections.abc import Mapping, Sequence

from assistant.datatypes import Passage
from assistant.prompts import prompt
from index.datatypes import Document
from index.searchable import visible
from index.tokens import count_tokens

BUDGET = 6000
"""Tokens of the whole prompt, by the vocabulary of Qwen: a model of 8,192 tokens has room for it and its answer,
even where it counts a tenth more."""


def fill_prompt(
    question: str, passages: Sequence[Passage], documents: Mapping[str, Document]
) -> tuple[list[tuple[str, str]], int]:
    """Messages (role, text), and how many of `passages`, the first ones, have found room; numbered from 1.

    The marks are new for each request, so nothing that is asked or indexed can imitate them.
    """
    mark = f"◆{secrets.token_hex(6)}◆"
    rules = prompt("write_rules.txt", mark=mark)
    left = (
        BUDGET
        - count_tokens(rules)
        - count_tokens(prompt("write_question.txt", mark=mark, passages="", question=question))
    )
    shown: list[str] = []
    for number, passage in enumerate(passages, start=1):
        text = prompt(
            "write_passage.txt",
            mark=mark,
            number=str(number),
            source=_source(passage, documents[passage.document_id]),
            text=visible(passage.text),
        )
        left -= count_tokens(text)
        if left < 0:
            break
        shown.append(text)
    asked = prompt("write_question.txt", mark=mark, passages="\n".join(shown), question=question)
    return [("system", rules), ("user", asked)], len(shown)


def _source(passage: Passage, document: Document) -> str:
    """Where a passage stands, for the model to understand it by."""
    return visible(" ".join(filter(None, (document.metadata.name, passage.clause, passage.heading))))
