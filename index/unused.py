"""Which lines of a folder's questions are of no use: those of no document, and those that quote none of its words."""

from collections.abc import Collection, Sequence

from index.folder import FoundFile, FoundFiles
from index.metadata import CATALOGUE
from index.questions import QUESTIONS, stale_lines
from index.record import Record


def unused_lines(
    record: Record, found: FoundFiles, held: Collection[str], kept: Collection[str]
) -> tuple[str, ...]:
    """One Chinese line for each document named in vain or quoted wrongly, with the lines and their cure.

    `record` holds the files named in `held` as they are now. `kept`: ids of documents that it holds besides, from
    files that cannot be seen at the moment.
    """
    known = {*kept, *(file.document_id for file in found.files)}
    unknown = tuple(
        f"{QUESTIONS} {_told(lines)}写的文件编号“{document_id}”在这个文件夹里没有,没有用上:"
        f"编号是文件名去掉后缀,或 {CATALOGUE} 里写的 id,请改正或删去"
        for document_id, lines in found.asked.items()
        if document_id not in known
    )
    stale = tuple(
        f"{QUESTIONS} {_told(lines)}的引文在 {file.name} 的正文里没有或不止一处,没有用上:"
        "请改引正文里只有一处的原文,或删去"
        for file in found.files
        if file.questions and file.name in held and (lines := _stale(record, file))
    )
    return unknown + stale


def _stale(record: Record, file: FoundFile) -> list[int]:
    document = record.document(file.document_id)
    if document is None:
        return []
    chunks = record.chunks_between(document.id, 0, len(document.text))
    return stale_lines(file.questions, document, chunks)


def _told(lines: Sequence[int]) -> str:
    """“第 3、5-40 行”."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return f"第 {'、'.join(str(run[0]) if len(run) == 1 else f'{run[0]}-{run[-1]}' for run in runs)} 行"
