"""Imports go one way, and each vendor library is imported in one file or folder of its room."""

import ast
from collections import defaultdict
from pathlib import Path

import assistant
import index

ROOT = Path(__file__).parent.parent
ROOMS = {"index": set(), "assistant": {"index", "prompts"}, "eval": {"assistant", "index", "prompts"}}
EVAL_COMMAND = Path("assistant/commands/eval.py")
VENDORS = {
    "FlagEmbedding", "bm25s", "chromadb", "docx", "fastapi", "gradio", "jieba", "jinja2", "langchain", "langchain_core",
    "langgraph", "opencc", "openai", "platformdirs", "prompt_toolkit", "pydantic_settings", "rich", "scipy", "sqlite3",
    "starlette", "tiktoken", "typer", "uvicorn",
}  # fmt: skip


def _imports(path: Path, *, top_level: bool) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level else list(ast.walk(tree))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return {module.split(".")[0] for module in modules}


def _files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def test_rooms_import_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {other}"
        for room, allowed in ROOMS.items()
        for path in _files(room)
        for other in (_imports(path, top_level=False) & set(ROOMS)) - allowed - {room}
        if path.relative_to(ROOT) != EVAL_COMMAND
    ]
    assert wrong == []


def test_the_command_loads_the_evaluation_only_when_it_runs() -> None:
    assert "eval" in _imports(ROOT / EVAL_COMMAND, top_level=False)
    assert "eval" not in _imports(ROOT / EVAL_COMMAND, top_level=True)


def test_each_vendor_is_imported_in_one_file_or_folder_of_its_room() -> None:
    users: dict[tuple[str, str], set[str]] = defaultdict(set)
    for room in ("index", "assistant"):
        for path in _files(room):
            for vendor in _imports(path, top_level=False) & VENDORS:
                users[room, vendor].add(path.relative_to(ROOT / room).parts[0])
    assert {key: files for key, files in users.items() if len(files) > 1} == {}


def test_only_settings_read_the_environment() -> None:
    readers = [
        p.name
        for room in ("index", "assistant")
        for p in _files(room)
        if "os.environ" in p.read_text("utf-8")
    ]
    assert set(readers) <= {"offline.py"}  # it sets the switches that keep libraries from calling home


def test_public_names() -> None:
    assert assistant.__all__ == ["Answer", "Citation", "Passage", "PolicyAssistant", "Status"]
    assert index.__all__ == [
        "Clause",
        "Document",
        "Embedder",
        "PolicyError",
        "Store",
        "SyncReport",
        "sync_folder",
    ]
