"""Words that turn a sentence's meaning round or bind it: negation, ban, exception, bound, obligation."""

import re
from collections import Counter

_KINDS = {
    "most": r"不(?:高于|超过|大于|多于)|至多|最多|低于|少于|小于|不足|以下|以内|之内",
    "least": r"不(?:低于|少于|小于)|至少|最少|超过|高于|大于|多于|以上",
    "except": r"除外|除此|除[^,。;、]{1,20}外|另有规定|例外|不包括|不适用|但(?!是否)|不过|然而",
    "ban": r"不(?:得|准|可|许|宜|予|应|能|再)|禁止|严禁|切勿|勿|杜绝|禁",
    "cancel": r"取消|废止|废除|停止|终止|暂停|撤销",
    "only": r"仅(?!仅)|只(?!要)|限于|唯一",
    "must": r"必须|应当|一律|全部|强制|均(?!衡|等)",
    "done": r"已(?!有|建)",
    "free": r"免费|无偿|免除|减免",
    "not": r"不(?!断|仅|但|同|论|管|动产)|未(?!来)|没|无(?!论|障碍|人|线|缝|疑|烟|害|轨|废)|非(?!常|遗|物质|洲)",
}
_FILLERS = set("的了将要会")
_WORD = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))


def bearings(text: str) -> Counter[str]:
    """How often each kind stands in the normalised `text`."""
    return Counter(found.lastgroup or "" for found in _WORD.finditer(text))


def stand_alike(text: str, other: str) -> bool:
    """Whether each of these words of `text` stands in `other` behind or before the same character, empty words apart:
    取消户籍制度 is put together anew where the other text has 取消落户限制.
    """
    plain, among = _without_empty(text), _without_empty(other)
    return all(
        plain[max(0, start - 1) : end] in among or plain[start : end + 1] in among
        for start, end in (found.span() for found in _WORD.finditer(plain))
    )


def without_bearings(text: str) -> str:
    """`text` without these words."""
    return _WORD.sub(" ", text)


def _without_empty(text: str) -> str:
    return "".join(char for char in text if char not in _FILLERS)
