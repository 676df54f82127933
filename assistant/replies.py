"""The fixed words of answers, from `prompts/`: replies by status and the connectives between quotes."""

from assistant.datatypes import Status
from assistant.prompts import fill, table


def reply(status: Status, /, **variables: str) -> str:
    """The fixed reply of `status`; it uses of `variables` what it needs, and one that is missing is a PolicyError."""
    return fill(table("replies.toml")[status.value], "replies.toml", variables)


def connective(name: str, /, **variables: str) -> str:
    """The fixed words called `name`; a variable they need and do not get is a PolicyError with its name."""
    return fill(table("connectives.toml")[name], "connectives.toml", variables)


def why_not_written(fault: str) -> str:
    """The fixed words for a fault of a chat model."""
    return connective("not_written", why=table("faults.toml")[fault])
