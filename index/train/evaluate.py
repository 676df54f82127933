"""How well the trained embedder finds, beside words alone.

python -m index.train.evaluate DATA [--base results/base.pt] [--folds 4]

Lay questions over all national articles, cross-validated by question and by article (no article asked about in
training is asked about in the test), tuning `--base` anew for each fold; and headings against what stands below them in
the laws of two provinces that no step of the training has seen.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from index.lexical import LexicalIndex
from index.searchable import normalise
from index.train.export import Quantised
from index.train.model import Model, embed
from index.train.progress import track
from index.train.recipe import BASE_FILE, Material, prepare, rows_of, tune
from index.train.texts import UNSEEN, Article, Question, read_laws, read_questions, read_written
from index.words import bigrams, words

Scores = NDArray[np.float32]
"""Questions x passages."""
COSINES = (2.0, 4.0, 8.0)
"""What cosines count for beside words, of which the best passage of each question has 1."""
MEASURES = ("recall@10", "recall@100", "MRR@10")


def by_words(questions: Sequence[str], passages: Sequence[str]) -> Scores:
    """The mean of BM25 over words and over bigrams, each 1 for the best passage of each question."""
    total = np.zeros((len(questions), len(passages)), np.float32)
    for cut in (words, bigrams):
        with TemporaryDirectory() as folder:
            LexicalIndex.build([cut(normalise(passage)) for passage in passages], Path(folder))
            index = LexicalIndex.open(Path(folder))
            found = np.stack([index.scores([(token, 1.0) for token in cut(normalise(q))]) for q in questions])
        total += found / np.maximum(found.max(axis=1, keepdims=True), 1e-6) / 2
    return total


def by_model(model: Model, material: Material, questions: Sequence[str], passages: Sequence[str]) -> Scores:
    """Cosines of the model as it would be shipped."""
    shipped = Quantised.of(model)
    left = embed(rows_of(questions, material.vocabulary), shipped.vectors, shipped.query_scales)
    right = embed(rows_of(passages, material.vocabulary), shipped.vectors, shipped.scales)
    return left @ right.T


def measure(scores: Scores, gold: Sequence[Sequence[int]]) -> list[float]:
    """Means of `MEASURES`: share of the gold passages among the first 10 and 100, and 1 / rank of the first of them."""
    found = []
    for row, right in zip(scores, gold, strict=True):
        ranks = np.array([1 + np.count_nonzero(row > row[passage]) for passage in right])
        found.append(((ranks <= 10).mean(), (ranks <= 100).mean(), (1 / ranks[ranks <= 10]).max(initial=0)))
    return [float(mean) for mean in np.mean(found, axis=0)]


def heading(title: str, count: int) -> str:
    """What stands above the rows of a table in Markdown."""
    return f"\n### {title} ({count} 问)\n\n| 方法 | {' | '.join(MEASURES)} |\n{'|---' * 4}|\n"


def row(name: str, scores: Scores, gold: Sequence[Sequence[int]]) -> str:
    """A row of it."""
    return f"| {name} | {' | '.join(f'{value:.3f}' for value in measure(scores, gold))} |\n"


def rows(name: str, scores: Scores, word_scores: Scores, gold: Sequence[Sequence[int]]) -> str:
    """Rows of `scores` alone, and of the two together."""
    fused = (row(f"{name} + BM25, {weight:g}:1", weight * scores + word_scores, gold) for weight in COSINES)
    return row(name, scores, gold) + "".join(fused)


def folds(
    questions: Sequence[Question], count: int, *, by_article: bool
) -> list[tuple[list[int], list[int]]]:
    """Questions to train on and to test with, `count` times; each is tested once.

    By article, questions with the same first gold article stay together, and none is trained on that shares an
    article with one of the test.
    """
    random = np.random.default_rng(7)
    groups: dict[object, list[int]] = defaultdict(list)
    for at, question in enumerate(questions):
        groups[min(question.gold) if by_article else at].append(at)
    order = random.permutation(len(groups))
    several = list(groups.values())
    found = []
    for fold in range(count):
        tested = sorted(at for group in order[fold::count] for at in several[group])
        asked = {article for at in tested for article in questions[at].gold}
        rest = sorted(set(range(len(questions))) - set(tested))
        found.append(([at for at in rest if not (by_article and asked & questions[at].gold)], tested))
    return found


def cross_validated(
    base: Model,
    material: Material,
    passages: Sequence[str],
    questions: Sequence[Question],
    count: int,
    *,
    by_article: bool,
) -> Scores:
    """Cosines of each question by the model that was tuned without it; by article, also without any question that
    was written about its articles."""
    scores = np.zeros((len(questions), len(passages)), np.float32)
    every = read_written()
    for trained, tested in folds(questions, count, by_article=by_article):
        asked = {article for at in tested for article in questions[at].gold} if by_article else set()
        written = [question for question in every if not asked & question.gold]
        model = tune(base, material, [*(questions[at] for at in trained), *written], track)
        scores[tested] = by_model(model, material, [questions[at].text for at in tested], passages)
    return scores


def sections(articles: Sequence[Article]) -> tuple[list[str], list[str]]:
    """Headings with the title of their law, and the texts below each."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for article in articles:
        if article.heading not in {"", "总则", "附则"}:
            found[article.title, article.heading].append(article.text)
    return [f"{title}{heading}" for title, heading in found], ["\n".join(texts) for texts in found.values()]


def tell(lines: str) -> None:
    """Write `lines` at once."""
    sys.stdout.write(lines)
    sys.stdout.flush()


def main() -> int:
    """Write all tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--base", type=Path, default=BASE_FILE)
    parser.add_argument("--folds", type=int, default=4)
    given = parser.parse_args()
    material = prepare(given.data)
    base = Model.read(given.base)
    articles = [article.searched for article in read_laws(given.data / "laws", local=False)]
    questions = read_questions(given.data / "benchmarks" / "stard_train.jsonl")
    texts = [question.text for question in questions]
    gold = [[material.number_of[article] for article in question.gold] for question in questions]
    found = by_words(texts, articles)
    tell(heading(f"通俗问题找全国性法规条文,{len(articles)} 条", len(gold)) + row("BM25", found, gold))
    tell(rows("微调前", by_model(base, material, texts, articles), found, gold))
    for name, by_article in (("按问题分折", False), ("按条文分折", True)):
        scores = cross_validated(base, material, articles, questions, given.folds, by_article=by_article)
        tell(rows(name, scores, found, gold))
    headings, bodies = sections(read_laws(given.data / "laws", unseen=True))
    model = tune(base, material, [*questions, *read_written()], track)
    scores = by_model(model, material, headings, bodies)
    found, gold = by_words(headings, bodies), [[at] for at in range(len(headings))]
    tell(heading(f"标题找正文,{'、'.join(UNSEEN)}", len(gold)) + row("BM25", found, gold))
    tell(rows("成品", scores, found, gold))
    return 0


if __name__ == "__main__":
    sys.exit(main())
