"""What an answer is made of: whole sentences, an exception with its rule, a list with its opening, in reading order."""

from collections.abc import Iterator

import pytest

from assistant import PolicyAssistant
from index import sync_folder

RULES = """海云市租房补贴办法

第一章 总则

第一条 为了帮助在海云市租房的居民,制定本办法。

第二章 补贴

第二条 租房补贴每月500元,按季度发放。但已经享受实物配租的家庭除外。补贴期限为三年。

第三条 有下列情形之一的,停止发放租房补贴:
(一)购买住房的;
(二)迁出海云市的。

第四条 租赁合同应当备案。备案由房屋所在地的社区办理,不收取费用。

第三章 装修

第五条 装修垃圾应当投放到指定地点。

第四章 港口

第六条 构建“一城三港”的空间格局。“一城”为海云老城区。“三港”为北港、东港、渔人港。支持北港扩建。

第七条 从困难看,一是港池水深不足。大船需要候潮。二是货源分散。各港竞争激烈。三是集疏运铁路不通。港口应当制定对策。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyAssistant]:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "rules.txt").write_text(RULES, encoding="utf-8")
    store = folder / "store"
    assert sync_folder(folder, store).failed == ()
    with PolicyAssistant(store=store) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "clause", "quote"),
    [
        (
            "租房补贴按季度发放吗",
            "第二条",
            "第二条 租房补贴每月500元,按季度发放。但已经享受实物配租的家庭除外。",
        ),
        (
            "享受实物配租的家庭除外吗",
            "第二条",
            "第二条 租房补贴每月500元,按季度发放。但已经享受实物配租的家庭除外。",
        ),
        (
            "哪些情形停止发放租房补贴",
            "第三条",
            "第三条 有下列情形之一的,停止发放租房补贴:\n(一)购买住房的;\n(二)迁出海云市的。",
        ),
        ("装修垃圾投放到哪个指定地点", "第五条", "第五条 装修垃圾应当投放到指定地点。"),
        ("租赁合同备案", "第四条", "第四条 租赁合同应当备案。备案由房屋所在地的社区办理,不收取费用。"),
    ],
)
def test_what_must_not_be_parted_stays_together(
    assistant: PolicyAssistant, question: str, clause: str, quote: str
) -> None:
    first = assistant.ask(question).citations[0]
    assert (first.clause, first.quote) == (clause, quote)


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("空间格局中的“三港”具体指什么", ["“三港”为北港、东港、渔人港。"]),
        ("港口空间格局“一城三港”分别是什么", ["“一城”为海云老城区。", "“三港”为北港、东港、渔人港。"]),
        (
            "港口有哪三方面困难",
            ["第七条 从困难看,一是港池水深不足。", "二是货源分散。", "三是集疏运铁路不通。"],
        ),
        ("港口货源分散吗", ["二是货源分散。各港竞争激烈。"]),
    ],
)
def test_a_list_or_the_meaning_of_a_name_is_given_whole_and_alone(
    assistant: PolicyAssistant, question: str, quotes: list[str]
) -> None:
    assert [citation.quote for citation in assistant.ask(question).citations] == quotes


def test_a_folder_without_catalogue_is_cited_by_what_its_text_gives(assistant: PolicyAssistant) -> None:
    answer = assistant.ask("第五条")
    assert answer.text == "海云市租房补贴办法\uff1a第五条 装修垃圾应当投放到指定地点。[1]"
    assert [citation.form for citation in answer.citations] == ["《海云市租房补贴办法》第五条“装修”"]
    assert answer.notices == ()
