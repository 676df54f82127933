"""The pieces of a follow-up: what it names, what it asks, and what of it belongs to no rule."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from assistant.conversation.scope import Scope, read_scope
from assistant.conversation.wordlists import NARROWINGS, WordLists, word_lists
from index.datatypes import Document

Content: TypeAlias = Callable[[str], tuple[str, ...]]
"""The words of a text that carry content."""

_AROUND = re.compile(r"^[的里,、\s]+|[,、\s]+$")
_TELLS_NOTHING = re.compile(r"[?。!,;:、…~\s]*")
_DETERMINER = re.compile("^[那这](?:一?[个些种项]|一)")
_NOT_THAT = re.compile(r"[,.。\s](?:而?不是|别)[^,.。]+[.。!\s]*$")
_UNIT = re.compile("部分|[条款节章段项点]")


@dataclass(frozen=True, slots=True)
class Fragment:
    """The pieces of a question.

    `said`: without the words that only go on from before. `left`: its words of content that no rule knows.
    `neighbour`: how many clauses further, and what they are counted in. `wording`, `detail`: the clause talked of is
    wanted as it stands, or more of it. `compares`: with what was talked of. `of_document`: the document itself is
    asked about. `narrow`, `ask`: what of the subject is asked. `pronouns`: kind -> the pronoun as written.
    `goes_on`: says by a word that it goes on, or only repeats words of what was said before. `corrects`: what was
    understood was not meant. `excepts`: asks what there is besides.
    """

    said: str
    scope: Scope
    left: tuple[str, ...]
    neighbour: tuple[int, str] | None
    wording: bool
    detail: bool
    compares: bool
    of_document: bool
    narrow: str
    ask: str
    pronouns: dict[str, str]
    goes_on: bool
    corrects: bool
    excepts: bool

    @property
    def continues(self) -> bool:
        """Whether it cannot be a new topic."""
        return self.goes_on or self.corrects

    @property
    def says_something(self) -> bool:
        """Whether it gives a value for anything that is asked."""
        return bool(not self.scope.empty or self.narrow or self.ask)

    @property
    def subject(self) -> str:
        """What is talked of now: “公租房呢?” -> “公租房”."""
        return _AROUND.sub("", _DETERMINER.sub("", re.sub(r"呢?[?。!,\s]*$", "", self.said)))


def read_fragment(text: str, documents: tuple[Document, ...], content: Content, before: str) -> Fragment:
    """The pieces of the normalised question `text`, asked after `before`."""
    words = word_lists()
    correction = words["marks", "correction"].search(text)
    said = _NOT_THAT.sub("", text[correction.end() :]) if correction else text
    said = words["marks", "opening"].sub("", said)
    scope = read_scope(said, documents)
    core = words["marks", "closing"].sub("", scope.rest)
    narrow = [found[0] for kind in NARROWINGS for found in words["narrows", kind].finditer(core)]
    found = {kind: words["pronouns", kind].search(said) for kind in ("document", "clause", "place", "thing")}
    if found["place"] and scope.places:  # it stands for the one named here
        found["place"] = None
    if found["thing"] and content(said[: found["thing"].start()]):  # for what is said before it
        found["thing"] = None
    left = _left(core, words, content)
    unscoped = scope.empty and not scope.steps
    return Fragment(
        said=said,
        scope=scope,
        left=left,
        neighbour=_neighbour(core, words, content),
        wording=unscoped and _is_only(core, ("wording",), words, content),
        detail=unscoped and _is_only(core, ("wording", "detail"), words, content),
        compares=bool(words["kinds", "compare"].search(said)),
        of_document=not left and bool(words["asks", "of_document"].search(core)),
        narrow="、".join(dict.fromkeys(narrow)),
        ask=_ask(scope.rest, words),
        pronouns={kind: match[0] for kind, match in found.items() if match},
        goes_on=(bool(left) and set(left) <= set(content(before))) or _goes_on(text, words),
        corrects=bool(correction),
        excepts=bool(words["kinds", "rest"].search(said)),
    )


def _goes_on(text: str, words: WordLists) -> bool:
    marks = ("begins", "ends", "also")
    return len(text) <= words.longest and any(words["marks", mark].search(text) for mark in marks)


def without_thing(text: str) -> str:
    """The question without the pronoun for the matter talked of."""
    return _AROUND.sub("", word_lists()["pronouns", "thing"].sub("", text, count=1))


def _left(core: str, words: WordLists, content: Content) -> tuple[str, ...]:
    rest = core
    for section in ("narrows", "pronouns", "kinds"):
        for name in words.names(section):
            rest = words[section, name].sub(" ", rest)
    return tuple(word for word in content(rest) if not words.of_no_subject.fullmatch(word))


def _is_only(core: str, kinds: tuple[str, ...], words: WordLists, content: Content) -> bool:
    """Whether nothing is said but what these kinds of follow-up say."""
    rest = core
    for kind in kinds:
        rest = words["kinds", kind].sub(" ", rest)
    if rest == core:
        return False
    for name in ("clause", "thing"):
        rest = words["pronouns", name].sub(" ", rest)
    return not content(words["kinds", "beside"].sub(" ", rest))


def _neighbour(core: str, words: WordLists, content: Content) -> tuple[int, str] | None:
    for kind, step in (("next", 1), ("previous", -1)):
        found = words["kinds", kind].search(core)
        if found and _is_only(core, (kind, "wording"), words, content):
            unit = _UNIT.search(found[0])
            return step, unit[0] if unit else "条"
    return None


def _ask(rest: str, words: WordLists) -> str:
    """What is asked of the subject, where that is another thing than before."""
    for name in NARROWINGS:
        rest = words["narrows", name].sub("", rest)
    asked = _AROUND.sub("", without_thing(words["marks", "opening"].sub("", rest)))
    core = words["marks", "closing"].sub("", asked)
    if _TELLS_NOTHING.fullmatch(core) or words["asks", "generic"].search(core):
        return ""
    return asked if words["asks", "aspects"].search(core) else ""
