"""Published models, downloaded from the hub or a mirror of it when that is asked for (the only huggingface_hub import).

The environment variable HF_ENDPOINT names a mirror, HF_HUB_CACHE or HF_HOME the cache, as huggingface_hub reads them.
"""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.bge.checkpoint import PICKLED, TOKENIZERS, WEIGHTS
from index.datatypes import PolicyError

if TYPE_CHECKING:
    from index.generation import Progress

_DESCRIBING = ("config.json", "tokenizer_config.json", "special_tokens_map.json", *TOKENIZERS)
_TRIES = 5
_SECONDS = 30  # without a byte
_CURE = "请设置镜像 HF_ENDPOINT=https://hf-mirror.com 后重试,或用 models use 目录 装入另行拷来的模型"


@dataclass(frozen=True, slots=True)
class _HubFile:
    """A file as the hub knows it; `digest` is SHA-256 of a large file, and git's SHA-1 of any other."""

    name: str
    size: int
    digest: str
    large: bool


def hub_cache() -> Path:
    """Folder where programs that use the hub keep what they downloaded."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def download(repository: str, folder: Path, progress: "Progress") -> None:
    """Have in `folder` the files of `repository` that a model is made of, each compared with the hub's digest.

    What an interrupted download left in `folder` is taken up where it ended. Weights are pickled only where
    the hub has no others. Raises PolicyError where the hub cannot be reached, the disk is full, or a file is
    not what the hub says.
    """
    revision, files = _wanted(repository)
    folder.mkdir(parents=True, exist_ok=True)
    total = sum(file.size for file in files)
    name = repository.partition("/")[2]
    before = 0
    for file in files:
        if not (folder / file.name).is_file():
            report = _in_megabytes(progress, f"下载 {name}(MB)", before, total)
            _download(repository, revision, file, folder, report)
        before += file.size


def _wanted(repository: str) -> tuple[str, list[_HubFile]]:
    """The newest revision and those of its files that are needed, the weights last."""
    from huggingface_hub import HfApi

    try:
        info = HfApi(token=False).model_info(repository, files_metadata=True, timeout=_SECONDS)
        found = {
            sibling.rfilename: _HubFile(
                name=sibling.rfilename,
                size=sibling.size or 0,
                digest=(sibling.lfs.sha256 if sibling.lfs else sibling.blob_id) or "",
                large=sibling.lfs is not None,
            )
            for sibling in info.siblings or ()
        }
    except Exception as error:  # of several HTTP libraries
        raise PolicyError(f"无法从模型站取得 {repository}({_cause(error)}),{_CURE}") from error
    weights = next((name for name in (WEIGHTS[0], PICKLED) if name in found), None)
    if weights is None or not info.sha:
        raise PolicyError(f"模型站上的 {repository} 没有可用的权重文件,{_CURE}")
    return info.sha, [found[name] for name in (*_DESCRIBING, weights) if name in found]


def _download(
    repository: str, revision: str, file: _HubFile, folder: Path, report: Callable[[int], None]
) -> None:
    part = folder / f"{file.name}.{file.digest[:12]}.part"
    for tried in range(1, _TRIES + 1):
        try:
            _receive(repository, revision, file, part, report)
            break
        except Exception as error:
            if isinstance(error, OSError) and error.errno:
                raise PolicyError(f"无法写入 {part}({error.strerror}),请检查磁盘空间和权限") from error
            if tried == _TRIES:
                kept = "已下载的部分会保留,"
                raise PolicyError(f"下载 {file.name} 中断({_cause(error)}),{kept}{_CURE}") from error
            time.sleep(tried - 1)
    if _digest(part, large=file.large) != file.digest:
        part.unlink()
        raise PolicyError(f"{file.name} 与模型站公布的校验和不符,已删除,请重试;若仍不符,请换一个镜像")
    part.replace(folder / file.name)


def _receive(
    repository: str, revision: str, file: _HubFile, part: Path, report: Callable[[int], None]
) -> None:
    """Append to `part` what it lacks of `file`.

    huggingface_hub's own download removes what it has when it is interrupted, so only its connection is used.
    """
    from huggingface_hub import get_session, hf_hub_url

    have = part.stat().st_size if part.is_file() else 0
    if have >= file.size:
        return
    url = hf_hub_url(repository, file.name, revision=revision)
    # No other encoding: the bytes that arrive are counted as bytes of the file.
    headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"}
    with get_session().stream("GET", url, headers=headers, timeout=_SECONDS) as response:
        response.raise_for_status()
        resumed = response.status_code == 206
        with part.open("ab" if resumed else "wb") as opened:
            have = have if resumed else 0
            for piece in response.iter_bytes(1 << 20):
                opened.write(piece)
                have += len(piece)
                report(have)
    if have < file.size:
        raise ConnectionError(f"{have} of {file.size} bytes")


def _digest(path: Path, *, large: bool) -> str:
    with path.open("rb") as opened:
        if large:
            return hashlib.file_digest(opened, "sha256").hexdigest()
        content = opened.read()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _in_megabytes(progress: "Progress", stage: str, before: int, total: int) -> Callable[[int], None]:
    """Tells `progress` of bytes, where `before` of `total` were there already."""

    def report(have: int) -> None:
        progress(stage, math.ceil((before + have) / 1e6), math.ceil(total / 1e6))

    return report


def _cause(error: Exception) -> str:
    return " ".join(f"{type(error).__name__} {error}".split())[:200]
