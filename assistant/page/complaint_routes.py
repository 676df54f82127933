"""Complaints over HTTP: made, and followed by their number."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse

from assistant.feedback import LONGEST_COMPLAINT, Matter
from assistant.page import complaints
from assistant.page.admission import admitted
from assistant.page.answers import NotTheirsError
from assistant.page.desk import Desk
from assistant.page.limits import TooManyError
from assistant.page.visitor import Visitor
from assistant.records import RecordsError
from index.datatypes import PolicyError

_GONE = "这个回答已经删除，或不是在这个浏览器里问的；可以从左栏的“投诉与反馈”再提"


def complaint_routes(desk: Desk) -> APIRouter:
    """The routes below /page/complaints."""
    router = APIRouter()
    visiting = Annotated[Visitor, Depends(admitted(desk))]

    @router.get("/page/complaints")
    def show_complaints(visitor: visiting) -> HTMLResponse:
        return HTMLResponse(complaints.offered(desk, visitor))

    @router.post("/page/complaints", status_code=201)
    def make_complaint(
        visitor: visiting,
        matter: Annotated[Matter, Body()],
        text: Annotated[str, Body(max_length=LONGEST_COMPLAINT)],
        answer: Annotated[str | None, Body(max_length=64)] = None,
    ) -> HTMLResponse:
        return _told(lambda: complaints.file(desk, visitor, matter, text, answer), 201, 422)

    @router.get("/page/complaint")
    def follow_complaint(_: visiting, number: Annotated[str, Query(max_length=100)]) -> HTMLResponse:
        return _told(lambda: complaints.followed(desk, number), 200, 404)

    return router


def _told(act: Callable[[], str], code: int, refusal: int) -> HTMLResponse:
    try:
        return HTMLResponse(act(), code)
    except NotTheirsError as fault:
        raise HTTPException(404, _GONE) from fault
    except TooManyError as fault:
        raise HTTPException(429, str(fault)) from fault
    except RecordsError:
        raise
    except PolicyError as fault:
        raise HTTPException(refusal, str(fault)) from fault
