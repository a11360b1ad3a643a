"""Conditions, permissions, and requirements that fail the whole assessment."""

from collections.abc import Mapping

import pytest

from cyberassess.domain.assessment import ScopeId
from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.result.scoring import OutcomeScore, Verdict, determine, score
from cyberassess.domain.sets.checks import check_framework, check_target, check_themes
from cyberassess.domain.sets.framework import CountsAs, Framework, IndicatorId, LevelId
from tests.domain.builder import (
    REF,
    TODAY,
    Data,
    Written,
    answer_event,
    framework_data,
    make_profile,
    make_ruled,
    make_settings,
    make_state,
    make_themes,
    measure,
    with_alternatives,
)

OUT = "out (None here)"
Answers = dict[str, Written]
STAGED = "X X\n  X.c organisation board C.1\n  X.a organisation board F.1 S.1?X.c.C.1 T.1"
MET: Answers = {"X.a.F.1": "yes", "X.a.S.1": "no", "X.a.T.1": "yes"}
"""Everything is met but the control that depends on the condition."""
CONDITIONAL = IndicatorId("X.a.S.1")


def one(
    answers: Mapping[str, Written], *events: Data, rule: str = "staged", outline: str = STAGED
) -> OutcomeScore:
    (found,) = determine(make_ruled(rule, outline), make_settings(), make_state(answers, *events))
    return found


# Conditions


def test_an_outline_with_conditions_is_a_sound_control_set() -> None:
    assert check_framework(make_ruled("staged", STAGED)) == []


@pytest.mark.parametrize(
    ("condition", "level"),
    [
        ("yes", "first"),
        ("no", "third"),
        ("-", "first"),
        ("dont-know", "first"),
        (["yes", "no"], "first"),
        (["no", "no"], "third"),
        ("perhaps", "first"),
    ],
    ids=["yes", "no", "unanswered", "dont-know", "conflict", "agreed", "unknown-answer"],
)
def test_a_statement_is_left_out_only_where_its_condition_is_answered_no(
    condition: Written, level: str
) -> None:
    found = one(MET | {"X.c.C.1": condition})
    assert found.suggested == level
    is_out = found.by_statement[CONDITIONAL].counts_as is CountsAs.LEFT_OUT
    assert is_out == (level == "third")


def test_not_knowing_beside_an_answer_is_no_conflict_about_a_condition_either() -> None:
    assert one(MET | {"X.c.C.1": ["no", "dont-know"]}).suggested == "third"


def test_what_was_answered_before_the_condition_is_kept() -> None:
    standing = one(MET | {"X.c.C.1": "no"}).by_statement[CONDITIONAL]
    assert standing.answer is None
    assert [each.answer for each in standing.given] == ["no"]
    assert one({"X.c.C.1": "no"}).by_statement[CONDITIONAL].given == ()


def test_people_do_not_differ_on_what_a_condition_leaves_out() -> None:
    found = one(MET | {"X.a.S.1": ["yes", "no"], "X.c.C.1": "no"})
    assert found.conflicts == ()
    assert found.suggested == "third"


def test_a_condition_may_be_answered_in_another_scope_without_counting_here() -> None:
    assert one(MET | {"housing/X.c.C.1": "no"}).suggested == "first"


def settled(new: str, *answers: tuple[str, str]) -> Data:
    event: Data = {"type": "resolution", "framework": REF, "scope": "organisation"}
    event |= {"indicator": "X.c.C.1", "new": new, "reason": text_field("We looked.", "salt")}
    return event | {"settled": [list(each) for each in answers]}


@pytest.mark.parametrize(("answer", "level"), [("no", "third"), ("yes", "first")])
def test_a_settled_condition_counts_as_settled(answer: str, level: str) -> None:
    settlement = settled(answer, ("p1", "yes"), ("p2", "no"))
    assert one(MET | {"X.c.C.1": ["yes", "no"]}, settlement).suggested == level


def test_a_settled_condition_is_open_again_when_somebody_answers_differently() -> None:
    settlement = settled("no", ("p1", "yes"), ("p2", "no"))
    newer = answer_event("X.c.C.1", "yes", person="p2")
    assert one(MET | {"X.c.C.1": ["yes", "no"]}, settlement, newer).suggested == "first"


def test_conditions_are_no_outcomes_and_in_no_count() -> None:
    framework = make_ruled("staged", STAGED)
    assert [each.id for each in framework.assessed] == ["X.a"]
    assert framework.conditions == {"X.c.C.1"}
    assert framework.count_levels() == {"first": 1, "second": 1, "third": 1}
    card = measure(framework, MET | {"X.c.C.1": "no"}, {"X.a": "third"})
    assert [each.key.outcome for each in card.outcomes] == ["X.a"]
    assert card.confidence.statements == 3
    assert card.confidence.does_not_apply == 1


def test_conditions_need_no_target_and_no_theme() -> None:
    framework = make_ruled("staged", STAGED)
    assert check_target(framework, make_profile({"X.a": "first"})) == []
    assert check_themes(framework, make_themes({"X.a": "pipes"})) == []


def test_a_level_of_conditions_is_no_level_to_reach() -> None:
    framework = make_ruled("staged", STAGED)
    assert framework.ranks == {"conditions": -1, "none": 0, "first": 1, "second": 2, "third": 3}
    assert "conditions" not in [each.id for each in framework.scale]
    (problem,) = check_target(framework, make_profile({"X.a": "conditions"}))
    assert problem.code == "unknown-level"


def test_a_stage_may_be_a_target_although_the_outcome_has_no_control_for_it() -> None:
    framework = make_ruled("staged", "X X\n  X.a organisation board F.1")
    assert check_target(framework, make_profile({"X.a": "third"})) == []


@pytest.mark.parametrize(
    ("named", "hint"),
    [("X.c.C.2", "Did you mean X.c.C.1?"), ("X.a.F.1", None), ("planet", None)],
)
def test_a_condition_is_a_statement_declared_as_one(named: str, hint: str | None) -> None:
    data = framework_data(STAGED, "staged")
    data["groups"][0]["outcomes"][1]["indicators"][1]["applies_when"] = named
    (problem,) = check_framework(Framework.model_validate(data))
    assert (problem.code, problem.where) == ("unknown-condition", "X.a.S.1")
    assert problem.message == f'"{named}" is not a condition.'
    assert problem.hint == hint or hint is None


def test_a_set_without_conditions_says_that_none_are_declared() -> None:
    data = framework_data("X X\n  X.a organisation board F.1", "staged")
    data["groups"][0]["outcomes"][0]["indicators"][0]["applies_when"] = "pci"
    (problem,) = check_framework(Framework.model_validate(data))
    assert problem.hint == "Use one of: none are declared."


def test_a_repetition_has_the_same_choices_as_what_it_repeats() -> None:
    data = framework_data("X X\n  X.a organisation board F.1 S.1=F.1", "staged")
    data["levels"][3]["answers"] = "claim"
    (problem,) = check_framework(Framework.model_validate(data))
    assert problem.code == "other-answers-same-as"


@pytest.mark.parametrize(
    ("rule", "letter", "top"),
    [("staged", "T", "third"), ("all-met", "R", "ready"), ("in-place", "P", "present")],
)
@pytest.mark.parametrize("condition", ["yes", "no", "-"])
def test_a_condition_among_other_statements_is_never_scored(
    rule: str, letter: str, top: str, condition: str
) -> None:
    outline = f"X X\n  X.a organisation board C.1 {letter}.1"
    answers = {"X.a.C.1": condition, f"X.a.{letter}.1": "yes"}
    found = one(answers, rule=rule, outline=outline)
    assert found.suggested == top
    assert found.gap_to(LevelId(top)).statements == ()


# Of several conditions one must hold

ONE_OF = "X X\n  X.c organisation board C.1 C.2\n  X.a organisation board R.1?X.c.C.1 R.2?X.c.C.2"


@pytest.mark.parametrize(
    ("first", "second", "left_out"),
    [
        ("no", "yes", ["X.a.R.1"]),
        ("yes", "no", ["X.a.R.2"]),
        ("no", "-", ["X.a.R.1"]),
        ("no", ["yes", "no"], ["X.a.R.1"]),
        ("no", "no", []),
        ("yes", "yes", []),
    ],
)
def test_where_none_of_several_conditions_holds_none_leaves_anything_out(
    first: Written, second: Written, left_out: list[str]
) -> None:
    framework = Framework.model_validate(with_alternatives(framework_data(ONE_OF, "all-met")))
    assert check_framework(framework) == []
    state = make_state({"X.c.C.1": first, "X.c.C.2": second})
    (found,) = determine(framework, make_settings(), state)
    assert list(found.counting(CountsAs.LEFT_OUT)) == left_out


def test_an_alternative_is_a_condition() -> None:
    data = with_alternatives(framework_data(ONE_OF, "all-met"))
    data["groups"][0]["outcomes"][0]["indicators"][0]["alternatives"] = ["X.a.R.1"]
    (problem,) = check_framework(Framework.model_validate(data))
    assert (problem.code, problem.where) == ("unknown-condition", "X.c.C.1")


# Answers of a statement's own


def own_answers(answers: str) -> Framework:
    data = framework_data("X X\n  X.a organisation board R.1 R.2", "all-met")
    data["groups"][0]["outcomes"][0]["indicators"][0]["answers"] = answers
    return Framework.model_validate(data)


def test_a_statement_may_have_answers_of_its_own() -> None:
    framework = own_answers("claim")
    assert check_framework(framework) == []
    state = make_state({"X.a.R.1": "not-true", "X.a.R.2": "yes"})
    (found,) = determine(framework, make_settings(), state)
    assert [each.counts_as for each in found.standings] == [CountsAs.NOT_MET, CountsAs.MET]


def test_answers_of_its_own_are_declared() -> None:
    (problem,) = check_framework(own_answers("clam"))
    assert (problem.code, problem.where) == ("unknown-answer-set", "X.a.R.1")
    assert "claim" in problem.hint


# What the publisher does not count


def test_what_stands_apart_is_assessed_and_in_no_count_of_the_publishers() -> None:
    data = framework_data(
        "X X\n  X1 Scope\n    X.s organisation board R.1! R.2\n  X2 Controls\n"
        "    X.a organisation board R.1",
        "all-met",
    )
    data["groups"][0]["groups"][0]["is_apart"] = "true"
    data["counts"] |= {"outcomes": 1, "indicators": 1, "by_level": {"ready": 1}}
    framework = Framework.model_validate(data)
    assert check_framework(framework) == []
    assert [each.id for each in framework.assessed] == ["X.s", "X.a"]
    assert [each.id for each in framework.apart] == ["X.s"]
    assert framework.count_levels() == {"ready": 1}
    assert framework.outcome_word == "outcome"
    card = measure(framework, {"X.s.R.1": "no", "X.s.R.2": "yes", "X.a.R.1": "yes"}, {})
    assert [(each.is_ready, each.failed_by) for each in card.verdicts] == [(False, ("X.s.R.1",))]


# Permissions

PERMITTED = "X X\n  X.a organisation board R.1 R.2~"


@pytest.mark.parametrize("answer", ["yes", "no", "partly", "-", "dont-know", OUT, "out"])
def test_a_permission_never_fails(answer: str) -> None:
    found = one({"X.a.R.1": "yes", "X.a.R.2": answer}, rule="all-met", outline=PERMITTED)
    assert found.suggested == "ready"
    assert found.complete


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_permission_makes_nothing_ready(answer: str) -> None:
    found = one({"X.a.R.1": "no", "X.a.R.2": answer}, rule="all-met", outline=PERMITTED)
    assert found.suggested == "not-ready"
    assert found.gap_to(LevelId("ready")).missing == ("X.a.R.1",)


def test_permissions_alone_are_nothing_to_assess() -> None:
    found = one({"X.a.R.1": "yes"}, rule="all-met", outline="X X\n  X.a organisation board R.1~")
    assert found.not_applicable


@pytest.mark.parametrize("answer", ["no", ["yes", "no"]], ids=["alone", "in-conflict"])
def test_a_permission_does_not_bring_back_what_does_not_apply(answer: Written) -> None:
    """One of two people says that the requirement does not apply, the other that it is met."""
    answers: Answers = {"X.a.R.1": [OUT, "yes"], "X.a.R.2": answer}
    assert one(answers, rule="all-met", outline=PERMITTED).suggested == "ready"


def test_a_permission_in_conflict_does_not_make_an_outcome_applicable() -> None:
    answers: Answers = {"X.a.R.1": OUT, "X.a.R.2": ["yes", "no"]}
    assert one(answers, rule="all-met", outline=PERMITTED).not_applicable


def test_what_a_condition_leaves_out_is_not_brought_back_by_a_conflict_elsewhere() -> None:
    outline = "X X\n  X.c organisation board C.1\n  X.a organisation board R.1 R.2?X.c.C.1"
    answers: Answers = {"X.c.C.1": "no", "X.a.R.1": [OUT, "yes"], "X.a.R.2": "no"}
    assert one(answers, rule="all-met", outline=outline).suggested == "ready"


def test_a_permission_decides_nothing() -> None:
    found = one({"X.a.R.1": "yes", "X.a.R.2": "yes"}, rule="all-met", outline=PERMITTED)
    assert found.deciding == ("X.a.R.1",)


# Requirements that fail the whole assessment

WHOLE = (
    "X X\n  X.c organisation board C.1\n  X.a organisation board R.1 R.2!\n"
    "  X.b organisation board R.1 R.2!?X.c.C.1"
)
EVERYTHING: Answers = dict.fromkeys(("X.c.C.1", "X.a.R.1", "X.a.R.2", "X.b.R.1", "X.b.R.2"), "yes")


def verdict(answers: Mapping[str, Written], outline: str = WHOLE) -> tuple[bool | None, list[str]]:
    card = measure(make_ruled("all-met", outline), answers, {})
    (found,) = card.verdicts
    assert (found.framework, found.scope) == (REF, "organisation")
    return found.is_ready, [str(each) for each in found.failed_by]


@pytest.mark.parametrize(
    ("changes", "is_ready", "failed_by"),
    [
        ({}, True, []),
        ({"X.a.R.1": "no"}, False, []),
        ({"X.a.R.2": "no"}, False, ["X.a.R.2"]),
        ({"X.a.R.2": "partly"}, False, ["X.a.R.2"]),
        ({"X.a.R.2": ["yes", "no"]}, False, ["X.a.R.2"]),
        ({"X.a.R.2": "no", "X.b.R.2": "no"}, False, ["X.a.R.2", "X.b.R.2"]),
        ({"X.a.R.2": "no", "X.b.R.1": "-"}, False, ["X.a.R.2"]),
        ({"X.a.R.2": "-"}, None, []),
        ({"X.a.R.2": "dont-know"}, None, []),
        ({"X.a.R.2": "-", "X.b.R.1": "no"}, False, []),
        ({"X.a.R.2": OUT}, True, []),
        ({"X.c.C.1": "no", "X.b.R.2": "no"}, True, []),
        ({"X.c.C.1": "-", "X.b.R.2": "no"}, False, ["X.b.R.2"]),
        ({"X.a.R.1": OUT, "X.a.R.2": OUT}, True, []),
    ],
)
def test_some_requirements_fail_the_whole_whatever_the_rest(
    *, changes: Answers, is_ready: bool | None, failed_by: list[str]
) -> None:
    assert verdict(EVERYTHING | changes) == (is_ready, failed_by)


def test_an_assessment_nobody_answered_is_neither_ready_nor_failed() -> None:
    assert verdict({}) == (None, [])


def test_nothing_to_assess_is_not_ready() -> None:
    """What passes must have met something."""
    outline = "X X\n  X.a organisation board R.1"
    assert verdict({"X.a.R.1": OUT}, outline) == (None, [])


def test_each_scope_has_a_verdict_of_its_own() -> None:
    framework = make_ruled("all-met", "X X\n  X.a system board R.1!")
    settings = make_settings("housing system", "payroll system")
    card = measure(
        framework, {"housing/X.a.R.1": "yes", "payroll/X.a.R.1": "no"}, {}, settings=settings
    )
    assert card.verdicts == (
        Verdict(REF, ScopeId("housing"), is_ready=True, failed_by=()),
        Verdict(REF, ScopeId("payroll"), is_ready=False, failed_by=(IndicatorId("X.a.R.1"),)),
    )


def test_sets_with_other_rules_have_no_verdict() -> None:
    card = score(
        {REF: make_ruled("staged", STAGED)},
        make_settings(),
        make_state(MET),
        targets={},
        themes=make_themes({"X.a": "pipes"}),
        on=TODAY,
    )
    assert card.verdicts == ()
