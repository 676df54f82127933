"""How well each chunk of a store fits a question: words, character bigrams and vectors fused, then coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.terms import Term, coverage
from index.datatypes import Chunk
from index.store import Store
from index.words import bigrams, known_words

WEIGHTS = {
    "words": 0.5,
    "bigrams": 0.25,
    "vectors": 0.25,
    "asked_bigrams": 0.4,
    "asked_vectors": 0.4,
    "coverage": 0.6,
}
"""How much each measure counts, each scaled to 1 at its best; chosen on the dev questions of eval/gold. Those that
begin with `asked` are of the questions that a chunk answers, the others of its own text."""
OTHER_WORDING = 0.35
"""Weight of a lexicon word beside the question's own, so that exact wording wins."""
CANDIDATES = 60
"""Best rows by the fused searches that are looked at for coverage."""
NEIGHBOURS = 200
"""Nearest chunks and questions by vector; the others count as not near at all."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A chunk, its score from 0 to 1, and each measure's part: BM25 scaled to 1, cosine, coverage."""

    chunk: Chunk
    score: float
    why: tuple[tuple[str, float], ...]


def rank(
    topic: str, terms: Sequence[Term], store: Store, weight: NDArray[np.float32], first: Sequence[int] = ()
) -> list[Ranked]:
    """Chunks by score, best first, those of the rows `first` before all others.

    `weight` is one factor a row, 0 for rows that are out of the question. Where the store cannot search by meaning,
    the other measures count alone.
    """
    measures = _measure(topic, terms, store)
    most = WEIGHTS["coverage"] + sum(WEIGHTS[name] for name in measures)
    scaled = {name: _scaled(score) for name, score in measures.items()}
    fused = sum((WEIGHTS[name] * score for name, score in scaled.items()), np.zeros_like(weight))
    rows = [row for row in first if weight[row] > 0]
    best = np.argsort(-fused * weight, kind="stable")[:CANDIDATES]
    rows += [int(row) for row in best if weight[row] > 0 and row not in first]
    found = []
    for row, chunk in zip(rows, store.chunks([store.chunk_ids[row] for row in rows]), strict=True):
        covered = coverage(terms, chunk.searched)
        parts = [WEIGHTS[name] * float(score[row]) for name, score in scaled.items()]
        score = float(weight[row]) * (sum(parts) + WEIGHTS["coverage"] * covered) / most
        why = {name: float(score_of[row]) for name, score_of in measures.items()} | {"coverage": covered}
        found.append(Ranked(chunk, score, tuple((name, round(value, 4)) for name, value in why.items())))
    ahead = found[: len(rows) - sum(row not in first for row in rows)]
    behind = found[len(ahead) :]
    return [*sorted(ahead, key=_by_score), *sorted(behind, key=_by_score)]


def _by_score(ranked: Ranked) -> float:
    return -ranked.score


def _measure(topic: str, terms: Sequence[Term], store: Store) -> dict[str, NDArray[np.float32]]:
    others = [other for term in terms for other in term.others]
    own_words = [(word, 1.0) for word in known_words(topic, store.vocabulary)]
    other_words = [(w, OTHER_WORDING) for other in others for w in known_words(other, store.vocabulary)]
    own_pairs = [(pair, 1.0) for term in terms for pair in bigrams(term.text)]
    other_pairs = [(pair, OTHER_WORDING) for other in others for pair in bigrams(other)]
    words = store.word_scores(_strongest(own_words + other_words))
    pairs = store.bigram_scores(_strongest(own_pairs + other_pairs))
    measures = {"words": words.own, "bigrams": pairs.own, "asked_bigrams": pairs.asked}
    measures = {name: _scaled(scores) for name, scores in measures.items()}
    near = store.cosines(" ".join([topic, *others]), NEIGHBOURS)
    return measures if near is None else {**measures, "vectors": near.own, "asked_vectors": near.asked}


def _strongest(tokens: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for token, weight in tokens:
        best[token] = max(weight, best.get(token, 0.0))
    return list(best.items())


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    top = scores.max(initial=0.0)
    return scores / top if top > 0 else scores
