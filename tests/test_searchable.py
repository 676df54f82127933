import pytest

from index.datatypes import Clause, ClauseKind, Document, Metadata
from index.searchable import normalise, searched_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\uff08２０２５年\uff09\uff21\uff29\uff0c\uff05", "(2025年)ai,%"),
        ("優質教育、臺灣、老舊小區", "优质教育、台湾、老旧小区"),
        ("RCEP(CIM) Ⅳ", "rcep(cim) iv"),
        ("  一\r\n\u3000二\u2028三\x0b四\xa0 ", "一 二 三 四"),
        ("公\u200b租\ufeff房\u00ad\u202e\u2066\x00\x1b\ufe0f", "公租房"),
        ("大\U000e0041\U000e007f连\udcb4", "大连"),
        ("\u2f24\u8fde\u2ed4口", "大连门口"),
        ("二○三五年", "二〇三五年"),
        ("", ""),
    ],
)
def test_one_spelling_for_many(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_wording_takes_the_longest_word_and_goes_over_the_text_once() -> None:
    wording = (("进步", "发展"), ("优质进步", "高质量发展"), ("房子", "房屋"), ("好房屋", "好房子"))
    assert normalise("推進優質進步,好房屋,房子,進步", wording) == "推进高质量发展,好房子,房屋,发展"


def test_wording_may_be_written_in_any_width_and_script() -> None:
    assert normalise("集约统1", (("統\uff11", "统一"),)) == "集约统一"


def test_searched_text_is_title_headings_and_text_in_standard_wording() -> None:
    text = "2、加大管理\n城市房子。应对预案。"
    heading = Clause("2", None, ClauseKind.HEADING, "2、", 2, "加大管理", "2、", 0, 0, 6, 7)
    paragraph = Clause("2.1", "2", ClauseKind.PARAGRAPH, "", None, "城市房子", "2、", 1, 7, 12, len(text))
    metadata = Metadata(
        name="意见",
        title="关于城市的《意见》",
        wording=(("加大", "加强"), ("房子", "房屋"), ("应对", "应急")),
    )
    document = Document("a", text, metadata, (heading, paragraph))
    assert (
        searched_text(document, paragraph, "应对预案。")
        == "关于城市的《意见》 2、 加强管理 城市房屋 应急预案。"
    )


def test_searched_text_of_a_document_without_title_begins_with_its_name() -> None:
    clause = Clause("1", None, ClauseKind.PARAGRAPH, "", None, "", "", 0, 0, 0, 3)
    document = Document("a", "ABC", Metadata(name="大连实施意见"), (clause,))
    assert searched_text(document, clause, "ABC") == "大连实施意见 abc"
