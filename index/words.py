"""Tokens for word search: jieba words and character bigrams for the index, known words for a question."""

import re
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jieba import Tokenizer

# Particles, pronouns and other single characters that stand in almost every sentence.
EMPTY_WORDS = frozenset(
    "的了和与及或并而且但在是为对从到向由以于之其所等将把被让给这那此该本各每某个们就也都又还再很更最"
    "能会可要应得着过不没有无我你您他她它谁吗呢吧啊呀么嘛"
)

_CHINESE = r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+"
_RUN = re.compile(rf"({_CHINESE})|[A-Za-z0-9]+(?:\.[0-9]+)*")


def words(text: str) -> list[str]:
    """Words of `text` in reading order, long ones also in their dictionary parts (jieba's search mode).

    `text` is already normalised. Punctuation, single letters and empty single characters are left out.
    Without jieba's guessing of unknown words (HMM): guessed words seldom recur in a question.
    """
    return [word for word in _tokenizer().cut_for_search(text, HMM=False) if _informative(word)]


def bigrams(text: str) -> list[str]:
    """Neighbouring characters of each Chinese run, and whole runs of letters and digits ("42.3" is one run).

    A Chinese run of one character is kept as it is. `text` is already normalised.
    """
    found: list[str] = []
    for run in _RUN.finditer(text):
        whole = run.group()
        if run.group(1) and len(whole) > 1:
            found.extend(whole[at : at + 2] for at in range(len(whole) - 1))
        else:
            found.append(whole)
    return found


def known_words(text: str, vocabulary: Collection[str]) -> list[str]:
    """Words of `vocabulary` that occur in `text`, each once, by place and then the longest first.

    Stands in for segmenting a question, so that answering need not load jieba's dictionary. Two rules keep
    chance matches out: a run of letters or digits is matched whole ("5" is not in "2025"), and a single
    character counts only where no longer known word covers it.
    """
    longest = max(map(len, vocabulary), default=0)
    inside = {at for at in range(1, len(text)) if _plain(text[at - 1]) and _plain(text[at])}
    found: dict[str, None] = {}
    covered = 0  # end of the furthest word of two or more characters so far
    for start in range(len(text)):
        if start in inside:
            continue
        for end in range(min(start + longest, len(text)), start, -1):
            if end in inside or text[start:end] not in vocabulary:
                continue
            if end - start > 1:
                covered = max(covered, end)
            elif start < covered:
                continue
            found[text[start:end]] = None
    return list(found)


def _plain(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _informative(word: str) -> bool:
    if len(word) > 1:
        return any(map(str.isalnum, word))
    return word.isdigit() or (word.isalpha() and not word.isascii() and word not in EMPTY_WORDS)


@cache
def _tokenizer() -> "Tokenizer":
    import jieba

    # Filled by hand: jieba's own start-up logs to the console and reads a cache file that anybody
    # may write, from the shared temporary folder.
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer
