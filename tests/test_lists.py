"""Questions for a list or the meaning of a name, and where the list stands."""

import pytest

from assistant.lists import ListAsked, explains, items_around, list_asked


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("公园建设有哪些要求", ListAsked("公园建设有哪些要求", 0)),
        ("三大片区是哪三个", ListAsked("三大片区是哪三个", 3)),
        ("面临的五方面困难是什么", ListAsked("面临的五方面困难是什么", 5)),
        ("除了北港还有哪几处码头", ListAsked("除了北港还有哪几处码头", 0)),
        ("老楼能装电梯吗", None),
        ("公租房租金怎么定", None),
    ],
)
def test_which_questions_ask_for_a_list(question: str, asked: ListAsked | None) -> None:
    assert list_asked(question) == asked


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("“三港”为北港、东港、渔人港。", True),
        ("形成“两轴三港”格局,“三港”分别是北港、东港、渔人港。", True),
        ("滨海示范片区包括北港和东港。", True),
        ("加快“三港”建设,完善集疏运体系。", False),
        ("“两轴”为山海轴和城市轴。", False),
        ("海云是现代化港城。", False),
    ],
)
def test_which_sentences_tell_what_a_name_stands_for(text: str, told: bool) -> None:
    assert explains(text, ListAsked("海云的“三港”和滨海示范片区指什么", 0)) is told


TEXTS = (
    "本市还有不少短板。",
    "从城区看,一是停车位不足。",
    "缺口逐年扩大。",
    "二是管网老化。",
    "各区应当重视。",
    "从机遇看,一是港口开放。",
    "二是人才回流。",
    "三是投资增长。",
)


@pytest.mark.parametrize(
    ("place", "items"),
    [
        (0, [1, 3]),
        (1, [1, 3]),
        (2, [1, 3]),
        (3, [1, 3]),
        (4, [5, 6, 7]),
        (6, [5, 6, 7]),
        (7, [5, 6, 7]),
    ],
)
def test_all_items_of_a_list_are_found_from_any_of_them(place: int, items: list[int]) -> None:
    assert items_around(TEXTS, place) == items


@pytest.mark.parametrize(
    "texts", [("一是停车位不足。", "应当重视。"), ("二是管网老化。",), ("应当重视。",), ()]
)
def test_what_is_no_list_has_no_items(texts: tuple[str, ...]) -> None:
    assert items_around(texts, 0) == []
