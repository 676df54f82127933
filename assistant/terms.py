"""The content of a question as weighted terms, and how much of it a text covers."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.lexicon import Lexicon
from index.searchable import normalise
from index.store import Store

OTHER_WORDING = 0.8
"""What a lexicon word counts beside the question's own word."""
PARTLY = 0.5
"""What a text counts at most that shares only character pairs with a term."""

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:\.[0-9]+)?%?")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question, the words that say the same in the documents, and its weight (inverse frequency)."""

    text: str
    others: tuple[str, ...]
    weight: float


def read_terms(text: str, store: Store, lexicon: Lexicon) -> tuple[Term, ...]:
    """Terms of the normalised `text`: lexicon words, then known words of the corpus, then what is left unknown."""
    terms: list[Term] = []
    rest = text
    for word, others in lexicon.expand(text):
        terms.append(Term(word, others, max(_weight(word, store), *(_weight(o, store) for o in others), 0.0)))
        rest = rest.replace(word, " ")
    for run in _RUN.findall(rest):
        terms += [Term(piece, (), _weight(piece, store)) for piece in _segment(run, store)]
    return tuple(dict.fromkeys(terms))


def total_weight(terms: Sequence[Term]) -> float:
    """Weight of all terms together."""
    return sum(term.weight for term in terms)


def coverage(terms: Sequence[Term], text: str) -> float:
    """Share of the terms' weight that the searched `text` holds, 0 to 1; 0 where there are no terms."""
    total = total_weight(terms)
    return sum(term.weight * _held(term, text) for term in terms) / total if total else 0.0


def terms_held(terms: Sequence[Term], text: str) -> frozenset[str]:
    """The terms that `text` holds, in the question's words or in other ones."""
    return frozenset(term.text for term in terms if _held(term, text) > PARTLY)


def _held(term: Term, text: str) -> float:
    if term.text in text:
        return 1.0
    others = OTHER_WORDING if any(other in text for other in term.others) else 0.0
    pairs = [term.text[at : at + 2] for at in range(len(term.text) - 1)]
    shared = sum(pair in text for pair in pairs) / len(pairs) if len(pairs) > 1 else 0.0
    return max(others, PARTLY * shared)


def _weight(word: str, store: Store) -> float:
    found = store.rows_with(word)
    if not found and len(word) > 2:
        pairs = [store.rows_with(word[at : at + 2]) for at in range(len(word) - 1)]
        found = min((pair for pair in pairs if pair), default=0)
    return math.log((store.rows + 1) / (found + 0.5))


def _segment(run: str, store: Store) -> list[str]:
    """Longest known words first, from the left, question words left out; unknown neighbours stay together."""
    empty = _question_words()
    longest = max(max(map(len, store.vocabulary), default=1), max(map(len, empty)))
    pieces: list[str] = []
    unknown = ""
    at = 0
    while at < len(run):
        ends = range(min(len(run), at + longest), at, -1)
        word = next(
            (w for end in ends if (w := run[at:end]) in empty or (len(w) > 1 and w in store.vocabulary)), None
        )
        if word is None:
            unknown += run[at]
            at += 1
            continue
        pieces += [unknown] if len(unknown) > 1 else []
        pieces += [] if word in empty else [word]
        unknown = ""
        at += len(word)
    return pieces + ([unknown] if len(unknown) > 1 else [])


@cache
def _question_words() -> frozenset[str]:
    lines = files("assistant").joinpath("question_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(normalise(word) for line in lines if not line.startswith("#") for word in line.split())
