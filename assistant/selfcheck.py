"""Whether this installation works and keeps to itself, found out by using it."""

import logging
import platform
import shutil
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from assistant.assistant import PolicyAssistant
from assistant.datatypes import Answer, Passage, Status
from assistant.installed import in_use
from assistant.netguard import guard_network
from assistant.settings import settings
from assistant.shipped import chosen_embedder
from index.check import Finding, check_store
from index.datatypes import PolicyError
from index.embedder import Embedder
from index.sync import sync_folder

_log = logging.getLogger(__name__)
_PACKAGES = (
    "policy-assistant",
    "chromadb",
    "langchain-core",
    "onnxruntime",
    "FlagEmbedding",
    "transformers",
    "torch",
)
_DOCUMENT = "jilin-urban-quality-plan.txt"
_QUESTION = "老旧小区加装电梯有什么政策"
_LEAST = 1_000_000_000  # bytes free; an index grows by copies of itself


def selfcheck() -> Iterator[Finding]:
    """What is found of each part, one after the other: versions, disk, embedder, store, a trial, the network.

    From the first on this process can no longer reach other machines, but for the Chroma server that is set.
    """
    attempts = guard_network(urlsplit(settings().chroma_url or "").hostname)
    yield Finding("版本", sound=True, detail=_versions())
    yield _disk()
    yield from _store()
    used = in_use()
    try:
        embedder = chosen_embedder().for_writing(used.embedder)
    except PolicyError as fault:
        yield Finding("向量模型", sound=False, detail=used.title, cure=str(fault))
        return
    yield Finding("向量模型", sound=True, detail=f"{used.title};{used.why}")
    yield _trial(embedder)
    yield _network(attempts)


def _versions() -> str:
    installed = [f"Python {platform.python_version()}"]
    for package in _PACKAGES:
        try:
            installed.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ",".join(installed)


def _disk() -> Finding:
    """Space where the store is, or will be."""
    store = settings().store.absolute()
    free = shutil.disk_usage(next(folder for folder in (store, *store.parents) if folder.is_dir())).free
    detail = f"{store} 所在磁盘还有 {free / 1e9:.1f} GB"
    cure = "" if free >= _LEAST else f"请腾出空间,至少 {_LEAST / 1e9:.0f} GB"
    return Finding("磁盘", not cure, detail, cure)


def _store() -> Iterator[Finding]:
    try:
        findings = check_store(settings().store, chosen_embedder(), settings().chroma_url)
    except PolicyError:  # there is none
        yield Finding("索引", sound=True, detail="还没有建立,第一次提问时建立")
        return
    faults = [finding for finding in findings if not finding.sound]
    yield from faults or [Finding("索引", sound=True, detail="各部分完好")]


def _trial(embedder: Embedder) -> Finding:
    """Index one document, ask and search, in a folder that is gone afterwards."""
    begun = time.perf_counter()
    cure = "请运行 policy-assistant --debug selfcheck,把输出交给管理员"
    with TemporaryDirectory(prefix="policy-assistant-", ignore_cleanup_errors=True) as folder:
        try:
            answer, passages = _use(Path(folder), embedder)
        except Exception as fault:  # whatever it is, the other findings are told
            _log.debug("no trial", exc_info=True)
            return Finding("试用", sound=False, detail=str(fault), cure=cure)
    works = answer.status is not Status.ERROR and bool(passages)
    detail = f"索引、提问、检索共用 {time.perf_counter() - begun:.1f} 秒"
    return Finding("试用", works, detail, "" if works else cure)


def _use(folder: Path, embedder: Embedder) -> tuple[Answer, list[Passage]]:
    documents, store = folder / "documents", folder / "store"
    documents.mkdir()
    with as_file(files("index").joinpath("corpus", _DOCUMENT)) as document:
        shutil.copyfile(document, documents / _DOCUMENT)
    sync_folder(documents, store, embedder=embedder)
    with PolicyAssistant(store, embedder, record=False) as assistant:
        return assistant.ask(_QUESTION), assistant.search(_QUESTION)


def _network(attempts: list[str]) -> Finding:
    if not attempts:
        return Finding("网络", sound=True, detail="连接本机以外的尝试 0 次")
    tried = "、".join(sorted(set(attempts)))
    cure = "这些尝试都已拦下;请把这一行交给管理员"
    return Finding("网络", sound=False, detail=f"连接本机以外的尝试 {len(attempts)} 次:{tried}", cure=cure)
