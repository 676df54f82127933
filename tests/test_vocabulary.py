import pytest

from index.vocabulary import Vocabulary, pieces, runs

WORDS = ["公租房", "公租", "申请", "5g", "租", "房", "申", "请"]
VOCABULARY = Vocabulary([*WORDS, "租房"], words=len(WORDS))


@pytest.mark.parametrize(
    ("word", "expected"),
    [("房", []), ("申请", ["申", "请"]), ("公租房", ["公租", "租房"]), ("5g", []), ("wifi", [])],
)
def test_pieces_are_characters_of_short_words_and_pairs_of_long_ones(word: str, expected: list[str]) -> None:
    assert pieces(word) == expected


def test_runs_are_of_one_width_and_case() -> None:
    assert runs("\uff15\uff27基站,WiFi 2.0覆盖\U00020000") == [
        "5g",
        "基站",
        "wifi",
        "2",
        "0",
        "覆盖\U00020000",
    ]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        ("申请公租房", ["申请", "申", "请", "公租房", "公租", "租房"]),  # the longest word, then its pieces
        ("公租申", ["公租", "租", "申"]),
        ("租房", ["租", "房"]),  # no word of its own: only a piece of others
        ("大申请!5G", ["申请", "申", "请", "5g"]),  # what is unknown is passed over
        ("5g5", []),  # letters and digits are known as a whole or not at all
    ],
)
def test_rows_are_of_the_longest_words_and_their_pieces(text: str, entries: list[str]) -> None:
    assert [[*WORDS, "租房"][row] for row in VOCABULARY.rows(text)] == entries
