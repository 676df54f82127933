"""Digests of the prompts and fixed replies, by which a record tells whose words its answer has."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

_CHARACTERS = 16


@cache
def prompt_digests() -> dict[str, str]:
    """The first 16 characters of the SHA-256 of each file of `prompts/`, by its name."""
    folder = files("prompts")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith((".toml", ".txt")))
    return {name: sha256(folder.joinpath(name).read_bytes()).hexdigest()[:_CHARACTERS] for name in names}
