"""Chinese numerals, read and written."""

import pytest

from index.numerals import chinese_numeral, parse_numeral


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[("十二", 12), ("二十", 20), ("一百零五", 105), ("一千二百六十", 1260), ("一千零一", 1001)],
        *[("二〇三五", 2035), ("二○三五", 2035), ("３", 3), ("12", 12), ("两", 2)],
        *[("甲", None), ("", None), ("1" * 10, None)],
    ],
)
def test_numerals(written: str, value: int | None) -> None:
    assert parse_numeral(written) == value


@pytest.mark.parametrize("value", [*range(1, 200), 999, 1000, 1001, 1010, 1100, 1260, 9999])
def test_written_numerals_are_read_again(value: int) -> None:
    assert parse_numeral(chinese_numeral(value)) == value
