"""How well each chunk of a store fits a question: measures of its text and of the questions it answers, one sum."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

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

SEARCHED = ("words", "bigrams", "vectors", "asked_bigrams", "asked_vectors")
"""Measures of every chunk, each scaled to 1 at its best: BM25 of words and of character pairs, lexicon included;
cosine; and those of the nearest question that the chunk answers, by the question's own words."""
READ = ("coverage", "asked_coverage", "kind")
"""Measures of the candidates, 0 to 1: share of the question's terms in the text, or in one of the questions that the
chunk answers; whether a number or a time stands in it where one is asked for."""

ASKS = {
    "number": re.compile(r"多少|(?<!好)几(?!乎|何)|比例|占比|多大|指标|规模|增速|目标值|率(是|为|要)?"),
    "time": re.compile(r"哪(一)?年|什么时候|何时|啥时候|(?<!好)几年|时间|期限|多久|到哪年|截止"),
}
"""How a question asks for a kind of answer."""
HOLDS = {
    "number": re.compile(r"[0-9]|[一二三四五六七八九十百千万亿]+(个|项|座|条|家|人|元|倍|成)"),
    "time": re.compile(r"20[0-9]{2}年|二〇[〇一二三四五六七八九]{2}年|年底|期间|时期"),
}
"""How a text gives it."""


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
) -> list[Ranked]:
    """Chunks by score, best first, those of the rows `first` before all others.

    `text` is the question, `topic` what is left of it without names of documents and places, `terms` those of the
    topic. `weight` is one factor a row, 0 for rows that are out of the question. Where the store cannot search by
    meaning, the other measures count alone.
    """
    measured = measure(text, topic, terms, store, weight, first)
    counted = {name: counts for name, counts in weights().items() if name in measured.scores}
    found = []
    for place, row in enumerate(measured.rows):
        score = sum(counts * measured.scores[name][place] for name, counts in counted.items())
        score *= float(weight[row]) / sum(counted.values())
        why = tuple((name, round(float(values[place]), 4)) for name, values in measured.told.items())
        found.append(Ranked(measured.chunks[place], float(score), why))
    ahead, behind = found[: measured.named], found[measured.named :]
    return [*sorted(ahead, key=_by_score), *sorted(behind, key=_by_score)]


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
) -> Measured:
    """Search, take the best rows, and measure them closely; arguments as of `rank`."""
    searched = _search(topic, terms, store)
    scaled = {name: _scaled(scores) for name, scores in searched.items()}
    fused = sum((weights()[name] * scores for name, scores in scaled.items()), np.zeros_like(weight))
    named = [row for row in first if weight[row] > 0]
    best = np.argsort(-fused * weight, kind="stable")[:CANDIDATES]
    rows = named + [int(row) for row in best if weight[row] > 0 and row not in first]
    chunks = store.chunks([store.chunk_ids[row] for row in rows])
    read = _read(text, terms, chunks, store)
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
        "asked_bigrams": _scaled(store.bigram_scores([(pair, 1.0) for pair in bigrams(topic)]).asked),
    }
    near = store.cosines(topic, NEIGHBOURS)
    return measures if near is None else {**measures, "vectors": near.own, "asked_vectors": near.asked}


def _read(
    text: str, terms: Sequence[Term], chunks: Sequence[Chunk], store: Store
) -> dict[str, NDArray[np.float32]]:
    asked = store.questions_of([chunk.id for chunk in chunks])
    wanted = [kind for kind, pattern in ASKS.items() if pattern.search(text)]
    measures = {
        "coverage": [coverage(terms, chunk.searched) for chunk in chunks],
        "asked_coverage": [
            max((coverage(terms, one) for one in asked.get(chunk.id, ())), default=0.0) for chunk in chunks
        ],
        "kind": [_holds_kinds(wanted, chunk.searched) for chunk in chunks],
    }
    return {name: np.array(values, np.float32) for name, values in measures.items()}


def _holds_kinds(wanted: Sequence[str], text: str) -> float:
    """Share of the kinds asked for that `text` holds; 0 where none is asked for."""
    return sum(bool(HOLDS[kind].search(text)) for kind in wanted) / len(wanted) if wanted else 0.0


def _strongest(tokens: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for token, weight in tokens:
        best[token] = max(weight, best.get(token, 0.0))
    return list(best.items())


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    top = scores.max(initial=0.0)
    return scores / top if top > 0 else scores
