"""A visitor's own answers over HTTP: exported, rated, gone on from."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.feedback import LONGEST_COMMENT, Reason
from assistant.page import answers
from assistant.page.admission import admitted
from assistant.page.desk import Desk
from assistant.page.own_routes import as_file, named
from assistant.page.visitor import Visitor

_PATIENCE = 2.0
"""Seconds for which somebody waits for what to ask next, before it is left out; twice that at most."""
_LOOKS = 20


def answer_routes(desk: Desk) -> APIRouter:
    """The routes below /page/answers."""
    router = APIRouter()
    visiting = Annotated[Visitor, Depends(admitted(desk))]

    @router.get("/page/answers/{answer}/export{suffix}")
    def export_answer(answer: str, suffix: str, visitor: visiting) -> Response:
        return as_file(named(lambda: answers.export_answer(desk, visitor, answer, suffix)), suffix)

    @router.put("/page/answers/{answer}/feedback")
    def give_feedback(
        answer: str,
        visitor: visiting,
        good: Annotated[bool, Body()],
        reason: Annotated[Reason | None, Body()] = None,
        comment: Annotated[str, Body(max_length=LONGEST_COMMENT)] = "",
    ) -> Response:
        named(lambda: answers.rate(desk, visitor, answer, good=good, reason=reason, comment=comment))
        return Response(status_code=204)

    @router.get("/page/answers/{answer}/following")
    async def show_following(answer: str, visitor: visiting) -> HTMLResponse:
        try:
            async with asyncio.timeout(_PATIENCE):
                await desk.suggesting.acquire()
        except TimeoutError:
            return HTMLResponse("")
        try:
            if await _free(desk):
                work = run_in_threadpool(named, lambda: answers.following(desk, visitor, answer))
                return HTMLResponse(await work)
            return HTMLResponse("")
        finally:
            desk.suggesting.release()

    return router


async def _free(desk: Desk) -> bool:
    """Whether fewer questions are being answered than could be, now or in a moment: answers come first."""
    for _ in range(_LOOKS):
        if desk.open.number < desk.at_once:
            return True
        await asyncio.sleep(_PATIENCE / _LOOKS)
    return False
