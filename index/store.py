"""A store as readers see it: texts, and scores of them by words, by bigrams and by vectors."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.choose import EmbedderChoice, EmbedderLostError, as_choice
from index.datatypes import Chunk, Document, PolicyError
from index.embedder import Embedder
from index.generation import (
    BIGRAMS,
    CHROMA,
    TEXTS,
    WORDS,
    Manifest,
    complete_generations,
    digest_of_ids,
    pointer,
)
from index.lexical import LexicalIndex
from index.meaning import Meaning, NoMeaning
from index.record import Record
from index.vectors import ServedVectors, VectorFolder, chroma_version

_SYNC, _REPAIR = "policy-assistant index sync", "policy-assistant index repair"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """In what a store falls short of what it should be, and still answers: `name` in one word, `why` in Chinese."""

    name: str
    why: str


WORDS_ONLY, PREVIOUS = "words_only", "previous_generation"
"""Names of shortfalls: no search by meaning; an older generation, for the newest is damaged."""

_RECONNECT = 10.0
"""Seconds after which a server that did not answer is tried again."""


class Store:
    """Documents and chunks of one generation of a store, and searches over them.

        with closing(Store.open("store")) as store:
            store.nearest("公租房怎么申请", k=10)              # [(chunk id, cosine), ...]
            scores = store.word_scores([("公租房", 1.0)])      # one score per row
            store.chunks([store.chunk_ids[scores.argmax()]])

    Any thread may read. A store may be synchronised meanwhile: a reader keeps to the generation it opened.
    """

    def __init__(
        self,
        generation: Path,
        manifest: Manifest,
        texts: Record,
        words: LexicalIndex,
        bigrams: LexicalIndex,
        meaning: Meaning | NoMeaning,
        shortfalls: tuple[Shortfall, ...] = (),
    ) -> None:
        self.generation = generation
        self.manifest = manifest
        self.chunk_ids: tuple[str, ...] = texts.chunk_ids()
        """Chunk id of each row that `word_scores` and `bigram_scores` score."""
        self._texts = texts
        self._words = words
        self._bigrams = bigrams
        self._meaning = meaning
        self._shortfalls = shortfalls
        self._documents: dict[str, Document] = {}

    @classmethod
    def open(
        cls,
        folder: str | Path,
        embedder: Embedder | str | EmbedderChoice | None = None,
        server: str | None = None,
    ) -> "Store":
        """The store in `folder`, searched with `embedder` (see `EmbedderChoice`; None is the one it was built with).

        `server` is the URL of the Chroma server that holds the vectors, if one does. Where the newest generation is
        damaged, an older one is opened; where only the vectors are damaged or out of reach, or their embedder is,
        words alone are searched; `shortfalls` says so. Raises PolicyError where there is no store, and where it was
        built with another embedder than the one wanted; StoreDamagedError where no generation can be opened.
        """
        store, choice = Path(folder), as_choice(embedder)
        while True:
            seen, faults = pointer(store), list[str]()
            for generation in complete_generations(store):
                try:
                    fallen = (Shortfall(PREVIOUS, faults[0]),) if faults else ()
                    return cls._open(generation, choice, server, fallen)
                except _DamagedError as fault:
                    _log.warning("%s: %s", generation, fault)
                    faults.append(str(fault))
            if seen == pointer(store):
                break  # else what was being opened has been removed meanwhile
        if not faults:
            raise PolicyError(f"{folder} 里还没有可用的索引,请先运行 {_SYNC} 建立")
        raise StoreDamagedError(f"{folder} 的索引已损坏({faults[0]}),请运行 {_REPAIR} 重建")

    @classmethod
    def _open(
        cls, generation: Path, choice: EmbedderChoice, server: str | None, shortfalls: tuple[Shortfall, ...]
    ) -> "Store":
        manifest = Manifest.read(generation)
        if manifest is None:
            raise _DamagedError(f"{generation.name} 由别的版本建立或清单已损坏")
        damaged = manifest.damaged(generation)
        if lost := damaged - {CHROMA}:
            raise _DamagedError(f"{'、'.join(sorted(lost))} 已损坏")
        with ExitStack() as opened:
            try:
                texts = opened.enter_context(closing(Record.open_snapshot(generation / TEXTS)))
                words, bigrams = (LexicalIndex.open(generation / part) for part in (WORDS, BIGRAMS))
                ids = texts.chunk_ids()
                if (digest_of_ids(ids), words.rows, bigrams.rows) != (manifest.ids, len(ids), len(ids)):
                    raise ValueError("rows do not match")
            except Exception as fault:  # whichever way the file formats tell that they are damaged
                raise _DamagedError(repr(fault)) from fault
            meaning = _meaning(generation, manifest, texts, choice, server, intact=not damaged)
            store = cls(generation, manifest, texts, words, bigrams, meaning, shortfalls)
            opened.pop_all()
            return store

    def close(self) -> None:
        """Give back all files; closing twice is harmless."""
        self._meaning.close()
        self._texts.close()

    @property
    def shortfalls(self) -> tuple[Shortfall, ...]:
        """In what the store falls short at this moment."""
        why = self._meaning.why
        return (*self._shortfalls, Shortfall(WORDS_ONLY, why)) if why else self._shortfalls

    @property
    def embedder_name(self) -> str:
        """Name of the embedder that made the vectors and embeds the questions."""
        return self.manifest.embedder

    def documents(self) -> tuple[Document, ...]:
        """Every document, by id."""
        return tuple(map(self.document, self._document_ids))

    def document(self, document_id: str) -> Document:
        """The document with this id; raises PolicyError naming the known ids where there is none."""
        if document_id not in self._documents:
            found = self._texts.document(document_id)
            if found is None:
                known = "、".join(self._document_ids) or "无"
                raise PolicyError(f"没有编号为 {document_id} 的文件,现有:{known}")
            self._documents[document_id] = found
        return self._documents[document_id]

    def chunks(self, ids: Sequence[str]) -> tuple[Chunk, ...]:
        """The chunks with these ids, in this order; raises KeyError for an unknown one."""
        return self._texts.chunks_by_id(ids)

    def chunks_between(self, document_id: str, start: int, end: int) -> tuple[Chunk, ...]:
        """The chunks of a document that lie inside `start:end`, in reading order."""
        return self._texts.chunks_between(document_id, start, end)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each chunk id."""
        return {chunk_id: row for row, chunk_id in enumerate(self.chunk_ids)}

    def rows_with(self, word: str) -> int:
        """How many chunks hold `word`, a word or a pair of characters."""
        return self._words.frequency(word) or self._bigrams.frequency(word)

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """The words that `word_scores` knows, for `index.words.known_words`."""
        return self._words.vocabulary

    def word_scores(self, tokens: Sequence[tuple[str, float]]) -> NDArray[np.float32]:
        """BM25 of weighted words, one score per row (see `LexicalIndex.scores`)."""
        return self._words.scores(tokens)

    def bigram_scores(self, tokens: Sequence[tuple[str, float]]) -> NDArray[np.float32]:
        """BM25 of weighted tokens of `index.words.bigrams`, one score per row."""
        return self._bigrams.scores(tokens)

    def nearest(self, text: str, k: int) -> list[tuple[str, float]]:
        """Ids of the `k` chunks nearest in meaning to the question `text`, best first, with their cosine.

        None while words alone are searched (see `shortfalls`).
        """
        return self._meaning.nearest(text, k)

    @cached_property
    def _document_ids(self) -> tuple[str, ...]:
        return tuple(entry.document_id for entry in self._texts.entries())


class StoreDamagedError(PolicyError):
    """No generation of a store can be opened; `index.renew.repair` makes one from the record."""


class _DamagedError(Exception):
    """A generation cannot be opened; the message says in Chinese what is wrong."""


def _meaning(
    generation: Path,
    manifest: Manifest,
    texts: Record,
    choice: EmbedderChoice,
    server: str | None,
    *,
    intact: bool,
) -> Meaning | NoMeaning:
    """The search by meaning over a generation. Raises PolicyError where another embedder is wanted."""
    try:
        embedder = choice.for_reading(manifest.embedder)
    except EmbedderLostError as fault:
        return NoMeaning(str(fault))
    if manifest.served:
        if server is None:
            return NoMeaning("没有设置 Chroma 服务的地址")
        place = ServedVectors(server, generation.name)
        return Meaning(embedder, place.open, manifest.chunks, _RECONNECT)
    if manifest.chromadb != (installed := chroma_version()):
        return NoMeaning(f"向量索引由 chromadb {manifest.chromadb} 建立,现装的是 {installed}")
    if not intact:
        return NoMeaning("向量索引已损坏")
    return Meaning(embedder, VectorFolder(generation / CHROMA).open, manifest.chunks)
