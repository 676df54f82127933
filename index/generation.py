"""Generations: what readers open, made from the record and never changed afterwards.

record.sqlite3              the record
LOCK  LOCK.holder           who writes to the store
CURRENT                     name of the generation to read
generations/<name>/         numbered as they were made; clocks may be wrong
    texts.sqlite3           documents and chunks as they were
    answerable.npz          vectors of the questions of both kinds, where unanswered ones are known
    words/ bigrams/ chroma/ indexes of the rows: the chunks of texts.sqlite3 in order, then the questions they answer;
                            chroma/ not where a server has it
    manifest.json           what it was made of, and a stamp of every file; written last
"""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from index.embedder import Embedder
from index.files import Stamp, remove, write_whole
from index.record import Record
from index.vectors import ServedVectors, chroma_version

RECORD, GENERATIONS, CURRENT, MANIFEST = "record.sqlite3", "generations", "CURRENT", "manifest.json"
TEXTS, WORDS, BIGRAMS, CHROMA = "texts.sqlite3", "words", "bigrams", "chroma"
ANSWERABLE = "answerable.npz"

PIPELINE = 2
"""Number of the rules that make chunks and tokens of a file; raised with them, it has all made anew."""

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much."""

_NAME = re.compile(r"(\d{6})-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made of: two equal ones answer alike.

    `rows` counts what is searched: the chunks, and the questions they answer. `content` and `ids` are digests, of
    documents and rows and of the ids of the rows. `served` tells that the
    vectors are on a Chroma server. `changed` counts the vectors written or deleted since all were last written
    anew. `created` is UTC in ISO 8601. `files` holds a stamp of each file by its path in the generation.
    """

    documents: int
    chunks: int
    rows: int
    content: str
    ids: str
    pipeline: int
    embedder: str
    dimension: int
    chromadb: str
    served: bool
    changed: int = field(default=0, compare=False)
    created: str = field(default="", compare=False)
    files: dict[str, Stamp] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, record: Record, embedder: Embedder, *, served: bool) -> "Manifest":
        """What a generation made now from `record` with `embedder` is made of."""
        ids = tuple(record.digests())
        return cls(
            documents=len(record.entries()),
            chunks=len(record.chunk_ids()),
            rows=len(ids),
            content=record.content_digest(),
            ids=digest_of_ids(ids),
            pipeline=PIPELINE,
            embedder=embedder.name,
            dimension=embedder.dimension,
            chromadb=chroma_version(),
            served=served,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    @classmethod
    def read(cls, generation: Path) -> "Manifest | None":
        """The manifest of the generation in this folder, or None where it has none or one of another format."""
        try:
            known = json.loads((generation / MANIFEST).read_text("utf-8"))
            files = {name: Stamp(*stamp) for name, stamp in known.pop("files").items()}
            return cls(**known, files=files)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def write(self, generation: Path) -> None:
        """Put it into this folder, which makes a generation of it."""
        write_whole(generation / MANIFEST, json.dumps(asdict(self), indent=1))

    def damaged(self, generation: Path, *, read: bool = False) -> frozenset[str]:
        """Which parts have lost or changed a file since, by `Stamp.fits`.

        The files of Chroma are read in any case: it does not survive every damage to them, and it reads them all
        when it opens them.
        """
        wrong = set()
        for name, stamp in self.files.items():
            part = name.partition("/")[0]
            if part not in wrong and not stamp.fits(generation / name, read=read or part == CHROMA):
                wrong.add(part)
        return frozenset(wrong)


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def digest_of_ids(ids: tuple[str, ...] | list[str]) -> str:
    """SHA-256 of ids in their order."""
    return sha256("\n".join(ids).encode("utf-8", "surrogatepass")).hexdigest()


def pointer(store: Path) -> str:
    """What `CURRENT` holds; "" where it cannot be read."""
    try:
        return (store / CURRENT).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def point_at(store: Path, generation: Path) -> None:
    """Have readers of `store` open `generation` from now on."""
    write_whole(store / CURRENT, generation.name + "\n")


def complete_generations(store: Path) -> list[Path]:
    """Generations to open, the best first: the one pointed at, then the newest."""
    name = pointer(store)
    found = sorted(_folders(store), key=lambda path: (path.name == name, _number(path)), reverse=True)
    return [path for path in found if (path / MANIFEST).is_file()]


def current_generation(store: Path) -> Path | None:
    """The generation that readers of `store` open if it is sound, or None where there is none."""
    return next(iter(complete_generations(store)), None)


def new_generation(store: Path) -> Path:
    """A new, empty folder for a generation of `store`."""
    number = max(map(_number, _folders(store)), default=0) + 1
    path = store / GENERATIONS / f"{number:06d}-{secrets.token_hex(4)}"
    path.mkdir(parents=True)
    return path


def remove_unused(store: Path, server: str | None) -> None:
    """Remove all generations but the one pointed at and the complete one before it, and what broke off.

    Readers of those removed go on: they have what they need open, or in memory. The one before stays for readers
    that are just opening it, and to fall back on.
    """
    kept = complete_generations(store)[:2]
    for path in _folders(store):
        if path not in kept:
            discard(path, server)


def discard(generation: Path, server: str | None) -> None:
    """Remove a generation, and its vectors from the server at the URL `server` where there is one."""
    if server:
        ServedVectors(server, generation.name).remove()
    remove(generation, MANIFEST)


def _folders(store: Path) -> list[Path]:
    try:
        return [path for path in (store / GENERATIONS).iterdir() if path.is_dir()]
    except OSError:
        return []


def _number(path: Path) -> int:
    named = _NAME.fullmatch(path.name)
    return int(named[1]) if named else 0
