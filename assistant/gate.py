"""Whether what was found answers the question: three measured features, one line, one threshold.

The line began as a logistic regression that tells the dev questions of `eval/gold/retrieval.jsonl` from the dev
questions of `refusal.jsonl` and 400 lay questions about national laws (STARD, arXiv:2406.15313), which no shipped
document answers. `python -m eval.gate --others FILE` fits it anew and shows what each threshold keeps and passes; a
refit that leans on `context` alone was tried and let through short questions that hold one common word.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.datatypes import Passage
from assistant.sentences import Sentence

WEIGHTS = {"context": 2.3, "cosine": 2.4, "mass": 2.6}
THRESHOLD = 2.7
"""Least weighted sum from which an answer is given."""
NAMED = 0.6
"""Added where the question names a document or clause that is held: it is on the corpus then."""
FULL_MASS = 20.0
"""Weight of terms held (see `assistant.terms`) that counts as 1; more adds nothing."""
UNMEASURED = 0.45
"""Stands for the cosine where the store cannot search by meaning: on the dev questions as many are then answered of
those that can be, and of the others, as with it."""
SIDE = 0.7
"""Share of the threshold that is enough for one side of a comparison where another side reaches it."""
NEAR = {"coverage": 0.4, "vectors": 0.5}
"""Measures of the best passage, either of which is enough for a refusal to point to it."""


@dataclass(frozen=True, slots=True)
class Features:
    """`context`: share of the terms' weight that the best sentence holds under its headings. `mass`: that weight
    itself, 1 at `FULL_MASS`. `cosine`: nearness in meaning of the best passage. All 0 to 1. `named`: see `NAMED`."""

    context: float
    cosine: float
    mass: float
    named: bool = False

    @property
    def score(self) -> float:
        """The weighted sum that is held against `THRESHOLD`."""
        measured = {"context": self.context, "cosine": self.cosine, "mass": self.mass}
        return sum(WEIGHTS[name] * value for name, value in measured.items()) + NAMED * self.named

    @property
    def confidence(self) -> float:
        """The logistic function of how far the score is above `THRESHOLD`: .5 at it, 0 to 1."""
        return 1 / (1 + math.exp(THRESHOLD - self.score))


def measure(
    sentences: Sequence[Sentence], passages: Sequence[Passage], terms_weight: float, *, named: bool
) -> Features:
    """Features of the best sentence and passage; `terms_weight` is the weight of all terms of the question."""
    if not sentences or not passages:
        return Features(0.0, 0.0, 0.0)
    context = sentences[0].in_context
    cosine = dict(passages[0].why).get("vectors", UNMEASURED)
    return Features(context, cosine, min(context * terms_weight / FULL_MASS, 1.0), named)


def answers(features: Features) -> bool:
    """Whether to answer a plain question."""
    return features.score >= THRESHOLD


def sides_answer(features: Sequence[Features]) -> list[bool]:
    """Which sides of a comparison to show; none where no side answers by itself."""
    if not any(map(answers, features)):
        return [False for _ in features]
    return [side.score >= SIDE * THRESHOLD for side in features]


def is_near(passages: Sequence[Passage]) -> bool:
    """Whether the best passage is worth pointing to in a refusal."""
    why = dict(passages[0].why) if passages else {}
    return any(why.get(name, 0.0) >= least for name, least in NEAR.items())
