"""Policy documents on disk -> clauses -> a store that can be searched. Names are loaded when first used."""

from importlib import import_module
from typing import TYPE_CHECKING

from index.offline import send_no_telemetry

if TYPE_CHECKING:
    from index.datatypes import Clause, Document, PolicyError, SyncReport
    from index.embedder import Embedder
    from index.store import Store
    from index.sync import sync_folder

__all__ = ["Clause", "Document", "Embedder", "PolicyError", "Store", "SyncReport", "sync_folder"]

_HOMES = {"Embedder": "index.embedder", "Store": "index.store", "sync_folder": "index.sync"}


send_no_telemetry()  # before any library is imported that would


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'index' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "index.datatypes")), name)
