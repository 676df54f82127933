"""A store as readers see it: texts, and scores of them by words, by bigrams and by vectors."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.answerable import Answerable
from index.choose import EmbedderChoice, EmbedderLostError, as_choice
from index.datatypes import Chunk, Document, PolicyError
from index.embedder import Embedder
from index.generation import (
    ANSWERABLE,
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
from index.questions import as_listed
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
            scores = store.word_scores([("公租房", 1.0)])      # one score per chunk
            store.chunks([store.chunk_ids[scores.own.argmax()]])
            store.cosines("公租房怎么申请", k=10)

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
        answerable: Answerable | None = None,
        shortfalls: tuple[Shortfall, ...] = (),
    ) -> None:
        self.generation = generation
        self.manifest = manifest
        self.chunk_ids: tuple[str, ...] = texts.chunk_ids()
        """Chunk id of each row of the scores."""
        self._texts = texts
        self._words = words
        self._bigrams = bigrams
        self._meaning = meaning
        self._answerable = answerable
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
                ids = tuple(texts.digests())
                learned = generation / ANSWERABLE
                answerable = Answerable.open(learned) if ANSWERABLE in manifest.files else None
                if (digest_of_ids(ids), words.rows, bigrams.rows) != (manifest.ids, len(ids), len(ids)):
                    raise ValueError("rows do not match")
            except Exception as fault:  # whichever way the file formats tell that they are damaged
                raise _DamagedError(repr(fault)) from fault
            meaning = _meaning(generation, manifest, texts, choice, server, intact=not damaged)
            store = cls(generation, manifest, texts, words, bigrams, meaning, answerable, shortfalls)
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

    @property
    def embedder(self) -> Embedder | None:
        """The embedder itself; None where the store cannot search by meaning."""
        return self._meaning.embedder

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

    def questions_of(self, chunk_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The questions, as they are searched, that each of these chunks answers; none for one that has none."""
        return self._texts.questions_of(chunk_ids)

    def chunks_between(self, document_id: str, start: int, end: int) -> tuple[Chunk, ...]:
        """The chunks of a document that lie inside `start:end`, in reading order."""
        return self._texts.chunks_between(document_id, start, end)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each chunk id."""
        return {chunk_id: row for row, chunk_id in enumerate(self.chunk_ids)}

    @cached_property
    def _asked(self) -> "tuple[dict[str, int], NDArray[np.intp]]":
        """Row of the chunk that answers it, by the id of each question and in their order."""
        row_of = {
            question: self.row_of[chunk] for question, chunk in self._texts.chunks_of_questions().items()
        }
        return row_of, np.fromiter(row_of.values(), np.intp, len(row_of))

    @property
    def rows(self) -> int:
        """How many rows are searched: chunks, and the questions they answer."""
        return self.manifest.rows

    def rows_with(self, word: str) -> int:
        """How many of the `rows` hold `word`, a word or a pair of characters."""
        return self._words.frequency(word) or self._bigrams.frequency(word)

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """The words that `word_scores` knows, for `index.words.known_words`."""
        return self._words.vocabulary

    def word_scores(self, tokens: Sequence[tuple[str, float]]) -> "Scores":
        """BM25 of weighted words (see `LexicalIndex.scores`)."""
        return self._by_chunk(self._words.scores(tokens))

    def bigram_scores(self, tokens: Sequence[tuple[str, float]]) -> "Scores":
        """BM25 of weighted tokens of `index.words.bigrams`."""
        return self._by_chunk(self._bigrams.scores(tokens))

    def cosines(self, text: str, k: int) -> "Scores | None":
        """Nearness in meaning to the question `text`, 0 for all but the `k` nearest rows.

        None while words alone are searched (see `shortfalls`).
        """
        nearest = self._meaning.nearest(text, k)
        if not nearest:
            return None
        scores = Scores(*np.zeros((2, len(self.chunk_ids)), np.float32))
        chunk_of, _ = self._asked
        for row_id, cosine in nearest:
            asked = row_id in chunk_of
            row = chunk_of[row_id] if asked else self.row_of[row_id]
            part = scores.asked if asked else scores.own
            part[row] = max(part[row], cosine)
        return scores

    def lists_unanswered(self, question: str) -> bool:
        """Whether `question`, but for its spelling, is one of those told not to be answered by any document."""
        return self._texts.lists_unanswered(as_listed(question))

    def nearer_answered(self, text: str) -> float | None:
        """By how much the question `text` is nearer to those that are answered here than to those that are not.

        None where none is known that is not, and while words alone are searched.
        """
        vector = self._meaning.vector(text) if self._answerable else None
        return None if vector is None or self._answerable is None else self._answerable.nearer(vector)

    def _by_chunk(self, scores: NDArray[np.float32]) -> "Scores":
        """The scores of rows as scores of chunks."""
        chunks = len(self.chunk_ids)
        asked = np.zeros(chunks, np.float32)
        np.maximum.at(asked, self._asked[1], scores[chunks:])
        return Scores(scores[:chunks], asked)

    @cached_property
    def _document_ids(self) -> tuple[str, ...]:
        return tuple(entry.document_id for entry in self._texts.entries())


class Scores(NamedTuple):
    """How well each chunk fits, by row: by its `own` text, and by the best of the questions `asked` that it answers."""

    own: NDArray[np.float32]
    asked: NDArray[np.float32]


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
        return Meaning(embedder, place.open, manifest.rows, _RECONNECT)
    if manifest.chromadb != (installed := chroma_version()):
        return NoMeaning(f"向量索引由 chromadb {manifest.chromadb} 建立,现装的是 {installed}")
    if not intact:
        return NoMeaning("向量索引已损坏")
    return Meaning(embedder, VectorFolder(generation / CHROMA).open, manifest.rows)
