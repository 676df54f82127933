"""The lexicon of spoken and official words: what else to search for where a question uses a certain word."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from index.datatypes import PolicyError
from index.searchable import normalise


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`others[word]`: the words that a question with `word` also searches, in the order of the file."""

    others: dict[str, tuple[str, ...]]

    def expand(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(word of the text, words to search besides), longest words first, none inside a longer one."""
        found: list[tuple[str, tuple[str, ...]]] = []
        for word in sorted(self.others, key=len, reverse=True):
            if word in text:
                found.append((word, tuple(o for o in self.others[word] if o != word)))
                text = text.replace(word, "\x00")
        return tuple(found)


@cache
def shipped_lexicon() -> Lexicon:
    """The lexicon that comes with the package."""
    return read_lexicon(files("assistant").joinpath("lexicon.txt").read_text(encoding="utf-8"), "lexicon.txt")


def read_lexicon(text: str, source: str) -> Lexicon:
    """Lexicon of the lines of `text`. Raises PolicyError naming `source` and every bad line."""
    others: dict[str, dict[str, None]] = {}
    bad: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        pairs = list(_pairs(line))
        if not pairs:
            bad.append(f"第{number}行“{line}”")
        for word, other in pairs:
            others.setdefault(word, {})[other] = None
    if bad:
        raise PolicyError(f"{source} {'、'.join(bad)}:每行应为“口语词 > 文件词”或“词 = 词”,词之间用空格分开")
    return Lexicon({word: tuple(found) for word, found in others.items()})


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    sign = ">" if ">" in line else "="
    left, _, right = line.partition(sign)
    if not left.split() or not right.split() or any(s in right for s in "=>"):
        return
    words, others = ([normalise(word) for word in side.split()] for side in (left, right))
    if sign == "=":
        words = others = [*words, *others]
    for word in words:
        yield from ((word, other) for other in others)
