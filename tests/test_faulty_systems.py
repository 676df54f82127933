"""The evaluation can tell good from bad: an ideal system, made from the gold, and the same with one fault each."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant import PolicyAssistant, Status
from eval.questions import Question, Span, read_split
from eval.score import score
from eval.summary import ALL, summarise
from eval.systems import Cited, Response
from index.datatypes import Document


class Ideal:
    """Answers as the gold has it, each quote found first."""

    def __init__(self, documents: dict[str, Document]) -> None:
        self.documents = documents

    def ask(self, question: Question) -> Response:
        if question.outcome:
            return Response(question.outcome)
        cited = tuple(self.cite(question, span) for span in question.evidence)
        return Response(Status.ANSWERED, self.text(cited), cited, question.evidence, confidence=1.0)

    def cite(self, question: Question, span: Span) -> Cited:
        return Cited(span, self.words(span), question.clause or "")

    def text(self, cited: Sequence[Cited]) -> str:
        return "\n".join(one.quote for one in cited)

    def words(self, span: Span) -> str:
        return self.documents[span.document_id].text[span.start : span.end]


class AlwaysRefuses(Ideal):
    def ask(self, question: Question) -> Response:
        return Response(Status.NOT_IN_CORPUS, passages=question.evidence)


class AnswersEverything(Ideal):
    def ask(self, question: Question) -> Response:
        return replace(super().ask(question), status=Status.ANSWERED, confidence=1.0)


class OtherClause(Ideal):
    def cite(self, question: Question, span: Span) -> Cited:
        return replace(super().cite(question, span), clause="第九十九章")


class OneDigitChanged(Ideal):
    def cite(self, question: Question, span: Span) -> Cited:
        words = self.words(span)
        at = max(place for place, character in enumerate(words) if character.isdigit())
        return replace(
            super().cite(question, span), quote=f"{words[:at]}{9 - int(words[at])}{words[at + 1 :]}"
        )


class WholeTopPassage(Ideal):
    """Each passage, and all it says, is the whole top clause that holds the quote."""

    def ask(self, question: Question) -> Response:
        answer = super().ask(question)
        whole = tuple(self.around(span) for span in answer.passages)
        cited = tuple(
            Cited(span, self.words(span), one.clause)
            for span, one in zip(whole, answer.citations, strict=True)
        )
        return replace(answer, passages=whole, citations=cited, text=self.text(cited))

    def around(self, span: Span) -> Span:
        document = self.documents[span.document_id]
        clause = document.innermost(span.start, span.end)
        assert clause
        start, end = document.extent((*document.ancestors(clause), clause)[0])
        return Span(document.id, start, end)


class WholeChaptersAsPassages(WholeTopPassage):
    def ask(self, question: Question) -> Response:
        return replace(Ideal.ask(self, question), passages=tuple(map(self.around, question.evidence)))


@pytest.fixture(scope="module")
def documents(shipped: PolicyAssistant) -> dict[str, Document]:
    return {document.id: document for document in shipped.documents()}


@pytest.fixture(scope="module")
def few(documents: dict[str, Document]) -> list[Question]:
    """Twelve dev questions on a digit in the plan, one quote each with its clause named, and six to be refused."""
    dev = read_split("dev", documents.values())
    plan = documents["dalian-14th-five-year-plan"].text
    numbers = [
        one for one in dev
        if one.clause and one.documents == ("dalian-14th-five-year-plan",) and len(one.evidence) == 1
        and len(one.turns) == 1 and any(form[0].isdigit() for facts in one.facts for form in facts)
        and any(plan[at].isdigit() for at in range(one.evidence[0].start, one.evidence[0].end))
    ]  # fmt: skip
    return [*numbers[:12], *[one for one in dev if one.outcome and one.outcome != Status.NOT_IN_CORPUS][:6]]


def figures(system: Ideal, questions: Sequence[Question]) -> dict[str, float | None]:
    found = summarise([score(one, system.ask(one), system.documents) for one in questions])
    totals = ("refusal_precision", "refusal_recall", "false_refusals", "risk_area")
    return {name: figure.value for name, figure in found.figures[ALL].items()} | {
        name: getattr(found, name) for name in totals
    }


def test_the_ideal_system_is_right_on_all_of_dev(documents: dict[str, Document]) -> None:
    ideal = Ideal(documents)
    dev = [one for one in read_split("dev", documents.values()) if not one.catalogued]
    assert [one.id for one in dev if not score(one, ideal.ask(one), documents).right] == []


def test_what_is_never_shown_is_right_by_its_own_gold(documents: dict[str, Document]) -> None:
    ideal = Ideal(documents)
    kept = [one for one in read_split("test", documents.values()) if not one.catalogued]
    wrong = sum(not score(one, ideal.ask(one), documents).right for one in kept)
    assert wrong == 0


LOST = None
"""Of no answer there is nothing to measure."""


@pytest.mark.parametrize(
    ("system", "moved"),
    [
        (
            AlwaysRefuses,
            {
                **dict.fromkeys(("right", "outcome", "answered", "clause"), 0.0),
                **dict.fromkeys(("citation_recall", "facts", "all_facts"), 0.0),
                **dict.fromkeys(("citation_precision", "document", "level"), LOST),
                **dict.fromkeys(("verbatim", "forbidden", "length"), LOST),
                "risk_area": LOST, "refusal_precision": 0.333333, "false_refusals": 1.0,
            },
        ),
        (
            AnswersEverything,
            {
                "right": 0.666667, "outcome": 0.0, "answered": 1.0, "refusal_precision": LOST, "refusal_recall": 0.0,
                "risk_area": 0.333333,
            },
        ),
        (OtherClause, {"right": 0.333333, "clause": 0.0, "risk_area": 1.0}),
        (
            OneDigitChanged,
            {"right": "lower", "verbatim": 0.0, "facts": "lower", "all_facts": "lower", "risk_area": "higher"},
        ),
        (
            WholeTopPassage,
            {
                "right": "lower", "forbidden": "lower", "length": "higher", "recall@1500字": "lower",
                "recall@4500字": "lower", "risk_area": "higher",
            },
        ),
        (WholeChaptersAsPassages, {"recall@1500字": "lower", "recall@4500字": "lower"}),
    ],
)  # fmt: skip
def test_exactly_the_right_figures_move(
    system: type[Ideal],
    moved: dict[str, float | str | None],
    documents: dict[str, Document],
    few: list[Question],
) -> None:
    good, bad = figures(Ideal(documents), few), figures(system(documents), few)
    assert len(few) == 18
    perfect = dict.fromkeys(good, 1.0) | {"answered": 12 / 18, "false_refusals": 0.0, "risk_area": 0.0}
    assert {name: value for name, value in good.items() if value != perfect[name]} == {
        "length": good["length"]
    }
    found = {name: value for name, value in bad.items() if value != good[name]}
    assert {name: told(moved.get(name), value, good[name]) for name, value in found.items()} == moved


def told(wanted: float | str | None, value: float | None, before: float | None) -> float | str | None:
    """The figure in six digits; where its direction is wanted, that."""
    if value is None or before is None:
        return value
    if isinstance(wanted, str):
        return "higher" if value > before else "lower"
    return round(value, 6)
