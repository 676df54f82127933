"""Personal identifiers are masked, however they are written; figures are not."""

import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.masking import Identifier, Masked, mask

CORPUS = Path(__file__).parent.parent / "index" / "corpus"
DOCUMENTS = sorted(CORPUS.glob("*.txt"))
MADE_UP = random.Random(20260301)
INVISIBLE = "\u200b\u200d\u2060\ufeff\u00ad\ufe0f\u034f\u3164\x00"


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "1380-013-8000",
        "138.0013.8000",
        "138 00138000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "8613800138000",
        "008613800138000",
        "013800138000",
        "86-138-0013-8000",
        "\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10",
        "1\u200b38\u2060001\ufeff380\x0000",
        "138\u20130013\u20148000",
        "138\u00a00013\u30008000",
        "\U0001d7cf\U0001d7d1\U0001d7d6\U0001d7ce\U0001d7ce\U0001d7cf\U0001d7d1\U0001d7d6\U0001d7ce\U0001d7ce\U0001d7ce",
    ],
)
def test_a_mobile_number_is_masked(written: str) -> None:
    assert mask(f"我的电话是{written}\uff0c请回电") == Masked(
        "我的电话是〔手机号〕\uff0c请回电", (Identifier.MOBILE,)
    )


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("+86 13800138000", "+〔手机号〕"),
        ("(+86)138-0013-8000", "(+86)〔手机号〕"),
        ("\uff08+86\uff0913800138000", "\uff08+86\uff09〔手机号〕"),
        ("13800138000\uff0c13900139000", "〔手机号〕\uff0c〔手机号〕"),
        ("13800138000 13900139000", "〔手机号〕 〔手机号〕"),
        ("1.13800138000;2.13900139000", "1.〔手机号〕;2.〔手机号〕"),
        ("微信wx13800138000", "微信wx〔手机号〕"),
        ("13800138000元旦找我", "〔手机号〕元旦找我"),
        ("13800138000户主是谁", "〔手机号〕户主是谁"),
    ],
)
def test_what_stands_around_a_number_stays(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002X",
        "110105-1949-1231-002X",
        "\uff11\uff11\uff10\uff11\uff10\uff15\uff11\uff19\uff14\uff19\uff11\uff12\uff13\uff11\uff10\uff10\uff12\uff38",
        "110105\u200b19491231\u200b002\u200bX",
        "110105491231002",
        "110105 491231 002",
    ],
)
def test_an_identity_number_is_masked(written: str) -> None:
    assert mask(f"身份证{written}能落户吗") == Masked("身份证〔身份证号〕能落户吗", (Identifier.IDENTITY,))


@pytest.mark.parametrize(
    "written",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "\uff14\uff11\uff11\uff11 1111 1111 1111",
        "6222021234567890128",
        "6222 0212 3456 7890 128",
        "622202 1234567890128",
    ],
)
def test_a_bank_card_is_masked(written: str) -> None:
    assert mask(f"补贴发到{written}") == Masked("补贴发到〔银行卡号〕", (Identifier.CARD,))


@pytest.mark.parametrize(
    "written",
    [
        "zhang.san+1@mail.qq.com",
        "ZHANG_SAN@QQ.COM",
        "13800138000@163.com",
        "zhang @ qq.com",
        "\uff5a\uff48\uff41\uff4e\uff47\uff20\uff51\uff51\uff0e\uff43\uff4f\uff4d",
        "zh\u200bang@\u200bqq.com",
    ],
)
def test_a_mail_address_is_masked(written: str) -> None:
    assert mask(f"发到{written}好吗") == Masked("发到〔电子邮箱〕好吗", (Identifier.MAIL,))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "外地人能在大连落户吗",
        "12345",
        "2021-2025 2026-2030 2031-2035",
        "投资13800138000元",
        "共 15912345678 万元",
        "12800138000",
        "1380013800",
        "138001380001",
        "138\n0013\n8000",
        "0411-83631234",
        "110105194912310021",
        "110105194913310027",
        "110105491331002",
        "990105491231",
        "4111111111111112",
        "4111 1111 1111 1112",
        "zhang@qq",
        "@所有人",
        "3.1415926535",
        "91210200MA0XXXXX1A",
    ],
)
def test_what_is_no_identifier_stays(text: str) -> None:
    assert mask(text) == Masked(text)


def test_several_kinds_are_named_once_each_in_order() -> None:
    text = "张三 zhang@qq.com 13800138000,11010519491231002X,13900139000"
    assert mask(text) == Masked(
        "张三 〔电子邮箱〕 〔手机号〕,〔身份证号〕,〔手机号〕",
        (Identifier.MAIL, Identifier.MOBILE, Identifier.IDENTITY),
    )


# made-up identifiers, their check digits found by trial of the rule as the standard states it


def digits(count: int) -> str:
    return "".join(MADE_UP.choices("0123456789", k=count))


def fits_iso_7064(number: str) -> bool:
    values = [10 if char == "X" else int(char) for char in number]
    return sum(value * pow(2, 17 - at, 11) for at, value in enumerate(values)) % 11 == 1


def fits_luhn(number: str) -> bool:
    total = 0
    for at, char in enumerate(reversed(number)):
        total += sum(map(int, str(int(char) * 2))) if at % 2 else int(char)
    return total % 10 == 0


def identity(*, sound: bool) -> str:
    region = MADE_UP.choice(["110105", "210204", "210282", "220102", "310115", "440305", "650102", "810000"])
    day = f"{MADE_UP.randint(1935, 2020)}{MADE_UP.randint(1, 12):02}{MADE_UP.randint(1, 28):02}"
    body = region + day + digits(3)
    return body + MADE_UP.choice([last for last in "0123456789X" if fits_iso_7064(body + last) == sound])


def card(*, sound: bool) -> str:
    body = MADE_UP.choice(["622202", "621700", "436742", "552245", "356889"])
    body += digits(MADE_UP.randint(9, 12))
    if len(body) == 17:
        body += digits(1)  # 18 places may be an identity number
    return body + MADE_UP.choice([last for last in "0123456789" if fits_luhn(body + last) == sound])


def mobile() -> str:
    return f"1{MADE_UP.randint(3, 9)}{digits(9)}"


def mail() -> str:
    name, host = (
        MADE_UP.choice(["wang", "li.na", "zhao_1", "qian-2"]),
        MADE_UP.choice(["qq.com", "dl.gov.cn"]),
    )
    return f"{name}{digits(3)}@{host}"


def in_groups(number: str) -> str:
    cuts = {11: (3, 7), 18: (6, 14)}.get(len(number), range(4, len(number), 4))
    parts = [number[start:end] for start, end in zip((0, *cuts), (*cuts, None), strict=True)]
    return MADE_UP.choice(" -").join(parts)


def as_people_write(identifier: str) -> str:
    """As it is, in groups, in full-width characters, or with invisible characters in between."""
    way = MADE_UP.randrange(4)
    if way == 1 and "@" not in identifier:
        return in_groups(identifier)
    if way == 2:
        return "".join(chr(ord(char) + 0xFEE0) for char in identifier)
    if way == 3:
        return identifier[0] + "".join(
            MADE_UP.choice(["", MADE_UP.choice(INVISIBLE)]) + c for c in identifier[1:]
        )
    return identifier


@pytest.mark.parametrize("round_", range(50))
def test_made_up_identifiers_are_masked(round_: int) -> None:
    texts = {kind: as_people_write(made) for kind, made in zip(
        Identifier, (identity(sound=True), mobile(), card(sound=True), mail()), strict=True
    )}  # fmt: skip
    found = {text: mask(f"您好\uff0c{text}\uff0c能落户吗") for text in texts.values()}
    assert found == {
        text: Masked(f"您好\uff0c〔{kind}〕\uff0c能落户吗", (kind,)) for kind, text in texts.items()
    }


@pytest.mark.parametrize("round_", range(50))
def test_near_misses_are_not(round_: int) -> None:
    short = f"1{MADE_UP.choice('012')}{digits(9)}"
    figure = f"{mobile()}元"
    for text in (identity(sound=False), card(sound=False), short, figure):
        assert mask(f"共{text}。") == Masked(f"共{text}。")


# figures of documents


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_shipped_documents_pass_unchanged(path: Path) -> None:
    text = path.read_text("utf-8")
    assert mask(text) == Masked(text)


def test_every_figure_of_the_documents_passes_by_itself_and_beside_others() -> None:
    figures = [
        figure
        for path in DOCUMENTS
        for figure in re.findall(r"[0-9][0-9.,%~\-\u2014\uff0c\uff05]*", path.read_text("utf-8"))
    ]
    assert len(figures) > 300
    changed = [figure for figure in figures if mask(figure).kinds]
    changed += [pair for pair in map("、".join, pairwise(figures)) if mask(pair).kinds]
    assert changed == []


@given(st.text(alphabet="0123456789Xx @.-a\u200b\uff11\uff20\n。", max_size=60))
def test_masking_twice_changes_no_more_and_any_text_is_taken(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text
    assert once.text == text if not once.kinds else "〔" in once.text
