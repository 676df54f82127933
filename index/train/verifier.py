"""Train the verifier on the questions told of the shipped documents, and write it into the package.

python -m index.train.verifier [--out index/verifier.npz]

Beside those that are indexed with the documents it learns from `questions.jsonl` in this folder, which is of the same
form. It first tells how well a model judges that has not seen a tenth of the chunks. Takes about five minutes on two
cores.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, relu

from index.chunk import chunk_document
from index.datatypes import Chunk
from index.folder import find_files
from index.load import load_document
from index.questions import place_questions, read_questions
from index.static import StaticEmbedder, built_in
from index.train.progress import track
from index.verifier import SIGNS, WEIGHTS, Layers, align

CORPUS = Path(__file__).parents[1] / "corpus"
PROJECTED = 48
"""Dimensions in which words are compared."""
JUDGED = 64
"""Numbers told of each word."""
ROUNDS = 10
BATCH = 128
RATE = 2e-3
WARM = 50
"""Steps until the rate is reached; from there it falls to nothing."""
DROPOUT = 0.4
DECAY = 0.01
_SORTED = 20  # batches' worth of examples that are sorted by length together, so that little is padded
_KEPT = 0.97
"""Share of the answered questions to be kept where it is told how many of the others are refused."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question `aligned` with a chunk, words x numbers, and whether that answers it."""

    aligned: NDArray[np.float16]
    answered: bool
    chunk_id: str


class Network(nn.Module):
    """What `index.verifier` computes, for many questions at once and with gradients."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.dimension = dimension
        self.projection = nn.Linear(dimension, PROJECTED, bias=False)
        self.first = nn.Linear(4 * PROJECTED + SIGNS, JUDGED)
        self.second = nn.Linear(JUDGED, JUDGED)
        self.last = nn.Linear(2 * JUDGED, 1)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, aligned: Tensor, real: Tensor) -> Tensor:
        """Logarithms of the odds, for `aligned` (questions x words x numbers) of which some words are `real`."""
        *vectors, signs = torch.split(aligned, [self.dimension] * 3 + [SIGNS], dim=-1)
        words, passage, questions = (self.projection(self.dropout(part)) for part in vectors)
        told = [words, (words - passage).abs(), (words - questions).abs(), words * passage, signs]
        judged = relu(self.second(self.dropout(relu(self.first(torch.cat(told, -1))))))
        judged = judged * real[..., None]
        together = [judged.sum(1) / real.sum(1, keepdim=True).clamp(min=1).sqrt(), judged.max(1).values]
        odds: Tensor = self.last(self.dropout(torch.cat(together, -1))).squeeze(-1)
        return odds

    def layers(self) -> Layers:
        """What is learned, as `index.verifier` reads it."""
        parts = [self.projection.weight.T]
        for layer in (self.first, self.second):
            parts += [layer.weight.T, layer.bias]
        parts += [self.last.weight[0], self.last.bias[0]]
        return Layers(*(part.detach().numpy() for part in parts))


def unit_of(embedder: StaticEmbedder, texts: Sequence[str]) -> float:
    """Ten times the mean size of a number in the vectors of the words of `texts`."""
    return 10 * float(np.abs(np.vstack([embedder.words(text) for text in texts])).mean())


def read_examples(embedder: StaticEmbedder) -> tuple[float, list[Example]]:
    """The unit of the vectors, and every question told of a chunk of the shipped documents."""
    told: list[tuple[str, bool, Chunk, list[str]]] = []
    more = read_questions(Path(__file__).parent)
    for file in find_files(CORPUS).files:
        document = load_document(file.path, document_id=file.document_id, metadata=file.metadata)
        chunks = {chunk.id: chunk for chunk in chunk_document(document)}
        indexed = place_questions(file.questions, document, list(chunks.values()))
        asked: dict[str, list[str]] = {id_: [] for id_ in chunks}
        for one in indexed:
            if one.answered:
                asked[one.chunk_id].append(one.searched)
        also = place_questions(more.get(document.id, ()), document, list(chunks.values()))
        told += [
            (one.searched, one.answered, chunks[one.chunk_id], asked[one.chunk_id])
            for one in (*indexed, *also)
        ]
    unit = unit_of(embedder, [question for question, *_ in told])
    examples = []
    for number in track(range(len(told)), "对齐提问和段落"):
        question, answered, chunk, asked_of = told[number]
        others = [other for other in asked_of if other != question]
        aligned = np.hstack(align(embedder, unit, question, chunk.searched, others)).astype(np.float16)
        if len(aligned):
            examples.append(Example(aligned, answered, chunk.id))
    return unit, examples


def train(examples: Sequence[Example], dimension: int, label: str) -> Network:
    """A network that tells answered `examples` from the others, both kinds counting the same as a whole."""
    torch.manual_seed(0)
    shuffle = random.Random(0)
    network = Network(dimension)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    steps = ROUNDS * -(-len(examples) // BATCH)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / WARM) * (1 - step / steps)
    )
    answered = sum(example.answered for example in examples)
    weight = torch.tensor((len(examples) - answered) / answered)
    batches = (batch for _ in range(ROUNDS) for batch in _batches(examples, shuffle))
    for _ in track(range(steps), label):
        batch = next(batches)
        odds = network(*_padded(batch))
        kinds = torch.tensor([float(example.answered) for example in batch])
        loss = binary_cross_entropy_with_logits(odds, kinds, pos_weight=weight)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        pace.step()
    return network.eval()


def _batches(examples: Sequence[Example], shuffle: random.Random) -> Iterator[list[Example]]:
    """All examples once, those of like length together; `BATCH` at a time but for the last."""
    mixed = shuffle.sample(examples, len(examples))
    for start in range(0, len(mixed), _SORTED * BATCH):
        alike = sorted(mixed[start : start + _SORTED * BATCH], key=lambda example: len(example.aligned))
        batches = [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
        yield from shuffle.sample(batches, len(batches))


def _padded(examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """The examples under each other, and which of the words are real."""
    longest = max(len(example.aligned) for example in examples)
    aligned = np.zeros((len(examples), longest, examples[0].aligned.shape[1]), np.float32)
    real = np.zeros((len(examples), longest), bool)
    for row, example in enumerate(examples):
        aligned[row, : len(example.aligned)] = example.aligned
        real[row, : len(example.aligned)] = True
    return torch.from_numpy(aligned), torch.from_numpy(real)


def judge(network: Network, examples: Sequence[Example]) -> NDArray[np.float32]:
    """The logarithm of the odds of each example."""
    with torch.no_grad():
        found = [network(*_padded(examples[at : at + BATCH])) for at in range(0, len(examples), BATCH)]
    return np.concatenate([part.numpy() for part in found])


def refused_at(odds: NDArray[np.float32], answered: NDArray[np.bool_], kept: float) -> float:
    """Share of the questions that are not answered below the odds that `kept` of the answered ones reach."""
    return float((odds[~answered] < np.quantile(odds[answered], 1 - kept)).mean())


def write(layers: Layers, unit: float, embedder: StaticEmbedder, path: Path) -> None:
    """Write the model to `path`, in half precision."""
    parts = {name: getattr(layers, name).astype(np.float16) for name in layers.__slots__}
    np.savez(path, unit=np.array(unit), embedder=np.array(embedder.name), **parts)


def main() -> int:
    """Train, tell how well it judges, and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    embedder = built_in()
    unit, examples = read_examples(embedder)
    chunks = sorted({example.chunk_id for example in examples})
    left_out = set(random.Random(0).sample(chunks, len(chunks) // 10))
    unseen = [example for example in examples if example.chunk_id in left_out]
    seen = [example for example in examples if example.chunk_id not in left_out]
    odds = judge(train(seen, embedder.dimension, "留出十分之一的段落试训"), unseen)
    share = refused_at(odds, np.array([example.answered for example in unseen]), _KEPT)
    sys.stdout.write(
        f"留出的 {len(left_out)} 段、{len(unseen)} 个提问:答得上的保留 {_KEPT:.0%},答不上的拒掉 {share:.1%}\n"
    )
    write(train(examples, embedder.dimension, "训练").layers(), unit, embedder, given.out)
    sys.stdout.write(f"{given.out}:{len(examples)} 个提问\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
