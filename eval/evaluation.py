"""A run on disk -> its figures, and the change since another run. No question is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.compare import Comparison, compare
from eval.questions import Question
from eval.runs import Run, previous_run, read_run
from eval.score import Scored, score
from eval.sheets import questions_of
from eval.summary import Summary, summarise
from index.datatypes import Document, PolicyError


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A scored run: its folder, what made it, and scores and summary of each of its systems."""

    folder: Path
    run: Run
    scored: dict[str, list[Scored]]
    summaries: dict[str, Summary]
    stale: int
    """Responses to questions that the gold no longer has, or words otherwise; they are not scored."""
    unasked: int
    """Questions of the gold that a system was not asked: added since, or the run was broken off."""
    compared_with: str | None = None
    comparison: Comparison | None = None
    """What changed since the run `compared_with`, for the first system."""

    @property
    def is_test(self) -> bool:
        """Whether single questions must not be shown."""
        return self.run.header.gold == "test"

    @property
    def first(self) -> str:
        """The system that causes, comparison and floors speak of."""
        return next(iter(self.scored))


def evaluate(folder: Path, documents: Sequence[Document], against: Path | None = None) -> Evaluation:
    """Score the run in `folder` and compare it with that in `against`, else with the one before it on the same gold.

    Raises PolicyError where a run cannot be read, its documents have changed since, or it asked other questions.
    """
    by_id = {document.id: document for document in documents}
    run = read_run(folder)
    questions = {question.id: question for question in questions_of(run.header.gold, documents)}
    if changed := _changed(run, by_id):
        raise PolicyError(
            f"{run.name} 之后文件 {changed} 变了,无法计分,请用 --store 指明当时的索引,或重新评测"
        )
    scored = _score(run, questions, by_id)
    if not scored:
        raise PolicyError(f"{run.name} 的回答与现在的评测题没有一道相同,请重新评测")
    count = sum(map(len, scored.values()))
    first = next(iter(scored))
    before = read_run(against) if against else previous_run(folder, run.header.gold, first)
    earlier = _score(before, questions, by_id) if before and not _changed(before, by_id) else {}
    if against and first not in earlier:
        raise PolicyError(f"{against} 问的不是同样的题、系统或文件,无从比较,请换一次结果")
    comparable = before is not None and first in earlier
    return Evaluation(
        folder=folder,
        run=run,
        scored=scored,
        summaries={name: summarise(found) for name, found in scored.items()},
        stale=len(run.generated) - count,
        unasked=len(run.header.systems) * len(questions) - count,
        compared_with=before.name if before and comparable else None,
        comparison=compare(earlier[first], scored[first]) if comparable else None,
    )


def _changed(run: Run, documents: Mapping[str, Document]) -> str | None:
    """The first document that does not read as it did when the run was made; None where all do."""
    digests = {name: documents[name].digest for name in run.header.documents if name in documents}
    return next((name for name, was in run.header.documents.items() if digests.get(name) != was), None)


def _score(
    run: Run, questions: Mapping[str, Question], documents: Mapping[str, Document]
) -> dict[str, list[Scored]]:
    """Scores by system, of what was asked in the very words of the gold."""
    scored: dict[str, list[Scored]] = {}
    for one in run.generated:
        question = questions.get(one.id)
        if question and question.turns == one.turns:
            scored.setdefault(one.system, []).append(score(question, one.response, documents))
    return scored
