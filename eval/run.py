"""The whole evaluation: ask, keep what was said, score it, write the figures and the report."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

from assistant import PolicyAssistant
from assistant.settings import settings
from assistant.shipped import sync_shipped
from eval import speed
from eval.compare import Comparison, compare
from eval.generate import generate
from eval.questions import SPLITS, Question, read_split
from eval.report import write_report
from eval.runs import (
    TEST_LOG,
    Header,
    Run,
    append,
    latest_runs,
    new_folder,
    read_run,
    write_header,
    write_response,
)
from eval.score import Scored, score
from eval.sheets import read_gold
from eval.summary import ALL, Summary, summarise
from eval.systems import Ours, System, naive, vectors_only, words_only
from index.datatypes import Document, PolicyError
from index.generation import Progress, silent

OURS = "ours"
SYSTEMS = {OURS: "本系统", "naive": "通行做法", "words": "只用词", "vectors": "只用向量"}
"""Systems that can be measured, and how they are called in tables."""
BGE = "-bge"
"""Ends the name of a system that searches with BGE vectors."""
_PACKAGES = ("chromadb", "bm25s", "jieba", "langchain-core", "numpy")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A scored run: its folder, what made it, scores and summary of each system, and the change since another run."""

    folder: Path
    run: Run
    scored: dict[str, list[Scored]]
    summaries: dict[str, Summary]
    stale: int
    """Responses to questions that the gold no longer has, or words otherwise; they are not scored."""
    compared_with: str | None = None
    comparison: Comparison | None = None

    @property
    def is_test(self) -> bool:
        """Whether single questions must not be shown."""
        return self.run.header.gold == "test"


def questions_of(gold: str, documents: Sequence[Document]) -> tuple[Question, ...]:
    """The gold questions named: "dev", "test", or the path of a file."""
    return read_split(gold, documents) if gold in SPLITS else read_gold(Path(gold), documents)


def ask_all(
    assistant: PolicyAssistant, gold: str, names: Sequence[str], results: Path, progress: Progress = silent
) -> Path:
    """Ask the systems all questions and keep what they say; the folder of the run."""
    questions = questions_of(gold, assistant.documents())
    systems = open_systems(assistant, names, progress)
    folder = new_folder(results)
    manifest = assistant.retriever.store.manifest
    header = Header(
        created=_now(),
        gold=gold,
        systems=tuple(systems),
        settings={name: str(value) for name, value in settings().model_dump(exclude_none=True).items()},
        versions={name: version(name) for name in _PACKAGES},
        index={key: getattr(manifest, key) for key in ("content", "ids", "chunks", "embedder", "pipeline")},
        cold_start=speed.cold_start(settings().store) if OURS in systems else None,
    )
    write_header(folder, header)
    for name, question, response in generate(systems, questions, progress):
        write_response(folder, name, question, response)
    return folder


def open_systems(
    assistant: PolicyAssistant, names: Sequence[str], progress: Progress = silent
) -> dict[str, System]:
    """The systems of these names, each once more with BGE where a model is on disk that the store does not use."""
    if unknown := [name for name in names if name not in SYSTEMS]:
        raise PolicyError(f"没有方法 {'、'.join(unknown)},可用:{'、'.join(SYSTEMS)}")
    systems = {name: _system(name, assistant) for name in names}
    model = _unused_bge(assistant)
    if model:
        folder = settings().models / "eval-store"
        sync_shipped(folder, str(model), progress)
        other = PolicyAssistant(store=folder, embedder=str(model), record=False)
        systems |= {name + BGE: _system(name, other) for name in names if name != "words"}
    return systems


def _system(name: str, assistant: PolicyAssistant) -> System:
    store = assistant.retriever.store
    if name == OURS:
        return Ours(assistant)
    return {"naive": naive, "words": words_only, "vectors": vectors_only}[name](store)


def _unused_bge(assistant: PolicyAssistant) -> Path | None:
    from assistant.installed import installed_models

    if assistant.retriever.store.embedder_name.startswith("bge-"):
        return None
    usable = [model for model in installed_models() if not (model.reranks or model.problem)]
    return usable[0].folder if usable else None


def evaluate(
    folder: Path, documents: Sequence[Document], against: Path | None = None, results: Path | None = None
) -> Evaluation:
    """Score the run in `folder`, compare it with the one in `against`, and write all figures beside it.

    `results`: where a run on test is logged. Raises PolicyError where a run cannot be read, or asks other gold.
    """
    run = read_run(folder)
    by_id = {document.id: document for document in documents}
    questions = {question.id: question for question in questions_of(run.header.gold, documents)}
    scored, stale = _score(run, questions, by_id)
    comparison = None
    if against:
        other = read_run(against)
        before, _ = _score(other, questions, by_id)
        if OURS not in before or OURS not in scored:
            raise PolicyError(f"{against} 里没有同样的评测题,无从比较,请给出同一题集的结果")
        comparison = compare(before[OURS], scored[OURS])
    evaluation = Evaluation(
        folder=folder,
        run=run,
        scored=scored,
        summaries={name: summarise(found) for name, found in scored.items()},
        stale=stale,
        compared_with=against.name if against else None,
        comparison=comparison,
    )
    _write(evaluation, by_id)
    if results and evaluation.is_test:
        _log_test(results, evaluation)
    return evaluation


def _score(
    run: Run, questions: Mapping[str, Question], documents: Mapping[str, Document]
) -> tuple[dict[str, list[Scored]], int]:
    scored: dict[str, list[Scored]] = {}
    stale = 0
    for one in run.generated:
        question = questions.get(one.id)
        if question is None or question.turns != one.turns:
            stale += 1
            continue
        scored.setdefault(one.system, []).append(score(question, one.response, documents))
    if not scored:
        raise PolicyError(f"{run.name} 的回答与现在的评测题没有一道相同,请重新评测")
    return scored, stale


def _write(evaluation: Evaluation, documents: Mapping[str, Document]) -> None:
    folder = evaluation.folder
    whole = {
        "run": asdict(evaluation.run.header),
        "systems": {name: summary.as_dict() for name, summary in evaluation.summaries.items()},
        "comparison": asdict(evaluation.comparison) if evaluation.comparison else None,
        "questions": {}
        if evaluation.is_test
        else {n: _rows(found) for n, found in evaluation.scored.items()},
    }
    try:
        (folder / "scores.json").write_text(
            json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        with (folder / "scores.csv").open("w", encoding="utf-8-sig", newline="") as file:
            _write_csv(file, evaluation)
        write_report(folder / "report.html", evaluation, documents)
    except OSError as fault:
        raise PolicyError(f"写不了 {folder}({fault.strerror}),请检查磁盘和权限") from fault


def _rows(scored: Sequence[Scored]) -> list[dict[str, object]]:
    return [
        {"id": one.question.id, "status": one.response.status, "cause": one.cause, **one.measures}
        for one in scored
    ]


def _write_csv(file: TextIO, evaluation: Evaluation) -> None:
    """One row for each system, category and measure."""
    writer = csv.writer(file)
    writer.writerow(["system", "category", "measure", "value", "low", "high", "questions"])
    for name, summary in evaluation.summaries.items():
        for category, figures in summary.figures.items():
            for measure, figure in figures.items():
                if figure.questions:
                    row = [figure.value, figure.low, figure.high]
                    writer.writerow(
                        [
                            name,
                            category,
                            measure,
                            *(f"{one:.4f}" for one in row if one is not None),
                            figure.questions,
                        ]
                    )


def _log_test(results: Path, evaluation: Evaluation) -> None:
    """Remember that test was looked at, and what was seen."""
    ours = {
        name: {m: f.value for m, f in summary.figures[ALL].items()}
        for name, summary in evaluation.summaries.items()
    }
    append(results / TEST_LOG, {"scored": _now(), "run": evaluation.folder.name, "figures": ours})


def previous_run(results: Path, folder: Path) -> Path | None:
    """The run before that in `folder`, on the same gold, or None."""
    gold = read_run(folder).header.gold
    for other in latest_runs(results):
        if other.name < folder.name and read_run(other).header.gold == gold:
            return other
    return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
