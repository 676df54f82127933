"""The server of the page."""

import logging

import uvicorn

from assistant.assistant import PolicyAssistant
from assistant.page.app import application
from assistant.page.desk import Desk
from assistant.records import chosen_records

_KEEP_ALIVE = 75
"""Seconds for which an idle connection is kept: longer than a proxy keeps it (nginx 60), so that none is closed
here just when a request comes over it."""


def serve(assistant: PolicyAssistant, host: str, port: int, root_path: str = "") -> None:
    """Serve the page until it is interrupted. Forwarded headers are believed of a proxy on this machine only."""
    records = chosen_records()
    app = application(Desk.over(assistant, records), root_path)
    told = logging.StreamHandler()
    told.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger("assistant").addHandler(told)
    uvicorn.run(
        app,
        host=host,
        port=port,
        root_path=root_path,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
    )
