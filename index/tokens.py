"""How many tokens a text costs, counted without a network with the vocabulary of the Qwen models.

The vocabulary is a file inside the package `dashscope`, which is read, never imported. Models of other makers
count a little differently, so leave a margin.
"""

import base64
import importlib.util
import unicodedata
from functools import cache
from pathlib import Path

import tiktoken

from index.datatypes import PolicyError

# How Qwen cuts text before merging bytes; belongs to the vocabulary (dashscope/tokenizers/qwen_tokenizer.py).
_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# tiktoken panics on a million spaces; a cut between slices costs at most a token or two.
_SLICE = 100_000


def count_tokens(text: str) -> int:
    """Number of Qwen tokens in `text`; marks such as <|im_end|> count as ordinary characters.

    Raises PolicyError where the vocabulary is not installed.
    """
    text = unicodedata.normalize("NFC", text)  # as Qwen's own tokenizer does
    slices = (text[start : start + _SLICE] for start in range(0, len(text), _SLICE))
    return sum(len(_encoding().encode_ordinary(piece)) for piece in slices)


@cache
def _encoding() -> tiktoken.Encoding:
    lines = _vocabulary().read_bytes().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line)}
    return tiktoken.Encoding("qwen", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={})


def _vocabulary() -> Path:
    spec = importlib.util.find_spec("dashscope")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder, "resources", "qwen.tiktoken")
        if file.is_file():
            return file
    raise PolicyError("缺少 Qwen 词表 qwen.tiktoken,请重新安装:pip install --force-reinstall dashscope")
