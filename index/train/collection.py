"""Texts as rows of a vocabulary, cut at commas and full stops, in flat arrays that are fast to draw from."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.train.texts import Article
from index.vocabulary import Vocabulary, pieces, runs
from index.words import words

Rows = NDArray[np.int32]
_FRAGMENT = re.compile(r"[^。！？；，,;!?\n：:]+[。！？；，,;!?\n：:”）]*")
_LONGEST_WORD = 10
_FEWEST_CHARACTERS = 30  # a shorter text has no rest to find by one of its fragments


def count_entries(texts: Iterable[str], *, at_least: int) -> tuple[list[str], int]:
    """The entries of a vocabulary, the most frequent first: words, then pieces that are no words; and how many words.

    Words are those of `index.words` and single characters, `at_least` times in `texts`; pieces occur eight times as
    often.
    """
    found: Counter[str] = Counter()
    for text in texts:
        for run in runs(text):
            found.update(set(run) if not run.isascii() else ())
            found.update(word for word in words(run) if 1 < len(word) <= _LONGEST_WORD or word.isascii())
    known = {word for word, count in found.items() if count >= at_least}
    parts: Counter[str] = Counter()
    for word in known:
        parts.update(dict.fromkeys(pieces(word), found[word]))
    extra = [piece for piece, count in parts.items() if piece not in known and count >= 8 * at_least]
    entries = [
        *sorted(known, key=lambda word: (-found[word], word)),
        *sorted(extra, key=lambda p: (-parts[p], p)),
    ]
    return entries, len(known)


@dataclass(frozen=True, slots=True)
class Collection:
    """Texts one after the other.

    Text `t` is the fragments from `texts[t]` to `texts[t + 1]`, fragment `f` the rows from `fragments[f]` to
    `fragments[f + 1]`; `places[f]` is the place of its first character in all texts. `heads` are the rows of what
    stands above each text. `drawable`: texts of several fragments; `chances`: how likely one of those up to each is
    drawn, of the last of them.
    """

    rows: Rows
    fragments: NDArray[np.int64]
    places: NDArray[np.int64]
    texts: NDArray[np.int64]
    heads: list[Rows]
    drawable: NDArray[np.int64]
    chances: NDArray[np.float64]

    @classmethod
    def of(cls, texts: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> "Collection":
        """The collection of (head, text)."""
        fragments: list[Rows] = []
        lengths: list[int] = []
        starts, heads = [0], []
        for head, text in texts:
            for fragment in _FRAGMENT.findall(text):
                if rows := vocabulary.rows(fragment):
                    fragments.append(np.array(rows, np.int32))
                    lengths.append(len(fragment))
            starts.append(len(fragments))
            heads.append(np.array(vocabulary.rows(head), np.int32))
        bounds, places, texts_at = _starts(map(len, fragments)), _starts(lengths), np.array(starts)
        several = np.diff(texts_at)
        drawable = np.flatnonzero((several > 1) & (np.diff(places[texts_at]) >= _FEWEST_CHARACTERS))
        chances = np.cumsum(np.sqrt(np.minimum(several[drawable], 40)))
        return cls(np.concatenate(fragments), bounds, places, texts_at, heads, drawable, chances)

    @classmethod
    def of_articles(cls, articles: Iterable[Article], vocabulary: Vocabulary) -> "Collection":
        """The collection of `articles`, in their order."""
        return cls.of(((f"{a.title} {a.heading}", a.text) for a in articles), vocabulary)

    def between(self, first: int, last: int) -> Rows:
        """Rows of the fragments from `first` to before `last`."""
        return self.rows[self.fragments[first] : self.fragments[last]]

    def whole(self, text: int) -> Rows:
        """Rows of a text and of what stands above it."""
        return np.concatenate([self.heads[text], self.between(self.texts[text], self.texts[text + 1])])


def _starts(lengths: Iterable[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *lengths])
