"""Commands that put a question to the documents: `ask` and `search`."""

import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.application import FAILED
from assistant.commands.options import JsonOption, StoreOption
from assistant.commands.output import show, show_json, watched
from assistant.datatypes import Answer, Citation, Passage, Status

if TYPE_CHECKING:
    from assistant.assistant import PolicyAssistant

_FOUND_BY = {"exact": "编号或标题", "words": "词", "bigrams": "字对", "vectors": "语义", "coverage": "覆盖"}
"""`Passage.why` in words."""

_QuestionArgument = Annotated[
    str, typer.Argument(metavar="问题", help="要问的话,含空格时加引号;写 - 则从标准输入读取")
]


def ask(question: _QuestionArgument, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Print the answer to a question: text, citations, notices. Exits with 0 for a refusal too."""
    answer = _open(store).ask(_read(question))
    if as_json:
        show_json({**asdict(answer), "answered": answer.answered})
    else:
        _show_answer(answer)
    if answer.status is Status.ERROR:
        raise typer.Exit(FAILED)


def search(
    question: _QuestionArgument,
    k: Annotated[int, typer.Option("-k", metavar="数目", min=1, help="最多列出几段;不写就是 10")] = 10,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the passages found for a question, best first."""
    passages = _open(store).search(_read(question), k=k)
    if as_json:
        show_json({"passages": [asdict(passage) for passage in passages]})
        return
    for rank, passage in enumerate(passages, start=1):
        _show_passage(rank, passage)
    if not passages:
        show("没有找到相关的段落,请换一种说法")


def _open(store: Path | None) -> "PolicyAssistant":
    """The assistant over `store`; where None over the user's own, with the shipped corpus on first use."""
    from assistant.assistant import PolicyAssistant
    from assistant.shipped import sync_on_first_use

    if store is None:
        with watched() as progress:
            sync_on_first_use(progress)
    return PolicyAssistant(store)


def _read(question: str) -> str:
    """The question, from stdin where it is "-", and from there no more than shows that it is too long."""
    from assistant.question import MAX_CHARACTERS

    return sys.stdin.read(MAX_CHARACTERS + 2).rstrip("\r\n") if question == "-" else question


def _show_answer(answer: Answer) -> None:
    show(answer.text)
    if answer.citations or answer.nearest:
        show()
    for citation in answer.citations:
        show(f"[{citation.number}] {citation.form}")
        _show_place(citation)
    if answer.nearest:
        show(f"最接近: {answer.nearest.form}")
        _show_place(answer.nearest)
    if answer.notices:
        show()
    for notice in answer.notices:
        show(faint=f"注意: {notice}")


def _show_passage(rank: int, passage: Passage) -> None:
    show(f"{rank}. {passage.score:.2f}  {' '.join([passage.document_title, passage.clause, passage.heading])}")
    show(passage.text.strip())
    why = " · ".join(f"{_FOUND_BY[name]} {strength:.2f}" for name, strength in passage.why)
    show(faint=f"    {why}")
    _show_place(passage)
    show()


def _show_place(found: Citation | Passage) -> None:
    """How to open the clause."""
    show(faint=f"    index show {shlex.quote(found.document_id)} --clause {shlex.quote(found.clause_id)}")
