"""A follow-up, the turns before it and the documents: what was talked of."""

from dataclasses import dataclass, replace

from assistant.conversation.fragment import Fragment
from assistant.conversation.memory import Exchange, Understood
from assistant.conversation.scope import names_of, put_in, read_scope, region_name
from assistant.places import Place, find_places, within
from index.datatypes import Clause, Document
from index.searchable import normalise


@dataclass(frozen=True, slots=True)
class Talk:
    """A follow-up, the turns before it and the documents."""

    fragment: Fragment
    history: tuple[Exchange, ...]
    documents: tuple[Document, ...]

    @property
    def last(self) -> Understood:
        """How the last question was understood."""
        return self.history[-1].understood

    @property
    def cited(self) -> tuple[Document, Clause] | None:
        """The clause talked of: of those cited last the first one that fits the place, else the first one."""
        by_id = {document.id: document for document in self.documents}
        for exchange in reversed(self.history):
            known = [(by_id[name], clause) for name, clause in exchange.cited if name in by_id]
            found = [(document, document.by_id[c]) for document, c in known if c in document.by_id]
            if found:
                return next(filter(self._fits, found), found[0])
        return None

    @property
    def fits(self) -> bool:
        """Whether the clause talked of is in a document of the place asked about."""
        return self.cited is not None and self._fits(self.cited)

    def _fits(self, cited: tuple[Document, Clause]) -> bool:
        places = read_scope(self.last.text, self.documents).places
        return not places or any(within(place, cited[0].metadata.region or "") for place in places)

    @property
    def places(self) -> tuple[Place, ...]:
        """The places talked of, the last ones first: those asked about, else that of the document cited."""
        asked = [
            place for exchange in reversed(self.history) for place in find_places(exchange.understood.text)
        ]
        region = self.cited[0].metadata.region if self.cited else None
        return tuple(asked) or find_places(region or "")

    @property
    def place(self) -> str | None:
        """The place or level last asked about, or that of the document; None where there is none or several."""
        for exchange in reversed(self.history):
            scope = read_scope(exchange.understood.base, self.documents)
            of_documents = [region_name(d) for d in self.documents if d.id in scope.documents]
            names = names_of(replace(scope, documents=()), self.places, self.documents)
            found = dict.fromkeys(filter(None, names or of_documents))
            if found:
                return next(iter(found)) if len(found) == 1 else None
        return None

    @property
    def scope_names(self) -> tuple[str, ...]:
        """What the subject talked of is narrowed to."""
        return names_of(read_scope(self.last.base, self.documents), self.places, self.documents)

    def moved(self, base: str) -> str:
        """The question with the scope of the follow-up."""
        names = names_of(self.fragment.scope, self.places, self.documents)
        return put_in(names, self.unnumbered(base), self.documents)

    def unnumbered(self, base: str) -> str:
        """The question, or the heading of the clause that it is: “大连实施意见第12条” -> “大连推进…建设”."""
        if not read_scope(base, self.documents).steps or not self.cited:
            return base
        document, clause = self.cited
        return (region_name(document) or "") + normalise(document.heading_of(clause))
