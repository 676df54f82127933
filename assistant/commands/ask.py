"""Commands that put a question to the documents: `ask` and `search`."""

import re
import shlex
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.application import FAILED
from assistant.commands.newfile import new_file
from assistant.commands.opening import open_assistant
from assistant.commands.options import AudienceOption, JsonOption, StoreOption, ThreadOption
from assistant.commands.output import show, show_json
from assistant.datatypes import FOUND_BY, Answer, Citation, Passage, Status
from assistant.export import check_suffix, compose, write

_STATEMENT = re.compile(r".+?(?:(?:\[[0-9]+\])+\s*|$)", re.DOTALL)

_QuestionArgument = Annotated[
    str, typer.Argument(metavar="问题", help="要问的话,含空格时加引号;写 - 则从标准输入读取")
]


def ask(
    question: _QuestionArgument,
    thread: ThreadOption = None,
    audience: AudienceOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="文件", help="写入这个新文件,以 .docx、.md 或 .html 结尾;不写就输出到屏幕"
        ),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the answer to a question: text, citations, notices; or write it to a file. Exits with 0 for a refusal too.

    With `as_json` it is printed even where it is written to a file.
    """
    suffix = check_suffix(output) if output else None
    question = _read(question)
    with open_assistant(store) as assistant:
        answer = assistant.ask(question, thread_id=thread, audience=audience)
        documents = {document.id: document for document in assistant.documents()} if output else {}
    if output and suffix:
        now = datetime.now(UTC)
        written = write(compose([answer], documents, now, [now]), suffix)
        with new_file(output) as file:
            file.write(written)
    if as_json:
        show_json({**asdict(answer), "answered": answer.answered})
    elif output:
        show(f"已写入 {output}")
    else:
        show_answer(answer)
    if answer.status is Status.ERROR:
        raise typer.Exit(FAILED)


def search(
    question: _QuestionArgument,
    k: Annotated[int, typer.Option("-k", metavar="数目", min=1, help="最多列出几段;不写就是 10")] = 10,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the passages found for a question, best first."""
    question = _read(question)
    with open_assistant(store) as assistant:
        passages = assistant.search(question, k=k)
    if as_json:
        show_json({"passages": [asdict(passage) for passage in passages]})
        return
    for rank, passage in enumerate(passages, start=1):
        show_passage(rank, passage)
    if not passages:
        show(_why_none(question))


def _read(question: str) -> str:
    """The question, from stdin where it is "-", and from there no more than shows that it is too long."""
    from assistant.question import MAX_CHARACTERS

    return sys.stdin.read(MAX_CHARACTERS + 2).rstrip("\r\n") if question == "-" else question


def _why_none(question: str) -> str:
    """The fixed reply to what is no question, else that nothing was found."""
    from assistant.outcome import Outcome
    from assistant.question import read_question
    from assistant.replies import reply

    read = read_question(question)
    return (
        reply(read.status, **read.variables)
        if isinstance(read, Outcome)
        else "没有找到相关的段落,请换一种说法"
    )


def show_answer(answer: Answer) -> None:
    """Print an answer: how it was understood, text, citations, notices."""
    from assistant.replies import connective

    if answer.standalone:
        show(faint=connective("understood", question=answer.standalone))
    for statement in _STATEMENT.findall(answer.text):
        show(statement, end="")
    show()
    if answer.label:
        show(faint=answer.label)
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


def show_passage(rank: int, passage: Passage) -> None:
    """Print a passage, what found it, and how to open its clause."""
    place = " ".join([passage.document_title, passage.clause, passage.heading])
    show(f"{rank}. {passage.score:.2f}  {place}")
    show(passage.text.strip())
    why = " · ".join(f"{FOUND_BY[name]} {strength:.2f}" for name, strength in passage.why)
    show(faint=f"    {why}")
    _show_place(passage)
    show()


def _show_place(found: Citation | Passage) -> None:
    """How to open the clause."""
    show(faint=f"    index show {shlex.quote(found.document_id)} --clause {shlex.quote(found.clause_id)}")
