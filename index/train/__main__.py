"""Train the built-in embedder and write it into the package.

python -m index.train DATA [--out index/static.npz] [--base results/base.pt]

DATA holds news/news.txt.xz, laws/ and benchmarks/stard_train.jsonl. Takes about twenty minutes on two cores.
"""

import argparse
import sys
from pathlib import Path

from index.static import WEIGHTS, StaticEmbedder
from index.train.export import Quantised
from index.train.progress import track
from index.train.recipe import BASE_FILE, prepare, train_base, tune
from index.train.texts import read_questions, read_written


def main() -> int:
    """Train, write, and name what was written."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--base", type=Path, default=BASE_FILE, help="where to keep the model before tuning")
    given = parser.parse_args()
    material = prepare(given.data)
    base = train_base(material, track)
    base.write(given.base)
    questions = [*read_questions(given.data / "benchmarks" / "stard_train.jsonl"), *read_written()]
    model = tune(base, material, questions, track)
    Quantised.of(model).write(material.entries, material.words, given.out)
    sys.stdout.write(f"{given.out} {StaticEmbedder.from_bytes(given.out.read_bytes()).name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
