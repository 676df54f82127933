"""Texts -> numbers of known words and of their pieces, without a segmenter: the longest known word first."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_RUN = re.compile(rf"[{_HAN}]+|[a-z0-9]+")


def runs(text: str) -> list[str]:
    """Runs of Chinese characters and runs of letters and digits, in one width and case."""
    return _RUN.findall(unicodedata.normalize("NFKC", text).lower())


def pieces(word: str) -> list[str]:
    """Characters of a word of two characters, neighbouring pairs of a longer one, nothing of others."""
    if len(word) < 2 or word[0].isascii():
        return []
    return list(word) if len(word) == 2 else [first + second for first, second in pairwise(word)]


class Vocabulary:
    """The entries of an embedding: `entries` in the order of its rows, the first `words` of them whole words.

    Words end a search for the longest match; the other entries count only as pieces of words.
    """

    def __init__(self, entries: Sequence[str], words: int) -> None:
        self._row = {entry: row for row, entry in enumerate(entries)}
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for word in entries[:words]:
            lengths[word[0]].add(len(word))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
        self._words = words
        self._known: dict[str, tuple[int, ...]] = {}  # rows of each word met so far, its pieces included

    def rows(self, text: str) -> list[int]:
        """Rows of the words of `text` in reading order, each followed by those of its pieces."""
        found: list[int] = []
        for run in runs(text):
            if run[0].isascii():
                found += self._rows_of(run)
                continue
            start, end = 0, len(run)
            while start < end:
                for length in self._lengths.get(run[start], ()):
                    word = run[start : start + length]
                    rows = self._known.get(word) or self._rows_of(word)
                    if rows:
                        found += rows
                        start += len(word)
                        break
                else:
                    start += 1
        return found

    def _rows_of(self, word: str) -> tuple[int, ...]:
        row = self._row.get(word)
        if row is None or row >= self._words:
            return ()
        rows = (row, *(self._row[piece] for piece in pieces(word) if piece in self._row))
        self._known[word] = rows
        return rows
