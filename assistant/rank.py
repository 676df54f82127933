"""How well each chunk of a store fits a question: measures of its text and of the questions it answers, one sum."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from assistant.kinds import kinds_asked, kinds_held
from assistant.terms import Term, coverage
from index.datatypes import Chunk
from index.store import Store
from index.words import bigrams, known_words

OTHER_WORDING = 0.35
"""Weight of a lexicon word beside the question's own, so that exact wording wins."""
CANDIDATES = 60
"""Best rows by the searches that are looked at closely."""
NEIGHBOURS = 200
"""Nearest chunks and questions by vector; the others count as not near at all."""
FEW = 2
"""A question of no more terms than this, all of them rare, leans on words."""
RARE = 8
"""Most chunks in which a rare term stands."""
LEANING = 0.25
"""What the other measures than `OWN_WORDS` count for such a question beside their usual weight."""
OWN_WORDS = ("words", "bigrams", "coverage", "kind")
"""Measures of the text's own words."""

SEARCHED = ("words", "bigrams", "vectors", "asked_words", "asked_bigrams", "asked_vectors")
"""Measures of every chunk, each scaled to 1 at its best: BM25 of words and of character pairs, lexicon included;
cosine; and those of the nearest question that the chunk answers, by the question's own words."""
READ = ("coverage", "kind")
"""Measures of the candidates, 0 to 1: share of the question's terms in the text; share of the kinds of answer asked
for, a number or a time say, that stand in it."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A chunk, its score from 0 to 1, and each measure: BM25 scaled to 1, cosines, shares."""

    chunk: Chunk
    score: float
    why: tuple[tuple[str, float], ...]


@cache
def weights() -> dict[str, float]:
    """What each measure counts, all together 1; `python -m eval.ranker` finds and writes them."""
    table: dict[str, float] = tomllib.loads(files("assistant").joinpath("rank.toml").read_text("utf-8"))
    whole = sum(table.values())
    return {name: weight / whole for name, weight in table.items()}


def rank(
    text: str,
    topic: str,
    terms: Sequence[Term],
    store: Store,
    weight: NDArray[np.float32],
    first: Sequence[int] = (),
    counts: Mapping[str, float] | None = None,
) -> list[Ranked]:
    """Chunks by score, best first, those of the rows `first` before all others.

    `text` is the question, `topic` what is left of it without names of documents and places, `terms` those of the
    topic. `weight` is one factor a row, 0 for rows that are out of the question. `counts` are other weights of the
    measures than the package's. Where the store cannot search by meaning, the other measures count alone.
    """
    counts = leaning(counts or weights(), terms, store)
    measured = measure(text, topic, terms, store, weight, first, counts)
    counted = {name: count for name, count in counts.items() if name in measured.scores}
    found = []
    for place, row in enumerate(measured.rows):
        score = sum(count * measured.scores[name][place] for name, count in counted.items())
        score *= float(weight[row]) / sum(counted.values())
        why = tuple((name, round(float(values[place]), 4)) for name, values in measured.told.items())
        found.append(Ranked(measured.chunks[place], float(score), why))
    ahead, behind = found[: measured.named], found[measured.named :]
    return [*sorted(ahead, key=_by_score), *sorted(behind, key=_by_score)]


def leaning(counts: Mapping[str, float], terms: Sequence[Term], store: Store) -> Mapping[str, float]:
    """`counts`, with less for all but the text's own words where the question is one or two rare words: who names a
    rare word means it."""
    if not 0 < len(terms) <= FEW or not all(_is_rare(term, store) for term in terms):
        return counts
    return {name: count if name in OWN_WORDS else count * LEANING for name, count in counts.items()}


def _is_rare(term: Term, store: Store) -> bool:
    """Whether few texts hold the term itself; what only people say, or say otherwise than the texts, is not meant."""
    holding = np.count_nonzero(store.word_scores([(term.text, 1.0)]).own)
    return not term.others and bool(0 < holding <= RARE)


@dataclass(frozen=True, slots=True)
class Measured:
    """Measures of the candidates: their rows and chunks, those named first; `scores` 0 to 1 as they are weighed, and
    as they are `told`, cosines not scaled."""

    rows: list[int]
    chunks: tuple[Chunk, ...]
    named: int
    scores: dict[str, NDArray[np.float32]]
    told: dict[str, NDArray[np.float32]]


def measure(
    text: str,
    topic: str,
    terms: Sequence[Term],
    store: Store,
    weight: NDArray[np.float32],
    first: Sequence[int] = (),
    counts: Mapping[str, float] | None = None,
) -> Measured:
    """Search, take the best rows, and measure them closely; arguments as of `rank`."""
    searched = _search(topic, terms, store)
    scaled = {name: _scaled(scores) for name, scores in searched.items()}
    counts = counts or weights()
    fused = sum((counts.get(name, 0.0) * scores for name, scores in scaled.items()), np.zeros_like(weight))
    named = [row for row in first if weight[row] > 0]
    best = np.argsort(-fused * weight, kind="stable")[:CANDIDATES]
    rows = named + [int(row) for row in best if weight[row] > 0 and row not in first]
    chunks = store.chunks([store.chunk_ids[row] for row in rows])
    read = _read(text, terms, chunks)
    return Measured(
        rows,
        chunks,
        len(named),
        {name: scores[rows] for name, scores in scaled.items()} | read,
        {name: scores[rows] for name, scores in searched.items()} | read,
    )


def _by_score(ranked: Ranked) -> float:
    return -ranked.score


def _search(topic: str, terms: Sequence[Term], store: Store) -> dict[str, NDArray[np.float32]]:
    others = [other for term in terms for other in term.others]
    own_words = [(word, 1.0) for word in known_words(topic, store.vocabulary)]
    other_words = [(w, OTHER_WORDING) for other in others for w in known_words(other, store.vocabulary)]
    own_pairs = [(pair, 1.0) for term in terms for pair in bigrams(term.text)]
    other_pairs = [(pair, OTHER_WORDING) for other in others for pair in bigrams(other)]
    measures = {
        "words": _scaled(store.word_scores(_strongest(own_words + other_words)).own),
        "bigrams": _scaled(store.bigram_scores(_strongest(own_pairs + other_pairs)).own),
        "asked_words": _scaled(store.word_scores(own_words).asked),
        "asked_bigrams": _scaled(store.bigram_scores([(pair, 1.0) for pair in bigrams(topic)]).asked),
    }
    near = store.cosines(topic, NEIGHBOURS)
    return measures if near is None else {**measures, "vectors": near.own, "asked_vectors": near.asked}


def _read(text: str, terms: Sequence[Term], chunks: Sequence[Chunk]) -> dict[str, NDArray[np.float32]]:
    wanted = kinds_asked(text)
    measures = {
        "coverage": [coverage(terms, chunk.searched) for chunk in chunks],
        "kind": [kinds_held(wanted, chunk.searched) for chunk in chunks],
    }
    return {name: np.array(values, np.float32) for name, values in measures.items()}


def _strongest(tokens: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for token, weight in tokens:
        best[token] = max(weight, best.get(token, 0.0))
    return list(best.items())


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    top = scores.max(initial=0.0)
    return scores / top if top > 0 else scores
