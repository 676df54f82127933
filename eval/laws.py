"""Lay questions over national laws: `python -m eval.laws LAWS QUESTIONS [--store DIR] [--weights FILE]`.

LAWS holds a folder for each kind of law, those of the provinces begin with 地方法规; QUESTIONS is a JSONL file laid out
as STARD (Su et al. 2024, arXiv:2406.15313): `question`, and `gold` with `file` and `article`. Ours beside words alone
over the same chunks, and beside the usual splitter with words and character pairs, in one run. `--weights` takes
another static model than the one shipped: one that was not tuned on these very questions.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assistant.retrieve import PolicyRetriever, as_passage
from eval.baselines import split_text
from eval.metrics import mean, within
from eval.questions import Span
from index import sync_folder
from index.datatypes import Clause, ClauseKind, Document, PolicyError
from index.lexical import LexicalIndex
from index.searchable import normalise
from index.static import StaticEmbedder, built_in
from index.store import Store
from index.words import bigrams, known_words, words

_LOCAL = "地方法规"
_DEPTH = 200
"""Passages asked of each way of searching."""
_BUDGETS = (1500, 4500)
Article = tuple[str, int, int]
"""Document id, start and end."""


@dataclass(frozen=True, slots=True)
class LayQuestion:
    """A question and the articles that answer it."""

    text: str
    gold: frozenset[Article]


def read_lay_questions(path: Path, documents: Mapping[str, Document]) -> list[LayQuestion]:
    """The questions of which every gold article stands in `documents`; PolicyError where the file is none."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        asked = [(row["question"], [(one["file"], one["article"]) for one in row["gold"]]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise PolicyError(f"读不了问题 {path}({fault!r}),请给出 STARD 格式的 JSONL 文件") from fault
    labels = {one: dict(_articles(document)) for one, document in documents.items()}
    found = []
    for text, gold in asked:
        places = [labels.get(file.removesuffix(".md"), {}).get(article) for file, article in gold]
        if all(places):
            found.append(LayQuestion(text, frozenset(place for place in places if place)))
    return found


def _articles(document: Document) -> Iterator[tuple[str, Article]]:
    for clause in document.clauses:
        if clause.kind is ClauseKind.ARTICLE:
            yield _label(clause), (document.id, *document.extent(clause))


def _label(clause: Clause) -> str:
    return "".join(clause.label.split())


def measures(
    found: Sequence[Span], question: LayQuestion, articles: Mapping[str, Sequence[Article]]
) -> dict[str, float]:
    """Recall and MRR by article, and recall in the first characters of text, of one ranking of passages."""
    reached = list(dict.fromkeys(article for span in found for article in _of(span, articles)))[:10]
    ranks = [rank for rank, article in enumerate(reached, start=1) if article in question.gold]
    scores = {
        "recall@10": len(ranks) / len(question.gold),
        "MRR@10": 1 / ranks[0] if ranks else 0.0,
    }
    for budget in _BUDGETS:
        held = {article for span in within(found, budget) for article in _of(span, articles)}
        scores[f"recall@{budget}字"] = len(held & question.gold) / len(question.gold)
    return scores


def _of(span: Span, articles: Mapping[str, Sequence[Article]]) -> Iterable[Article]:
    """The articles of which the passage holds a part, more than a few characters."""
    for article in articles.get(span.document_id, ()):
        if min(span.end, article[2]) - max(span.start, article[1]) > min(20, span.end - span.start - 1):
            yield article


class Splitter:
    """The usual splitter, 500 characters and 50 of overlap; BM25 of words and of character pairs, one half each."""

    def __init__(self, documents: Iterable[Document], folder: Path) -> None:
        self._spans = [
            Span(document.id, start, start + len(text))
            for document in documents
            for start, text in split_text(document.text)
        ]
        texts = {document.id: document.text for document in documents}
        searched = [normalise(texts[span.document_id][span.start : span.end]) for span in self._spans]
        self._indexes: list[tuple[Callable[[str], list[str]], LexicalIndex]] = []
        cuts: tuple[Callable[[str], list[str]], ...] = (words, bigrams)
        for cut in cuts:
            LexicalIndex.build([cut(text) for text in searched], folder / cut.__name__)
            self._indexes.append((cut, LexicalIndex.open(folder / cut.__name__)))

    def search(self, question: str) -> list[Span]:
        """The passages, best first."""
        total = np.zeros(len(self._spans), np.float32)
        for cut, index in self._indexes:
            scores = index.scores([(token, 1.0) for token in cut(normalise(question))])
            total += scores / max(float(scores.max()), 1e-6)
        return [self._spans[row] for row in np.argsort(-total, kind="stable")[:_DEPTH]]


def by_words(store: Store, question: str) -> list[Span]:
    """Our chunks by BM25 over words alone."""
    known = known_words(normalise(question), store.vocabulary)
    scores = store.word_scores([(word, 1.0) for word in known]).own
    best = [store.chunk_ids[row] for row in np.argsort(-scores, kind="stable")[:_DEPTH]]
    return [Span(chunk.document_id, chunk.start, chunk.end) for chunk in store.chunks(best)]


def by_ours(store: Store, question: str) -> list[Span]:
    """The retriever of `ask`."""
    found = map(as_passage, PolicyRetriever(store=store).invoke(question, k=_DEPTH))
    return [Span(passage.document_id, passage.start, passage.end) for passage in found]


def main() -> int:
    """Index the national laws where the store is not there yet, measure, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.laws", description=__doc__)
    parser.add_argument("laws", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--store", type=Path, help="keep the index here, for a second run")
    parser.add_argument("--weights", type=Path, help="file of another static model")
    options = parser.parse_args()
    embedder = StaticEmbedder.from_bytes(options.weights.read_bytes()) if options.weights else built_in()
    with TemporaryDirectory() as folder:
        try:
            store = options.store or Path(folder) / "store"
            if not store.exists():
                _index(options.laws, Path(folder) / "laws", store, embedder)
            with closing(Store.open(store, embedder)) as opened:
                _measure(opened, options.questions, Path(folder))
        except PolicyError as fault:
            sys.stderr.write(f"{fault}\n")
            return 2
    return 0


def _index(laws: Path, copy: Path, store: Path, embedder: StaticEmbedder) -> None:
    for kind in sorted(laws.iterdir()):
        if kind.is_dir() and not kind.name.startswith(_LOCAL):
            shutil.copytree(kind, copy / kind.name)
    report = sync_folder(copy, store, embedder=embedder, progress=_tell)
    sys.stderr.write(f"{report}\n")


def _measure(store: Store, questions: Path, folder: Path) -> None:
    documents = {document.id: document for document in store.documents()}
    articles = {one: [article for _, article in _articles(document)] for one, document in documents.items()}
    asked = read_lay_questions(questions, documents)
    splitter = Splitter(documents.values(), folder)
    ways: dict[str, Callable[[str], list[Span]]] = {
        "切 500 字,词和字对": lambda text: splitter.search(text),
        "本系统的切片,只用词": lambda text: by_words(store, text),
        "本系统": lambda text: by_ours(store, text),
    }
    count = sum(map(len, articles.values()))
    sys.stdout.write(f"{len(asked)} 问,{len(documents)} 部法律,{count} 条,{len(store.chunk_ids)} 个切片\n")
    for name, search in ways.items():
        scores: list[dict[str, float]] = []
        for number, question in enumerate(asked, start=1):
            scores.append(measures(search(question.text), question, articles))
            _tell(name, number, len(asked))
        means = {key: mean([one[key] for one in scores]) or 0.0 for key in scores[0]}
        sys.stdout.write(f"{name}: {'  '.join(f'{key} {value:.3f}' for key, value in means.items())}\n")
        sys.stdout.flush()


def _tell(stage: str, done: int, total: int) -> None:
    if done % 500 == 0 or done == total:
        sys.stderr.write(f"{stage} {done}/{total}\n")


if __name__ == "__main__":
    sys.exit(main())
