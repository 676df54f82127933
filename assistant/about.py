"""Questions about a document and not about what it says: who issued it, when, whether it is official, still valid."""

import re
from collections.abc import Sequence
from datetime import date

from assistant.datatypes import Status
from assistant.days import written
from assistant.focus import Focus
from assistant.outcome import Outcome
from assistant.references import without_filler
from assistant.replies import connective
from index.datatypes import Document

_ISSUING = r"(印|发|出)(发|布|台|的|行)?|公布|下发|颁布|发文|制定|编(的|制)?|批准|通过"
_WHEN = r"什么时候|啥时候|何时|几时|哪一?(年|天|日|月)|几号|时间|日期"
_WHO = r"谁|哪一?(个|级|家)?(机关|部门|单位|政府|地方)|什么(机关|部门|单位)|[省市国]委|[省市]?政府|国务院"
_ASKED = (
    re.compile(rf"({_WHO}).{{0,4}}({_ISSUING})|({_ISSUING})(的)?(机关|单位|部门|主体)|发文机关|落款"),
    re.compile(rf"({_WHEN}).{{0,6}}({_ISSUING})|({_ISSUING}).{{0,6}}({_WHEN})|日期|是哪一?(年|天)(的|$)"),
    re.compile(
        r"文号|发文字号|几号文|(原|正式|完整|真正)?的?(标题|题目|原题|全称|名称|名字)(叫|是|$)|标题|叫什么"
    ),
    re.compile(
        r"官方|正式(文件|文本|版|公布|发布)?|权威|原(文|件|版)|真的|真假|全文|完整|摘要|摘编|节选|改写|转载|来源|来自|出处|"
        r"(从|打|在)?哪(儿|里)(弄|来|找|得|抄|下载|摘)?(来|到|的)*|靠谱|靠得住|可靠|可信|准不准|怪怪的|"
        r"引用|(当|作为?|是)依据|写进公文|表格|图|附件|缺|齐全?|都?在不在"
    ),
    re.compile(
        r"有效(?!措施|的|地|办法|机制|供给|途径|手段|衔接|防|遏|提|利|应|保)期?|效力|生效|失效|作废|废止|过期|到期|过时|届满|算数|"
        r"管(得?了|用|到)|能用|用得(上|着)|还?(在|要)?(执行|施行|实行)(吗|么|没|不|到|$)|最新|新版|旧版|"
        r"(规划|有效|适用)期(?!内|间)|期限|(哪|几)年(到|至)(哪|几)年|管(的是)?(到)?哪(几)?年|过完"
    ),
)
_CALLED = re.compile(r"文件|文本|规划|纲要|意见|方案|材料|资料")
_LEFT = 2
"""Characters besides such words that a question about nothing but the document may hold."""
_WORDS = re.compile(
    r"(这|那)?(份|个|部|篇)?(文件|文本|规划|纲要|意见|方案|材料|资料|东西|版本|公文)|你(们)?(这儿|这里|那儿|引|给|用|收|手里|手上)?|"
    r"(到)?(现在|目前|如今|今天|今年)|还|没|不|是不是|算(是|不算)?|上面|日期|指标表?|引(用|的)|(都|就)?20[0-9]{2}年|"
    r"弄来|可以|能不能|能|直接|公开|用词|省|市|份|件|谁|由|过|发|文|到|写|有|从|或|者|来"
)


def read_about(text: str, focus: Focus, documents: Sequence[Document], today: date) -> Outcome | None:
    """The cards of the documents named, where nothing is asked but what they are; None for any other question.

    `text` is the normalised question. Documents may be named by their place or level alone: “辽宁那份材料”.
    """
    named = [document for document in documents if document.id in focus.reference.documents]
    if not named and _CALLED.search(text):
        closest = [document for document in documents if dict(focus.weights)[document.id] == 1]
        named = closest if len(closest) < len(documents) else []
    if not named or focus.reference.steps or not any(pattern.search(focus.topic) for pattern in _ASKED):
        return None
    rest = focus.topic
    for pattern in (*_ASKED, _WORDS):
        rest = pattern.sub(" ", rest)
    if len(without_filler(rest)) > _LEFT:
        return None
    return Outcome(
        Status.ABOUT_DOCUMENT, {"cards": "\n".join(card(document, today) for document in named)}, 1.0
    )


def card(document: Document, today: date) -> str:
    """What is known of a document, a line each; what its text does not tell is said to be unknown."""
    known = document.metadata
    return connective(
        "card",
        title=known.citation_title,
        kind=known.kind.value,
        issuer=known.issuer or connective("unknown"),
        number=known.number or connective("unknown"),
        issued=_written(known.issued),
        period=_period(known.valid_from, known.valid_until, today),
        provenance=known.provenance or connective("unknown"),
        warning=known.warning or connective("nothing"),
    )


def _period(start: date | None, end: date | None, today: date) -> str:
    if not (start or end):
        return connective("unknown")
    over = connective("over") if end and end < today else ""
    return connective("period", start=_written(start), end=_written(end)) + over


def _written(day: date | None) -> str:
    return written(day) if day else connective("unknown")
