"""How a question ended that the page itself did not put, and the words for it."""

from enum import StrEnum


class PageOutcome(StrEnum):
    """Stands in the log of requests where no answer came."""

    PAUSED = "paused"
    TOO_MANY = "too_many"
    NO_COOKIE = "no_cookie"
    NO_DOCUMENTS = "no_documents"
    MALFORMED = "malformed"
    FAULT = "fault"
    LEFT = "left"


WORDS = {
    PageOutcome.PAUSED: "暂停服务",
    PageOutcome.TOO_MANY: "提问太快",
    PageOutcome.NO_COOKIE: "没有 Cookie",
    PageOutcome.NO_DOCUMENTS: "范围里没有文件",
    PageOutcome.MALFORMED: "请求不完整",
    PageOutcome.FAULT: "网页出了故障",
    PageOutcome.LEFT: "没等答完就离开",
}
"""In words for staff."""


class RefusedError(Exception):
    """The page does not put the question. The message says why, in Chinese."""

    def __init__(self, outcome: PageOutcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome
