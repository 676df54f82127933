"""Who is asking: a random token of ours in the browser, from which the names of a visitor's conversations are made."""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from string import ascii_lowercase

COOKIE = "policy_assistant_visitor"
_TOKEN = re.compile(r"[a-z]{40}")
_CONVERSATION = re.compile(r"[a-z]{16}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a browser. Whoever holds the token is the visitor; only its digest is kept on this machine."""

    token: str

    @property
    def beginning(self) -> str:
        """How the names of all threads of this visitor begin."""
        # Letters only: a run of digits could be taken for somebody's identifier, and masked.
        digits = sha256(self.token.encode()).hexdigest()[:32]
        return f"page-{digits.translate(str.maketrans('0123456789', 'ghijklmnop'))}-"

    def thread(self, conversation: str) -> str:
        """The name of this visitor's thread for `conversation`, which the browser names. Raises ValueError."""
        if not _CONVERSATION.fullmatch(conversation):
            raise ValueError("a conversation is named by sixteen letters")
        return self.beginning + conversation


def new_visitor() -> Visitor:
    """A visitor nobody has been."""
    return Visitor("".join(secrets.choice(ascii_lowercase) for _ in range(40)))


def known_visitor(token: str | None) -> Visitor | None:
    """The visitor of a token that we could have given; None for anything else."""
    return Visitor(token) if token and _TOKEN.fullmatch(token) else None
