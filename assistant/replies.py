"""The fixed words of answers, from `prompts/`: replies by status and the connectives between quotes."""

import tomllib
from functools import cache
from importlib.resources import files
from string import Template

from assistant.datatypes import Status


@cache
def _table(name: str) -> dict[str, str]:
    table: dict[str, str] = tomllib.loads(files("prompts").joinpath(name).read_text(encoding="utf-8"))
    return table


def reply(status: Status, /, **variables: str) -> str:
    """The fixed reply of `status`; a variable it needs and does not get is a KeyError with its name."""
    return Template(_table("replies.toml")[status.value]).substitute(variables)


def connective(name: str, /, **variables: str) -> str:
    """The fixed words called `name`; a variable they need and do not get is a KeyError with its name."""
    return Template(_table("connectives.toml")[name]).substitute(variables)
