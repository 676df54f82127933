"""Stores opened: any folder's, or the user's own, in which the corpus of the package stands as the package has it."""

import time
from functools import partial
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.settings import settings
from index.choose import EmbedderChoice
from index.datatypes import PolicyError, SyncReport
from index.embedder import Embedder
from index.generation import PIPELINE, Manifest, Progress, current_generation
from index.lock import StoreBusyError
from index.reader import StoreReader
from index.reranker import Reranker
from index.store import Shortfall, Store, StoreDamagedError
from index.vectors import chroma_version

if TYPE_CHECKING:
    from index.models import FoundModel

_ORIGIN = "自带文件"
"""Name of the package's corpus in a store: its path is another one in every environment."""
_STAMP = "SHIPPED"
"""File in the user's own store: of which corpus and by which rules it was last brought up to date."""
_PATIENCE = 60.0
"""Seconds for which another process that makes the first index is waited for."""

OUTDATED, UPGRADED = "outdated", "upgraded"
"""Names of what is to be told of the own store: it could not be brought up to date; it has a better embedder."""


def open_reader(
    folder: Path | None, embedder: Embedder | str | None, progress: Progress | None = None
) -> tuple[StoreReader, tuple[Shortfall, ...]]:
    """A reader of the store in `folder`, where None of the user's own; and what is to be told of its opening."""
    chosen = chosen_embedder(embedder)
    news = () if folder else prepare_own_store(chosen, progress)
    place = folder or settings().store
    return StoreReader(place, partial(_open, place, chosen, progress)), news


def open_store(folder: Path | None, progress: Progress | None = None) -> Store:
    """The store in `folder`; where None the user's own, brought up to date."""
    chosen = chosen_embedder()
    if folder is None:
        prepare_own_store(chosen, progress)
    return _open(folder or settings().store, chosen, progress)


def prepare_own_store(chosen: EmbedderChoice, progress: Progress | None = None) -> tuple[Shortfall, ...]:
    """Have the user's own store hold the corpus as the package has it, by the best embedder where that is "auto".

    What stands there already goes on to be used where that fails. Returns what is to be told.
    """
    store = settings().store
    generation = current_generation(store)
    manifest = Manifest.read(generation) if generation else None
    better = chosen.has_better(manifest.embedder) if manifest else False
    if manifest and not better and _stamped(store) == _stamp():
        return ()
    try:
        best = EmbedderChoice(chosen.for_writing(None)) if better else chosen
        sync_shipped(store, best, progress)
    except StoreBusyError as fault:
        if generation is None and not _appears(store):
            raise
        return (Shortfall(OUTDATED, str(fault)),) if generation else ()
    except PolicyError as fault:
        if generation is None:
            raise
        return (Shortfall(OUTDATED, str(fault)),)
    return (Shortfall(UPGRADED, ""),) if better else ()


def sync_shipped(
    folder: Path, embedder: Embedder | str | EmbedderChoice | None = None, progress: Progress | None = None
) -> SyncReport:
    """Index the corpus of the package into `folder`, and note there which one it was."""
    from index.files import write_whole
    from index.sync import sync_folder

    with as_file(files("index").joinpath("corpus")) as corpus:
        report = sync_folder(
            corpus,
            folder,
            embedder=embedder,
            progress=progress,
            prune=True,
            origin=_ORIGIN,
            server=settings().chroma_url,
        )
    write_whole(folder / _STAMP, _stamp())
    return report


def chosen_embedder(embedder: Embedder | str | None = None) -> EmbedderChoice:
    """The choice of `embedder`, where None that of the settings."""
    return EmbedderChoice(embedder or settings().embedder, _models, settings().int8)


def chosen_reranker() -> Reranker | None:
    """The reranker of the settings, or None."""
    folder = settings().reranker
    if folder is None:
        return None
    from index.bge import BgeReranker

    return BgeReranker(folder)


def _models() -> "tuple[FoundModel, ...]":
    from assistant.installed import installed_models

    return installed_models()


def _open(folder: Path, chosen: EmbedderChoice, progress: Progress | None) -> Store:
    """The store in `folder`; one of which nothing can be opened is made anew from its record."""
    try:
        return Store.open(folder, chosen, settings().chroma_url)
    except StoreDamagedError:
        from index.renew import repair

        repair(folder, chosen, server=settings().chroma_url, progress=progress)
        return Store.open(folder, chosen, settings().chroma_url)


def _stamp() -> str:
    """Changes with the package's corpus, the rules that cut it up, and the release of Chroma."""
    whole = sha256(f"{PIPELINE} {chroma_version()}".encode())
    for file in sorted(files("index").joinpath("corpus").iterdir(), key=lambda file: file.name):
        if file.is_file():
            whole.update(file.name.encode() + sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def _stamped(store: Path) -> str:
    try:
        return (store / _STAMP).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _appears(store: Path) -> bool:
    """Whether another process makes the first index of `store` within a while."""
    deadline = time.monotonic() + _PATIENCE
    while current_generation(store) is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
