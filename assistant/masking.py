"""Personal identifiers in a text -> the text without them; for whatever is stored, or sent to a model."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Identifier(StrEnum):
    """What names one person, as it is called in the text that it is taken out of."""

    IDENTITY = "身份证号"
    MOBILE = "手机号"
    CARD = "银行卡号"
    MAIL = "电子邮箱"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text in which each identifier gave way to its name, as 〔手机号〕; `kinds` in order of first appearance."""

    text: str
    kinds: tuple[Identifier, ...] = ()


class _Found(NamedTuple):
    start: int
    end: int
    kind: Identifier


_LEAST_DIGITS = 11
_MOST_DIGITS = 19
_CARD_GROUP = 4
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Me", "Mn"}
_BLANK_LETTERS = set("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that show nothing
_POINTS = set("\u00b7\u2022\u2027\u2219\u22c5\u30fb")

# Patterns are compiled when a text first needs them: most questions hold nothing that could be an identifier.
_SEPARATOR = "(?: ?[-.\u00b7] ?| {1,2})"
_MAIL = r"(?ai)(?<![\w.+%-])\w[\w.+%-]*+ ?@ ?[a-z0-9-]++(?:\.[a-z0-9-]++)*\.[a-z]{2,}"
_NUMBERS = f"[0-9](?:{_SEPARATOR}?[0-9])*+(?:{_SEPARATOR}?[Xx](?![A-Za-z]))?"
_GROUP = "[0-9]+|[Xx]"
# A figure in these units is no number of a person. 元旦 is a day, and other units begin words (13800138000户主是谁).
_UNIT = " ?(?:元(?!旦)|万元|亿元|万人|%|平方|立方|公里|千瓦|吨)"
# Mainland mobile numbers, ITU-T E.164 country code 86 before them or the 0 of old trunk calls.
_MOBILE = (
    "(?:(?:00)?86S?|0)?(?:1[3-9][0-9]{9}|1[3-9][0-9]S[0-9]{4}S[0-9]{4}|1[3-9][0-9]{2}S[0-9]{3}S[0-9]{4}"
    "|1[3-9][0-9]S[0-9]{8}|1S[3-9](?:S[0-9]){9})"
).replace("S", _SEPARATOR)
# ISO/IEC 7812; first digits as Chinese banks have them.
_CARD = "[3-69](?:[0-9]{15,18}|[0-9]{3}(?:S[0-9]{4}){3}(?:S[0-9]{1,3})?|[0-9]{5}S[0-9]{10,13})".replace(
    "S", _SEPARATOR
)
# GB 11643: region, day of birth, order, check digit; before 1999 two digits of the year and no check digit.
_REGION = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[0-9])[0-9]{4}"
_IDENTITY = f"{_REGION}((?:19|20)[0-9]{{2}})([0-9]{{2}})([0-9]{{2}})[0-9]{{3}}[0-9X]"
_OLD_IDENTITY = f"{_REGION}{_SEPARATOR}?([0-9]{{2}})([0-9]{{2}})([0-9]{{2}}){_SEPARATOR}?[0-9]{{3}}"


def mask(text: str) -> Masked:
    """`text` without identity numbers, mobile numbers, bank cards and mail addresses; all else stands as it was.

    Digits and letters of any width count, with invisible characters in between too; so do numbers in groups. An
    identity number of 18 places needs its check digit, a card its Luhn digit; one of 15 places has none, so region
    and day of birth decide. Landlines, addresses and names are left: `assistant.intents` turns such questions away.
    """
    plain, places = _plain(text)
    if "@" not in plain and sum(map(str.isdigit, plain)) < _LEAST_DIGITS:
        return Masked(text)
    pieces, kinds, end = [], [], 0
    for found in _identifiers(plain):
        pieces += [text[end : places[found.start]], f"〔{found.kind}〕"]
        kinds.append(found.kind)
        end = places[found.end - 1] + 1
    return Masked("".join([*pieces, text[end:]]), tuple(dict.fromkeys(kinds)))


def _plain(text: str) -> tuple[str, list[int]]:
    """The visible characters of `text` in their plainest form, one for one, and where each stands."""
    shown = [(char, at) for at, original in enumerate(text) if (char := _plain_char(original))]
    return "".join(char for char, _ in shown), [at for _, at in shown]


@lru_cache(maxsize=8192)
def _plain_char(char: str) -> str:
    """One character, or "" for an invisible one; a line break stays, for numbers do not run on over it."""
    if char in "\r\n" or "!" <= char <= "~":
        return char
    category = unicodedata.category(char)
    if char == "\t" or category == "Zs":
        return " "
    if category in _INVISIBLE or char in _BLANK_LETTERS:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd" or char == "\u2212":
        return "-"
    folded = unicodedata.normalize("NFKC", char)
    return "\u00b7" if char in _POINTS else folded if len(folded) == 1 else char


def _identifiers(plain: str) -> Iterator[_Found]:
    """What is found, from left to right; a mail address may hold a number."""
    end = 0
    for mail in re.finditer(_MAIL, plain):
        yield from _numbers(plain, end, mail.start())
        yield _Found(*mail.span(), Identifier.MAIL)
        end = mail.end()
    yield from _numbers(plain, end, len(plain))


def _numbers(plain: str, start: int, end: int) -> Iterator[_Found]:
    for run in re.compile(_NUMBERS).finditer(plain, start, end):
        if len(run[0]) >= _LEAST_DIGITS:
            yield from _in_run(
                plain, [group.span() for group in re.compile(_GROUP).finditer(plain, *run.span())]
            )


def _in_run(plain: str, groups: list[tuple[int, int]]) -> Iterator[_Found]:
    """Identifiers in groups of digits, each made of whole groups, the longest first."""
    first = 0
    while first < len(groups):
        start = groups[first][0]
        for last in reversed(range(first, min(first + _MOST_DIGITS, len(groups)))):
            end = groups[last][1]
            goes_on = last + 1 < len(groups) and groups[last + 1][1] - groups[last + 1][0] <= _CARD_GROUP
            if kind := _kind(plain[start:end], bool(re.match(_UNIT, plain[end : end + 3])), goes_on):
                yield _Found(start, end, kind)
                first = last
                break
        first += 1


def _kind(written: str, is_figure: bool, goes_on: bool) -> Identifier | None:
    """What `written` is; as a figure, with a unit behind it, or with one more short group there, it is less."""
    digits = "".join(char for char in written.upper() if char.isdigit() or char == "X")
    if not _LEAST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return None
    if (identity := re.fullmatch(_IDENTITY, digits)) and _is_day(*identity.groups()):
        return Identifier.IDENTITY if _has_check_digit(digits) else None
    if is_figure:
        return None
    if (identity := re.fullmatch(_OLD_IDENTITY, written)) and _is_day(
        f"19{identity[1]}", *identity.groups()[1:]
    ):
        return Identifier.IDENTITY
    if re.fullmatch(_MOBILE, written):
        return Identifier.MOBILE
    is_card = re.fullmatch(_CARD, written) and _has_luhn_digit(digits) and not goes_on
    return Identifier.CARD if is_card else None


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        return bool(date(int(year), int(month), int(day)))
    except ValueError:
        return False


def _has_check_digit(digits: str) -> bool:
    """ISO 7064 MOD 11-2 over 18 places."""
    total = sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17]


def _has_luhn_digit(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: every second digit from the right doubled, its two digits added."""
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0
