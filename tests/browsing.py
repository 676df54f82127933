"""What tests of the page in a browser share: a question, its quote, and how to ask and complain."""

from collections.abc import Callable

from playwright.sync_api import Page

QUESTION = "老旧小区能装电梯吗?"
QUOTE = (
    "有条件的老旧小区推进既有住宅加装电梯及适老化改造工作,配套建设便民市场、健身休闲、托幼养老等公共服务设施,"
    "力争基本完成2000年底前建成的需改造城镇老旧小区改造任务。"
)

Opening = Callable[..., Page]
"""Opens the page for a new visitor."""


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the whole answer."""
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    finished(page, question)


def finished(page: Page, question: str) -> None:
    """Wait for the whole answer to `question`."""
    page.wait_for_function(
        """question => {
            const turn = document.querySelector("#live .turn");
            return turn && turn.dataset.state === "done" && !document.body.classList.contains("asking")
                && turn.querySelector(".question").textContent === question;
        }""",
        arg=question,
    )


def complain(page: Page, text: str) -> str:
    """Complain of the last answer; gives the number of the receipt. Two clicks: one opens, one sends."""
    page.click("#live .request [data-act=complain]")
    page.fill("#letter-text", text)
    page.click(".letter [type=submit]")
    return page.locator(".receipt-number.large").inner_text()
