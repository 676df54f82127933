"""What is asked of a document itself: who issued it, when, under what title, where it comes from, whether it holds."""

import re
from collections.abc import Sequence

from assistant.focus import Focus
from assistant.references import without_filler

_ISSUING = (
    r"(印|发|出)(发|布|台|的|行)?|公布|下发|颁布|发文|播发|刊[发登载]|登(?=[的出])|制定|编(的|制)?|批准|通过"
)
_WHEN = r"什么时候|啥时候|何时|几时|哪一?(年|天|日|月)|几号|时间|日期"
_DAY = r"20[0-9]{2}年|[0-9]{1,2}月[0-9]{0,2}[日号]?"
_MEDIA = r"(通讯社|媒体|报社|报纸|网站|平台)"
_WHO = (
    rf"谁|哪一?(个|级|家)?(机关|部门|单位|政府|地方|{_MEDIA})|什么(机关|部门|单位|{_MEDIA})|"
    r"[省市国]委|[省市]?政府|国务院"
)
TYPES = (("规划", "纲要"), ("方案",), ("意见",), ("办法",), ("条例",), ("细则",), ("通知",), ("决定",))
"""Types of document, those together that people do not tell apart."""
_TYPE = "|".join(word for words in TYPES for word in words)
NTH_PLAN = "第?十[一二三四五六七八九]个?五"
"""“十四五”: what tells five-year plans apart."""
_SPAN = (
    r"(还)?(剩|有|管|用|延续|持续)?(了|下)?(哪|几|多少?)(一|五|几)?(年|久|长(时间)?|(时|什么)候)|"
    r"(从|自|到|至|是|在)?(什么|啥|何|几)(时候?|年)|(从|自)?(哪一?年)?(到|至)(哪一?年|头)|起止(年份|时间)?|年份|年限|时限"
)
HELD = "收录情况"
"""Which documents there are: asked of those of a place or level, and of none by its name."""
_ASKED = {
    "发文机关": re.compile(
        rf"({_WHO}).{{0,4}}({_ISSUING})|({_ISSUING})(的)?(机关|单位|部门|主体)|发文机关|落款"
    ),
    "印发日期": re.compile(
        rf"({_WHEN}).{{0,6}}({_ISSUING})|({_ISSUING}).{{0,6}}({_WHEN})|最[早晚先]({_ISSUING})|({_DAY}).{{0,3}}({_ISSUING})|"
        r"(?<!截止|终止|到期|失效|生效|结束|废止)日期|(?<![到至从])是?哪一?(年|天)(的|$)"
    ),
    "标题和文号": re.compile(
        r"文号|发文字号|几号文|(原|正式|完整|真正)?的?(标题|题目|原题|全称|名称|名字)(叫|是|$)|标题|叫什么"
    ),
    "来源": re.compile(
        r"官方|正式(文件|文本|版|公布|发布)?|权威|原(文|件|版)|真的|真假|全文|完整|摘要|摘编|节选|改写|转载|来源|来自|出处|"
        rf"(从|是|在)?(哪一?(个|家)?|什么)(的)?{_MEDIA}(上)?(转|登|摘|抄|下)?(来|载)?的?|"
        r"(从|打|在)?哪(儿|里)?(弄|来|找|得|抄|下载|摘)(来|到|的)*|(从|打|在)哪(儿|里)|靠谱|靠得住|可靠|可信|准不准|怪怪的|"
        r"引用|(当|作为?|是)依据|写进公文|表格|图|附件|缺|齐全?|都?在不在"
    ),
    "目标年份": re.compile(
        r"目标年(份|度)?|最(近|远|早|晚)的?一?个?(目标|年份)|"
        r"(离(现在|今天)?)?最?(近|远|早|晚|后)?的?一?个?(时间)?节点"
    ),
    "有效期": re.compile(
        r"有效(?!措施|的|地|办法|机制|供给|途径|手段|衔接|防|遏|提|利|应|保)期?|无效|效力|生效|失效|作废|废(止|了)|时效性?|终止|"
        r"过期|到期|过时|届满|期满|老黄历|(算|作)不?(算|作)?[数准]|管不?管用|管(得?了|用|到)|"
        r"还?在用|能不能用|能用|用得(上|着)|好使|哪一?[个份]更?新|以.{0,4}为准|"
        r"还?(在|要)?(执行|施行|实行)(吗|么|没|不|到|$)|还?(按|照|依|拿)(来|着)?(办|执行|说事)?|"
        r"现行(有效)?的?(政策)?|长期|永久|[沿延续]用|有用(吗|没|么|不|$)|没用了?|"
        r"最新|新版|旧版|新(的)?(文件|规划|意见|方案|一轮)|更?新(的)?版本?|版本|更新|修订|改版|替代|取代|接替|接续|后续|"
        r"(规划|有效|适用|执行|实施)期(?!内|间)限?|过了?(没|吗|期)|期限|周期|过完|完事|结束|截止|为止|到头|收官|翻篇|"
        rf"(开始|起)(执行|施行|实行|实施)?|从?20[0-9]{{2}}年?(到|至|-|—)20[0-9]{{2}}年?|{_SPAN}"
    ),
    HELD: re.compile(
        r"收录|(文件|材料|资料)(都|一?总?共)?有(哪些|什么|啥|几[份个]|多少)|"
        r"有(没有)?[\s的]*(哪些|什么|啥|哪?几份|多少份?)?[\s的]*(政策)?(文件|材料|资料)"
    ),
}
"""What is asked of a document, and the words that ask it."""
OF_DOCUMENTS_ONLY = ("发文机关", "印发日期", "标题和文号")
"""What can be asked of nothing else."""
CALLED = re.compile(rf"文件|文本|材料|资料|{_TYPE}|[这那哪]一?[份篇]|{NTH_PLAN}")
"""What documents are called besides their names."""
CALLED_ONE = re.compile(rf"[这那该本此]一?(份|个|部|篇|项)?(文件|文本|东西|材料|资料|{_TYPE})|文件")
"""One document, and it is not said which."""
_LEFT = 1
"""Characters besides such words that a question about nothing but the document may hold."""
_WORDS = re.compile(
    rf"{NTH_PLAN}[\"'“”‘’]*|(这|那)?(份|个|部|篇)?(文件|文本|材料|资料|东西|版本|公文|{_TYPE})|"
    r"你(们)?(这儿|这里|那儿|引|给|用|收|放|存|手[里上头])?|我们?|中央|国家|本[市省]|[能可](查|看)|查得[到着]|"
    r"(资料)?库[里中]?|(到)?(现在|目前|如今|今天|[今明去前]年|年[底初末]|现阶段|当前)|还|没|不|是不是|是否|已经?|早|就|才|仍然?|继续|可|吧|了|"
    rf"算(是|不算)?|上面|日期|指标表?|引(用|的)|合适|参考|(到|都|就)?({_DAY})|20[0-9]{{2}}|"
    r"[这那]些|哪(些|一?[份个])|[几一两三四五六0-9]+[份个]|所有|全部|每|各自?|之后|以后|以前|后面|之?前|"
    r"(里面?的?|的)(数据|数字|内容|条款|说法)|会不会|覆盖|涵盖|"
    r"弄来|可以|能不能|能|直接|公开|用词|省|市|份|篇|件|谁|要|离|由|过|发|文|到|写|有|从|或|者|来|跟|同|把|将|属于|核实|核对|确认"
)


def asked_of_document(focus: Focus, names: Sequence[str] = ()) -> str | None:
    """What is asked of a document, as people are told it; None where something else is asked, or besides.

    `names`: of the documents that may be meant; what is left of one of them is nothing else.
    """
    asked = [name for name, pattern in _ASKED.items() if pattern.search(focus.topic)]
    if focus.reference.documents and asked == [HELD]:
        return None
    rest = left_over(focus)
    nothing_else = len(rest) <= _LEFT or any(_is_of(rest, name) for name in names)
    return asked[0] if asked and nothing_else else None


def _is_of(rest: str, name: str) -> bool:
    """Whether the characters of `rest` stand in `name`, in this order."""
    characters = iter(name)
    return all(character in characters for character in rest)


def left_over(focus: Focus) -> str:
    """What the question holds besides the names of documents and places and words that ask about a document."""
    rest = focus.topic
    for pattern in (*_ASKED.values(), _WORDS):
        rest = pattern.sub(" ", rest)
    return re.sub(r"\W", "", without_filler(rest))
