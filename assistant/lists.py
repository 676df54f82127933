"""Questions for a list or for what a name stands for, and the sentences that give one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMERALS = "一二三四五六七八九十"
_MEASURE = "(?:个|大|条|项|种|类|点|方面|方向|领域|部分|座|家|处|块)"
_ASKS = re.compile(
    f"哪些|哪几|[哪几](?:类|种)|哪[两{_NUMERALS}]+{_MEASURE}"
    "|(?:是|叫|有|指|包括|包含|算上|为)(?:的)?(?:什么|啥)|(?:什么|啥)(?:是|叫|意思)|一共|还有|各指|分别"
)
_COUNT = re.compile(f"([两{_NUMERALS}]){_MEASURE}")
_NAMES = re.compile(
    "(?:^|[,;:。、])(?:“([^“”]+)”|([^,;:。、“”]{4,12}?))(?:分别|具体|主要)?(?:为|即|是指|指|是|包括|包含)"
)
"""A name in quotation marks, or one of four characters at least: “城市是…” tells little of a question for cities."""
_ITEM = re.compile(f"(?:^|[,;:]) ?(?:([{_NUMERALS}])是|第([{_NUMERALS}])[,、])")


@dataclass(frozen=True, slots=True)
class ListAsked:
    """A question for a list or for what a name stands for; `count` items as it says, 0 where it does not."""

    question: str
    count: int


def list_asked(question: str) -> ListAsked | None:
    """What the normalised `question` asks to have listed; None where it asks for no list."""
    if not _ASKS.search(question):
        return None
    counted = _COUNT.findall(question)
    return ListAsked(question, _number(counted[-1]) if counted else 0)


def explains(text: str, asked: ListAsked) -> bool:
    """Whether the sentence `text` says what something stands for that the question names: “四城”为…."""
    return any((found[1] or found[2]) in asked.question for found in _NAMES.finditer(text))


def items_around(texts: Sequence[str], place: int) -> list[int]:
    """Which sentences `texts` of a clause begin the items of the list 一是…, 二是… that the one at `place` stands in or
    opens; empty where there is no such list."""
    numbers = [_item_number(text) for text in texts]
    first = next((at for at in (place + 1, *range(place, -1, -1)) if numbers[at : at + 1] == [1]), None)
    if first is None:
        return []
    items = [first]
    for at in range(first + 1, len(texts)):
        if numbers[at] == len(items) + 1:
            items.append(at)
        elif numbers[at]:
            break
    return items if len(items) > 1 and place <= items[-1] else []


def _item_number(text: str) -> int:
    found = _ITEM.search(text)
    return _number(found[1] or found[2]) if found else 0


def _number(numeral: str) -> int:
    return 2 if numeral == "两" else _NUMERALS.index(numeral) + 1
