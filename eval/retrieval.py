"""Retrieval measured: ours against a usual splitter with BM25, on the same questions and texts, in one run.

python -m eval.retrieval [--split dev|test|all] [--json]
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import bm25s

from assistant import PolicyAssistant
from eval.metrics import interval, mean, recall, reciprocal_rank, within
from eval.questions import SPLITS, STYLES, RetrievalQuestion, Span, read_retrieval
from index.datatypes import Document, PolicyError
from index.searchable import normalise
from index.words import words

BUDGET = 1500
"""Characters of passages at which the two systems are compared: about what a short prompt takes."""
DEPTH = 60
"""Passages asked of ours: enough for three times BUDGET, with the first ten those of `search(question)`."""
STYLE_NAMES = {"official": "书面", "spoken": "口语", "all": "全部"}
OURS, BASELINE = "本系统", "基线"

Search = Callable[[str], Sequence[Span]]
"""Question -> places of the passages found, best first."""


def _recall(found: Sequence[Span], asked: RetrievalQuestion) -> float:
    return recall(found, asked.evidence, asked.one_suffices)


MEASURES: dict[str, Callable[[Sequence[Span], RetrievalQuestion], float]] = {
    "recall@1": lambda found, asked: _recall(found[:1], asked),
    "recall@5": lambda found, asked: _recall(found[:5], asked),
    "recall@10": lambda found, asked: _recall(found[:10], asked),
    f"recall@{BUDGET}字": lambda found, asked: _recall(within(found, BUDGET), asked),
    f"recall@{3 * BUDGET}字": lambda found, asked: _recall(within(found, 3 * BUDGET), asked),
    "MRR@10": lambda found, asked: reciprocal_rank(found[:10], asked.evidence),
}
"""Each measure of one question, by the name it has in tables. 1500字: in the first 1,500 characters of passages."""


class Baseline:
    """LangChain's RecursiveCharacterTextSplitter (500 characters, overlap 50), bm25s over jieba words.

    The words are those our own index has (jieba's search mode, without particles): with plain jieba.lcut the
    baseline finds less.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self._passages: list[Span] = []
        tokens: list[list[str]] = []
        for document in documents:
            for start, text in split_text(document.text):
                self._passages.append(Span(document.id, start, start + len(text)))
                tokens.append(words(normalise(text)))
        self._bm25 = bm25s.BM25()
        self._bm25.index(tokens, show_progress=False)

    def search(self, question: str) -> tuple[Span, ...]:
        """All passages that share a word with `question`, best first; of equals the earlier one."""
        known = [word for word in words(normalise(question)) if word in self._bm25.vocab_dict]
        if not known:
            return ()
        scores = self._bm25.get_scores(known)
        best = sorted(range(len(self._passages)), key=lambda row: -scores[row])
        return tuple(self._passages[row] for row in best if scores[row] > 0)


def split_text(text: str) -> list[tuple[int, str]]:
    """The baseline's passages of `text` with their offsets, which the splitter itself gives."""
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ModuleNotFoundError as fault:
        raise PolicyError("缺少 langchain-text-splitters,请运行 pip install -e '.[dev]'") from fault
    splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50, add_start_index=True)
    return [(made.metadata["start_index"], made.page_content) for made in splitter.create_documents([text])]


def measure(search: Search, questions: Sequence[RetrievalQuestion]) -> list[dict[str, float]]:
    """Every measure of every question."""
    scores = []
    for asked in questions:
        found = search(asked.question)
        scores.append({name: measured(found, asked) for name, measured in MEASURES.items()})
    return scores


def summarise(
    questions: Sequence[RetrievalQuestion], scores: Mapping[str, Sequence[Mapping[str, float]]]
) -> dict[str, Any]:
    """Means by style and system, and how much more of the evidence ours finds within BUDGET characters."""
    rows: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    for style in (*STYLES, "all"):
        chosen = [at for at, asked in enumerate(questions) if style in (asked.style, "all")]
        for system, values in scores.items():
            means = {name: mean([values[at][name] for at in chosen]) for name in MEASURES}
            rows.append({"style": style, "system": system, "questions": len(chosen), **means})
        gains: dict[frozenset[Span], list[float]] = defaultdict(list)
        for at in chosen:
            ours, other = (scores[system][at][f"recall@{BUDGET}字"] for system in (OURS, BASELINE))
            gains[frozenset(questions[at].evidence)].append(ours - other)
        gain = mean([value for group in gains.values() for value in group])
        differences.append({"style": style, "gain": gain, "interval": interval(list(gains.values()))})
    return {"rows": rows, "differences": differences}


def to_markdown(summary: Mapping[str, Any]) -> str:
    """The summary as a table, then the differences; "–" where there is no question."""
    lines = [_row("问法", "方法", "题数", *MEASURES), "|" + "---|" * (3 + len(MEASURES))]
    for row in summary["rows"]:
        means = (_written(row[name], ".3f") for name in MEASURES)
        lines.append(_row(STYLE_NAMES[row["style"]], row["system"], str(row["questions"]), *means))
    lines += ["", f"recall@{BUDGET}字之差({OURS}减{BASELINE},95% 区间):", ""]
    for difference in summary["differences"]:
        low, high = difference["interval"] or (None, None)
        span = f"{_written(low, '+.3f')} 至 {_written(high, '+.3f')}"
        lines.append(f"- {STYLE_NAMES[difference['style']]}:{_written(difference['gain'], '+.3f')}({span})")
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _written(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both systems and write the table, or JSON; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.retrieval", description=__doc__)
    parser.add_argument("--split", choices=(*SPLITS, "all"), default="dev")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        assistant = PolicyAssistant()
        documents = tuple(assistant.documents())
        questions = [asked for asked in read_retrieval(documents) if options.split in (asked.split, "all")]
        baseline = Baseline(documents)
    except PolicyError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2

    def ours(question: str) -> list[Span]:
        found = assistant.search(question, k=DEPTH)
        return [Span(passage.document_id, passage.start, passage.end) for passage in found]

    summary = summarise(
        questions, {OURS: measure(ours, questions), BASELINE: measure(baseline.search, questions)}
    )
    written = json.dumps({"split": options.split, **summary}, ensure_ascii=False) + "\n"
    sys.stdout.write(written if options.json else to_markdown(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
