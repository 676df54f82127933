"""Nothing that is indexed, asked or searched leaves the machine, whatever the user's environment says."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.checkpoints import write_bert

ROOT = Path(__file__).parent.parent
TRACED = {
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_TRACING_V2": "true",
    "LANGCHAIN_TRACING": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGSMITH_API_KEY": "key",
    "ANONYMIZED_TELEMETRY": "True",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "HF_HUB_OFFLINE": "0",
}
"""The environment of a user who has every telemetry on."""

WATCHED = """
import json, os, runpy, sys, time

def unroutable():
    "How often the kernel was asked for what it has no route to, by Python or any library."
    names, figures = [line.split() for line in open("/proc/net/snmp") if line.startswith("Ip:")]
    sixth = dict(line.split() for line in open("/proc/net/snmp6"))
    return int(dict(zip(names, figures))["OutNoRoutes"]) + int(sixth.get("Ip6OutNoRoutes", 0))

if sys.argv[1] == "kernel":
    before = unroutable()
    tried = lambda: ["?"] * (unroutable() - before)
else:  # run, not imported: importing our package ends all tracing
    attempts = runpy.run_path({guard!r})["guard_network"]()
    tried = lambda: attempts
{work}
from langsmith.utils import tracing_is_enabled
deadline = time.monotonic() + 5
while tracing_is_enabled() and not tried() and time.monotonic() < deadline:
    time.sleep(0.05)
print(json.dumps(tried()), flush=True)
os._exit(0)  # a tracer would go on trying
"""
WALK = """
import pathlib
from assistant import PolicyAssistant
from index import sync_folder
pathlib.Path("documents").mkdir()
text = "公园管理办法\\n第一条 公园全年开放。\\n第二条 禁止攀折花木。\\n"
pathlib.Path("documents", "公园.txt").write_text(text, "utf-8")
assert sync_folder("documents", "store", embedder=sys.argv[2]).written == ("公园.txt",)
with PolicyAssistant("store", sys.argv[2]) as assistant:
    assert assistant.ask("公园什么时候开放?").status != "error"
    assert assistant.search("攀折花木")
"""
WRITTEN = """
os.environ["POLICY_ASSISTANT_LLM_MODEL"] = "stub"
os.environ["POLICY_ASSISTANT_LLM_BASE_URL"] = "http://127.0.0.1:9/v1"
"""
TRACED_CHAIN = """
from langchain_core.runnables import RunnableLambda
RunnableLambda(str.upper).invoke("a question")
"""
PACKET = """
import contextlib, socket
with contextlib.suppress(OSError):
    socket.socket(type=socket.SOCK_DGRAM).connect(("192.0.2.1", 9))
"""


def can_cut_off() -> bool:
    """Whether a process may be run in a network of its own, which has no routes."""
    try:
        return subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


GUARDS = [
    pytest.param("guard", id="sockets"),
    pytest.param(
        "kernel", id="kernel", marks=pytest.mark.skipif(not can_cut_off(), reason="unshare is not allowed")
    ),
]


def attempts(work: str, guard: str, folder: Path, *arguments: str) -> list[str]:
    """What tries to leave the machine while a process does `work` in `folder`."""
    command = [
        sys.executable,
        "-c",
        WATCHED.format(work=work, guard=str(ROOT / "assistant" / "netguard.py")),
        guard,
        *arguments,
    ]
    done = subprocess.run(
        ["unshare", "-rn", *command] if guard == "kernel" else command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **TRACED},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_traced_chain_is_seen_to_send_its_input(tmp_path: Path) -> None:
    """So the tests below would see it if ours were traced."""
    assert attempts(TRACED_CHAIN, "guard", tmp_path) != []


@pytest.mark.parametrize("guard", GUARDS)
def test_a_packet_is_seen(guard: str, tmp_path: Path) -> None:
    assert attempts(PACKET, guard, tmp_path) != []


def test_importing_us_ends_tracing(tmp_path: Path) -> None:
    assert attempts("import index\n" + TRACED_CHAIN, "guard", tmp_path) == []


def test_importing_us_ends_tracing_that_has_begun(tmp_path: Path) -> None:
    begun = "from langsmith.utils import tracing_is_enabled\nassert tracing_is_enabled()\n"
    ended = "import index\nassert not tracing_is_enabled()\n"
    assert attempts(begun + ended + TRACED_CHAIN, "guard", tmp_path) == []


@pytest.mark.parametrize("guard", GUARDS)
def test_index_ask_and_search_stay_here(guard: str, tmp_path: Path) -> None:
    assert attempts(WALK, guard, tmp_path, "builtin") == []


def test_a_chat_model_on_this_machine_stays_here(tmp_path: Path) -> None:
    asked = "    assert '大模型服务连不上' in assistant.ask('公园什么时候开放?').notices[0]\n"
    assert attempts(WRITTEN + WALK + asked, "guard", tmp_path, "builtin") == []


@pytest.mark.skipif(find_spec("FlagEmbedding") is None, reason="FlagEmbedding is not installed")
@pytest.mark.parametrize("guard", GUARDS[-1:])
def test_a_bge_model_stays_here(guard: str, tmp_path: Path) -> None:
    """Even where the hub's client was imported before."""
    work = "import huggingface_hub.constants\n" + WALK
    assert attempts(work, guard, tmp_path, str(write_bert(tmp_path / "bge"))) == []
