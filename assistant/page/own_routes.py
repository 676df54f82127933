"""A visitor's own conversations over HTTP: listed, opened, renamed, stopped, exported, deleted."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

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
_GONE = "没有这个会话或回答：可能已经删除，或不是在这个浏览器里问的"
_T = TypeVar("_T")


def own_routes(desk: Desk) -> APIRouter:
    """The routes below /page/conversations."""
    router = APIRouter()
    visiting = Annotated[Visitor, Depends(admitted(desk))]

    @router.get("/page/conversations")
    def list_conversations(visitor: visiting, q: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
        return HTMLResponse(listed.conversations(desk, visitor, q))

    @router.get("/page/conversations/{name}")
    def show_conversation(name: str, visitor: visiting, official: bool = False) -> HTMLResponse:
        return HTMLResponse(named(lambda: listed.conversation(desk, visitor, name, official=official)))

    @router.put("/page/conversations/{name}")
    def rename_conversation(
        name: str, visitor: visiting, title: Annotated[str, Body(embed=True, max_length=_LONGEST_TITLE)]
    ) -> Response:
        named(lambda: listed.rename(desk, visitor, name, title))
        return Response(status_code=204)

    @router.post("/page/conversations/{name}/stop")
    def stop_question(name: str, visitor: visiting) -> Response:
        named(lambda: desk.presence.stop(visitor.thread(name)))
        return Response(status_code=204)

    @router.get("/page/conversations/{name}/export{suffix}")
    def export_conversation(name: str, suffix: str, visitor: visiting) -> Response:
        return as_file(named(lambda: answers.export_conversation(desk, visitor, name, suffix)), suffix)

    @router.delete("/page/conversations")
    def delete_conversations(visitor: visiting) -> Response:
        listed.delete_all(desk, visitor)
        return Response(status_code=204)

    @router.delete("/page/conversations/{name}")
    def delete_conversation(name: str, visitor: visiting) -> Response:
        named(lambda: listed.delete(desk, visitor, name))
        return Response(status_code=204)

    return router


def as_file(content: bytes, suffix: str) -> Response:
    """A file to keep, or a page to print."""
    name = quote(f"政策问答-{datetime.now():%Y%m%d-%H%M}{suffix}")
    shown = "inline" if suffix == ".html" else "attachment"
    headers = {"Content-Disposition": f"{shown}; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(content, media_type=_EXPORTS[suffix], headers=headers)


def named(act: Callable[[], _T]) -> _T:
    """What `act` gives; 404 where its conversation or answer is none of this visitor."""
    try:
        return act()
    except (ValueError, NotTheirsError) as fault:
        raise HTTPException(404, _GONE) from fault
