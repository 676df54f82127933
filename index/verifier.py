"""Whether a passage answers a question, judged word by word: each word of the question beside what is most like it in
the passage and in the questions that the passage is known to answer.

A decomposable attention model (Parikh et al. 2016, arXiv:1606.01933) over the word vectors of the built-in embedder,
for what GLUE calls QNLI (Wang et al. 2018, arXiv:1804.07461) and SQuAD 2.0 answer verification (Hu et al. 2018,
arXiv:1808.05759). `index.train.verifier` trains it and tells how well it judges; `verifier.npz` holds it.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.datatypes import PolicyError
from index.static import StaticEmbedder
from index.static import built_in as built_in_embedder

WEIGHTS = Path(__file__).with_name("verifier.npz")
SHARPNESS = 10.0
"""By how much each 1 of cosine moves the logarithm of what a word is attended to."""
LIKEST = 2
"""Words of a text whose cosines to a word of the question are told besides."""
SIGNS = 2 + 2 * LIKEST
"""Numbers told of each word beside the vectors."""
_TINY = 1e-6

Vectors = NDArray[np.float32]


class Aligned(NamedTuple):
    """Words of a question, a row each: their vectors; the mean of the words of the passage, and of its questions, by
    how like these are; and `SIGNS` numbers: their length, the cosines of the `LIKEST` of both, and how much liker the
    likest of the questions is."""

    words: Vectors
    passage: Vectors
    questions: Vectors
    signs: Vectors


def align(
    embedder: StaticEmbedder, unit: float, question: str, passage: str, asked: Sequence[str]
) -> Aligned:
    """The words of a `question` against a `passage` and the questions `asked` that it answers; vectors are told in
    `unit`s."""
    words = embedder.words(question) / unit
    in_passage, cosines = _attend(words, embedder.words(passage) / unit)
    in_questions, asked_cosines = _attend(words, embedder.words("\n".join(asked)) / unit)
    lengths = np.linalg.norm(words, axis=1, keepdims=True)
    liker = asked_cosines[:, :1] - cosines[:, :1]
    return Aligned(words, in_passage, in_questions, np.hstack([lengths, cosines, asked_cosines, liker]))


def _attend(words: Vectors, others: Vectors) -> tuple[Vectors, Vectors]:
    """For each word the mean of the `others` by how like they are, and the cosines of the likest."""
    others = np.vstack([others, np.zeros((LIKEST, words.shape[1]), np.float32)])  # so that there are as many
    cosines = _unit(words) @ _unit(others).T
    shares = np.exp(SHARPNESS * cosines)
    likest = np.sort(cosines, axis=1)[:, : -LIKEST - 1 : -1]
    return shares / shares.sum(axis=1, keepdims=True) @ others, likest


def _unit(vectors: Vectors) -> Vectors:
    lengths: Vectors = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _TINY)
    return vectors / lengths


@dataclass(frozen=True, slots=True)
class Layers:
    """What is learned: `projection` of vectors, two layers that judge each word, one that judges them together."""

    projection: Vectors
    first: Vectors
    first_bias: Vectors
    second: Vectors
    second_bias: Vectors
    last: Vectors
    last_bias: Vectors


class Verifier:
    """Judges passages by `layers`, learned on the word vectors of `embedder` in `unit`s."""

    def __init__(self, embedder: StaticEmbedder, unit: float, layers: Layers) -> None:
        self._embedder = embedder
        self._unit = unit
        self._layers = layers

    @classmethod
    def from_bytes(cls, data: bytes, embedder: StaticEmbedder) -> Self:
        """The model in an npz file that `index.train.verifier` wrote for `embedder`. Raises PolicyError for anything
        else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                layers = Layers(*(stored[field.name].astype(np.float32) for field in fields(Layers)))
                unit, name = float(stored["unit"]), str(stored["embedder"])
            if name != embedder.name:
                raise ValueError(f"learned on {name}")
        except (ValueError, TypeError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise PolicyError("判断段落答不答得上的模型文件已损坏,请重新安装 policy-assistant") from error
        return cls(embedder, unit, layers)

    def odds(self, question: str, passage: str, asked: Sequence[str]) -> float:
        """Logarithm of the odds that the `passage`, which answers the questions `asked`, answers `question`; 0 for a
        question of no known word."""
        aligned = align(self._embedder, self._unit, question, passage, asked)
        return self._judge(aligned) if len(aligned.words) else 0.0

    def _judge(self, aligned: Aligned) -> float:
        layers = self._layers
        words, passage, questions = (
            part @ layers.projection for part in (aligned.words, aligned.passage, aligned.questions)
        )
        told = [words, np.abs(words - passage), np.abs(words - questions), words * passage, aligned.signs]
        judged = np.maximum(np.hstack(told) @ layers.first + layers.first_bias, 0)
        judged = np.maximum(judged @ layers.second + layers.second_bias, 0)
        together = np.concatenate([judged.sum(axis=0) / len(judged) ** 0.5, judged.max(axis=0)])
        return float(together @ layers.last + layers.last_bias)


@cache
def built_in() -> Verifier:
    """The model that comes with the package. Raises PolicyError where its file is damaged or lost."""
    try:
        data = WEIGHTS.read_bytes()
    except OSError as error:
        raise PolicyError("缺少判断段落答不答得上的模型文件,请重新安装 policy-assistant") from error
    return Verifier.from_bytes(data, built_in_embedder())
