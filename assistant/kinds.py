"""What kind of answer a question asks for (money, a time, where to go …), and whether a text gives one."""

import re
from collections.abc import Sequence

_SOME = "(?:多少|(?<=[要共分设建各是到过占得罚补贴交发第])几)"
"""How a number is asked for; a bare “几” more often means some: 好几年, 那几亩地, 几个同学."""
_NUMERAL = "(?:[0-9][0-9.,]*|[一二两三四五六七八九十百千万亿]+)"

_ASKS = {
    "money": (
        "多少(?:万|亿)?(?:钱|元|块)|(?<!哪)几(?:块|毛|百|千|万)(?:钱|元)?$|[几多]少?块钱|几元",
        "(?:补|贴|罚|掏|奖|赔|退|收费|[缴交]费)"
        "(?:给|我|你|他|人|助|贴|款|金|们|到|标准|最高|每月|每户|是|能|要){0,3}(?:多少|几[百千万])",
        "(?:费|价|租金|工资|奖金|押金|罚款|起征点|免征额)"
        "(?:用|格|标准|一个?月|每月|一年|最高|现在|大概|是|要|能|得|交|收|给){0,3}(?:多少|几[百千万])",
    ),
    "share": (
        "百分之[几多]|几成|(?<!好)几个(?:百分)?点|占多[少大]",
        "(?:占比|比例|费率|税率|利率|强度|(?<!效)率)[一-鿿0-9]{0,6}(?:多少|几)",
    ),
    "duration": (
        "多久|多长时间|多少年(?!前|来|没)|几天(?:之?内|能|才|就)",
        f"(?:{_SOME}|^几)(?:个?工作日|天|日|个月|小时|分钟|个?星期|个?礼拜)",
    ),
    "length": ("(?:多少|(?<![那这哪好])几)(?:公里|千米|米)(?!以?[上下])",),
    "area": ("(?:多少|(?<![那这哪好])几)(?:亩|公顷|平方?米|平方公里)(?!以?[上下])",),
    "people": (f"{_SOME}(?:人|名|位|户|口人|人口)",),
    "age": ("几岁|多大(?:岁数|年龄|年纪)|多少岁",),
    "year": ("哪一?年",),
    "time": ("几月|几号|几点|什么时候|何时|几时|哪天(?:能|才|会)?[开动办放发交通建完结]",),
    "counter": (
        "[在去上到]哪(?:里|儿|个[一-鿿]{2})?(?:能|可以|才能)?(?:申请|申领|办(?!学)|领|报名|登记|缴|交|查|盖章)",
        "(?:怎么|咋|如何)(?:考(?!核|虑|评|察)|申请|申领|办理|报名|领取?(?!导)|预约)",
    ),
    "penalty": ("(?:怎么|咋|如何|要|会|得)罚|罚不罚|罚[吗么]|算不算(?:违法|违章|酒驾)",),
    "payer": (
        "谁(?:来)?(?:掏|付|出钱)|给不给报",
        "还是(?:让|由|得)?(?:自己|公家|政府|国家|个人|住户|业主)[掏出付]",
    ),
    "papers": (
        "(?:什么|啥|哪些|哪几[样种份张])(?:申请|申报|样的?)?(?:材料|证件|手续|证明|单[子据]|资料)",
        "(?:带|准备|提交|提供)(?:些|点)?(?:什么|啥)(?:去|过去|$)",
    ),
    "amount": (
        "多少|多大",
        f"{_SOME}(?:个|家|条|套|间|项|次|级|区|处|座|层|种|倍|所|台|辆)",
    ),
}
_HOLDS = {
    "money": (f"{_NUMERAL}余?多?(?:元|美元|块)",),
    "share": ("[0-9]%|百分之|百分点|[0-9.]+:[0-9.]+|[一二三四五六七八九]成|[0-9一两]倍|翻一?番",),
    "duration": (f"{_NUMERAL}个?(?:天|日|工作日|月|年|小时|分钟|刻钟|周)",),
    "length": (f"{_NUMERAL}余?多?(?:公里|千米|米)",),
    "area": (f"{_NUMERAL}余?多?(?:亩|公顷|平方?米|平方公里)",),
    "people": (f"{_NUMERAL}余?多?(?:人|名|位|户|万|亿)",),
    "age": (f"{_NUMERAL}周?岁",),
    "year": ("[0-9]{4}年|二〇[〇一二三四五六七八九]{2}年",),
    "time": (
        "[0-9]{4}年|二〇[〇一二三四五六七八九]{2}年|年底|期间|时期|全年|全天|每[年月周天日]|[0-9]+[月日]|[0-9一二三四五六七八九十][时点](?!期|代|候)",
    ),
    "counter": ("[向到由].{2,16}(?:提出申请|申请|办理|申领|报名|领取)|(?:网上|线上|自助|窗口)办理?",),
    "penalty": ("罚款|处罚|惩处|追究|禁止|严禁|不得",),
    "payer": ("资金|出资|补助|补贴|财政|投入|费用|报销|筹集|分担|共担|负担",),
    "papers": ("(?:提交|出示|提供|携带|持).{0,12}(?:材料|证|证明|凭证)|(?:申请|证明)材料|申请表",),
    "amount": (
        "(?<![第0-9.])[0-9][0-9.,]*(?![0-9.,]*[年月日])|[万亿]亿?(?:元|城市|级|人)",
        f"(?<![第0-9一二两三四五六七八九十百千万亿]){_NUMERAL}"
        "(?:个|项|座|条|家|人|元|倍|成|级|区|类|名|处|种|翼|岛|湾)",
    ),
}
ASKS, HOLDS = (
    {kind: re.compile("|".join(patterns)) for kind, patterns in table.items()} for table in (_ASKS, _HOLDS)
)
"""How a question asks for each kind, and how a text gives it."""


def kinds_asked(text: str) -> tuple[str, ...]:
    """The kinds of answer that the normalised question asks for; an amount only where it is of no closer kind."""
    found = [kind for kind, pattern in ASKS.items() if pattern.search(text)]
    return tuple(kind for kind in found if kind != "amount" or found == ["amount"])


def kinds_held(kinds: Sequence[str], text: str) -> float:
    """Share of the `kinds` that `text` gives; 0 where none is asked for."""
    return sum(bool(HOLDS[kind].search(text)) for kind in kinds) / len(kinds) if kinds else 0.0
