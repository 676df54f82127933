"""A paper -> Markdown that shows its texts as they are: CommonMark, and what GitHub and Typora add to it."""

import re
from collections.abc import Iterator

from assistant.export.paper import NEAREST, NOTES, NOTICES, Entry, Line, Note, Paper

# Characters that mean something wherever they stand; then those that do at the beginning of a line, as of a list or an
# underlined heading; then what becomes a link by itself. CommonMark 0.31, 2.4: any punctuation may be escaped.
_ANYWHERE = re.compile(r"[\\`*_{}\[\]<>#&|~$^]")
_LEADING = re.compile(r"^([+=:-]|[0-9]+(?=[.)]))")
_LINKED = re.compile(r"(?<=[a-z])(:)(?=//)|(?<=www)(\.)", re.IGNORECASE)


def to_markdown(paper: Paper) -> str:
    """The paper as Markdown, blocks parted by blank lines."""
    blocks = [f"# {escaped(paper.title)}", escaped(paper.written_at)]
    blocks += [block for entry in paper.entries for block in _entry(entry)]
    return "\n\n".join(blocks) + "\n"


def escaped(line: str) -> str:
    """One line of text, such that it shows itself and nothing else."""
    line = _ANYWHERE.sub(r"\\\g<0>", line.strip())
    line = _LINKED.sub(r"\\\g<0>", line)
    return _LEADING.sub(lambda found: _escaped_label(found[0]), line)


def _escaped_label(label: str) -> str:
    """A number is escaped behind it, where its full stop or bracket stands."""
    return f"{label}\\" if label[0].isdigit() else f"\\{label}"


def _entry(entry: Entry) -> Iterator[str]:
    yield f"## {escaped(entry.question)}"
    yield from map(_line, entry.lines)
    if entry.remark:
        yield escaped(entry.remark)
    if entry.notes:
        yield f"### {NOTES}"
    for note in entry.notes:
        yield f"{escaped(f'[{note.number}]')} {escaped(note.form)}"
        yield _quote(note)
    if entry.nearest:
        yield f"### {NEAREST}"
        yield escaped(entry.nearest.form)
        yield _quote(entry.nearest)
    if entry.notices:
        yield f"### {NOTICES}"
        yield "\n".join(f"- {escaped(' '.join(notice.split()))}" for notice in entry.notices)


def _line(line: Line) -> str:
    return escaped("".join(f"[{piece}]" if isinstance(piece, int) else piece for piece in line))


def _quote(note: Note) -> str:
    """A block quote, each line of the document a paragraph of it."""
    return "\n>\n".join(f"> {escaped(line)}" for line in note.quote.split("\n") if line.strip())
