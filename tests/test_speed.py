"""Speed is measured in processes of their own, from one that stays small."""

import subprocess
import sys
from pathlib import Path

from eval.speed import Child

ROOT = Path(__file__).parent.parent


def test_a_child_tells_its_seconds_and_peak() -> None:
    peak = 3 * 2**20 if sys.platform == "darwin" else 3 * 2**10
    assert Child(9.0, f"第一行\n[0.25, {peak}]\n").measured == (0.25, 3.0)


def test_measuring_speed_holds_no_library() -> None:
    # A child's peak memory counts from its parent's, so the parent must stay small.
    code = "import sys, eval.speed; print(sorted({'numpy', 'chromadb', 'assistant', 'index'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
