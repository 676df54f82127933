"""For staff: how the page is used and how it fares, in numbers without a word of any question."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import SecretStr

from assistant.datatypes import Status
from assistant.ended import ENDED
from assistant.page.desk import Desk
from assistant.page.health import health
from assistant.page.limits import TooManyError
from assistant.page.markup import render
from assistant.page.outcome import WORDS
from assistant.records import Day

_DAYS = 30
_WHO = {"WWW-Authenticate": 'Basic realm="staff", charset="UTF-8"'}
_ANSWERED = tuple(status.value for status in Status if status is not Status.ERROR)
"""Outcomes whose seconds count: of what was looked into to its end."""


def staff_routes(desk: Desk, token: SecretStr) -> APIRouter:
    """The counters as a page and as JSON, for whoever gives `token` as the password; the name does not matter.

    They are asked for from loopback alone no more freely: behind a proxy on this machine everybody comes from there.
    """
    router = APIRouter(dependencies=[Depends(_admitted(desk, token))])

    @router.get("/status")
    def show_status() -> HTMLResponse:
        return HTMLResponse(_shown(desk), headers={"Cache-Control": "no-store"})

    @router.get("/status.json")
    def give_status() -> JSONResponse:
        return JSONResponse(_counted(desk), headers={"Cache-Control": "no-store"})

    return router


def _admitted(desk: Desk, token: SecretStr) -> Callable[..., None]:
    basic = HTTPBasic(auto_error=False)

    def admitted(request: Request, given: Annotated[HTTPBasicCredentials | None, Depends(basic)]) -> None:
        if given is None:
            raise HTTPException(401, "请输入管理口令", _WHO)
        if compare_digest(given.password.encode(), token.get_secret_value().encode()):
            return
        try:
            desk.wrong_tokens.count(request.client.host if request.client else "")
        except TooManyError as fault:
            raise HTTPException(429, "口令错得太多，请稍后再试") from fault
        raise HTTPException(401, "口令不对", _WHO)

    return admitted


def _days(desk: Desk) -> tuple[Day, ...]:
    since = (date.today() - timedelta(days=_DAYS)).isoformat()
    return desk.watch.kept.by_day(since, _ANSWERED)


def _counted(desk: Desk) -> dict[str, object]:
    return {
        **health(desk)[1],
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "days": [{**asdict(day), "questions": day.questions} for day in _days(desk)],
        "complaints": _complaints(desk),
        "feedback": desk.records.opinions(),
    }


def _shown(desk: Desk) -> str:
    days = _days(desk)
    words = {str(outcome): word for outcome, word in (*ENDED.items(), *WORDS.items())}
    total: Counter[str] = Counter()
    for day in days:
        total.update(day.outcomes)
    sound, told = health(desk)
    return render(
        "status",
        at=f"{datetime.now():%Y-%m-%d %H:%M}",
        sound=sound,
        documents=told.get("documents", 0),
        closed=desk.switch.closed,
        days=days,
        columns=[(outcome, words.get(outcome, outcome)) for outcome in words if total[outcome]],
        total=total,
        complaints=_complaints(desk),
        opinions=desk.records.opinions(),
        period=_DAYS,
    )


def _complaints(desk: Desk) -> dict[str, int]:
    return desk.complaints.counts(date.today().isoformat())
