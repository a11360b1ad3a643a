"""Statements that ask for something that ended: asked of nobody, left out, never a gap."""

from collections.abc import Mapping, Sequence

import pytest

from cyberassess.domain.assessment import all_asked
from cyberassess.domain.people.questions import questionnaire
from cyberassess.domain.result.counting import Why, why
from cyberassess.domain.result.findings import findings
from cyberassess.domain.result.scoring import OutcomeScore, determine
from cyberassess.domain.sets.framework import CountsAs, Framework, IndicatorId, LevelId
from tests.domain.builder import (
    GOOD,
    ONE,
    REF,
    Written,
    framework_data,
    make_settings,
    make_state,
    measure,
)

ENDED = "The service ended on 31 March 2026."
STAGED = "X X\n  X.a organisation board F.1 S.1 T.1"
POINTS = "X X\n  X.a organisation board P.1 P.2\n  X.b organisation board P.1"


def made(outline: str, ended: Sequence[str], rule: str = "caf-table") -> Framework:
    data = framework_data(outline, rule)
    for group in data["groups"]:
        for indicator in (i for outcome in group["outcomes"] for i in outcome["indicators"]):
            if indicator["id"] in ended:
                indicator["ended"] = ENDED
    return Framework.model_validate(data)


def one(framework: Framework, answers: Mapping[str, Written]) -> OutcomeScore:
    (found,) = determine(framework, make_settings(), make_state(answers))
    return found


@pytest.mark.parametrize("answer", ["no", "yes", "-", ["yes", "no"], "out"])
def test_it_counts_as_left_out_whatever_was_answered(answer: Written) -> None:
    framework = made(STAGED, ["X.a.S.1"], "staged")
    found = one(framework, {"X.a.F.1": "yes", "X.a.S.1": answer, "X.a.T.1": "yes"})
    standing = found.by_statement[IndicatorId("X.a.S.1")]
    assert (standing.counts_as, why(standing)) == (CountsAs.LEFT_OUT, Why.ENDED)
    assert standing.ended == ENDED
    assert found.suggested == "third"
    assert found.complete
    assert "X.a.S.1" not in (*found.deciding, *found.conflicts)
    assert "X.a.S.1" not in found.gap_to(LevelId("third")).statements


def test_it_is_no_part_of_a_column_that_most_is_left_out_of() -> None:
    outline = "X X\n  X.a organisation board N.1 M.1 M.2 M.3"
    answers: dict[str, Written] = {"X.a.N.1": "never", "X.a.M.2": "out (None)", "X.a.M.3": "true"}
    assert one(made(outline, []), answers | {"X.a.M.1": "out (None)"}).unaccepted == ("middle",)
    found = one(made(outline, ["X.a.M.1"]), answers)
    assert (found.unaccepted, found.suggested) == ((), "middle")


def test_an_outcome_of_nothing_else_is_not_applicable_and_has_no_target_to_meet() -> None:
    framework = made(POINTS, ["X.b.P.1"], "in-place")
    card = measure(framework, {"X.a.P.1": "yes"}, {"X.a": "present", "X.b": "present"})
    assert card.outcomes[1].not_applicable
    assert [each.score.key.outcome for each in findings(card)] == ["X.a"]
    assert card.theme(REF, "pipes").of == 1
    assert (card.confidence.statements, card.confidence.does_not_apply) == (2, 0)


def test_it_is_in_no_questionnaire() -> None:
    framework, settings = made(POINTS, ["X.a.P.2", "X.b.P.1"], "in-place"), make_settings()
    portion = tuple(all_asked({REF: framework}, settings))
    found = questionnaire(
        settings.officer, portion, settings, make_state({}), frameworks={REF: framework}, serial=1
    )
    assert [row.ref for row in found.rows] == ["X.a.P.1"]
    assert [block.ref for topic in found.topics for block in topic.blocks] == ["X.a"]


def test_a_condition_that_ended_leaves_nothing_out() -> None:
    outline = "X X\n  X.c organisation board C.1\n  X.a organisation board F.1?X.c.C.1"
    framework = made(outline, ["X.c.C.1"], "staged")
    found = one(framework, {"X.c.C.1": "no", "X.a.F.1": "no"})
    assert found.by_statement[IndicatorId("X.a.F.1")].counts_as is CountsAs.NOT_MET


def test_a_level_of_nothing_else_cannot_be_reached() -> None:
    framework = made(ONE, ["X.a.H.1", "X.a.H.2"])
    (outcome,) = framework.outcomes.values()
    assert framework.highest_for(outcome) == "middle"
    assert one(framework, GOOD).suggested == "middle"
