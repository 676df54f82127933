"""Questions that the passages of a folder answer, written by a chat model beside the documents, for searching.

They go into the folder's own file (see `index.questions`), where people can read and mend them; a run that breaks off
goes on where it stopped. Nothing of them is ever shown as an answer.
"""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.prompts import prompt
from assistant.written.faults import Fault, NotWrittenError
from assistant.written.wording import is_chinese
from assistant.written.write import Writer
from index.chunk import chunk_document
from index.datatypes import Chunk, Document, PolicyError
from index.folder import find_files
from index.generation import Progress
from index.load import load_document
from index.questions import append_questions, shortest_quote
from index.tokens import count_tokens

SHORTEST, LONGEST, MOST = 4, 60, 6
"""Characters of a question, and questions of a passage, that are kept."""
FEWEST_CHARACTERS = 20
"""Of a passage that is asked about."""
REPLY_TOKENS = 120
"""Tokens of a reply, for the estimate: about what four questions take."""
ENDING = (Fault.RESTING, Fault.DENIED)
"""Faults with which a run ends: too many others in a row, or none of this model's replies is to be had."""
_ARRAY = re.compile(r"\[.*\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unasked:
    """A passage without questions, and the words by which it is found again."""

    document: Document
    chunk: Chunk
    quote: str

    def fill(self) -> str:
        """What is sent to the model."""
        clause = self.document.by_id[self.chunk.clause_id]
        return prompt(
            "expand.txt",
            mark=secrets.token_hex(4),
            title=self.document.title,
            place=f"{clause.citation} {self.document.heading_of(clause)}",
            passage=self.chunk.text.strip(),
        )


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a run came to: passages written about, those of which the reply was of no use, and why it stopped early."""

    written: int
    useless: int
    fault: str | None = None


def unasked(folder: Path) -> Iterator[Unasked]:
    """The passages in `folder` that have no questions yet; files that cannot be read are passed over.

    Raises PolicyError where the folder, its catalogue or its questions are wrong.
    """
    for file in find_files(folder).files:
        try:
            document = load_document(file.path, document_id=file.document_id, metadata=file.metadata)
        except PolicyError:
            continue  # `sync_folder` tells of it
        places = [document.text.find(entry.quote) for entry in file.questions if entry.questions]
        for chunk in chunk_document(document):
            if len(chunk.text.strip()) < FEWEST_CHARACTERS or any(
                chunk.start <= at < chunk.end for at in places
            ):
                continue
            if quote := shortest_quote(document, chunk):
                yield Unasked(document, chunk, quote)


def estimate(passages: list[Unasked]) -> tuple[int, int]:
    """Tokens that would be sent, and about how many would come back."""
    return sum(count_tokens(one.fill()) for one in passages), REPLY_TOKENS * len(passages)


def expand(folder: Path, passages: list[Unasked], writer: Writer, progress: Progress) -> Expansion:
    """Have questions written for each of the passages; where the model is down it ends, and a later run goes on."""
    written = useless = 0
    for done, passage in enumerate(passages, start=1):
        try:
            with writer.watched():
                reply = "".join(writer.listen([("user", passage.fill())]))
        except NotWrittenError as error:
            if error.fault in ENDING:
                return Expansion(written, useless, error.fault)
            reply = ""
        if questions := read_questions_written(reply, passage.chunk.text):
            append_questions(folder, passage.document.id, passage.quote, questions)
            written += 1
        else:
            useless += 1
        progress("写提问", done, len(passages))
    return Expansion(written, useless)


def read_questions_written(reply: str, passage: str) -> list[str]:
    """The questions of a reply that are of use: Chinese, neither too short nor too long, none that repeats the passage;
    none where the reply is no array."""
    found = _ARRAY.search(reply)
    try:
        items = json.loads(found[0]) if found else []
    except ValueError:
        return []
    texts = [" ".join(item.split()) for item in items if isinstance(item, str)]
    kept = [
        text
        for text in dict.fromkeys(texts)
        if SHORTEST <= len(text) <= LONGEST and is_chinese(text) and text.rstrip("?？。") not in passage
    ]
    return kept[:MOST]
