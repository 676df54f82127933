"""Pairs of a question and a passage that answers it, or of texts that belong together as these do."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.numerals import parse_numeral
from index.train.collection import Collection, Rows
from index.train.texts import Article, Question
from index.vocabulary import Vocabulary

_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_OWN_ARTICLE = re.compile(r"本(?:法|条例|规定|办法|解释|规则)第([一二三四五六七八九十百千零〇]+)条")
_CITED = re.compile(
    r"(?:《(?:中华人民共和国)?([^《》]{2,40})》|(民法典|刑法|民事诉讼法|刑事诉讼法|公司法|保险法|劳动合同法|行政诉讼法))"
    r"(?:（[^）]*）)?第([一二三四五六七八九十百千零〇]+|\d{1,4})条"
)
_MOST_CITED = 4  # an article that cites more of its law says too little of each
_LONGEST = 300  # characters of what stands around a citation or after a question


@dataclass(frozen=True, slots=True)
class Pair:
    """Rows of a question and of its passage. `article`: number of the national article that the passage is; `right`:
    of all national articles that are right; `asked`: number of the lay question."""

    question: Rows
    passage: Rows
    article: int = -1
    right: frozenset[int] = frozenset()
    asked: int = -1


Source = Callable[[np.random.Generator], Pair]
"""Draws a pair."""


def draw(shares: Mapping[Source, float], count: int, random: np.random.Generator) -> list[Pair]:
    """`count` pairs of sources by their shares."""
    sources, chances = list(shares), np.array(list(shares.values()))
    return [sources[at](random) for at in random.choice(len(sources), count, p=chances / chances.sum())]


def also_right(pairs: Sequence[Pair], more: Sequence[int] = ()) -> NDArray[np.bool_]:
    """Pairs x their passages and the articles `more`: where a passage is right for a question and not its own."""
    articles = np.array([*(pair.article for pair in pairs), *more])
    found = np.zeros((len(pairs), len(articles)), bool)
    for row, pair in enumerate(pairs):
        if pair.right:
            found[row] = np.isin(articles, list(pair.right))
            found[row, row] = False
    return found


def spans(collection: Collection, *, most: int) -> Source:
    """One to `most` fragments of a text, against what stands around them and, half of the time, above the text."""

    def drawn(random: np.random.Generator) -> Pair:
        while True:
            text = collection.drawable[
                np.searchsorted(collection.chances, random.random() * collection.chances[-1])
            ]
            begin, end = (int(at) for at in collection.texts[text : text + 2])
            first = int(random.integers(begin, end))
            last = min(first + int(random.integers(1, most + 1)), end)
            before, after = _around(collection, first, last, begin, end, random)
            if (first, last) == (before, after):  # the whole text
                continue
            head = collection.heads[text] if random.random() < 0.5 else ()
            parts = (collection.between(before, first), collection.between(last, after), head)
            pair = Pair(collection.between(first, last), np.concatenate(parts).astype(np.int32))
            if len(pair.question) > 3 and len(pair.passage) > 3:
                return pair

    return drawn


def _around(
    collection: Collection, first: int, last: int, begin: int, end: int, random: np.random.Generator
) -> tuple[int, int]:
    """Bounds of 60 to 250 characters of fragments on both sides of those from `first` to `last`."""
    length = random.integers(60, 251)
    before = int(length * random.random())
    places = collection.places
    left = int(np.searchsorted(places, places[first] - before))
    right = int(np.searchsorted(places, places[last] + length - before))
    return max(begin, left), min(end, max(right, last))


def asked(
    questions: Sequence[Question],
    at: Mapping[tuple[str, str], int],
    national: Collection,
    vocabulary: Vocabulary,
) -> Source:
    """Lay questions with one of their gold articles; `at` is the number of each national article."""
    rows = [np.array(vocabulary.rows(question.text), np.int32) for question in questions]
    right = [frozenset(at[gold] for gold in question.gold) for question in questions]
    pairs = [(number, article) for number, articles in enumerate(right) for article in sorted(articles)]

    def drawn(random: np.random.Generator) -> Pair:
        number, article = pairs[random.integers(len(pairs))]
        return Pair(rows[number], national.whole(article), article, right[number], number)

    return drawn


def cited(
    texts: Iterable[str],
    articles: Sequence[Article],
    national: Collection,
    vocabulary: Vocabulary,
    *,
    sentences: int,
) -> Source:
    """What stands before the citation of a national article, its sentence among `sentences`, with that article."""
    names = {
        (a.title.removeprefix("中华人民共和国"), parse_numeral(a.number[1:-1])): at
        for at, a in enumerate(articles)
    }
    pairs: list[tuple[Rows, int]] = []
    for text in texts:
        if not _CITED.search(text):
            continue
        said = _SENTENCE.findall(text)
        for place, sentence in enumerate(said):
            for title, short, number in _CITED.findall(sentence):
                article = names.get((title or short, parse_numeral(number)))
                around = _CITED.sub("", "".join(said[max(0, place + 1 - sentences) : place + 1]))
                if article is not None and len(around) > 15:
                    pairs.append((np.array(vocabulary.rows(around[-_LONGEST:]), np.int32), article))

    def drawn(random: np.random.Generator) -> Pair:
        rows, article = pairs[random.integers(len(pairs))]
        return Pair(rows, national.whole(article), article, frozenset([article]))

    return drawn


def linked(articles: Sequence[Article], collection: Collection) -> Source:
    """Articles with those of the same law that they cite, as the penalty cites the duty."""
    at = {(article.file, article.number): number for number, article in enumerate(articles)}
    pairs: list[tuple[int, int]] = []
    for number, article in enumerate(articles):
        others = {
            at.get((article.file, f"第{cited}条"), number) for cited in _OWN_ARTICLE.findall(article.text)
        }
        if len(others) <= _MOST_CITED:
            pairs += [(number, other) for other in sorted(others - {number})]

    def drawn(random: np.random.Generator) -> Pair:
        citing, other = pairs[random.integers(len(pairs))]
        return Pair(collection.between(*collection.texts[citing : citing + 2]), collection.whole(other))

    return drawn


def answered(texts: Iterable[str], vocabulary: Vocabulary) -> Source:
    """Sentences of `texts` that ask something, with the four that follow."""
    pairs: list[tuple[Rows, Rows]] = []
    for text in texts:
        said = _SENTENCE.findall(text)
        for place, sentence in enumerate(said):
            answer = "".join(said[place + 1 : place + 5])[:_LONGEST]
            if sentence.endswith("？") and 8 <= len(sentence) <= 60 and len(answer) > 30:
                question, passage = (np.array(vocabulary.rows(part), np.int32) for part in (sentence, answer))
                if len(question) > 2 and len(passage) > 5:
                    pairs.append((question, passage))

    def drawn(random: np.random.Generator) -> Pair:
        return Pair(*pairs[random.integers(len(pairs))])

    return drawn
