"""How well follow-ups are understood: recall of the last turn by rules beside that of its form written by hand.

python -m eval.followups [--split dev] [--show]
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from assistant import PolicyAssistant
from eval.metrics import mean, recall
from eval.questions import SPLITS, Question, Span, read_split

FIRST = 5


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up: how the rules understood it, and recall@5 by the rules, by hand, and of the words typed alone."""

    question: Question
    understood: str
    by_rules: float
    by_hand: float
    as_typed: float


def measure(assistant: PolicyAssistant, questions: tuple[Question, ...]) -> Iterator[FollowUp]:
    """Every question of several turns that has evidence and a stand-alone form, asked in a thread of its own."""
    for gold in questions:
        if len(gold.turns) < 2 or gold.standalone is None or not gold.evidence:
            continue
        thread = uuid4().hex
        answers = [assistant.ask(turn, thread) for turn in gold.turns]
        understood = answers[-1].standalone or gold.turns[-1]
        asked = (understood, gold.standalone, gold.turns[-1])
        yield FollowUp(gold, understood, *(_recall(assistant, question, gold) for question in asked))


def _recall(assistant: PolicyAssistant, question: str, gold: Question) -> float:
    found = [Span(p.document_id, p.start, p.end) for p in assistant.search(question, k=FIRST)]
    return recall(found, gold.evidence, gold.one_suffices)


def to_markdown(followups: list[FollowUp]) -> str:
    """A table of the means, and how near the rules come to the forms written by hand."""
    by_rules, by_hand, as_typed = (
        mean([getattr(one, name) for one in followups]) or 0.0 for name in ("by_rules", "by_hand", "as_typed")
    )
    rows = (
        ("只看最后一句", f"{as_typed:.3f}"),
        ("按规则还原", f"{by_rules:.3f}"),
        ("人工写出的完整问题", f"{by_hand:.3f}"),
        ("规则与人工之比", f"{by_rules / by_hand:.3f}" if by_hand else "—"),
    )
    lines = [f"| {len(followups)} 组追问 | recall@{FIRST} |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {value} |" for name, value in rows)]) + "\n"


def main() -> int:
    """Measure and write the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.followups")
    parser.add_argument("--split", choices=SPLITS, default="dev")
    parser.add_argument("--show", action="store_true", help="dev: every dialogue and how it was understood")
    chosen = parser.parse_args()
    with PolicyAssistant() as assistant:
        followups = list(measure(assistant, read_split(chosen.split, assistant.documents())))
    for one in followups if chosen.show and chosen.split == "dev" else ():
        turns = " / ".join(one.question.turns)
        sys.stdout.write(f"{one.by_rules:.2f} {one.by_hand:.2f}  {turns}\n")
        sys.stdout.write(f"           {one.understood}\n           {one.question.standalone}\n")
    sys.stdout.write(to_markdown(followups))
    return 0


if __name__ == "__main__":
    sys.exit(main())
