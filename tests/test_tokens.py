import subprocess
import sys
from pathlib import Path

import pytest

from index import tokens
from index.datatypes import PolicyError
from index.tokens import count_tokens

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("大连", 1),
        ("城镇老旧小区改造", 3),
        ("第2025号", 6),
        ("<|im_end|>", 6),
        ("\ud800", 1),
        ("e\u0301", 1),
    ],
)
def test_text_is_counted_in_qwen_tokens(text: str, count: int) -> None:
    assert count_tokens(text) == count


def test_shipped_documents_cost_what_qwens_own_tokenizer_says() -> None:
    qwen = pytest.importorskip("dashscope.tokenizers").get_tokenizer("qwen-turbo")
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "index" / "corpus").glob("*.txt"))]

    assert [count_tokens(text) for text in texts] == [len(qwen.encode(text)) for text in texts]


def test_a_million_spaces_are_counted() -> None:
    assert 0 < count_tokens(" " * 1_000_000) < 1_000_000


def test_counting_does_not_import_the_package_that_ships_the_vocabulary() -> None:
    code = (
        "import sys; from index.tokens import count_tokens; print(count_tokens('大连'))\n"
        "print('dashscope' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    assert shown.stdout == "1\nFalse\n"


def test_missing_vocabulary_is_a_fault_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dashscope", None)
    tokens._encoding.cache_clear()

    with pytest.raises(PolicyError, match="请重新安装:pip install --force-reinstall dashscope"):
        count_tokens("大连")
