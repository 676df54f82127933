"""Published models, downloaded from the hub or a mirror of it when that is asked for (the only huggingface_hub import).

The environment variable HF_ENDPOINT names a mirror, HF_HUB_CACHE or HF_HOME the cache, as huggingface_hub reads them.
"""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.bge.checkpoint import DESCRIBING, PICKLED, WEIGHTS
from index.datatypes import PolicyError

if TYPE_CHECKING:
    from index.generation import Progress

_TRIES = 3
_SECONDS = 30  # without a byte
_CURE = "请用环境变量 HF_ENDPOINT 指定连得上的镜像后重试,或用 models use 装入另行拷来的模型"


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
    before, total = 0, sum(file.size for file in files)
    report = _in_megabytes(progress, f"下载 {repository.partition('/')[2]}(MB)", total)
    for file in files:
        if not _is_there(folder / file.name, file):
            _download(repository, revision, file, folder, partial(report, before))
        before += file.size
    for part in folder.glob("*.part"):  # of a revision before
        part.unlink()


def _is_there(path: Path, file: _HubFile) -> bool:
    return path.is_file() and _digest(path, large=file.large) == file.digest


def _wanted(repository: str) -> tuple[str, list[_HubFile]]:
    """The newest revision and those of its files that are needed, the weights last."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import OfflineModeIsEnabled

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
    except OfflineModeIsEnabled as error:
        raise PolicyError("环境变量 HF_HUB_OFFLINE 不许下载,请取消它后重试") from error
    except Exception as error:  # of several HTTP libraries
        raise PolicyError(f"无法从模型站取得 {repository}({_cause(error)}),{_CURE}") from error
    weights = next((name for name in (WEIGHTS[0], PICKLED) if name in found), None)
    if weights is None or not info.sha:
        raise PolicyError(f"模型站上的 {repository} 没有可用的权重文件,{_CURE}")
    return info.sha, [found[name] for name in (*DESCRIBING, weights) if name in found]


def _download(
    repository: str, revision: str, file: _HubFile, folder: Path, report: Callable[[int], None]
) -> None:
    part = folder / f"{file.name}.{file.digest[:12]}.part"
    vain = 0  # tries that brought nothing
    while vain < _TRIES:
        before = _size(part)
        try:
            _receive(repository, revision, file, part, report)
            break
        except Exception as error:
            if isinstance(error, OSError) and error.errno:
                raise PolicyError(f"无法写入 {part}({error.strerror}),请检查磁盘空间和权限") from error
            vain = 0 if _size(part) > before else vain + 1
            if vain == _TRIES:
                kept = "已下载的部分会保留,"
                raise PolicyError(f"下载 {file.name} 中断({_cause(error)}),{kept}{_CURE}") from error
            time.sleep(vain)
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

    have = _size(part)
    if have >= file.size:
        return
    url = hf_hub_url(repository, file.name, revision=revision)
    # No other encoding: the bytes that arrive are counted as bytes of the file.
    headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"}
    with get_session().stream("GET", url, headers=headers, timeout=_SECONDS) as response:
        response.raise_for_status()
        resumed = response.status_code == 206
        have = have if resumed else 0
        with part.open("ab" if resumed else "wb") as opened:
            for piece in response.iter_bytes():
                opened.write(piece)
                have += len(piece)
                report(have)
    if have < file.size:
        raise ConnectionError(f"{have} of {file.size} bytes")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _digest(path: Path, *, large: bool) -> str:
    with path.open("rb") as opened:
        if large:
            return hashlib.file_digest(opened, "sha256").hexdigest()
        content = opened.read()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _in_megabytes(progress: "Progress", stage: str, total: int) -> Callable[[int, int], None]:
    """Tells `progress` of bytes: those of the files before, and those of this one."""
    told = 0

    def report(before: int, have: int) -> None:
        nonlocal told
        if (done := math.ceil((before + have) / 1e6)) != told:
            told = done
            progress(stage, done, math.ceil(total / 1e6))

    return report


def _cause(error: Exception) -> str:
    return " ".join(f"{type(error).__name__} {error}".split())[:200]
