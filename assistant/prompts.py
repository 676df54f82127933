"""The one loader of `prompts/`: fixed replies, connectives and what is said to a chat model.

A template names its variables as $name. What users or documents say goes in as the value of a variable and is never
read as a template itself.
"""

import tomllib
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template

from index.datatypes import PolicyError


@cache
def table(name: str) -> dict[str, str]:
    """The templates of `prompts/<name>`, a TOML file, by their names."""
    found: dict[str, str] = tomllib.loads(_read(name).decode())
    return found


def prompt(name: str, /, **variables: str) -> str:
    """The text of `prompts/<name>` with its variables filled in; one more or one fewer is a PolicyError naming it."""
    template = _read(name).decode()
    unused = variables.keys() - set(Template(template).get_identifiers())
    if unused:
        raise PolicyError(f"prompts/{name} 缺少变量 ${min(unused)},请补上")
    return fill(template, name, variables)


def fill(template: str, name: str, variables: dict[str, str]) -> str:
    """`template` of the file `name` filled in; a variable that it names and does not get is a PolicyError naming it."""
    read = Template(template)
    if not read.is_valid():
        raise PolicyError(f"prompts/{name} 里有一个 $ 后面不是变量名,要写 $ 本身请写 $$")
    unknown = set(read.get_identifiers()) - variables.keys()
    if unknown:
        raise PolicyError(f"prompts/{name} 里的变量 ${min(unknown)} 没有值,请改正变量名")
    return read.substitute(variables)


@cache
def digests() -> dict[str, str]:
    """SHA-256 of every file of `prompts/`, by name: tells which words an answer was made with."""
    names = sorted(file.name for file in files("prompts").iterdir() if file.name.endswith((".toml", ".txt")))
    return {name: sha256(_read(name)).hexdigest() for name in names}


@cache
def _read(name: str) -> bytes:
    return files("prompts").joinpath(name).read_bytes()
