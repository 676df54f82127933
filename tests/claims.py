"""Made-up statements of a chat model over real sentences of the corpus: honest ones, and each kind of false one."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.datatypes import Passage
from assistant.written.statements import Claim
from index.chunk import chunk_document, sentence_spans
from index.datatypes import Document
from index.numerals import chinese_numeral

SHOWN = 6
"""Passages that a model is shown beside each other."""
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Case:
    """A sentence of passage `at` (counted from 1), among passages of other clauses and documents."""

    passages: tuple[Passage, ...]
    at: int
    sentence: str

    @property
    def document_id(self) -> str:
        return self.passages[self.at - 1].document_id


def cases(documents: Sequence[Document], chance: random.Random) -> Iterator[Case]:
    """Sentences drawn without end."""
    passages = [found for document in documents for found in _passages(document)]
    while True:
        shown = tuple(chance.sample(passages, SHOWN))
        at = chance.randint(1, SHOWN)
        text = shown[at - 1].text
        spans = [(s, e) for s, e in sentence_spans(text, 0, len(text)) if 12 <= e - s <= 150]
        if spans:
            start, end = chance.choice(spans)
            yield Case(shown, at, text[start:end])


def _passages(document: Document) -> Iterator[Passage]:
    for chunk in chunk_document(document):
        clause = document.by_id[chunk.clause_id]
        heading = document.heading_of(clause)
        yield Passage(
            chunk.text,
            document.id,
            document.title,
            clause.citation,
            clause.id,
            heading,
            chunk.start,
            chunk.end,
            1.0,
        )


Maker = Callable[[Case, random.Random], Claim | None]
"""A claim made of a case, or None where the case does not lend itself to it."""


def _claim(text: str, at: int, words: str) -> Claim:
    return Claim(text, ((at, words),))


# honest


def verbatim(case: Case, _: random.Random) -> Claim | None:
    return _claim(case.sentence, case.at, case.sentence)


def in_part(case: Case, chance: random.Random) -> Claim | None:
    """Some parts of the sentence that follow one another."""
    parts = re.findall(r"[^,]+,?", case.sentence)
    if len(parts) < 3:
        return None
    first = chance.randrange(len(parts) - 1)
    words = "".join(parts[first : chance.randint(first + 1, len(parts))]).rstrip(",")
    return _claim(words, case.at, words) if len(words) > 8 else None


def introduced(case: Case, chance: random.Random) -> Claim | None:
    opening = chance.choice(
        ["根据这些规定\uff0c", "文件提出\uff0c", "按照要求\uff0c", "下一步\uff0c", "是的\uff0c"]
    )
    return _claim(opening + case.sentence, case.at, case.sentence)


def loosened(case: Case, chance: random.Random) -> Claim | None:
    """With a few words that say nothing."""
    filler = chance.choice(["将", "要", "会", "还将"])
    return _claim(case.sentence.replace(",", f"\uff0c{filler}", 1), case.at, case.sentence)


def in_chinese_numerals(case: Case, _: random.Random) -> Claim | None:
    text = re.sub(
        r"(20[0-9]{2})(?=年)", lambda y: "".join("〇一二三四五六七八九"[int(d)] for d in y[1]), case.sentence
    )
    text = re.sub(r"(?<![0-9.])([0-9]{1,2})%", lambda n: f"百分之{chinese_numeral(int(n[1]))}", text)
    return _claim(text, case.at, case.sentence) if text != case.sentence and "《" not in text else None


def quoted_in_part(case: Case, _: random.Random) -> Claim | None:
    """The whole sentence, of which the quote is the first half."""
    return _claim(case.sentence, case.at, case.sentence[: len(case.sentence) // 2 + 4])


def typed_otherwise(case: Case, _: random.Random) -> Claim | None:
    """The quote in full-width punctuation and with a line break."""
    words = case.sentence.replace(",", "\uff0c").replace("(", "\uff08")
    return _claim(words, case.at, words[:5] + "\n" + words[5:])


HONEST: tuple[Maker, ...] = (
    verbatim,
    in_part,
    introduced,
    loosened,
    in_chinese_numerals,
    quoted_in_part,
    typed_otherwise,
)


# false


def other_number(case: Case, chance: random.Random) -> Claim | None:
    """One number of the sentence is another one."""
    found = list(_NUMBER.finditer(case.sentence))
    if not found:
        return None
    changed = chance.choice(found)
    held = {number[0] for number in found}
    digits = [str(int(float(changed[0])) + step) for step in (1, 5, 10)] + [
        "1" + changed[0],
        "9" + changed[0],
    ]
    other = chance.choice([number for number in digits if number not in held])
    text = case.sentence[: changed.start()] + other + case.sentence[changed.end() :]
    return _claim(text, case.at, case.sentence)


def added_number(case: Case, chance: random.Random) -> Claim | None:
    """A true sentence with an invented figure behind it."""
    invented = chance.choice(
        [
            "每户补贴3.7万元",
            "共41处",
            "自2031年起实行",
            "比例为百分之八十三",
            "标准为每月1375元",
            "覆盖十九个街道",
        ]
    )
    return _claim(f"{case.sentence.rstrip('。;')}\uff0c{invented}。", case.at, case.sentence)


def not_in_corpus(case: Case, chance: random.Random) -> Claim | None:
    """A quote put together from two passages, or invented."""
    other = case.passages[case.at % SHOWN].text
    half = case.sentence[: len(case.sentence) // 2]
    words = chance.choice(
        [half + other[: len(other) // 2], f"{half}并给予一次性奖励", "凡在本市租房的一律发放补贴。"]
    )
    return _claim(case.sentence, case.at, words)


def one_character_off(case: Case, chance: random.Random) -> Claim | None:
    places = [at for at, char in enumerate(case.sentence) if char.isalnum()]
    at = chance.choice(places)
    old = case.sentence[at]
    new = str((int(old) + 1) % 10) if old.isascii() and old.isdigit() else ("某" if old != "某" else "各")
    return _claim(case.sentence, case.at, case.sentence[:at] + new + case.sentence[at + 1 :])


def wrong_document(case: Case, chance: random.Random) -> Claim | None:
    """The right quote under the number of a passage of another document, or of none."""
    others = [n for n, p in enumerate(case.passages, start=1) if p.document_id != case.document_id]
    at = chance.choice([*others, 0, -1, SHOWN + 1, 99])
    return _claim(case.sentence, at, case.sentence)


FALSE: dict[str, tuple[Maker, ...]] = {
    "number": (other_number, added_number),
    "quote": (not_in_corpus,),
    "character": (one_character_off,),
    "document": (wrong_document,),
}


def draw(
    makers: Sequence[Maker], count: int, documents: Sequence[Document], seed: int
) -> Iterator[tuple[Case, Claim]]:
    """`count` claims, as many of each maker."""
    chance = random.Random(seed)
    drawn = cases(documents, chance)
    for number in range(count):
        maker = makers[number % len(makers)]
        claim = None
        while claim is None:
            case = next(drawn)
            claim = maker(case, chance)
        yield case, claim
