"""What the record keeps besides documents and chunks, and metadata as JSON."""

import json
from dataclasses import asdict, dataclass
from datetime import date

from index.datatypes import Level, Metadata, SourceKind


@dataclass(frozen=True, slots=True)
class Entry:
    """Which file of which folder a document was read from; `digest` changes with all that it was made of."""

    document_id: str
    folder: str
    file: str
    digest: str


def metadata_to_json(metadata: Metadata) -> str:
    """`metadata` as one line of JSON; equal values give equal lines."""
    return json.dumps(asdict(metadata), ensure_ascii=False, sort_keys=True, default=date.isoformat)


def metadata_from_json(line: str) -> Metadata:
    """The metadata that `metadata_to_json` wrote."""
    fields = json.loads(line)
    for name in ("issued", "valid_from", "valid_until"):
        fields[name] = date.fromisoformat(fields[name]) if fields[name] else None
    fields["level"] = Level(fields["level"]) if fields["level"] else None
    fields["kind"] = SourceKind(fields["kind"])
    fields["short_names"] = tuple(fields["short_names"])
    fields["wording"] = tuple((word, standard) for word, standard in fields["wording"])
    return Metadata(**fields)
