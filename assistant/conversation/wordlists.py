"""The words by which a follow-up is known: `followups.toml`, each list one pattern."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from index.datatypes import PolicyError

_SECTIONS = {
    "marks": ("opening", "closing", "begins", "ends", "also", "correction"),
    "scope": ("central", "province", "city", "document", "about"),
    "kinds": ("compare", "both", "wording", "detail", "rest", "next", "previous", "beside"),
    "pronouns": ("document", "clause", "place", "thing"),
    "asks": ("aspects", "tails", "generic", "of_document"),
    "narrows": ("people", "homes", "areas", "years"),
    "place_decides": ("asks", "about"),
}

NARROWINGS = _SECTIONS["narrows"]
"""Kinds of what narrows a subject: whom it is for, which homes, where, when."""


@dataclass(frozen=True, slots=True)
class WordLists:
    """The lists by section and name: `lists["kinds", "next"]` finds what asks for the next clause.

    `longest`: characters up to which a question may go on from the last one. `of_no_subject` fits a word made of
    what may be asked of any subject.
    """

    patterns: dict[tuple[str, str], re.Pattern[str]]
    longest: int
    of_no_subject: re.Pattern[str]

    def names(self, section: str) -> tuple[str, ...]:
        """The lists of a section."""
        return _SECTIONS[section]

    def __getitem__(self, key: tuple[str, str]) -> re.Pattern[str]:
        return self.patterns[key]


@cache
def word_lists() -> WordLists:
    """The lists that come with the package."""
    source = files("assistant.conversation").joinpath("followups.toml").read_text(encoding="utf-8")
    return parse_word_lists(source)


def parse_word_lists(source: str) -> WordLists:
    """The lists of a file like `followups.toml`. Raises PolicyError that names the list at fault."""
    place = "整个文件"
    words: dict[str, str] = {}
    patterns: dict[tuple[str, str], re.Pattern[str]] = {}
    try:
        table = tomllib.loads(source)
        for name, items in table["words"].items():
            place = f"[words] {name}"
            words[name] = _pattern(items, words).pattern
        for section, names in _SECTIONS.items():
            for name in names:
                place = f"[{section}] {name}"
                patterns[section, name] = _pattern(table[section][name], words)
        longest = int(table["marks"]["longest"])
        place = "整个文件"
        del table["words"], table["marks"]["longest"]
        listed = [(section, name) for section in table for name in table[section]]
        unknown = [
            f"[{section}] {name}" for section, name in listed if name not in _SECTIONS.get(section, ())
        ]
        if unknown:
            raise ValueError(f"不认识 {'、'.join(unknown)}")
    except (KeyError, ValueError, TypeError, AttributeError, re.error) as fault:
        raise PolicyError(f"followups.toml 的“{place}”写得不对\uff1a{fault!r}\uff0c请改正这一处") from fault
    return WordLists(patterns, longest, _all_of(patterns, ("asks", "aspects"), ("scope", "about")))


def _all_of(patterns: dict[tuple[str, str], re.Pattern[str]], *keys: tuple[str, str]) -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(patterns[key].pattern for key in keys) + ")+")


def _pattern(items: str, words: dict[str, str]) -> re.Pattern[str]:
    filled = re.sub(r"\{([a-z_]+)\}", lambda name: f"(?:{words[name[1]]})", items)
    listed = filled.split()
    if not listed:
        raise ValueError("一个词也没有")
    for item in listed:
        try:
            re.compile(item)
        except re.error as fault:
            raise ValueError(f"{item}\uff1a{fault}") from fault
    return re.compile("|".join(sorted(listed, key=len, reverse=True)))
