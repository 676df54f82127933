"""The truth about a store: what in it is sound, what is not, and what to do about it. Changes nothing."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index.choose import EmbedderChoice
from index.datatypes import PolicyError
from index.embedder import Embedder
from index.generation import (
    ANSWERABLE,
    BIGRAMS,
    CHROMA,
    PIPELINE,
    RECORD,
    TEXTS,
    WORDS,
    Manifest,
    current_generation,
    pointer,
)
from index.probe import probe
from index.record import RecordDamagedError, RecordError
from index.restore import read_record, verify_record
from index.store import Store
from index.vectors import chroma_version

_REPAIR = "请运行 policy-assistant index repair"
_SYNC = "请运行 policy-assistant index sync"
_PARTS = {
    TEXTS: "文字",
    WORDS: "词索引",
    BIGRAMS: "字对索引",
    CHROMA: "向量索引",
    ANSWERABLE: "答与不答",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part of a store, in Chinese; `cure` is empty where it is sound."""

    part: str
    sound: bool
    detail: str
    cure: str = ""


def check_store(
    folder: Path, embedder: Embedder | str | EmbedderChoice | None = None, server: str | None = None
) -> tuple[Finding, ...]:
    """What is found of each part of the store in `folder`; `embedder` and `server` are as for `Store.open`.

    Every file is read, and the vectors are searched in a process of their own with a limit of time, so that no
    damage to them can end or hang this one. Raises PolicyError where there is no store.
    """
    generation = current_generation(folder)
    if generation is None and not (folder / RECORD).is_file():
        raise PolicyError(f"{folder} 里还没有索引,{_SYNC} 建立")
    found = [_record(folder), *_generation(folder, generation, server)]
    if generation and all(finding.sound for finding in found):
        found += _opened(folder, embedder, server)
    return tuple(found)


def _record(folder: Path) -> Finding:
    try:
        verify_record(folder)
    except RecordDamagedError as fault:
        return Finding("记录", sound=False, detail=str(fault), cure=_REPAIR)
    except RecordError as fault:
        return Finding("记录", sound=False, detail=str(fault), cure="排除后请再查一次")
    return Finding("记录", sound=True, detail="")


def _generation(folder: Path, generation: Path | None, server: str | None) -> Iterator[Finding]:
    if generation is None:
        yield Finding("索引", sound=False, detail="一个完整的也没有", cure=_REPAIR)
        return
    points = pointer(folder) == generation.name
    yield Finding(
        "指针", points, "" if points else f"没有指向完整的索引,现用最新的 {generation.name}", _cure(points)
    )
    manifest = Manifest.read(generation)
    if manifest is None:
        yield Finding("清单", sound=False, detail="损坏,或由别的版本建立", cure=_REPAIR)
        return
    yield Finding("清单", sound=True, detail=f"{manifest.documents} 份文件,{manifest.chunks} 个切片")
    damaged = manifest.damaged(generation, read=True)
    held = {file.partition("/")[0] for file in manifest.files}
    for part, name in _PARTS.items():
        if part in held:
            fault = "文件缺失或与建立时不同" if part in damaged else ""
            if part == CHROMA and not fault and TEXTS not in damaged:
                fault = _vectors(generation, manifest, None)
            yield Finding(name, not fault, fault, _cure(not fault))
    if manifest.served:
        fault = _vectors(generation, manifest, server) if server else "没有设置 POLICY_ASSISTANT_CHROMA_URL"
        cure = "请检查 Chroma 服务;若其中的数据已丢失,请运行 policy-assistant index repair" if fault else ""
        yield Finding("向量服务", not fault, fault, cure)
    yield from _followed(folder, manifest)


def _vectors(generation: Path, manifest: Manifest, server: str | None) -> str:
    if not manifest.served and manifest.chromadb != chroma_version():
        return f"由 chromadb {manifest.chromadb} 建立,现装的是 {chroma_version()}"
    return probe(generation, server)


def _followed(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """Whether the index is of what the record holds, made by the rules of today."""
    try:
        with closing(read_record(folder)) as record:
            same = record.content_digest() == manifest.content
    except RecordError:
        return
    yield Finding("索引与记录", same, "一致" if same else "记录里的改动还没有编入索引", _cure(same))
    if manifest.pipeline != PIPELINE:
        yield Finding("切分规则", sound=False, detail="已更新,索引由旧规则建立", cure=_SYNC)


def _opened(
    folder: Path, embedder: Embedder | str | EmbedderChoice | None, server: str | None
) -> list[Finding]:
    """What readers of the store are told."""
    try:
        with closing(Store.open(folder, embedder, server)) as store:
            return [Finding("问答", sound=False, detail=s.why, cure=_REPAIR) for s in store.shortfalls]
    except PolicyError as fault:
        return [Finding("问答", sound=False, detail=str(fault), cure=_REPAIR)]


def _cure(sound: bool) -> str:
    return "" if sound else _REPAIR
