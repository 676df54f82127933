"""What a large store costs: `python -m eval.growth FOLDER [--chunks 20000]`, with a folder of long texts, as of laws.

Indexes documents of FOLDER until there are so many chunks, then changes one document in a hundred and indexes again,
and prints the seconds of each step, also per 100,000 chunks, of opening and checking the store, and its size. Vectors
are random ones of 512 numbers, for which Chroma needs the longest; embedding is no part of it.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from index.check import check_store
from index.chunk import chunk_document
from index.files import files_below
from index.load import READERS, load_document
from index.store import Store
from index.sync import sync_folder

_STEPS = {
    "读取文件": ("parse",),
    "计算向量": ("embed",),
    "建立索引": ("texts", "words", "bigrams", "vectors"),
}
"""What the steps that `sync_folder` tells of are called here."""


class RandomEmbedder:
    """Unit vectors that depend on the text and mean nothing."""

    name, dimension = "random", 512

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The same vector for the same text."""
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).standard_normal(self.dimension)
        found: list[float] = (vector / np.linalg.norm(vector)).tolist()
        return found


def gather(source: Path, target: Path, chunks: int) -> int:
    """Copy documents of `source` into `target` until they make `chunks`; how many they make."""
    held = 0
    for path in files_below(source):
        if path.suffix in READERS and held < chunks:
            held += len(chunk_document(load_document(path, document_id=path.stem)))
            shutil.copyfile(path, target / f"{held:07d}{path.suffix}")
    return held


def timed_sync(docs: Path, store: Path) -> dict[str, float]:
    """Seconds of each step of a sync; the last is all that comes after the steps it tells of."""
    seconds: dict[str, float] = {}
    last = time.perf_counter()

    def note(stage: str, done: int, total: int) -> None:
        nonlocal last
        now = time.perf_counter()
        names = _STEPS[stage]
        step = names[min(done, len(names)) - 1]
        seconds[step] = seconds.get(step, 0.0) + now - last
        last = now

    sync_folder(docs, store, embedder=RandomEmbedder(), progress=note)
    seconds["finish"] = time.perf_counter() - last
    return seconds


def show(title: str, seconds: dict[str, float], held: int) -> None:
    """Print a line for each step."""
    sys.stdout.write(f"{title}\n")
    for name, value in (*seconds.items(), ("all", sum(seconds.values()))):
        sys.stdout.write(f"  {name:<10}{value:8.2f} s{value / held * 100_000:10.1f} s per 100,000 chunks\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chunks", type=int, default=20_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="growth-") as room:
        docs, store = Path(room, "docs"), Path(room, "store")
        docs.mkdir()
        held = gather(chosen.folder, docs, chosen.chunks)
        sys.stdout.write(f"{held} chunks of {len(list(docs.iterdir()))} documents\n")
        show("all new", timed_sync(docs, store), held)
        for path in sorted(docs.iterdir())[::100]:
            path.write_text(path.read_text("utf-8").replace("应当", "必须"), "utf-8")
        show("one document in a hundred changed", timed_sync(docs, store), held)
        begun = time.perf_counter()
        with closing(Store.open(store, RandomEmbedder())) as opened:
            sys.stdout.write(f"opened in {time.perf_counter() - begun:.2f} s, ")
            sys.stdout.write(f"{opened.manifest.changed} vectors changed in a copy\n")
        begun = time.perf_counter()
        sound = all(finding.sound for finding in check_store(store, RandomEmbedder()))
        sys.stdout.write(
            f"checked in {time.perf_counter() - begun:.2f} s: {'sound' if sound else 'NOT SOUND'}\n"
        )
        size = sum(path.stat().st_size for path in files_below(store / "generations")) / 2 / 1e6
        sys.stdout.write(f"{size:.0f} MB a generation\n")


if __name__ == "__main__":
    main()
