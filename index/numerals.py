"""Chinese numerals to integers and back, as clause numbers use them."""

import re
import unicodedata

DIGITS = {
    char: value
    for value, chars in enumerate(("〇零○", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = r"(?:[一二三四五六七八九十百千〇零○两]+|[0-9\uff10-\uff19]+)"
"""Pattern of one numeral, Chinese or Arabic, half or full width."""
_LONGEST = 9
"""Characters of the longest numeral, “九千九百九十九” and a few to spare; what is longer counts nothing."""


def parse_numeral(text: str) -> int | None:
    """Value of `text`: "十二", "一千二百六十", "二〇三五", "12", full-width digits; else None."""
    text = unicodedata.normalize("NFKC", text)
    if len(text) > _LONGEST:
        return None
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if not text or any(char not in DIGITS and char not in UNITS for char in text):
        return None
    if not any(char in UNITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in UNITS:
            total += (digit or 1) * UNITS[char]
            digit = 0
        else:
            digit = DIGITS[char]
    return total + digit


def chinese_numeral(value: int) -> str:
    """`value` the way statutes write it: 12 is "十二", 1260 is "一千二百六十"; 0 and 10,000 up in digits."""
    if not 0 < value < 10_000:
        return str(value)
    written, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            written += ("零" if zero else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        elif written and value:
            zero = True
    return written[1:] if written.startswith("一十") else written
