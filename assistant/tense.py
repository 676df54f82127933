"""Whether a question asks for what was reached or for what is aimed at, and which clauses look back."""

import re

_LOOKS_BACK = re.compile(r"(发展|现实|工作)基础|回顾|(取得的?|发展|主要)(成就|成效|成绩)|现状")
"""Headings under which a plan tells what was reached before it."""
_PAST = re.compile(
    r"十三五|收官|(?<!十四五)[”\"]?(?:期)?末(?:时候)?已|已经|(?:过去|前)(?:几|五)年|(?:到|截至?|在)?20(?:1[0-9]|20)年"
    r"|(?:现在|目前|如今|当前|眼下)(?:已|都|总共|一共|是|达到|有)+(?:了)?(?:多少|几)"
)
_AHEAD = re.compile(
    r"十四五[”\"]?(?:期间|时期|末|的?目标)|目标|计划|打算|将来|以后|往后|今后|20(?:2[1-9]|3[0-9])年|(?:要|争取|力争)(?:达到|到|建|增|升|降|有)"
)


def tense_asked(question: str) -> int:
    """-1 where the normalised question asks for what was reached, 1 for what is aimed at, 0 where its words tell
    neither or both."""
    past, ahead = bool(_PAST.search(question)), bool(_AHEAD.search(question))
    return ahead - past


def looks_back(headings: str) -> bool:
    """Whether what stands under these headings tells what was reached."""
    return bool(_LOOKS_BACK.search(headings))
