"""Every answer checked: quotes, markers, clauses. Gold questions and a seeded walk through the corpus.

python -m eval.citations       exit code 1 where anything is violated
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant import Answer, PolicyAssistant, Status
from eval.contract import violations
from eval.metrics import mean, percentile, recall
from eval.questions import Span, read_lookup, read_refusal, read_retrieval
from eval.walk import walk
from index.datatypes import Document, PolicyError


@dataclass(frozen=True, slots=True)
class Case:
    """A question to ask, and what the gold says of its answer; None where it says nothing.

    `right`: whether the answer is the one due. `shown`: the share of the evidence that its quotes cover.
    """

    file: str
    split: str
    id: str
    question: str
    right: Callable[[Answer], bool] | None = None
    shown: Callable[[Answer], float] | None = None
    outcome: Status | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case. `answer` is None where `ask` raised."""

    case: Case
    answer: Answer | None
    seconds: float
    violations: tuple[str, ...]

    @property
    def answered(self) -> bool:
        """Whether there is an answer, no refusal."""
        return self.answer is not None and self.answer.answered

    @property
    def right(self) -> float | None:
        """1 where the answer is the one due, 0 where it is not or there is none; None without gold."""
        return self._scored(self.case.right)

    @property
    def shown(self) -> float | None:
        """How much of the evidence the answer quotes, 0 to 1; None without gold."""
        return self._scored(self.case.shown)

    def _scored(self, score: Callable[[Answer], float] | None) -> float | None:
        if score is None:
            return None
        return float(score(self.answer)) if self.answer else 0.0


def cases(documents: Sequence[Document]) -> Iterator[Case]:
    """All gold questions, then the walk.

    A look-up is right where it is answered and every quote stands inside the clause named; a refusal where it
    ends with exactly the status named.
    """
    for asked in read_retrieval(documents):
        shown = _showing(asked.evidence, asked.one_suffices)
        yield Case("retrieval", asked.split, asked.id, asked.question, shown=shown)
    for named in read_lookup(documents):
        right, shown = _inside(named.clause), _showing((named.evidence,), False)
        yield Case("lookup", named.split, named.id, named.question, right, shown)
    for unheld in read_refusal():
        ending = _ending(unheld.outcome)
        yield Case("refusal", unheld.split, unheld.id, unheld.question, ending, outcome=unheld.outcome)
    for number, question in enumerate(walk(documents), start=1):
        yield Case("walk", "", f"walk {number}", question)


def _showing(evidence: Sequence[Span], one_suffices: bool) -> Callable[[Answer], float]:
    return lambda answer: recall(_quoted(answer), evidence, one_suffices)


def _inside(clause: Span) -> Callable[[Answer], bool]:
    def right(answer: Answer) -> bool:
        quoted = _quoted(answer)
        return bool(quoted) and all(
            quote.document_id == clause.document_id
            and clause.start <= quote.start
            and quote.end <= clause.end
            for quote in quoted
        )

    return right


def _quoted(answer: Answer) -> list[Span]:
    return [Span(citation.document_id, citation.start, citation.end) for citation in answer.citations]


def _ending(outcome: Status) -> Callable[[Answer], bool]:
    return lambda answer: answer.status is outcome


def ask(assistant: PolicyAssistant, case: Case, documents: Mapping[str, Document]) -> Result:
    """Ask and check; that `ask` raises is a violation, not an end."""
    begun = time.perf_counter()
    try:
        answer = assistant.ask(case.question)
    except Exception as fault:
        return Result(case, None, time.perf_counter() - begun, (f"ask 抛出 {fault!r}",))
    seconds = time.perf_counter() - begun
    return Result(case, answer, seconds, violations(answer, documents))


def to_markdown(results: Sequence[Result]) -> str:
    """Tables of the results; of test questions totals only."""
    lines = ["| 题集 | 题数 | 作答 | 答对 | 引到依据 | 核对的引用 | 违反 |", "|" + "---|" * 7]
    for file, split in dict.fromkeys((result.case.file, result.case.split) for result in results):
        group = [r for r in results if (r.case.file, r.case.split) == (file, split)]
        shares = (
            _share([r.answered for r in group]),
            _share([r.right for r in group]),
            _share([r.shown for r in group]),
        )
        cited, broken = sum(map(_citations, group)), sum(len(r.violations) for r in group)
        lines.append(
            f"| {f'{file} {split}'.strip()} | {len(group)} | {' | '.join(shares)} | {cited} | {broken} |"
        )
    seconds = [result.seconds for result in results]
    checked, broken = sum(map(_citations, results)), sum(len(r.violations) for r in results)
    lines += [
        "",
        f"核对引用 {checked} 条,违反 {broken} 处。",
        f"回答用时(秒):中位 {percentile(seconds, 50):.3f},95% 之内 {percentile(seconds, 95):.3f},"
        f"最长 {max(seconds, default=0.0):.3f}。",
        "",
        *_refusals([r for r in results if r.case.outcome and r.case.split != "test"]),
    ]
    lines += [f"违反:{result.case.id} {phrase}" for result in results for phrase in result.violations]
    return "\n".join(lines) + "\n"


def _share(values: Sequence[float | None]) -> str:
    """The mean of those that are known."""
    found = mean([value for value in values if value is not None])
    return "–" if found is None else f"{found:.3f}"


def _citations(result: Result) -> int:
    return len(result.answer.citations) if result.answer else 0


def _refusals(results: Sequence[Result]) -> Iterator[str]:
    """Right endings by the one that was due, then each wrong one."""
    due, right = Counter(r.case.outcome for r in results), Counter(r.case.outcome for r in results if r.right)
    yield "| 应有的答复(dev) | 题数 | 正确 |"
    yield "|---|---|---|"
    for outcome, count in due.items():
        yield f"| {outcome} | {count} | {right[outcome]} |"
    yield ""
    for result in results:
        if not result.right:
            got = result.answer.status if result.answer else "–"
            yield f"- {result.case.id} 应为 {result.case.outcome},实为 {got}:{result.case.question}"


def main() -> int:
    """Ask everything, write the tables; returns 1 where anything is violated, 2 where none can be asked."""
    try:
        assistant = PolicyAssistant()
        documents = {document.id: document for document in assistant.documents()}
        asked = tuple(cases(tuple(documents.values())))
    except PolicyError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    results = [ask(assistant, case, documents) for case in asked]
    sys.stdout.write(to_markdown(results))
    return int(any(result.violations for result in results))


if __name__ == "__main__":
    sys.exit(main())
