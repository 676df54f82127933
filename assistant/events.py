"""What `PolicyAssistant.stream` gives while it answers; the last event is the Answer."""

from dataclasses import dataclass

from assistant.datatypes import Answer, Citation, Label, Passage


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """What the answer will be made from."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The next piece of the answer's text, its quotes verified. All pieces since the last `Withdrawn` together are
    the text of an Answer that answers; a refusal comes without pieces."""

    text: str
    citations: tuple[Citation, ...]
    label: Label


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The pieces so far are no answer, for the model did not finish it: take them back. `why` is a notice too."""

    why: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """A notice of the answer."""

    text: str


Event = PassagesFound | Shown | Withdrawn | Noticed | Answer
