"""Gold questions -> responses on disk: ask every system every question, and nothing else. Scoring reads these."""

import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from subprocess import SubprocessError

from assistant import PolicyAssistant, Status
from assistant.installed import installed_models
from assistant.prompts import digests
from assistant.settings import settings
from assistant.shipped import sync_shipped
from eval import speed
from eval.baselines import naive, vectors_only, words_only
from eval.questions import Question
from eval.runs import Header, new_folder, now, write_header, write_response
from eval.sheets import questions_of
from eval.systems import BGE, OURS, SYSTEMS, Ours, Response, System
from index.datatypes import Document, PolicyError
from index.generation import Progress, silent

_PACKAGES = ("chromadb", "bm25s", "jieba", "langchain-core", "numpy")


def generate(
    assistant: PolicyAssistant, gold: str, names: Sequence[str], results: Path, progress: Progress = silent
) -> Path:
    """Ask the systems of these names all questions of `gold` and keep what they say; the folder of the run.

    `gold`: see `questions_of`. `results` is the folder of all runs. Each response is on disk before the next question:
    what an interrupted run has asked can be scored. Raises PolicyError where gold, a system or the folder is wrong.
    """
    documents = assistant.documents()
    questions = questions_of(gold, documents)
    systems = open_systems(assistant, names, progress)
    folder = new_folder(results)
    store = assistant.retriever.store
    write_header(
        folder,
        Header(
            created=now(),
            gold=gold,
            systems=tuple(systems),
            settings={name: str(value) for name, value in settings().model_dump(exclude_none=True).items()},
            versions={name: version(name) for name in _PACKAGES},
            index={
                key: getattr(store.manifest, key) for key in ("content", "chunks", "embedder", "pipeline")
            },
            documents={document.id: document.digest for document in documents},
            cold_start=_cold_start(store.generation.parent.parent, questions) if OURS in systems else None,
            prompts=digests(),
        ),
    )
    total = len(systems) * len(questions)
    for name, system in systems.items():
        begun = list(systems).index(name) * len(questions)
        for done, question in enumerate(questions, start=begun + 1):
            write_response(folder, name, question, respond(system, question))
            progress("提问", done, total)
    return folder


def respond(system: System, question: Question) -> Response:
    """What `system` says; where it raises, a response that tells the fault."""
    begun = time.perf_counter()
    try:
        return system.ask(question)
    except Exception as fault:
        return Response(Status.ERROR, seconds=time.perf_counter() - begun, fault=repr(fault))


def open_systems(
    assistant: PolicyAssistant, names: Sequence[str], progress: Progress = silent
) -> dict[str, System]:
    """The systems of these names, each once more with BGE where a model is on disk that the store does not use."""
    if unknown := [name for name in names if name not in SYSTEMS]:
        raise PolicyError(f"没有方法“{'、'.join(unknown)}”,可用:{'、'.join(SYSTEMS)}")
    systems = {name: _system(name, assistant) for name in names}
    if model := _unused_bge(assistant):
        folder = settings().models / "eval-store"
        sync_shipped(folder, str(model), progress)
        other = PolicyAssistant(store=folder, embedder=str(model), record=False)
        systems |= {name + BGE: _system(name, other) for name in names if name != "words"}
    return systems


def _system(name: str, assistant: PolicyAssistant) -> System:
    if name == OURS:
        return Ours(assistant)
    return {"naive": naive, "words": words_only, "vectors": vectors_only}[name](assistant.retriever.store)


def _unused_bge(assistant: PolicyAssistant) -> Path | None:
    """The folder of the best BGE model; None where the store uses one, or holds other than the shipped documents."""
    store = assistant.retriever.store
    if store.embedder_name.startswith("bge-") or not _is_shipped(store.documents()):
        return None
    usable = (model for model in installed_models() if not (model.reranks or model.problem))
    return next((model.folder for model in usable), None)


def _is_shipped(documents: Sequence[Document]) -> bool:
    corpus = files("index").joinpath("corpus").iterdir()
    shipped = {file.name.removesuffix(".txt") for file in corpus if file.name.endswith(".txt")}
    return {document.id for document in documents} == shipped


def _cold_start(store: Path, questions: Sequence[Question]) -> float | None:
    """Seconds of a new process to its first answer; None where it gives none."""
    with suppress(SubprocessError, OSError):
        return speed.cold_start(store, questions[0].turns[-1])
    return None
