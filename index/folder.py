"""Which files of a folder are documents, and what each is made of."""

import errno
import hashlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from index.datatypes import Failure, Metadata, PolicyError
from index.files import digest
from index.generation import PIPELINE
from index.load import READERS, printable
from index.metadata import read_catalogue
from index.questions import PassageQuestions, read_questions
from index.record import metadata_to_json


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to index. `name` is its path in the folder, printable, with slashes."""

    path: Path
    name: str
    document_id: str
    metadata: Metadata | None
    questions: tuple[PassageQuestions, ...] = ()

    def digest(self) -> str:
        """Changes with the file's bytes, what is known of it, and the rules; PolicyError where it cannot be read."""
        try:
            content = digest(self.path)
        except OSError as fault:
            raise PolicyError(
                f"{self.name} 无法读取({fault.strerror}),请检查文件是否还在、有无权限"
            ) from fault
        metadata = metadata_to_json(self.metadata) if self.metadata else None
        questions = [[entry.quote, entry.questions, entry.unanswered] for entry in self.questions]
        made_of = json.dumps([PIPELINE, self.document_id, metadata, questions, content])
        return hashlib.sha256(made_of.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What a folder holds: `files` by name, and `closed`, the folders in it that could not be looked into.

    `asked`: the lines of its questions by the document id they name, also those of no file.
    """

    files: tuple[FoundFile, ...]
    closed: tuple[Failure, ...]
    asked: dict[str, tuple[int, ...]]

    def hides(self, name: str) -> bool:
        """Whether the file of this name may still stand in a folder that could not be looked into."""
        return any(name.startswith(f"{failure.path}/") for failure in self.closed)


def find_files(folder: Path) -> FoundFiles:
    """The documents in `folder` and below. A link counts as the file it leads to, and only inside `folder`.

    Hidden files, lock files and files of unknown suffix are passed over. Raises PolicyError where the folder itself
    cannot be looked into, or its catalogue or its questions are wrong.
    """
    closed: list[Failure] = []

    def note(fault: OSError) -> None:
        path = Path(fault.filename)
        if path == folder:
            raise PolicyError(f"无法读取文件夹 {folder}({fault.strerror}),请检查权限和磁盘") from fault
        name = printable(path.relative_to(folder).as_posix())
        closed.append(Failure(name, f"文件夹无法读取({fault.strerror}),其中原有的文件予以保留,请检查权限"))

    catalogue = read_catalogue(folder)
    questions = read_questions(folder)
    inside = folder.resolve()
    files: list[FoundFile] = []
    for place, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not _is_passed_over(name)]
        for name in names:
            path = Path(place) / name
            if _is_passed_over(name) or path.suffix.lower() not in READERS or not _is_file(path):
                continue
            if path.resolve().is_relative_to(inside):
                relative = path.relative_to(folder).as_posix()
                entry = catalogue.get(relative)
                document_id = entry.document_id if entry else printable(relative.removesuffix(path.suffix))
                files.append(
                    FoundFile(
                        path,
                        printable(relative),
                        document_id,
                        entry.metadata if entry else None,
                        questions.get(document_id, ()),
                    )
                )
    asked = {name: tuple(entry.line for entry in entries) for name, entries in questions.items()}
    return FoundFiles(tuple(sorted(files, key=lambda file: file.path)), tuple(closed), asked)


def _is_file(path: Path) -> bool:
    """Whether this is a file, or may be one: what cannot be told is told when it is read."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError as fault:
        return fault.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def _is_passed_over(name: str) -> bool:
    return name.startswith((".", "~$"))
