"""Figures that a question takes for granted: which it states, and what the documents say against each."""

from collections.abc import Iterator

import pytest

from assistant import PolicyAssistant, Status
from assistant.premise import Figure, stated_figures, without_figures
from index import sync_folder
from index.searchable import normalise

PLAN = """海云市城市更新规划

第一条 到2030年建成200个完整社区。

第二条 到2030年改造老旧管网800公里。

第三条 污水集中收集率不低于72.5%。

第四条 每年新增停车泊位3万个,建设口袋公园40个。
"""
AGAINST = "文件的说法与问题里的不一样\uff1a\n海云市城市更新规划\uff1a"


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("规划说建成500个完整社区,对吗", (Figure("500", "个", "完整社区"),)),
        ("规划要求收集率达到72.5%吗", (Figure("72.5", "%", "吗"),)),
        (
            "到2030年要建20个社区、改造300公里管网,没说错吧",
            (Figure("2030", "年", "要建"), Figure("20", "个", "社区"), Figure("300", "公里", "管网")),
        ),
        ("既然2027年就建成,为什么还要改造", (Figure("2027", "年", "就建成"),)),
        ("到2035年实现什么目标", ()),  # the year limits what is asked
        ("计划改造多少公里管网,是不是800公里", (Figure("800", "公里", ""),)),
        ("我家有3套房,规划说能补贴吗", ()),  # a personal account
        ("800公里管网在哪里", ()),  # states nothing of the documents
        ("规划怎么说老旧管网", ()),
    ],
)
def test_figures_that_a_question_states(question: str, figures: tuple[Figure, ...]) -> None:
    assert stated_figures(normalise(question)) == figures


def test_the_matter_is_what_is_left_without_figures() -> None:
    assert without_figures("到2030年建成500个完整社区") == "到 建成 完整社区"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyAssistant]:
    folder = tmp_path_factory.mktemp("premise")
    (folder / "plan.txt").write_text(PLAN, "utf-8")
    assert sync_folder(folder, folder / "store").failed == ()
    with PolicyAssistant(folder / "store", record=False) as opened:
        yield opened


COMMUNITIES = "第一条 到2030年建成200个完整社区。[1]"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("规划说到2030年建成500个完整社区,对吗", AGAINST + COMMUNITIES),
        ("规划说到2027年就建成200个完整社区,是吧", AGAINST + COMMUNITIES),
        (
            "规划要求污水集中收集率不低于95%,没错吧",
            AGAINST + "第三条 污水集中收集率不低于72.5%。[1]",
        ),
        (
            "规划要建成500个完整社区、改造老旧管网3000公里,没说错吧",
            AGAINST + COMMUNITIES + "第二条 到2030年改造老旧管网800公里。[2]",
        ),
        (
            "规划要建成200个完整社区、改造老旧管网3000公里,没说错吧",
            AGAINST + "第二条 到2030年改造老旧管网800公里。[1]",
        ),
        (
            "规划说每年要建口袋公园90个,对吧",
            AGAINST + "第四条 每年新增停车泊位3万个,建设口袋公园40个。[1]",
        ),
    ],
)
def test_each_false_figure_is_contradicted_by_its_clause(
    assistant: PolicyAssistant, question: str, text: str
) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.text, answer.confidence) == (Status.ANSWERED, text, 1.0)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("规划说到2030年建成200个完整社区,对吗", COMMUNITIES),
        ("规划要求污水集中收集率不低于72.5%吗", "第三条 污水集中收集率不低于72.5%。[1]"),
        (
            "规划说每年建设口袋公园40个、停车泊位3万个,对吧",
            "第四条 每年新增停车泊位3万个,建设口袋公园40个。[1]",
        ),
    ],
)
def test_a_true_figure_is_answered_plainly(assistant: PolicyAssistant, question: str, text: str) -> None:
    assert assistant.ask(question).text == "海云市城市更新规划\uff1a" + text


def test_a_figure_of_another_matter_contradicts_nothing(assistant: PolicyAssistant) -> None:
    answer = assistant.ask("规划说养老床位要达到5000张,对吗")
    assert (answer.status, answer.citations) == (Status.NOT_IN_CORPUS, ())
