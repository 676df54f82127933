"""The page put together: its parts, the event that asks, the application that serves them."""

import logging
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from assistant.page.answer_routes import answer_routes
from assistant.page.chat import AUDIENCES, answering
from assistant.page.complaint_routes import complaint_routes
from assistant.page.desk import Desk
from assistant.page.filters import choices
from assistant.page.markup import render
from assistant.page.own_routes import own_routes
from assistant.page.presence import Attending
from assistant.page.routes import routes
from assistant.page.safety import Safety
from assistant.page.staff import staff_routes
from assistant.page.watch import Watching
from assistant.question import MAX_CHARACTERS
from assistant.settings import settings
from index.datatypes import Document, PolicyError

TITLE = "政策文件问答助手"
_WAITING = 400
"""Questions that may wait for their turn; more are refused at once."""
_STATUS = 10.0  # seconds
_SESSIONS = 100
"""Pages whose state gradio keeps, each for good, 35 KB a page: it has none of ours, and makes it anew where it needs
it. Its own default is 10,000."""
_FONTS = [
    "system-ui",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "sans-serif",
]
_log = logging.getLogger(__name__)
_MONO = ["ui-monospace", "Consolas", "monospace"]


def application(desk: Desk, root_path: str = "") -> FastAPI:
    """The ASGI application over `desk`; `root_path` is the path below which a proxy serves it."""
    app = FastAPI(title=TITLE, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes(desk))
    app.include_router(own_routes(desk))
    app.include_router(answer_routes(desk))
    app.include_router(complaint_routes(desk))
    if token := settings().staff_token:
        app.include_router(staff_routes(desk, token))
    app.add_exception_handler(PolicyError, _tell_fault)
    app.add_exception_handler(RequestValidationError, _tell_misuse)
    gr.mount_gradio_app(
        app,
        blocks(desk),
        path="/",
        root_path=root_path or None,
        theme=gr.themes.Base(font=_FONTS, font_mono=_MONO),
        head=_head(root_path),
        footer_links=[],
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        pwa=False,
        max_file_size=1,
    )
    app.add_middleware(Attending, desk.presence)
    app.add_middleware(Safety)
    app.add_middleware(Watching, desk.watch)
    return app


def _tell_fault(_: Request, fault: Exception) -> JSONResponse:
    """A fault that only whoever runs the server can mend: told there, and its file's path to no visitor."""
    _log.error("%s", fault)
    return JSONResponse({"detail": "暂时不能使用，请稍后再试"}, 503)


def _tell_misuse(_: Request, __: Exception) -> JSONResponse:
    """A request that no part of the page makes, or a text that is too long: not told back as FastAPI would."""
    return JSONResponse({"detail": "内容不完整或太长，请改短些，或刷新页面再试"}, 422)


def blocks(desk: Desk) -> gr.Blocks:
    """The parts in their places, and the events between them."""
    page: gr.Blocks
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        _part("bar", render("bar", title=TITLE))
        _part("side", render("side"))
        with gr.Column(elem_id="middle"):
            _part("history", render("history"))
            live = _part("live", "")
            with gr.Column(elem_id="composer"):
                question = gr.Textbox(
                    label="问题",
                    show_label=False,
                    placeholder="输入问题，例如：老房子没电梯政府管不管？",
                    lines=1,
                    max_lines=8,
                    max_length=MAX_CHARACTERS,
                    elem_id="question",
                )
                with gr.Row(elem_id="below"):
                    audience = gr.Radio(
                        [*AUDIENCES], value=next(iter(AUDIENCES)), label="回答给谁看", elem_id="audience"
                    )
                    _part("scope-button", render("scope_button"))
                    stop = gr.Button("停止", elem_id="stop", size="sm")
                    send = gr.Button("发送", elem_id="send", variant="primary", size="sm")
                narrowing = _narrowing(tuple(desk.documents().values()))
        _part("source", render("panel"))
        _part("reader", render("reader_frame"))
        _part("complaints", render("complaints_frame"))
        conversation = gr.Textbox(visible="hidden", label="会话")
        replaced = gr.Textbox(visible="hidden", label="代替")

        asked = gr.on(
            [send.click, question.submit],
            answering(desk),
            inputs=[question, conversation, replaced, audience, *narrowing],
            outputs=live,
            js="(...values) => window.policyPage.begin(values)",
            show_progress="hidden",
            concurrency_limit=desk.at_once,
            trigger_mode="multiple",
            api_visibility="private",
        )
        asked.then(None, js="() => window.policyPage.finish()")
        stop.click(None, js="() => window.policyPage.stop()", cancels=[asked])
    # The page shows no place in the queue. By its default gradio tells everybody's anew whenever one is answered.
    page.queue(_STATUS, max_size=_WAITING, default_concurrency_limit=desk.at_once, api_open=False)
    page.state_session_capacity = _SESSIONS
    return page


def _part(name: str, html: str) -> gr.HTML:
    """A part of the page that shows `html`, which is to be escaped already, as it is."""
    # "${value}" is put in as it stands. "{{value}}" would be compiled: a "${…}" in it would run.
    return gr.HTML(html, html_template="${value}", js_on_load=None, apply_default_css=False, elem_id=name)


def _narrowing(documents: Sequence[Document]) -> tuple[gr.components.FormComponent, ...]:
    """What narrows the search, in the order in which the handler takes it."""
    offered = choices(documents)
    with gr.Column(elem_id="scope"):
        by_document = gr.CheckboxGroup(list(offered.documents), label="文件")
        with gr.Row():
            by_level = gr.CheckboxGroup(list(offered.levels), label="层级")
            by_region = gr.CheckboxGroup(list(offered.regions), label="地区")
        in_force = gr.Checkbox(label="不查规划期已届满的文件")
    return by_document, by_level, by_region, in_force


def _head(root_path: str) -> str:
    """Links to the page's own style and script; their digests in the address, so that a new release is fetched anew."""
    style, script = (f"{root_path}/page/{name}?{_digest(name)}" for name in ("style.css", "page.js"))
    return f'<link rel="stylesheet" href="{style}"><script src="{script}" defer></script>'


def _digest(name: str) -> str:
    return sha256(files("assistant.page").joinpath(name).read_bytes()).hexdigest()[:12]
