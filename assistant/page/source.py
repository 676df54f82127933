"""The panel beside the answer: a quote in its clause, and how to cite it."""

from datetime import date

from assistant.page.badges import badges
from assistant.page.excerpt import excerpt
from assistant.page.markup import render
from index.datatypes import Document


def source(document: Document, start: int, end: int, today: date) -> str:
    """HTML of the clause that holds `start:end`, those words marked. Raises ValueError where no clause does."""
    return render(
        "source", found=excerpt(document, start, end), badges=badges(document, today), start=start, end=end
    )
