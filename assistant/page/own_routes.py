"""A visitor's own conversations and answers, over HTTP: listed, opened, renamed, exported, rated, deleted."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.feedback import LONGEST_COMMENT, Reason
from assistant.page import answers
from assistant.page import conversations as listed
from assistant.page.admission import admitted
from assistant.page.answers import NotTheirsError
from assistant.page.desk import Desk
from assistant.page.visitor import Visitor

_EXPORTS = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".md": "text/markdown; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
_LONGEST_TITLE = 200
_PATIENCE = 2.0
"""Seconds for which somebody waits for what to ask next, before it is left out; twice that at most."""
_LOOKS = 20
_GONE = "没有这个会话或回答：可能已经删除，或不是在这个浏览器里问的"
_T = TypeVar("_T")


def own_routes(desk: Desk) -> APIRouter:
    """The routes below /page/conversations and /page/answers."""
    router = APIRouter()
    visiting = Annotated[Visitor, Depends(admitted(desk))]

    @router.get("/page/conversations")
    def list_conversations(visitor: visiting, q: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
        return HTMLResponse(listed.conversations(desk, visitor, q))

    @router.get("/page/conversations/{name}")
    def show_conversation(name: str, visitor: visiting, official: bool = False) -> HTMLResponse:
        return HTMLResponse(_named(lambda: listed.conversation(desk, visitor, name, official=official)))

    @router.put("/page/conversations/{name}")
    def rename_conversation(
        name: str, visitor: visiting, title: Annotated[str, Body(embed=True, max_length=_LONGEST_TITLE)]
    ) -> Response:
        _named(lambda: listed.rename(desk, visitor, name, title))
        return Response(status_code=204)

    @router.get("/page/conversations/{name}/export{suffix}")
    def export_conversation(name: str, suffix: str, visitor: visiting) -> Response:
        return _file(_named(lambda: answers.export_conversation(desk, visitor, name, suffix)), suffix)

    @router.get("/page/answers/{answer}/export{suffix}")
    def export_answer(answer: str, suffix: str, visitor: visiting) -> Response:
        return _file(_named(lambda: answers.export_answer(desk, visitor, answer, suffix)), suffix)

    @router.put("/page/answers/{answer}/feedback")
    def give_feedback(
        answer: str,
        visitor: visiting,
        good: Annotated[bool, Body()],
        reason: Annotated[Reason | None, Body()] = None,
        comment: Annotated[str, Body(max_length=LONGEST_COMMENT)] = "",
    ) -> Response:
        _named(lambda: answers.rate(desk, visitor, answer, good=good, reason=reason, comment=comment))
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
                work = run_in_threadpool(_named, lambda: answers.following(desk, visitor, answer))
                return HTMLResponse(await work)
            return HTMLResponse("")
        finally:
            desk.suggesting.release()

    @router.delete("/page/conversations")
    def delete_conversations(visitor: visiting) -> Response:
        listed.delete_all(desk, visitor)
        return Response(status_code=204)

    @router.delete("/page/conversations/{name}")
    def delete_conversation(name: str, visitor: visiting) -> Response:
        _named(lambda: listed.delete(desk, visitor, name))
        return Response(status_code=204)

    return router


async def _free(desk: Desk) -> bool:
    """Whether fewer questions are being answered than could be, now or in a moment: answers come first."""
    for _ in range(_LOOKS):
        if desk.open.number < desk.at_once:
            return True
        await asyncio.sleep(_PATIENCE / _LOOKS)
    return False


def _file(content: bytes, suffix: str) -> Response:
    """A file to keep, or a page to print."""
    name = quote(f"政策问答-{datetime.now():%Y%m%d-%H%M}{suffix}")
    shown = "inline" if suffix == ".html" else "attachment"
    headers = {"Content-Disposition": f"{shown}; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(content, media_type=_EXPORTS[suffix], headers=headers)


def _named(act: Callable[[], _T]) -> _T:
    try:
        return act()
    except (ValueError, NotTheirsError) as fault:
        raise HTTPException(404, _GONE) from fault
