from index.words import bigrams, known_words, words


def test_words_are_cut_for_search_without_empty_ones() -> None:
    assert words("大连市公积金的申请条件,共42.3万户。") == [
        "大连", "大连市", "公积", "积金", "公积金", "申请", "条件", "共", "42", "3", "万户"
    ]  # fmt: skip


def test_bigrams_stay_inside_runs_and_keep_numbers_whole() -> None:
    assert bigrams("加装电梯,到2035年达42.3%;bim 模型") == [
        "加装", "装电", "电梯", "到", "2035", "年达", "42.3", "bim", "模型"
    ]  # fmt: skip


def test_nothing_to_search_gives_no_token() -> None:
    assert [words(""), bigrams(""), words(" ,。\n"), bigrams(" ,。\n")] == [[], [], [], []]


def test_known_words_are_found_without_cutting() -> None:
    vocabulary = {"大连", "落户", "外地人", "外地", "户", "人", "能", "公租房"}
    assert known_words("外地人能在大连落户吗", vocabulary) == ["外地人", "外地", "能", "大连", "落户"]


def test_known_single_character_counts_where_it_stands_alone() -> None:
    assert known_words("一户一梯,落户", {"户", "落户", "梯"}) == ["户", "梯", "落户"]


def test_known_numbers_are_whole_runs() -> None:
    assert known_words("2025年5g网络", {"5", "20", "2025", "5g", "g", "网络"}) == ["2025", "5g", "网络"]


def test_nothing_is_known_of_an_empty_vocabulary() -> None:
    assert known_words("公租房", set()) == []
