"""The command `chat`: a conversation in the terminal, or line by line from a pipe."""

import sys
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from assistant.commands.ask import show_answer
from assistant.commands.opening import open_assistant
from assistant.commands.options import StoreOption
from assistant.commands.output import show, tell
from index.datatypes import PolicyError

if TYPE_CHECKING:
    from assistant.assistant import PolicyAssistant

_PROMPT = "> "
_HELP = """直接提问,可以接着问“那庄河呢”“归哪个部门管”“再具体一点”“下一条”“原文怎么写的”“和吉林比呢”。
/新话题  忘掉前面说的,从头问起
/帮助    显示这段话
/退出    结束(或按 Ctrl-D);下次用同一个 --thread 接着问"""
_NEW, _QUIT = ("/新话题", "/new"), ("/退出", "/quit", "/exit")


def chat(
    thread: Annotated[
        str, typer.Option("--thread", metavar="名称", help="会话的名称,下次凭它接着问;不写就是 chat")
    ] = "chat",
    store: StoreOption = None,
) -> None:
    """Answer questions that may go on from one another until the input ends."""
    with open_assistant(store) as assistant:
        typed = sys.stdin.isatty() and sys.stdout.isatty()
        if typed:
            show(faint=_HELP)
        for line in _prompted() if typed else read_lines(sys.stdin):
            if not _answer(line, assistant, thread):
                return


def read_lines(stream: TextIO) -> Iterator[str]:
    """The lines of `stream`; of one that is too long for a question no more than shows that it is."""
    from assistant.question import MAX_CHARACTERS

    most = MAX_CHARACTERS + 2
    while line := stream.readline(most):
        rest = line
        while rest and not rest.endswith("\n"):
            rest = stream.readline(most)
        yield line.rstrip("\r\n")


def _prompted() -> Iterator[str]:
    """What is typed at a prompt with editing and the lines of this run; nothing of it is written to disk."""
    from prompt_toolkit import PromptSession

    session: PromptSession[str] = PromptSession()
    while True:
        try:
            yield session.prompt(_PROMPT)
        except KeyboardInterrupt:
            continue  # the line is dropped
        except EOFError:
            return


def _answer(line: str, assistant: "PolicyAssistant", thread: str) -> bool:
    """Do what a line asks for; False where that is to end."""
    said = unicodedata.normalize("NFKC", line[:20]).strip().lower()
    if said in _QUIT:
        return False
    if said in _NEW:
        try:
            assistant.forget(thread)
            show(faint="好,从头问起")
        except PolicyError as fault:
            tell(str(fault))
    elif said.startswith("/"):
        show(faint=_HELP)
    elif line.strip():
        show_answer(assistant.ask(line, thread_id=thread))
        show()
    return True
