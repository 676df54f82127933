"""Whether vectors can be found again. Run as a program of its own on what may kill or hang a process."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import numpy as np

from index.datatypes import PolicyError
from index.generation import CHROMA, TEXTS, digest_of_ids
from index.record import Record
from index.vectors import ServedVectors, VectorFolder, VectorPlace, Vectors

_KNOWN = 20
"""Vectors that have to find themselves."""
_ALL = 5000
"""Most vectors that are asked for in one search."""
_SAME = 0.999
"""Cosine of what counts as the same vector."""
_SHARE = 0.75
"""Share that must be found. Not all: among thousands of equal vectors HNSW loses a few of the others."""
_LIMIT = 120.0


def verify_vectors(place: VectorPlace, digests: Mapping[str, str], vectors: Vectors | None = None) -> None:
    """Raise ValueError unless `place` holds a vector for each id and no other, and searches find them.

    `digests` are those of the contents by id: equal ones have equal vectors. `vectors` are known ones, a row for
    each id; None takes those that `place` gives.
    """
    ids = list(digests)
    with closing(place.open()) as index:
        if (count := index.count()) != len(ids):
            raise ValueError(f"{count} vectors, not {len(ids)}")
        if digest_of_ids(sorted(index.ids())) != digest_of_ids(sorted(ids)):
            raise ValueError("other ids")
        if not ids:
            return
        rows = np.linspace(0, len(ids) - 1, min(_KNOWN, len(ids)), dtype=int).tolist()
        known = index.vectors([ids[row] for row in rows]) if vectors is None else vectors[rows]
        selves = sum(max(dict(index.nearest(vector, _KNOWN)).values()) > _SAME for vector in known)
        if selves < _SHARE * len(known):
            raise ValueError(f"{selves} of {len(known)} vectors find themselves")
        asked = min(len(ids), _ALL)
        found = len(dict(index.nearest(known[0], asked)))
        if found < _SHARE * min(asked, len(set(digests.values()))):
            raise ValueError(f"{found} of {asked} vectors found")


def probe(generation: Path, server: str | None, seconds: float = _LIMIT) -> str:
    """What is wrong with the vectors of `generation`, "" where nothing is; found out by a child process."""
    task = json.dumps([sys.path, str(generation), server])
    program = f"import sys, json; sys.path = json.loads(sys.argv[1])[0]; import {__name__} as p; p.main(sys.argv[1])"
    try:
        child = subprocess.run(
            [sys.executable, "-c", program, task],
            capture_output=True,
            timeout=seconds,
            encoding="utf-8",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{seconds:.0f} 秒内没有查完"
    if child.returncode < 0:
        return f"读取时进程崩溃(信号 {-child.returncode})"
    lines = (child.stderr or f"退出码 {child.returncode}").strip().splitlines()
    return lines[-1] if child.returncode else ""


def main(task: str) -> None:
    """Verify the vectors of the generation that `task` names, for `probe`."""
    _, folder, server = json.loads(task)
    generation = Path(folder)
    with closing(Record.open_snapshot(generation / TEXTS)) as texts:
        digests = texts.digests()
    place: VectorPlace = (
        ServedVectors(server, generation.name) if server else VectorFolder(generation / CHROMA)
    )
    try:
        verify_vectors(place, digests)
    except PolicyError as fault:
        sys.exit(str(fault))
