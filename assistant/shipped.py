"""The corpus that comes with the package, indexed into the user's data folder on first use."""

from importlib.resources import as_file, files
from pathlib import Path

from assistant.settings import settings
from index.datatypes import PolicyError
from index.embedder import Embedder
from index.generation import Progress, current_generation
from index.store import Store


def open_store(folder: Path | None, embedder: Embedder | None, progress: Progress | None = None) -> Store:
    """The store in `folder`; where None the user's own, into which the shipped corpus is indexed if it is empty."""
    chosen = folder or settings().store
    embedder = embedder or chosen_embedder()
    try:
        return Store.open(chosen, embedder)
    except PolicyError:
        if folder is not None:
            raise
    sync_shipped(chosen, embedder, progress)
    return Store.open(chosen, embedder)


def sync_on_first_use(progress: Progress) -> None:
    """Index the shipped corpus into the user's own store where nothing has been indexed yet."""
    if current_generation(settings().store) is None:
        sync_shipped(settings().store, chosen_embedder(), progress)


def sync_shipped(folder: Path, embedder: Embedder | None, progress: Progress | None = None) -> None:
    """Index the shipped corpus into `folder`."""
    from index.sync import sync_folder  # 50 ms that only indexing needs

    with as_file(files("index").joinpath("corpus")) as corpus:
        sync_folder(corpus, folder, embedder=embedder, progress=progress)


def chosen_embedder() -> Embedder | None:
    """The embedder of the settings; None is the built-in one."""
    if settings().embedder == "builtin":
        return None
    from index.bge import BgeEmbedder

    return BgeEmbedder(Path(settings().embedder))
