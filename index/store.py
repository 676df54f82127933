"""A store as readers see it: texts, and scores of them by words, by bigrams and by vectors."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Chunk, Document, PolicyError
from index.embedder import Embedder
from index.generation import BIGRAMS, CHROMA, TEXTS, WORDS, Manifest, current_generation
from index.lexical import LexicalIndex
from index.lsa import LsaEmbedder
from index.record import Record
from index.vectors import VectorIndex, chroma_version

_SYNC = "policy-assistant index sync"


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
        manifest: Manifest,
        texts: Record,
        words: LexicalIndex,
        bigrams: LexicalIndex,
        vectors: VectorIndex,
        embedder: Embedder,
    ) -> None:
        self.manifest = manifest
        self.chunk_ids: tuple[str, ...] = texts.chunk_ids()
        """Chunk id of each row that `word_scores` and `bigram_scores` score."""
        self._texts = texts
        self._words = words
        self._bigrams = bigrams
        self._vectors = vectors
        self._embedder = embedder
        self._documents: dict[str, Document] = {}

    @classmethod
    def open(cls, folder: str | Path, embedder: Embedder | None = None) -> "Store":
        """The store in `folder`, searched with `embedder`, or where None with the model it holds itself.

        Raises PolicyError where there is no store, it is damaged, or it was made with another embedder or
        another release of chromadb.
        """
        generation = current_generation(Path(folder))
        if generation is None:
            raise PolicyError(f"{folder} 里还没有可用的索引,请先运行 {_SYNC} 建立")
        try:
            return cls._open(generation, embedder)
        except PolicyError:
            raise
        except Exception as fault:
            raise PolicyError(f"{folder} 的索引已损坏({fault!r}),请运行 {_SYNC} 重建") from fault

    @classmethod
    def _open(cls, generation: Path, embedder: Embedder | None) -> "Store":
        manifest = Manifest.read(generation)
        if manifest.chromadb != chroma_version():
            raise PolicyError(
                f"索引由 chromadb {manifest.chromadb} 建立,现装的是 {chroma_version()},请运行 {_SYNC} 重建"
            )
        with ExitStack() as opened:
            texts = opened.enter_context(closing(Record.open_snapshot(generation / TEXTS)))
            embedder = embedder or saved_embedder(texts)
            if not embedder or (embedder.name, embedder.dimension) != (manifest.embedder, manifest.dimension):
                used = embedder.name if embedder else "内置模型"
                raise PolicyError(
                    f"索引的向量模型是 {manifest.embedder},现用的是 {used},"
                    f"请改用前者,或运行 {_SYNC} 以后者重建"
                )
            vectors = opened.enter_context(closing(VectorIndex.open(generation / CHROMA)))
            words = LexicalIndex.open(generation / WORDS)
            store = cls(manifest, texts, words, LexicalIndex.open(generation / BIGRAMS), vectors, embedder)
            store._check_rows()
            opened.pop_all()
            return store

    def close(self) -> None:
        """Give back all files; closing twice is harmless."""
        self._vectors.close()
        self._texts.close()

    @property
    def embedder_name(self) -> str:
        """Name of the embedder that made the vectors and embeds the questions."""
        return self._embedder.name

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
        """Ids of the `k` chunks nearest in meaning to the question `text`, best first, with their cosine."""
        return self._vectors.nearest(self._embedder.embed_query(text), k)

    @cached_property
    def _document_ids(self) -> tuple[str, ...]:
        return tuple(entry.document_id for entry in self._texts.entries())

    def _check_rows(self) -> None:
        """Raise ValueError where a part has lost rows, and search once.

        Chroma reads its index at the first search: once it has, the folder may be removed by a later
        synchronisation and still be searched here.
        """
        rows = (len(self.chunk_ids), self._words.rows, self._bigrams.rows, self._vectors.count())
        if set(rows) != {self.manifest.chunks}:
            raise ValueError(f"{rows} rows, not {self.manifest.chunks}")
        self._vectors.nearest(np.ones(self.manifest.dimension, np.float32), k=1)


def saved_embedder(record: Record) -> Embedder | None:
    """The built-in embedder as it was fitted on the texts of `record`, or None where none was."""
    model = record.model()
    return LsaEmbedder.from_bytes(model.data) if model else None
