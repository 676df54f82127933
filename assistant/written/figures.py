"""Numbers, dates, amounts and shares in a text, as whole tokens that can be compared: 3万 is 三万, 5 is not in 15."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from index.numerals import parse_numeral

_ARABIC = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?"
_CHINESE = r"[〇零一二两三四五六七八九十百千万亿]+"
# Units that are part of what a number says; of those that merely count (个项种类大) it says the same without.
_MEASURES = (
    "年|月|日|号|%|个百分点|百分点|元|美元|倍|成|平方公里|公里|平方米|平米|米|公顷|亩|吨|岁|小时|分钟|天|周|世纪|人次|人|套|户"
    "|家|座|所|处|张|条|件|次|辆|床|名|期|级|章|节|款|编|部分|批|届|层|度|点|时"
)
_COUNTS = "个|项|种|类|大"
_BOUNDS = "以上|以下|以内|之内|以外|左右|多"
_TOKEN = re.compile(
    rf"(?P<plan>十[一二三四五六]五)(?![年月日号个项条万亿%])"
    rf"|(?P<ordinal>第)?(?P<share>百分之)?(?P<number>{_ARABIC}|{_CHINESE})(?P<scale>[万亿]*)"
    rf"(?P<bound>多)?(?P<unit>{_MEASURES}|{_COUNTS})?(?P<limit>{_BOUNDS})?"
)
_WHERE_ONE_COUNTS = re.compile(
    "年|月|日|号|%|元|倍|成|岁|小时|周|亩|吨|公里|米|平方米|平方公里|公顷|章|节|款|编"
)
"""Units beside which 一 is a number; 一个, 一家, 一批, 一线 and the like are manners of speaking."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit and its bound (以上); `ordinal` for 第三. A plan's name (十四五) is a unit alone."""

    value: Decimal
    unit: str
    bound: str = ""
    ordinal: bool = False

    @property
    def is_name(self) -> bool:
        """Whether it is the name of a plan and no number."""
        return self.unit.endswith("五")


def figures(text: str) -> tuple[Figure, ...]:
    """The figures of the normalised `text` in reading order."""
    return tuple(figure for found in _TOKEN.finditer(text) if (figure := _figure(found)))


def _figure(found: re.Match[str]) -> Figure | None:
    if found["plan"]:
        return Figure(Decimal(0), found["plan"])
    number, unit = found["number"], found["unit"] or ""
    value = _value(number + found["scale"])
    bound = (found["bound"] or "") + (found["limit"] or "")
    ordinal = bool(found["ordinal"])
    if found["share"]:
        unit = "%"
    elif not ordinal and len(number) == 1 and not number.isdigit() and not _is_number(number, unit):
        return None
    if value is None:
        return None
    unit = "" if unit in _COUNTS.split("|") else unit.removeprefix("个")
    return Figure(value, unit, bound, ordinal)


def _is_number(character: str, unit: str) -> bool:
    """Whether one Chinese numeral beside `unit` is meant as a number: in 三项 and 一年, not in 一批 and 十分."""
    return bool(_WHERE_ONE_COUNTS.fullmatch(unit)) or (bool(unit) and character != "一")


def _value(written: str) -> Decimal | None:
    """Value of "3.5万", "三万五千", "2,000", "二〇二五"; None where it has none."""
    for scale, factor in (("亿", 10**8), ("万", 10**4)):
        head, cut, tail = written.rpartition(scale)
        if not cut:
            continue
        more, less = _value(head), _value(tail) if tail else Decimal(0)
        return None if more is None or less is None else more * factor + less
    try:
        return Decimal(written.replace(",", ""))
    except InvalidOperation:
        value = parse_numeral(written)
        return None if value is None else Decimal(value)
