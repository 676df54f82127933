"""A follow-up and what was said before -> the question as one would ask it alone, by rules."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.conversation.clauses import name_clause, neighbour
from assistant.conversation.fragment import Content, read_fragment, without_thing
from assistant.conversation.memory import Exchange, Understood
from assistant.conversation.readings import Answered, reading_answered
from assistant.conversation.scope import bare, names_of, read_scope, region_name
from assistant.conversation.subject import join, subject_of, with_narrowing
from assistant.conversation.talk import Talk
from assistant.conversation.wordlists import word_lists
from assistant.lookup import resolve
from assistant.references import read_reference
from assistant.replies import connective
from index.datatypes import Document
from index.searchable import normalise


def condense(
    text: str,
    history: Sequence[Exchange],
    documents: Sequence[Document],
    content: Content,
    answered: Answered,
) -> Understood | None:
    """How to understand the normalised question `text` after `history`; None where it stands by itself.

    Where its words do not tell, it is read as the documents answer it best (see `assistant.conversation.readings`).
    """
    if not history:
        return None
    before = history[-1].understood.text
    fragment = read_fragment(text, tuple(documents), content, before)
    if named := _document_of_kind(Talk(fragment, tuple(history), tuple(documents))):
        fragment = read_fragment(named, tuple(documents), content, before)
    if fragment.scope.documents and fragment.scope.steps and not fragment.corrects:
        return None
    talk = Talk(fragment, tuple(history), tuple(documents))
    results = (rule(talk) for rule in _RULES)
    return next((found for found in results if found), None) or reading_answered(text, talk, answered)


def _document_of_kind(talk: Talk) -> str | None:
    """What is said with the name of a document that it calls by its kind alone: “后来的实施意见里呢”."""
    said, fragment = talk.fragment.said, talk.fragment
    kind = word_lists()["scope", "document"].search(said)
    if kind is None or not talk.place or not fragment.scope.empty or fragment.scope.steps:
        return None
    scope = read_scope(talk.place + kind[0], talk.documents)
    names = names_of(replace(scope, places=(), levels=()), (), talk.documents)
    return said[: kind.start()] + names[0] + said[kind.end() :] if len(names) == 1 else None


def _neighbour(talk: Talk) -> Understood | None:
    """“它后面那条呢”: the clause beside the one cited is the new subject."""
    if not talk.fragment.neighbour or not talk.cited:
        return None
    step, unit = talk.fragment.neighbour
    text = neighbour(*talk.cited, step, unit)
    return Understood(text, text)


def _clause(talk: Talk) -> Understood | None:
    """“第13条呢”: a clause of the document talked of."""
    fragment = talk.fragment
    if not fragment.scope.steps or fragment.scope.documents or fragment.left:
        return None
    written = "".join(step.written for step in fragment.scope.steps)
    names = [name + written for name in _above(talk)]
    for text in names:
        reference = read_reference(text, talk.documents)
        if talk.cited and len(resolve(talk.cited[0], reference.steps)) == 1:
            return Understood(text, text)
    return Understood(names[0], names[0]) if names else None


def _whole(talk: Talk) -> Understood | None:
    """“原文怎么写的”, “再具体一点”: the clause cited, whole; the subject stays."""
    if not (talk.fragment.wording or talk.fragment.detail):
        return None
    if not talk.cited or not (talk.fragment.wording or talk.fits):
        return talk.last
    return replace(talk.last, text=connective("wording", clause=name_clause(*talk.cited)))


def _comparison(talk: Talk) -> Understood | None:
    """“和吉林比呢”, “两地有什么不同”; the subject stays."""
    fragment = talk.fragment
    if not fragment.compares or fragment.left:
        return None
    others = names_of(fragment.scope, talk.places, talk.documents)
    own = _document_names(talk) if fragment.scope.documents else _sides(talk)
    names = [*(own if len(others) < 2 else ()), *others]
    if len(set(names)) < 2:
        names = [*_earlier(talk), *names]
    if len(set(names)) < 2:
        return None
    subject = bare(subject_of(talk.unnumbered(talk.last.base)), talk.documents)
    sides = "和".join(dict.fromkeys(names))
    return replace(talk.last, text=connective("compare", sides=sides, subject=subject))


def _document_itself(talk: Talk) -> Understood | None:
    """“这份文件什么时候印发的”, “还有效吗”: asked of the document; the subject stays."""
    fragment, names = talk.fragment, _document_names(talk)
    if not fragment.of_document or not names or not fragment.scope.empty:
        return None
    asked = fragment.said.replace(fragment.pronouns.get("document", "\x00"), "")
    return replace(talk.last, text=names[0] + without_thing(asked))


def _pronoun(talk: Talk) -> Understood | None:
    """“这一条归谁管”, “这份文件对老人怎么说”, “那里的公租房呢”: the pronoun gives way to a name."""
    fragment = talk.fragment
    named = {"document": _document_names(talk)[:1], "place": talk.scope_names[:1] if fragment.left else ()}
    named["clause"] = (_clause_meant(talk),) if talk.cited else ()
    for kind in ("clause", "document", "place"):
        if kind in fragment.pronouns and named[kind]:
            text = fragment.said.replace(fragment.pronouns[kind], named[kind][0], 1)
            return Understood(text, text if fragment.left else talk.last.base)
    return None


def _values(talk: Talk) -> Understood | None:
    """“那庄河呢”, “归哪个部门管”, “老人呢”: other values for what is asked, of the same subject."""
    fragment = talk.fragment
    if fragment.left or not fragment.says_something:
        return None
    base, narrow, ask = talk.last.base, talk.last.narrow, talk.last.ask
    if not fragment.scope.empty:
        base = talk.moved(base)
    if fragment.narrow:
        base, narrow = with_narrowing(base, narrow, fragment.narrow)
        ask = ""
    ask = fragment.ask or ask
    return Understood(join(base, narrow, ask), base, narrow, ask)


def _thing(talk: Talk) -> Understood | None:
    """“这个能贷款吗”: said of the subject."""
    if "thing" not in talk.fragment.pronouns or not talk.fragment.scope.empty:
        return None
    ask = without_thing(talk.fragment.said)
    return replace(talk.last, text=join(talk.last.base, talk.last.narrow, ask), ask=ask)


def _corrected(talk: Talk) -> Understood | None:
    """“不是大连,我问的是吉林的公租房”: what is said in full after the correction."""
    fragment = talk.fragment
    if fragment.corrects and not fragment.scope.empty:
        return Understood(fragment.subject, fragment.subject)
    return None


def _narrower(talk: Talk) -> Understood | None:
    """“租房的呢”: words that no rule knows narrow the subject."""
    fragment = talk.fragment
    if not fragment.subject.endswith("的") or not fragment.scope.empty or not fragment.continues:
        return None
    understood = replace(talk.last, narrow=fragment.subject, ask="")
    return replace(understood, text=join(understood.base, understood.narrow, ""))


def _rest(talk: Talk) -> Understood | None:
    """“除了石化,还有呢”: what else belongs to the subject."""
    if not talk.fragment.excepts or not talk.fragment.scope.empty:
        return None
    return replace(talk.last, text=join(talk.last.base, talk.last.narrow, talk.fragment.said))


_RULES: tuple[Callable[[Talk], Understood | None], ...] = (
    _rest,
    _neighbour,
    _clause,
    _document_itself,
    _whole,
    _comparison,
    _pronoun,
    _values,
    _thing,
    _corrected,
    _narrower,
)


def _clause_meant(talk: Talk) -> str:
    """“这一章” is the chapter around the clause talked of, “这一条” that clause."""
    if not talk.cited:
        return ""
    unit = next((unit for unit in ("章", "节") if unit in talk.fragment.pronouns.get("clause", "")), None)
    return neighbour(*talk.cited, 0, unit) if unit else name_clause(*talk.cited)


def _above(talk: Talk) -> tuple[str, ...]:
    """What a clause number may belong to: the document talked of, then the clauses above the one talked of."""
    names = _document_names(talk)[:1]
    if not talk.cited or names != (normalise(talk.cited[0].metadata.name),):
        return names
    document, clause = talk.cited
    return (*names, *(name_clause(document, found) for found in reversed(document.ancestors(clause))))


def _document_names(talk: Talk) -> tuple[str, ...]:
    """The documents that the subject names, else the one cited."""
    scope = read_scope(talk.last.text, talk.documents)
    if scope.documents:
        return names_of(replace(scope, places=(), levels=()), (), talk.documents)
    cited = talk.cited
    return names_of(read_scope(name_clause(*cited), talk.documents), (), talk.documents) if cited else ()


def _earlier(talk: Talk) -> tuple[str, ...]:
    """The place of the turn before last that was about another one."""
    for exchange in reversed(talk.history):
        scope = read_scope(exchange.understood.text, talk.documents)
        names = names_of(replace(scope, documents=()), (), talk.documents)
        if names and names[-1] not in talk.scope_names:
            return names[-1:]
    return ()


def _sides(talk: Talk) -> tuple[str, ...]:
    """The places or levels that the subject names, else the region of the document cited."""
    scope = replace(read_scope(talk.last.base, talk.documents), documents=())
    if not scope.empty and not scope.steps:
        return names_of(scope, talk.places, talk.documents)
    name = region_name(talk.cited[0]) if talk.cited else None
    return (name,) if name else ()
