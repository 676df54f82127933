"""Values that pass between the steps of indexing and on to the assistant: all frozen, all plain."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property


class Level(StrEnum):
    """Level of government a document comes from."""

    CENTRAL = "中央"
    PROVINCE = "省"
    CITY = "市"
    COUNTY = "县"


class SourceKind(StrEnum):
    """How the text in hand relates to the official one."""

    OFFICIAL = "正式全文"
    MEDIA_FULL = "媒体全文"
    MEDIA_DIGEST = "媒体摘要"
    REWRITTEN = "改写文本"
    UNKNOWN = "来源未注明"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a document besides its text. `None`, "" and () mean unknown; nothing is guessed.

    `name` is what we call the document where its title is unknown. `wording` lists (word in this text,
    standard word) for a copy whose words were replaced; it changes searched text only.
    """

    name: str
    title: str | None = None
    short_names: tuple[str, ...] = ()
    issuer: str | None = None
    level: Level | None = None
    region: str | None = None
    number: str | None = None
    issued: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    kind: SourceKind = SourceKind.UNKNOWN
    provenance: str | None = None
    warning: str | None = None
    wording: tuple[tuple[str, str], ...] = ()

    @property
    def citation_title(self) -> str:
        """《title》 where the title is known, else the name we use, said to be ours."""
        return f"《{self.title}》" if self.title else f"{self.name}(原文未载标题)"


class ClauseKind(StrEnum):
    """What a node of the clause tree is, in the words of the documents."""

    PART = "编"
    SUBPART = "分编"
    CHAPTER = "章"
    SECTION = "节"
    ARTICLE = "条"
    HEADING = "一、"
    POINT = "(一)"
    NUMBER = "1."
    SUBNUMBER = "(1)"
    CIRCLE = "①"
    THEME = "主题"
    BULLET = "点"
    PARAGRAPH = "段"


@dataclass(frozen=True, slots=True)
class Clause:
    """A node of the tree. Offsets are characters of `Document.text`.

    `start:end` is the clause's own text: label, heading and body, without its children.
    `start:heading_end` is label and heading as the document prints them; empty where the heading stands only
    in a table of contents (such a heading is a label, never a quote) or where there is none.
    `citation` is how the clause is cited, e.g. "第九章 第三节", "二、(三)12", "(九)", "第五十六条第二款";
    an unnumbered paragraph is cited as the numbered clause it stands in.
    """

    id: str
    parent: str | None
    kind: ClauseKind
    label: str
    number: int | None
    heading: str
    citation: str
    depth: int
    start: int
    heading_end: int
    end: int

    @property
    def opening(self) -> int:
        """Where its words begin: behind the dash of a bullet, at the label of any other clause."""
        return self.heading_end if self.kind is ClauseKind.BULLET else self.start


class FurnitureKind(StrEnum):
    """Text that belongs to the page and not to any clause."""

    TITLE = "标题"
    CONTENTS = "目录"
    PAGE_MARK = "页码"
    LINK_LINE = "链接"
    CAPTION = "图表题"
    BLANK = "空白"


@dataclass(frozen=True, slots=True)
class Furniture:
    """A stretch of text that is no clause."""

    kind: FurnitureKind
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """A file as indexed: its characters, what is known of it, and its clause tree in reading order.

    Own texts of `clauses` and `furniture` together cover `text` exactly once.
    """

    id: str
    text: str
    metadata: Metadata
    clauses: tuple[Clause, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    source: str = field(default="", compare=False)

    def __hash__(self) -> int:
        return hash((self.id, len(self.text)))

    @cached_property
    def by_id(self) -> dict[str, Clause]:
        """Clauses by their id."""
        return {clause.id: clause for clause in self.clauses}

    @cached_property
    def _children(self) -> dict[str | None, tuple[Clause, ...]]:
        children: dict[str | None, list[Clause]] = {}
        for clause in self.clauses:
            children.setdefault(clause.parent, []).append(clause)
        return {parent: tuple(found) for parent, found in children.items()}

    @cached_property
    def _ends(self) -> dict[str, int]:
        ends = {clause.id: clause.end for clause in self.clauses}
        for clause in reversed(self.clauses):
            if clause.parent is not None:
                ends[clause.parent] = max(ends[clause.parent], ends[clause.id])
        return ends

    @property
    def title(self) -> str:
        """The title where it is known, else the name we use."""
        return self.metadata.title or self.metadata.name

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def children(self, clause: Clause | None = None) -> tuple[Clause, ...]:
        """Clauses right under `clause`, or the top ones."""
        return self._children.get(clause.id if clause else None, ())

    def ancestors(self, clause: Clause) -> tuple[Clause, ...]:
        """From the top clause down to the parent of `clause`."""
        found: list[Clause] = []
        while clause.parent is not None:
            clause = self.by_id[clause.parent]
            found.append(clause)
        return tuple(reversed(found))

    def heading_of(self, clause: Clause) -> str:
        """The heading of `clause`, or of the nearest clause above it that has one; "" where none has."""
        lineage = (*self.ancestors(clause), clause)
        return next((found.heading for found in reversed(lineage) if found.heading), "")

    def descendants(self, clause: Clause) -> Iterator[Clause]:
        """Every clause below `clause`, in reading order."""
        for child in self.children(clause):
            yield child
            yield from self.descendants(child)

    def extent(self, clause: Clause) -> tuple[int, int]:
        """Offsets of `clause` with all that stands below it."""
        return clause.start, self._ends[clause.id]

    def innermost(self, start: int, end: int) -> Clause | None:
        """The innermost clause that holds `start:end`, or None where no single one does."""
        best: Clause | None = None
        for clause in self.clauses:
            first, last = self.extent(clause)
            if first <= start and end <= last and (best is None or clause.depth >= best.depth):
                best = clause
        return best


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of one clause. `text` is verbatim and may be quoted; `searched` is only for finding it."""

    id: str
    document_id: str
    clause_id: str
    start: int
    end: int
    text: str
    searched: str
    tokens: int

    @property
    def digest(self) -> str:
        """Names the content that is embedded."""
        return hashlib.sha256(self.searched.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class ChunkQuestion:
    """A question that a chunk answers: searched beside its text (doc2query, Nogueira et al. 2019, arXiv:1904.08375),
    and shown only as one to ask. One near to it that is not `answered` by any document is neither."""

    id: str
    document_id: str
    chunk_id: str
    searched: str
    answered: bool = True

    @property
    def digest(self) -> str:
        """Names the content that is embedded."""
        return hashlib.sha256(self.searched.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be indexed, and why, in one Chinese line with the cure."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What `sync_folder` did, by file name; `notices`: what to mend besides, one Chinese line each, with the cure."""

    written: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    notices: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = f"写入 {len(self.written)},未变 {len(self.skipped)},删除 {len(self.deleted)},失败 {len(self.failed)}"
        failed = (f"{failure.path}:{failure.reason}" for failure in self.failed)
        return "\n  ".join([counts, *failed, *self.notices])


class PolicyError(Exception):
    """A fault a user can mend; its message is one Chinese line that says what is wrong and what to do."""
