"""Answers a script knows are recorded by the rules of workbooks: all of them, or none."""

from pathlib import Path

import pytest

from cyberassess.domain.people.questions import AnswerReply, Questionnaire, Reply
from cyberassess.domain.record.happened import Response
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.receive.answering import Said, answer, say
from cyberassess.steps.standing.standing import state_of, status
from tests.steps.council import answers, events, ledger_bytes


def test_they_are_somebodys_of_a_day_and_a_source(workspace: Path) -> None:
    said: dict[str, Said] = {"B1.a.N.1/housing": "never", "B1.a.H.1": ("Otherwise", "By hand.")}
    told = answer(workspace, said, source="Risk register", person="Kim Lee", on="3 March 2025")
    assert (told.stored, told.unchanged, told.problems) == (2, 0, ())
    assert answers(workspace)["Kim Lee", "B1.a.H.1/housing"] == ("other-means", "By hand.")
    state = open_assessment(workspace).state
    (given,) = next(v for key, v in state.answers.items() if key.indicator == "B1.a.N.1")
    assert (given.source.kind, given.source.name) == ("import", "Risk register")
    assert given.origin.time == "2025-03-03T09:00:00Z"


def test_status_says_where_answers_came_from(workspace: Path) -> None:
    def kim() -> str:
        return next(state_of(each) for each in status(workspace).people if each.name == "Kim Lee")

    answer(workspace, {"B1.a.N.1/housing": "never"}, source="Risk register", person="Kim Lee")
    assert kim().startswith("waiting since ")
    assert kim().endswith(", answers from Risk register")
    for source, statement in (("A list", "B1.a.H.1"), ("B", "B1.b.H.1"), ("C", "B1.b.H.2")):
        answer(workspace, {statement: "dont-know"}, source=source, person="Kim Lee")
    assert kim().endswith(", answers from Risk register, A list, B and 1 more")
    for place, statement in (("", "B1.a.H.1"), ("screen", "B1.b.N.1")):

        def says(what: Questionnaire, name: str = statement, at: str = place) -> list[Reply]:
            row = next(each for each in what.rows if each.ref.startswith(name))
            came = Source("prompt", name=at)
            return [AnswerReply(row.statements, Response(new=row.answers[0].code), came)]

        say(workspace, {"Kim Lee": says})
    assert kim() == "answered at the prompt and on the screen"


def test_an_equal_one_changes_nothing(workspace: Path) -> None:
    for stored in (1, 0):
        told = answer(workspace, {"A1.b.N.1": "never"}, source="Risk register")
        assert (told.stored, told.unchanged) == (stored, 1 - stored)
    assert [each["person"] for each in events(workspace, "answer")] == ["p1"]


@pytest.mark.parametrize(
    ("said", "more", "codes"),
    [
        (
            {"A1.b.N.1": "perhaps", "A1.b.N.9": "never"},
            {},
            ["answer-not-allowed", "unknown-statement"],
        ),
        ({"A1.b.N.1": "never"}, {"person": "Kim Leigh"}, ["unknown-person"]),
        ({"A1.b.N.1": "never"}, {"on": "yesterday"}, ["not-a-date"]),
    ],
)
def test_where_one_cannot_be_recorded_none_is(
    workspace: Path, said: dict[str, str], more: dict[str, str], codes: list[str]
) -> None:
    before = ledger_bytes(workspace)
    with pytest.raises(AssessmentError) as caught:
        answer(workspace, said, source="Risk register", **more)
    assert [each.code for each in caught.value.problems] == codes
    assert ledger_bytes(workspace) == before
