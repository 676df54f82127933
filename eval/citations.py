"""The contract of every answer checked: quotes, markers, clauses. Gold questions and a seeded walk through the corpus.

python -m eval.citations       exit code 1 where anything is violated
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant import Answer, PolicyAssistant
from eval.contract import violations
from eval.questions import SPLITS, read_split
from eval.walk import walk
from index.datatypes import Document, PolicyError


@dataclass(frozen=True, slots=True)
class Result:
    """A question, where it comes from, and what its answer violates. `answer` is None where `ask` raised."""

    source: str
    name: str
    answer: Answer | None
    violations: tuple[str, ...]


def questions(documents: Sequence[Document]) -> Iterator[tuple[str, str, str]]:
    """(source, name, question): each turn of every gold question, then the walk."""
    for split in SPLITS:
        for gold in read_split(split, documents):
            for number, turn in enumerate(gold.turns, start=1):
                yield split, f"{gold.id} 第 {number} 句", turn
    for number, question in enumerate(walk(documents), start=1):
        yield "walk", f"walk {number}", question


def check(
    assistant: PolicyAssistant, question: str, documents: Mapping[str, Document]
) -> tuple[Answer | None, tuple[str, ...]]:
    """The answer and what it violates; that `ask` raises is a violation, not an end."""
    try:
        answer = assistant.ask(question)
    except Exception as fault:
        return None, (f"ask 抛出 {fault!r}",)
    return answer, violations(answer, documents)


def to_markdown(results: Sequence[Result]) -> str:
    """What was checked, by source, then every violation; a question of `test` by its name alone."""
    lines = ["| 题集 | 问句 | 作答 | 核对的引用 | 违反 |", "|---|---|---|---|---|"]
    for source in dict.fromkeys(result.source for result in results):
        group = [result for result in results if result.source == source]
        answers = [result.answer for result in group if result.answer]
        counts = [
            len(group),
            sum(answer.answered for answer in answers),
            sum(len(answer.citations) for answer in answers),
            sum(len(result.violations) for result in group),
        ]
        lines.append(f"| {source} | {' | '.join(map(str, counts))} |")
    lines += [f"违反:{result.name} {phrase}" for result in results for phrase in result.violations]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Ask everything, write the table; returns 1 where anything is violated, 2 where none can be asked."""
    try:
        assistant = PolicyAssistant(record=False)
        documents = {document.id: document for document in assistant.documents()}
        asked = tuple(questions(tuple(documents.values())))
    except PolicyError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    results = [
        Result(source, name, *check(assistant, question, documents)) for source, name, question in asked
    ]
    sys.stdout.write(to_markdown(results))
    return int(any(result.violations for result in results))


if __name__ == "__main__":
    sys.exit(main())
