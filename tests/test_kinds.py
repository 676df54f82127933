"""What kind of answer a question asks for, and whether a text gives one."""

import pytest

from assistant import PolicyAssistant, Status
from assistant.kinds import kinds_asked, kinds_held

ASKED = {
    "租房补贴一个月多少钱": ("money",),
    "老楼装电梯政府补几万": ("money",),
    "失业金每月领多少": ("amount",),
    "绿化率要到百分之几": ("share",),
    "户口多久能办下来": ("duration",),
    "低保几天内批": ("duration",),
    "多大岁数能坐公交免费": ("age",),
    "地铁哪年通车": ("year",),
    "供暖几点停": ("time",),
    "办落户要带什么材料": ("papers",),
    "公租房在哪申请": ("counter",),
    "网约车司机证怎么考": ("counter",),
    "油烟扰民怎么罚": ("penalty",),
    "老楼重建这钱住户自己掏还是公家掏": ("payer",),
    "打人算不算犯罪": ("liability",),
    "学校要承担赔偿责任吗": ("liability",),
    "邻居占我车位能起诉他吗": ("liability",),
    "老年卡怎么办理": ("counter",),
    "新修多少公里地铁": ("length",),
    "要建多少亩公园": ("area",),
    "引进多少名人才": ("people",),
    "每万名老人配几名护理员": ("people",),
    "公积金交满几个月能贷款": ("duration",),
    "要在哪几条街修公园": ("streets",),
    "今年改造哪些小区": ("streets",),
    "新机场投资额是多少": ("money",),
    "新机场的总投资和旅客吞吐量是多少": ("money",),
    "人均公园有多少平方米": ("floor",),
    "填海要提交哪些文件": ("papers",),
    "业主委员会怎么成立": ("counter",),
    "完整社区定了个数没": ("amount",),
    "哪些小区要改造": (),
    "计划建多少套公租房": ("amount",),
    "公园分几级": ("amount",),
    "哪年建成多少套": ("year",),
    # some, not how many
    "我在这儿干了好几年能落户吗": (),
    "那几亩地还算我的吗": (),
    "有哪几项任务": (),
    "楼下油烟谁管": (),
    "就怕哪天塌了": (),
    "治安谁担责任": (),
    "怎么受这份罪": (),
}


@pytest.mark.parametrize("question", ASKED)
def test_the_kinds_that_a_question_asks_for(question: str) -> None:
    assert kinds_asked(question) == ASKED[question]


@pytest.mark.parametrize(
    ("kind", "holding", "not_holding"),
    [
        ("money", "每月补贴500元", "对租房给予补贴"),
        ("money", "奖励二十万元", "奖励20个项目"),
        ("share", "绿化率达到40%", "绿化率达到40平方米"),
        ("share", "占三成", "占主导"),
        ("duration", "5个工作日内办结", "及时办结"),
        ("age", "年满60周岁", "老年人"),
        ("year", "到2030年", "每年"),
        ("time", "到2030年", "到那时"),
        ("time", "六时至二十二时开放", "全时段开放"),
        ("counter", "向户籍所在地社区提出申请", "修订公租房管理办法"),
        ("penalty", "依法予以处罚", "加强油烟治理"),
        ("payer", "财政给予适当补助", "支持原拆原建"),
        ("papers", "应当提交身份证明", "简化手续"),
        ("length", "新建道路500公里", "1小时通勤圈"),
        ("area", "新增绿地12公顷", "人均绿地12平方米"),
        ("floor", "人均绿地12平方米", "新增绿地12公顷"),
        ("people", "人口达到1300万左右", "到2030年人口增长"),
        ("streets", "修缮东关街、连锁街", "改造老旧小区、背街小巷"),
        ("amount", "建设3万套", "建设一批"),
        ("amount", "打造五个中心", "打造中心"),
        ("amount", "新建12处", "第12条"),
        ("amount", "增加1.5倍", "2025年"),
    ],
)
def test_a_text_gives_a_kind_or_does_not(kind: str, holding: str, not_holding: str) -> None:
    assert (kinds_held((kind,), holding), kinds_held((kind,), not_holding)) == (1.0, 0.0)


def test_of_several_kinds_the_share_counts() -> None:
    assert kinds_held(("year", "money"), "到2030年建成") == 0.5
    assert kinds_held((), "每月500元") == 0.0


def test_a_question_for_a_figure_that_no_document_gives_is_refused_and_pointed_to_its_clause(
    shipped: PolicyAssistant,
) -> None:
    plain, figure = shipped.ask("长春现代化都市圈人口目标"), shipped.ask("长春现代化都市圈要修多少公里地铁")
    assert (plain.status, figure.status) == (Status.ANSWERED, Status.NOT_IN_CORPUS)
    assert "长春现代化都市圈" in figure.text
