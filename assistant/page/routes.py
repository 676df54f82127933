"""What the page fetches besides answers: clauses, documents, conversations. Each route checks visitor and limits."""

from collections.abc import Callable
from importlib.resources import files
from typing import Annotated, TypeVar

from fastapi import APIRouter, Body, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from assistant.page import conversations as listed
from assistant.page.desk import Desk
from assistant.page.health import health
from assistant.page.limits import TooManyError
from assistant.page.reader import reader
from assistant.page.source import source
from assistant.page.visitor import COOKIE, Visitor, known_visitor
from assistant.page.welcome import welcome
from index.datatypes import Document, PolicyError

_FILES = {"style.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}
_LONGEST_TITLE = 200
_T = TypeVar("_T")


def routes(desk: Desk) -> APIRouter:
    """The routes over `desk`, all below /page but /health."""
    router = APIRouter()
    visiting = Annotated[Visitor, Depends(_visitor(desk))]

    @router.get("/health")
    def show_health() -> JSONResponse:
        sound, told = health(desk)
        return JSONResponse(told, 200 if sound else 503)

    @router.get("/page/{name}.{ending}")
    def show_file(name: str, ending: str) -> Response:
        file = f"{name}.{ending}"
        if file not in _FILES:
            raise HTTPException(404)
        content = files("assistant.page").joinpath(file).read_bytes()
        return Response(content, media_type=_FILES[file], headers={"Cache-Control": "no-cache"})

    @router.get("/page/welcome")
    def show_welcome(_: visiting) -> HTMLResponse:
        return HTMLResponse(welcome(tuple(desk.documents().values()), desk.today))

    @router.get("/page/source")
    def show_source(doc: str, start: int, end: int, _: visiting) -> HTMLResponse:
        try:
            return HTMLResponse(source(_document(desk, doc), start, end, desk.today))
        except ValueError as fault:
            raise HTTPException(404, "没有这一条") from fault

    @router.get("/page/reader")
    def show_reader(doc: str, _: visiting, start: int = 0, end: int = 0) -> HTMLResponse:
        return HTMLResponse(reader(_document(desk, doc), desk.today, start, end))

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

    @router.delete("/page/conversations/{name}")
    def delete_conversation(name: str, visitor: visiting) -> Response:
        _named(lambda: listed.delete(desk, visitor, name))
        return Response(status_code=204)

    return router


def _visitor(desk: Desk) -> Callable[[Request], Visitor]:
    def visitor(request: Request) -> Visitor:
        found = known_visitor(request.cookies.get(COOKIE))
        if found is None:
            raise HTTPException(403, "请刷新页面")
        try:
            desk.reading.count(found.token)
        except TooManyError as fault:
            raise HTTPException(429, str(fault)) from fault
        return found

    return visitor


def _document(desk: Desk, name: str) -> Document:
    try:
        return desk.assistant.document(name)
    except PolicyError as fault:
        raise HTTPException(404, "没有收录这份文件") from fault


def _named(act: Callable[[], _T]) -> _T:
    try:
        return act()
    except ValueError as fault:
        raise HTTPException(404, "没有这个会话") from fault
