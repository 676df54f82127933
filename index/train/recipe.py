"""The steps of the training: texts -> vocabulary -> a model without labels -> one tuned on lay questions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.train.collection import Collection, Rows, count_entries
from index.train.export import Quantised
from index.train.model import Model, Trainer, embed
from index.train.pairs import Pair, Source, also_right, answered, asked, cited, draw, linked, spans
from index.train.texts import Question, read_laws, read_news
from index.vocabulary import Vocabulary

Track = Callable[[Sequence[int], str], Iterable[int]]
"""Shows how far a loop is: what it runs over, and what it does in Chinese -> the same."""
Hard = Callable[[int, Sequence[Pair]], list[tuple[int, Rows]]]
"""Step and pairs of a batch -> national articles besides theirs, as wrong answers, with their rows."""

FEWEST = 4
"""How often a word has to occur in the texts that are counted to be an entry."""
BATCH = 1024
BASE_FILE = Path("results/base.pt")
"""Where the model before tuning is kept, for the evaluation."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of training: steps, first rate, share of words left out, and shares of the sources by name.

    `hard`: how many national articles a batch has besides, that the model finds for its lay questions.
    """

    steps: int
    rate: float
    dropout: float
    shares: Mapping[str, float]
    hard: int = 0


BASE = Stage(
    1500,
    4e-3,
    0.1,
    {"news": 0.5, "national": 0.27, "local": 0.15, "cited": 0.02, "answered": 0.04, "linked": 0.02},
)
TUNING = Stage(
    400,
    2e-3,
    0.15,
    {
        "asked": 0.5,
        "news": 0.11,
        "national": 0.22,
        "local": 0.06,
        "cited": 0.04,
        "answered": 0.04,
        "linked": 0.03,
    },
    hard=512,
)
SEEDS = (0, 1)
"""Each stage is run with both and gives the mean of what comes of it; the second base goes on from the first."""
POOL = 100
"""Hard negatives of a question are drawn from as many articles nearest to it."""
REFRESHED = 200
"""Steps after which they are found anew."""
_AT_ONCE = 1000
"""Questions whose nearest articles are looked for at once, to spare memory."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is trained on but the lay questions. `entries`, the first `words` of them words, of a vocabulary; how
    `frequent` each of them is; the national articles, the place of each by file and number, and sources of pairs."""

    entries: list[str]
    words: int
    vocabulary: Vocabulary
    frequent: NDArray[np.float64]
    national: Collection
    number_of: dict[tuple[str, str], int]
    sources: dict[str, Source]


def prepare(data: Path) -> Material:
    """Read the texts below `data`, choose the vocabulary by them and cut them up; takes minutes."""
    news = list(read_news(data / "news" / "news.txt.xz"))
    articles, local_articles = (read_laws(data / "laws", local=local) for local in (False, True))
    laws = [article.text for article in (*articles, *local_articles)]
    entries, words = count_entries(
        [*news[::8], *laws[::2]], at_least=FEWEST
    )  # enough to tell what is frequent
    vocabulary = Vocabulary(entries, words)
    told = Collection.of((("", text) for text in news), vocabulary)
    national, local = (Collection.of_articles(each, vocabulary) for each in (articles, local_articles))
    counts = np.bincount(np.concatenate([told.rows, national.rows, local.rows]), minlength=len(entries))
    sources = {
        "news": spans(told, most=3),
        "national": spans(national, most=2),
        "local": spans(local, most=2),
        "cited": cited([*news, *laws], articles, national, vocabulary, sentences=3),
        "answered": answered(news, vocabulary),
        "linked": linked(articles, national),
    }
    number_of = {(article.file, article.number): at for at, article in enumerate(articles)}
    return Material(entries, words, vocabulary, counts / counts.sum(), national, number_of, sources)


def train_base(material: Material, track: Track) -> Model:
    """A model of texts without labels."""
    model = Model.fresh(material.frequent)
    found = []
    for seed in SEEDS:
        model = _train(model.copy(), BASE, material.sources, track, "无标注训练", seed)
        found.append(model)
    return Model.mean(found)


def tune(base: Model, material: Material, questions: Sequence[Question], track: Track) -> Model:
    """`base` trained further, with lay questions and their articles among the pairs."""
    rows = rows_of((question.text for question in questions), material.vocabulary)
    articles = [material.national.whole(at) for at in range(len(material.number_of))]
    source = asked(questions, material.number_of, material.national, material.vocabulary)
    sources = {**material.sources, "asked": source}
    found = []
    for seed in SEEDS:
        model = base.copy()
        hard = _hard(model, rows, articles)
        found.append(_train(model, TUNING, sources, track, "用问题微调", seed, hard))
    return Model.mean(found)


def _hard(model: Model, questions: Sequence[Rows], articles: Sequence[Rows]) -> Hard:
    """Articles among those that `model`, as it is by then, holds nearest to the lay questions of a batch."""
    random = np.random.default_rng(1)
    near = np.zeros((0, POOL), np.int64)

    def drawn(step: int, pairs: Sequence[Pair]) -> list[tuple[int, Rows]]:
        nonlocal near
        if step % REFRESHED == 0:
            near = _nearest(model, questions, articles)
        numbers = random.choice([pair.asked for pair in pairs if pair.asked >= 0], TUNING.hard)
        found = near[numbers, random.integers(POOL, size=TUNING.hard)]
        return [(int(article), articles[article]) for article in found]

    return drawn


def _train(
    model: Model,
    stage: Stage,
    sources: Mapping[str, Source],
    track: Track,
    label: str,
    seed: int,
    hard: Hard = lambda step, pairs: [],
) -> Model:
    """`model`, trained as `stage` says; `hard` gives national articles besides those of the pairs, with their rows."""
    trainer = Trainer(model, stage.rate, dropout=stage.dropout, seed=seed)
    random = np.random.default_rng(seed)
    shares = {sources[name]: share for name, share in stage.shares.items()}
    for step in track(range(stage.steps), label):
        pairs = draw(shares, BATCH, random)
        more = hard(step, pairs)
        trainer.step(
            [pair.question for pair in pairs],
            [*(pair.passage for pair in pairs), *(passage for _, passage in more)],
            also_right(pairs, [article for article, _ in more]),
            pace=min(1.0, (step + 1) / (stage.steps / 20)) * (1 - step / stage.steps),
        )
    return model


def _nearest(model: Model, questions: Sequence[Rows], articles: Sequence[Rows]) -> NDArray[np.int64]:
    """Questions x POOL: numbers of the articles nearest to each, in no order."""
    shipped = Quantised.of(model)
    left = embed(questions, shipped.vectors, shipped.query_scales)
    right = embed(articles, shipped.vectors, shipped.scales).T
    parts = (left[start : start + _AT_ONCE] for start in range(0, len(left), _AT_ONCE))
    return np.concatenate([np.argpartition(-(part @ right), POOL)[:, :POOL] for part in parts])


def rows_of(texts: Iterable[str], vocabulary: Vocabulary) -> list[Rows]:
    """Rows of each text."""
    return [np.array(vocabulary.rows(text), np.int32) for text in texts]
