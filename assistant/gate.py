"""Whether what was found answers the question: two ways to be sure, one confidence, one threshold.

In the documents' own words: a weighted sum of three features, a line that began as a logistic regression which tells
answerable questions from others, 400 lay questions about national laws among them (STARD, arXiv:2406.15313), which no
shipped document answers. In a citizen's words: a question that a passage is known to answer is near in meaning, and
the passage and its questions hold what is asked about. Both tell that the passages are on the matter; where questions
are known besides that no document answers, it counts whether the question is nearer to those or to the answered ones
(see `index.answerable`), and what the verifier says of the best passage (see `index.verifier`). None counts where a
number, a time or the like is asked for and the best sentence gives none.

`python -m eval.gate [--others FILE]` shows on the tuning questions of `eval` what the constants keep and pass.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.datatypes import Passage

WEIGHTS = {"context": 2.3, "cosine": 2.4, "mass": 2.6}
THRESHOLD = 3.0
"""Weighted sum from which the documents' own words are enough."""
ASKED = 0.52
"""Cosine to a question that a passage answers which is enough, together with `HELD`."""
HELD = 0.35
"""What is added to that cosine where the best passage and its questions hold all terms of the question."""
STEEPNESS = 10.0
"""By how much that cosine moves the logarithm of the odds; the line's own slope is 1."""
MISSING = 9.0
"""Taken from the logarithm of the odds where the kind of answer asked for is missing."""
MATTER = 2.25
"""Most that either way counts where questions are known that are not answered: it tells that the passages are on the
matter, and not yet that they say what is asked of it."""
VERDICT = 0.8
"""By how much the logarithm of the odds that the verifier gives moves that of the gate."""
EVEN = 1.0
"""What the verifier has to give to move nothing."""
SUREST = 2.5
"""Most that counts of what the verifier gives: of what is unlike all that it learned from it may be too sure."""
NEARER = 12.0
"""By how much each 1 of cosine by which the nearest questions that are answered are nearer than the nearest others."""
YES = 0.5
"""Least confidence with which a plain question is answered."""
NAMED = 0.6
"""Added where the question names a document or clause that is held: it is on the corpus then."""
FULL_MASS = 20.0
"""Weight of terms held (see `assistant.terms`) that counts as 1; more adds nothing."""
UNMEASURED = 0.45
"""Stands for the cosine where the store cannot search by meaning: on the dev questions as many are then answered of
those that can be, and of the others, as with it."""
BEST = 5
"""Passages among which the question nearest to this one is looked for."""
COMPARED = 0.4
"""Least confidence of the best side of a comparison: who names what is held to have it compared is on the corpus."""
SIDE = 0.3
"""Confidence that is enough for one side of a comparison where another side reaches `COMPARED`."""
NEAR = {"coverage": 0.4, "vectors": 0.5, "asked_vectors": 0.4}
"""Measures of the best passage, any of which is enough for a refusal to point to it."""


@dataclass(frozen=True, slots=True)
class Features:
    """`context`: share of the terms' weight that the best sentence holds under its headings. `mass`: that weight
    itself, 1 at `FULL_MASS`. `cosine`: nearness in meaning of the best passage. `asked`: that of the nearest question
    that one of the `BEST` passages answers. `held`: share of the terms' weight that the best passage and its questions
    hold. `missing`: share of what is asked for that the best sentence plainly does not give (see `assistant.missing`).
    All 0 to 1. `named`: see `NAMED`. `verdict`: logarithm of the odds, by the verifier, that the best passage answers;
    None where that does not tell what it answers, or no questions are known that are not answered. `nearer`: how much
    nearer than these those are that are answered. `listed`: it is itself told not to be answered."""

    context: float
    cosine: float
    mass: float
    asked: float = 0.0
    held: float = 0.0
    missing: float = 0.0
    named: bool = False
    verdict: float | None = None
    nearer: float = 0.0
    listed: bool = False

    @property
    def confidence(self) -> float:
        """How sure it is that the passages answer, by the surer of the two ways; 0 to 1."""
        if self.listed:
            return 0.0
        measured = {"context": self.context, "cosine": self.cosine, "mass": self.mass}
        words = (
            sum(WEIGHTS[name] * value for name, value in measured.items()) + NAMED * self.named - THRESHOLD
        )
        asked = STEEPNESS * (self.asked + HELD * self.held - ASKED) if self.asked else -math.inf
        odds = max(words, asked)
        if self.verdict is not None:
            odds = min(odds, MATTER) + VERDICT * (min(self.verdict, SUREST) - EVEN) + NEARER * self.nearer
        return _logistic(odds - MISSING * self.missing)


def nearest_asked(passages: Sequence[Passage]) -> float:
    """Cosine of the nearest question that one of the best passages answers; 0 where they have none."""
    return max((dict(passage.why).get("asked_vectors", 0.0) for passage in passages[:BEST]), default=0.0)


def answers(features: Features) -> bool:
    """Whether to answer a plain question."""
    return features.confidence >= YES


def sides_answer(features: Sequence[Features]) -> list[bool]:
    """Which sides of a comparison to show; none where the best of them does not reach `COMPARED`."""
    if not any(side.confidence >= COMPARED for side in features):
        return [False for _ in features]
    return [side.confidence >= SIDE for side in features]


def is_near(passages: Sequence[Passage]) -> bool:
    """Whether the best passage is worth pointing to in a refusal."""
    why = dict(passages[0].why) if passages else {}
    return any(why.get(name, 0.0) >= least for name, least in NEAR.items())


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
