"""Commands about complaints: `feedback complaints`, `feedback show`, `feedback reply`, `feedback close`."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.options import JsonOption
from assistant.commands.output import local_time, show, show_json
from index.datatypes import PolicyError

if TYPE_CHECKING:
    from assistant.records import Complaint, Complaints

_NumberArgument = Annotated[str, typer.Argument(metavar="回执编号", help="大小写、短横都不限")]


def list_complaints(
    most: Annotated[int, typer.Option("-n", metavar="数目", min=1, help="最多列出几件;不写就是 20")] = 20,
    open_only: Annotated[bool, typer.Option("--open", help="只列待答复的,先到期的在前")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print the latest complaints, the latest first; or those that wait for an answer."""
    complaints = _complaints()
    found = complaints.unanswered(most) if open_only else complaints.latest(most)
    if as_json:
        show_json({"complaints": [_facts(complaint) for complaint in found]})
        return
    for complaint in found:
        show(f"{complaint.number}  {local_time(complaint.at)}  {_stage(complaint)}  {complaint.matter}")
        show(faint=f"    {' '.join(complaint.text.split())}")
    if not found:
        show("没有待答复的投诉" if open_only else "没有投诉")


def show_complaint(number: _NumberArgument, as_json: JsonOption = False) -> None:
    """Print a complaint, the question it is about, and its answer."""
    from assistant.feedback import found

    complaint = found(_complaints(), number)
    if as_json:
        show_json(_facts(complaint))
        return
    show(f"{complaint.number}  {complaint.matter}  {_stage(complaint)}")
    show(faint=f"{local_time(complaint.at)} 提出,应于 {complaint.due} 前答复\n")
    show(complaint.text)
    if complaint.answer:
        show(faint=f"\n所指的回答: {_asked(complaint.answer)}")
    if complaint.replied:
        show(faint=f"\n{local_time(complaint.replied)} 答复:")
        show(complaint.reply)


def reply(
    number: _NumberArgument,
    words: Annotated[str, typer.Argument(metavar="答复", help="提出的人凭编号看到的话")],
) -> None:
    """Answer a complaint, in place of any answer before."""
    from assistant.feedback import LONGEST_REPLY, found

    if not words.strip() or len(words) > LONGEST_REPLY:
        raise PolicyError(f"答复不能为空,也不能超过{LONGEST_REPLY}字")
    complaints = _complaints()
    sound = words.encode("utf-8", "replace").decode().strip()
    answered = complaints.reply(found(complaints, number).number, sound)
    if answered is None:
        raise PolicyError(f"{number} 已经办结,不能再答复")
    show(f"已答复 {answered.number}")


def close(number: _NumberArgument) -> None:
    """Be done with a complaint, whether or not it was answered."""
    from assistant.feedback import found

    complaints = _complaints()
    closed = complaints.close(found(complaints, number).number)
    if closed is None:
        raise PolicyError(f"{number} 早已办结")
    show(f"已办结 {closed.number}" + ("" if closed.replied else ",没有答复"))


def _complaints() -> "Complaints":
    from assistant.records import chosen_complaints, chosen_records

    return chosen_complaints(chosen_records())


def _asked(answer: str) -> str:
    """The question of the answer with this id, as far as it is still recorded."""
    from assistant.records import RecordsError, chosen_records

    try:
        question = chosen_records().find(answer).answer.question
    except RecordsError:
        question = "已删除或过期"
    return f"{question}(log show {answer[:12]})"


def _stage(complaint: "Complaint") -> str:
    late = complaint.stage == "待答复" and complaint.due < date.today().isoformat()
    return f"{complaint.stage}(已逾期)" if late else complaint.stage


def _facts(complaint: "Complaint") -> dict[str, object]:
    return {**asdict(complaint), "stage": complaint.stage}
