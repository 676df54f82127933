"""The clauses of a literal text."""

from index.clauses import parse_clauses


def cited(text: str) -> list[tuple[str, str]]:
    clauses, _ = parse_clauses(text)
    return [(clause.citation, text[clause.start : clause.end].strip()) for clause in clauses]
