"""What a question asks for and the best sentence plainly does not give: a kind of answer, a year, what a name means,
what came of a plan."""

import re

from assistant.kinds import kinds_asked, kinds_held
from assistant.tense import looks_back
from index.numerals import parse_numeral

_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})年?(?![0-9])|(二[〇零][〇零一二三四五六七八九]{2})年")
_NUMERAL = "一二两三四五六七八九十0-9"
_SPELLED_OUT = re.compile(
    rf"[“\"](?P<name>[^“”\",。?]*[{_NUMERAL}][^“”\",。?]*)[”\"][^“”\",。?]{{0,8}}?"
    rf"(?:全称|各?指的?是?[什啥哪]|(?:具体|分别)?[为是包括有]+哪[些几{_NUMERAL}]|分别[在位是]|位于|内容是|什么意思)"
)
"""A name that counts things, “两城一园”, asked to be spelled out."""
_OUTCOME = re.compile(
    r"(?:实际|最终|最后)(?:完成|达到|建成|实现|突破|投了|有没有|是否)|完成(?:情况|数|得[咋怎])|完成了?(?:没有|没|吗)|基期|基数"
    r"|(?:截至|到)?(?:目前|现在|如今)(?:已经?)?(?:完成|建成|建了|改造)了?(?:多少|几)"
)
"""How it is asked what came of a plan."""
_DONE = re.compile(r"已|基期|基数|累计|完成了|建成了|连续[0-9一二三四五六七八九十]+年|十三五")
"""How a text tells of what is done."""
_RATE = re.compile(r"[一-鿿]{2}率(?=[一-鿿]{0,4}(?:多少|几成|百分之几))")
"""The end of the name of a rate that is asked for."""
_TOLD = r"[”\"]?(?:分别|具体|主要)?(?:[为即是指:(]|包括|包含)"
_NAME = re.compile(r"[“\"]([^“”\",。]{2,12})[”\"]")
_COUNTING = re.compile(rf"[“\"]([^“”\",。]*[{_NUMERAL}][^“”\",。]*)[”\"]")

FIGURES = frozenset({"money", "share", "length", "area", "floor", "people", "amount"})
"""Kinds of answer of which each year has its own."""


def missing(question: str, sentence: str, around: str, document: str) -> float:
    """Share of what the `question` asks for that the `sentence` does not give, where `around` is the sentence with
    its passage and the headings above, and `document` all that it stands in, with its dates, or nothing where these
    are not known; all of it where what is said is of another year, or only names what it should tell, or aims at it,
    or no rate of the name. The first three normalised."""
    wanted = kinds_asked(question)
    if (
        _of_other_year(question, sentence, around)
        or (FIGURES.intersection(wanted) and _of_untold_year(question, document))
        or _only_named(question, around)
        or _only_aimed_at(question, sentence, around)
        or _of_other_rate(question, around)
    ):
        return 1.0
    return 1 - kinds_held(wanted, sentence) if wanted else 0.0


def _of_other_year(question: str, sentence: str, around: str) -> bool:
    asked, said = _years(question), _years(sentence)
    return bool(asked and said) and not asked & (said | _years(around))


def _of_untold_year(question: str, document: str) -> bool:
    """Whether the question names years, and the dated document none of them."""
    asked = _years(question)
    return bool(asked and document) and not asked & _years(document)


def _years(text: str) -> set[int]:
    return {
        int(figures) if figures else parse_numeral(spelled) or 0 for figures, spelled in _YEAR.findall(text)
    }


def _only_named(question: str, around: str) -> bool:
    """Whether the name is only used: nothing says what it or a part of it is, no list stands before it."""
    found = _SPELLED_OUT.search(question)
    if found is None:
        return False
    asked = found["name"]
    whole = next((name for name in _COUNTING.findall(around) if asked == name or asked in _parts(name)), None)
    if whole is None:
        return False
    told = re.search(rf"{re.escape(whole)}{_TOLD}|、[^,。;、]{{1,20}}[“\"]?{re.escape(whole)}", around)
    others = set(_NAME.findall(around)) - {whole}
    return not told and not any(_counted(whole) & set(other) for other in others)


def _only_aimed_at(question: str, sentence: str, around: str) -> bool:
    """Whether it is asked what came of a plan, and nothing tells of what is done."""
    return bool(_OUTCOME.search(question)) and not (_DONE.search(sentence) or looks_back(around))


def _of_other_rate(question: str, around: str) -> bool:
    """Whether a rate is asked for by its name, “城镇化率”, and none of that name is spoken of."""
    found = _RATE.search(question)
    return found is not None and found[0] not in around


def _parts(name: str) -> list[str]:
    """What a name counts: “三区两屏” is 三区 and 两屏."""
    return re.findall(rf"[{_NUMERAL}][^{_NUMERAL}]+", name)


def _counted(name: str) -> set[str]:
    """The characters that name what is counted."""
    return {part[-1] for part in _parts(name)}
