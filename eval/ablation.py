"""What each part of the search brings: `python -m eval.ablation [--split dev|test]`, parts added one by one.

Every row is measured on the same questions in one run, with stores built for it: without the table of replaced words,
and without the questions that passages answer, where a row is to do without them.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from assistant import rank
from assistant.lexicon import Lexicon, shipped_lexicon
from assistant.retrieve import PolicyRetriever, as_passage
from eval.metrics import mean, recall, reciprocal_rank, within
from eval.questions import SPLITS, Question, Span, read_split
from eval.systems import DEPTH
from index import sync_folder
from index.choose import BUILTIN
from index.datatypes import PolicyError
from index.metadata import CATALOGUE
from index.questions import QUESTIONS
from index.store import Store

FUSED = {"words": 1.0, "bigrams": 1.0, "vectors": 1.0, "coverage": 1.0}
ASKED = {"asked_words": 1.0, "asked_bigrams": 1.0, "asked_vectors": 1.0}
SHOWN = ("colloquial", "rewritten", "compare")
"""Categories whose recall@5 is shown besides that of all questions."""

Measure = Callable[[Sequence[Span], Question], float]
MEASURES: dict[str, Measure] = {
    "recall@1": lambda found, asked: recall(found[:1], asked.evidence, asked.one_suffices),
    "recall@5": lambda found, asked: recall(found[:5], asked.evidence, asked.one_suffices),
    "recall@1500字": lambda found, asked: recall(within(found, 1500), asked.evidence, asked.one_suffices),
    "recall@4500字": lambda found, asked: recall(within(found, 4500), asked.evidence, asked.one_suffices),
    "MRR@10": lambda found, asked: reciprocal_rank(found[:10], asked.evidence),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A way of searching: what is added in it, and what it is made of."""

    name: str
    counts: dict[str, float] | None
    lexicon: bool = False
    wording: bool = False
    questions: bool = False


ROWS = (
    Row("只用词(BM25)", {"words": 1.0}),
    Row("+ 字对、语义、覆盖,等权", FUSED),
    Row("+ 口语词典", FUSED, lexicon=True),
    Row("+ 改写文本的替换词", FUSED, lexicon=True, wording=True),
    Row("+ 条款对应的提问", FUSED | ASKED, lexicon=True, wording=True, questions=True),
    Row("+ 学到的权重", None, lexicon=True, wording=True, questions=True),
)
"""Parts in the order in which they are added."""


def build(folder: Path, row: Row) -> Store:
    """A store of the shipped documents with what the row has of them."""
    name = f"{row.wording}-{row.questions}"
    store = folder / f"store-{name}"
    if not store.exists():
        copy = folder / f"corpus-{name}"
        with as_file(files("index").joinpath("corpus")) as corpus:
            shutil.copytree(corpus, copy)
        if not row.questions:
            (copy / QUESTIONS).unlink()
        if not row.wording:
            _drop_wording(copy / CATALOGUE)
        sync_folder(copy, store, embedder=BUILTIN)
    return Store.open(store, BUILTIN)


def _drop_wording(catalogue: Path) -> None:
    """Take the tables of replaced words out of a catalogue: each goes from its heading to the next one."""
    kept, inside = [], False
    for line in catalogue.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            inside = line.startswith("[document.wording]")
        if not inside:
            kept.append(line)
    catalogue.write_text("\n".join(kept) + "\n", encoding="utf-8")


def measure(store: Store, row: Row, questions: Sequence[Question]) -> tuple[dict[str, float], float]:
    """Means of all measures, and of recall@5 by category; median seconds of a search."""
    lexicon = shipped_lexicon() if row.lexicon else Lexicon({})
    retriever = PolicyRetriever(store=store, lexicon=lexicon, counts=row.counts)
    found, seconds = [], []
    for question in questions:
        begun = perf_counter()
        passages = map(as_passage, retriever.invoke(question.alone, k=DEPTH))
        found.append([Span(p.document_id, p.start, p.end) for p in passages])
        seconds.append(perf_counter() - begun)
    pairs = list(zip(found, questions, strict=True))
    means = {
        name: mean([measured(spans, asked) for spans, asked in pairs]) or 0.0
        for name, measured in MEASURES.items()
    }
    for category in SHOWN:
        of_category = [MEASURES["recall@5"](s, asked) for s, asked in pairs if asked.category == category]
        means[category] = mean(of_category) or 0.0
    return means, median(seconds)


def main() -> int:
    """Measure every row and write the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.ablation", description=__doc__)
    parser.add_argument("--split", choices=SPLITS, default="dev")
    split = parser.parse_args().split
    rank.weights()
    with TemporaryDirectory() as folder:
        try:
            first: float | None = None
            names = (*MEASURES, *(f"{category} recall@5" for category in SHOWN), "用时之比")
            sys.stdout.write(f"| 方法 | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}\n")
            for row in ROWS:
                store = build(Path(folder), row)
                gold = [one for one in read_split(split, store.documents()) if one.evidence]
                means, seconds = measure(store, row, gold)
                first = first or seconds
                cells = [f"{value:.3f}" for value in means.values()]
                sys.stdout.write(f"| {row.name} | {' | '.join(cells)} | {seconds / first:.1f} |\n")
                sys.stdout.flush()
                store.close()
        except PolicyError as fault:
            sys.stderr.write(f"{fault}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
