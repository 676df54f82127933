"""Which of the questions that passages answer read well on a button: they are written to be searched, some as people
speak, with their circumstances and their dialect."""

import re
from collections.abc import Sequence

from index.searchable import normalise
from index.words import bigrams

_SHORTEST, _LONGEST = 6, 24
"""Characters of a question that says what it is on and fits a button on a phone."""
_ASKS = re.compile(r"什么|哪|如何|怎么|怎样|多少|多[大长久高快]|几|谁|何|吗$|是否|有没有|(.)[不没]\1")
_NAMES = re.compile("(目标|方向|内容|标准|要求|目的|任务|模式|措施|原则|条件|方式|重点|作用)$")
"""What ends a matter that is named and not asked about: “加装电梯的条件”."""
_UNFIT = re.compile(
    "[,。;!?:]"  # more than one sentence, or circumstances before the question
    "|我|俺|咱|你|您|他|她|它"  # somebody that the reader does not know
    "|这|那"  # something that was spoken of before
    "|啥|咋|搞|弄|娃|呗|嘛|哪儿|老百姓|[^不没]不$|没$"  # dialect
    "|[a-z]"  # questions are kept as they are searched: which letters were capitals is not known
)


def presentable(questions: Sequence[str], passage: str) -> list[str]:
    """Those of the normalised `questions` that read well: each short, one sentence, and on one thing that it names;
    a matter that is only named is asked about.

    First those in the words of the searched text of the `passage` that answers them.
    """
    fit = [one for one in map(_asking, questions) if _reads_well(one)]
    return sorted(fit, key=lambda question: -_in_its_words(question, passage))


def _asking(question: str) -> str:
    text = question.rstrip("?")
    return f"{text}是什么" if _NAMES.search(text) and not _ASKS.search(text) else text


def _reads_well(question: str) -> bool:
    fits = _SHORTEST <= len(question) <= _LONGEST
    return fits and bool(_ASKS.search(question)) and not _UNFIT.search(question)


def _in_its_words(question: str, passage: str) -> float:
    """Share of the question's pairs of characters that the passage has."""
    pairs, held = set(bigrams(normalise(question))), set(bigrams(passage))
    return len(pairs & held) / len(pairs) if pairs else 0.0
