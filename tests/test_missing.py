"""What a question asks for and a sentence plainly does not give."""

import pytest

from assistant.missing import missing
from index.searchable import normalise

SAID = "到2030年,都市圈人口达到1300万,经济总量达到1.35万亿元。"
USED = "推进分区精准施策,构建“三区两屏”修复格局。"
TOLD = "优化“一核两翼”布局,“一核”即金普新区,“两翼”为黄海和渤海。"
LISTED = "紧扣用水总量、用水效率和水功能区限制纳污“三条红线”,严格管理水资源。"
CASES = [
    ("都市圈2035年的经济总量目标是多少", SAID, "", 1.0),
    ("都市圈二〇三五年经济总量多大", SAID, "", 1.0),
    ("都市圈2030年的经济总量目标是多少", SAID, "", 0.0),
    ("都市圈的经济总量目标是多少", SAID, "", 0.0),
    ("都市圈2035年的经济总量目标是多少", SAID, "二〇三五年远景目标", 0.0),
    ("都市圈2035年怎么发展", "推动都市圈同城化发展。", "", 0.0),
    ("“三区两屏”中的“三区”具体为哪三区", USED, "", 1.0),
    ("“三区两屏”是怎么提的", USED, "", 0.0),
    ("“一核两翼”分别指哪里", TOLD, "", 0.0),
    ("“三条红线”是哪三条", LISTED, "", 0.0),
    ("都市圈人口最终达到1300万了吗", SAID, "", 1.0),
    ("都市圈人口完成情况怎么样", SAID, "", 1.0),
    ("都市圈人口目标的基期是多少", SAID, "", 1.0),
    ("都市圈人口最终达到1300万了吗", "都市圈人口已达到1300万。", "", 0.0),
    ("现在建成了多少公园", "五年建成公园200个。", "一、发展基础", 0.0),
    ("都市圈人口最终要到多少", SAID, "", 0.0),
    ("到2030年城镇化率多少", "到2030年林木绿化率达到50%。", "", 1.0),
    ("到2030年绿化率要到多少", "到2030年林木绿化率达到50%。", "", 0.0),
    ("2024年有多少河流断面不达标", "河流水质优良比例不低于64.2%。", "到2025年", 1.0),
    ("2024年不达标的断面有几个", "不达标断面3个。", "", 1.0),
    ("2025年优良比例要到多少", "河流水质优良比例不低于64.2%。", "到2025年", 0.0),
    ("2021年的优良比例是多少", "河流水质优良比例不低于64.2%。", "", 0.0),  # the year of the document itself
    ("2024年了河流怎么治理", "推进“一河一策”。", "", 0.0),
    ("补贴一个月多少钱", "给予适当补贴。", "", 1.0),
    ("补贴一个月多少钱", "每月补贴500元。", "", 0.0),
    ("租期没到房东赶人要承担违约责任吗", "规范发展长租房市场,保持合理租金水平。", "", 1.0),
    ("邻里纠纷除了打官司还能怎么办", "完善调解、仲裁、诉讼有机衔接的多元化解机制。", "", 0.0),
]


@pytest.mark.parametrize(("question", "sentence", "above", "share"), CASES)
def test_what_is_of_another_year_or_only_named_or_aimed_at_is_missing(
    question: str, sentence: str, above: str, share: float
) -> None:
    sentence = normalise(sentence)
    assert (
        missing(normalise(question), sentence, f"{above} {sentence}", f"2021-03-01 {above} {sentence}")
        == share
    )


def test_an_undated_document_may_be_of_the_year_that_is_asked_for() -> None:
    assert missing("2025年的方案要求优良比例是多少", "优良比例不低于64.2%。", "", "") == 0.0
