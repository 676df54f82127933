"""Who may fetch what stands behind the page: a visitor with a token, and not too often."""

from collections.abc import Callable

from fastapi import HTTPException, Request

from assistant.page.desk import Desk
from assistant.page.limits import TooManyError
from assistant.page.visitor import COOKIE, Visitor, known_visitor


def admitted(desk: Desk) -> Callable[[Request], Visitor]:
    """What a route depends on: the visitor of a request, whose call is counted."""

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
