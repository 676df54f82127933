"""Have a store's indexes follow its record, and mend what is damaged from what is sound."""

from contextlib import closing
from pathlib import Path

import numpy as np

from index.build import build_generation
from index.choose import EmbedderChoice, as_choice
from index.datatypes import PolicyError
from index.embedder import Embedder
from index.generation import (
    RECORD,
    Manifest,
    Progress,
    complete_generations,
    current_generation,
    point_at,
    pointer,
    remove_unused,
    silent,
)
from index.lock import sole_writer
from index.probe import probe
from index.record import Record
from index.restore import open_record, restore_if_damaged

_BATCH = 256  # contents embedded at a time; those done are kept if a later batch fails
_TOLD = 200  # characters of a fault of a library that are told


def renew(
    record: Record,
    store: Path,
    embedder: Embedder,
    progress: Progress,
    *,
    server: str | None = None,
    deeply: bool = False,
) -> bool:
    """Have readers of `store` open a sound generation of what `record` has committed; whether a new one was made.

    Vectors that are missing are computed. Generations at hand are judged by their files, and `deeply` by searching
    them. For the one writer of the store only.
    """
    _embed(record, embedder, progress)
    wanted = Manifest.of(record, embedder, served=server is not None)
    sound = (path for path in complete_generations(store) if _is_sound(path, wanted, server, deeply))
    found = next(sound, None)
    new = found is None
    if found is None:
        try:
            found = build_generation(record, store, embedder, progress, server)
        except PolicyError:
            raise
        except Exception as fault:
            told = repr(fault)[:_TOLD]
            raise PolicyError(f"未能建立索引({told}),原有索引未动,请检查磁盘空间后重试") from fault
    if pointer(store) != found.name:
        point_at(store, found)
    remove_unused(store, server)
    with record.transaction():
        record.prune_embeddings()
    return new


def repair(
    store: Path,
    embedder: Embedder | str | EmbedderChoice | None = None,
    *,
    server: str | None = None,
    progress: Progress | None = None,
) -> bool:
    """Mend `store` from its record, or a damaged record from the newest sound texts; whether anything was made anew.

    Raises PolicyError where there is nothing to mend it from, or somebody else is writing to it.
    """
    if not (store / RECORD).is_file() and current_generation(store) is None:
        raise PolicyError(f"{store} 里没有索引,请先运行 policy-assistant index sync 建立")
    with sole_writer(store):
        restored = restore_if_damaged(store)
        with closing(open_record(store)) as record:
            chosen = choose_for_writing(embedder, store)
            return renew(record, store, chosen, progress or silent, server=server, deeply=True) or restored


def choose_for_writing(embedder: Embedder | str | EmbedderChoice | None, store: Path) -> Embedder:
    """The embedder for the next generation of `store`."""
    generation = current_generation(store)
    manifest = Manifest.read(generation) if generation else None
    return as_choice(embedder).for_writing(manifest.embedder if manifest else None)


def _embed(record: Record, embedder: Embedder, progress: Progress) -> None:
    """Embed the contents that `embedder` has not embedded yet."""
    missing = record.missing_embeddings(embedder.name)
    for start in range(0, len(missing), _BATCH):
        batch = dict(missing[start : start + _BATCH])
        vectors = np.asarray(embedder.embed_documents(list(batch.values())), np.float32)
        with record.transaction():
            record.write_embeddings(embedder.name, list(batch), vectors)
        progress("计算向量", start + len(batch), len(missing))


def _is_sound(generation: Path, wanted: Manifest, server: str | None, deeply: bool) -> bool:
    """Whether readers can open this generation, and it is made of the same as `wanted`."""
    manifest = Manifest.read(generation)
    if manifest != wanted or manifest is None or manifest.damaged(generation, read=deeply):
        return False
    return not ((deeply or manifest.served) and probe(generation, server))
