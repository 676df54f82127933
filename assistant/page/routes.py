"""What every visitor may fetch: the page's files, the first screen, clauses and documents, and its health."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse, JSONResponse, Response

from assistant.page.admission import admitted
from assistant.page.desk import Desk
from assistant.page.health import health
from assistant.page.reader import reader
from assistant.page.source import source
from assistant.page.visitor import Visitor
from assistant.page.welcome import welcome
from index.datatypes import Document, PolicyError

_FILES = {"style.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}


def routes(desk: Desk) -> APIRouter:
    """The routes that are the same for all."""
    router = APIRouter()
    visiting = Annotated[Visitor, Depends(admitted(desk))]

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
        return HTMLResponse(welcome(tuple(desk.documents().values()), desk.today, desk.switch.closed))

    @router.get("/page/source")
    def show_source(doc: str, start: int, end: int, _: visiting) -> HTMLResponse:
        try:
            return HTMLResponse(source(_document(desk, doc), start, end, desk.today))
        except ValueError as fault:
            raise HTTPException(404, "没有这一条") from fault

    @router.get("/page/reader")
    def show_reader(doc: str, _: visiting, start: int = 0, end: int = 0) -> HTMLResponse:
        return HTMLResponse(reader(_document(desk, doc), desk.today, start, end))

    return router


def _document(desk: Desk, name: str) -> Document:
    try:
        return desk.assistant.document(name)
    except PolicyError as fault:
        raise HTTPException(404, "没有收录这份文件") from fault
