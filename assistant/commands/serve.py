"""The command `serve`."""

from typing import Annotated

import typer

from assistant.commands.opening import open_assistant
from assistant.commands.options import StoreOption
from assistant.commands.output import show
from assistant.settings import settings
from index.datatypes import PolicyError

_SHORTEST_TOKEN = 16


def serve(
    host: Annotated[
        str, typer.Option("--host", metavar="地址", help="在哪个地址上服务;不写只供本机")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="端口", min=1, max=65535, help="不写就是 7860")
    ] = 7860,
    root_path: Annotated[
        str, typer.Option("--root-path", metavar="路径", help="反向代理下的子路径,如 /policy")
    ] = "",
    store: StoreOption = None,
) -> None:
    """Serve the web page until Ctrl+C."""
    if root_path and not (root_path.startswith("/") and root_path.strip("/")):
        raise PolicyError(f"--root-path 应以 / 开头,如 /policy;现在是 {root_path}")
    token = settings().staff_token
    if token and len(token.get_secret_value()) < _SHORTEST_TOKEN:
        raise PolicyError(f"POLICY_ASSISTANT_STAFF_TOKEN 太短,请用不少于 {_SHORTEST_TOKEN} 个字符的随机口令")
    assistant = open_assistant(store)
    from assistant.page.server import serve as serve_page

    show(f"网页已就绪: http://{host}:{port}{root_path.rstrip('/')}/  按 Ctrl+C 结束")
    serve_page(assistant, host, port, root_path.rstrip("/"))
