"""The cheap faults of the campaign `python -m eval.faults`, which makes all of them, and many times."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.faults import damage, serving, writing
from eval.faults.bench import Bench

CHEAP = (
    "chroma/data_level0.bin: flip",
    "chroma/header.bin: halve",
    "chroma/chroma.sqlite3: empty",
    "chroma/: delete",
    "texts.sqlite3: flip",
    "manifest.json: empty",
    "CURRENT: None",
    "store of an older version",
    "kill -9 during a sync, 1",
    "two syncs at once",
    "chroma.sqlite3 locked by another process",
    "clock set back by ten years",
    "disk full, 1.0 MB left",
    "read-only disk",
)
FAULTS: dict[str, Callable[[Bench], None]] = dict(
    [*damage.faults(), *writing.faults(kills=1), *serving.faults()]
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("faults"), topics=3)


@pytest.mark.parametrize("name", CHEAP)
def test_fault_is_survived(name: str, bench: Bench) -> None:
    try:
        FAULTS[name](bench)
    except writing.Skipped as fault:
        pytest.skip(str(fault))


def test_a_fault_that_is_not_survived_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign can fail: with the check of files switched off, damaged rows pass for sound."""
    monkeypatch.setattr("index.generation.Manifest.damaged", lambda *_, **__: frozenset())
    with pytest.raises(AssertionError):
        FAULTS["texts.sqlite3: flip"](bench)


def test_names_are_told_apart(tmp_path: Path) -> None:
    listed = [name for name, _ in (*damage.faults(), *writing.faults(kills=50), *serving.faults())]
    assert len(listed) == len(set(listed)) > 100
    assert sum(name.startswith("chroma/") for name in listed) == 26
