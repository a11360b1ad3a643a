"""A rule with a newer version: the pinned one counts, and the newest one's figures are told."""

import pytest

from cyberassess.disk.resources import folder
from cyberassess.domain.assessment import ALL_SCOPES
from cyberassess.domain.result.scoring import Scorecard, score
from cyberassess.domain.result.theme_maturity import by_rule
from cyberassess.domain.sets.checks import check_framework, check_target
from cyberassess.domain.sets.framework import Framework, OutcomeId, Profile
from cyberassess.domain.sets.theming import ThemeSet
from tests.domain.builder import (
    REF,
    TODAY,
    Written,
    framework_data,
    make_profile,
    make_ruled,
    make_settings,
    make_state,
    measure,
    read_yaml,
)

OUTLINE = "X X\n  X.a organisation board F.1 S.1\n  X.b organisation board S.1\n"
NO: dict[str, Written] = {"X.a.F.1": "no", "X.a.S.1": "no", "X.b.S.1": "no"}
FIRST = {"X.a": "first", "X.b": "first"}


def test_the_pinned_version_counts_and_the_newest_ones_figures_stand_beside_it() -> None:
    card = measure(make_ruled("staged-1", OUTLINE), NO, FIRST)
    assert (card.theme(REF, "pipes").meets, card.theme(REF, "pipes").of) == (1, 2)
    (found,) = card.superseded
    assert (found.framework, found.rule, found.newest) == (REF, "staged-1", "staged-2")
    corrected = found.theme("pipes")
    assert (corrected.scope, corrected.meets, corrected.of) == (ALL_SCOPES, 0, 1)
    assert found.sentence("pipes", "Pipes") == (
        "These results of Made 1 follow rule staged-1, which is superseded. By rule staged-2, 0 "
        "of 1 outcome of Pipes meets the target."
    )


def test_where_nothing_has_a_target_by_the_newest_version_that_is_said() -> None:
    card = measure(make_ruled("staged-1", OUTLINE), NO, {"X.b": "first"})
    assert (
        card.superseded[0]
        .sentence("pipes", "Pipes")
        .endswith("By rule staged-2, no outcome of Pipes has a target.")
    )


@pytest.mark.parametrize(
    ("rule", "outline"),
    [("staged", OUTLINE), ("all-met", "X X\n  X.a organisation board R.1")],
)
def test_the_newest_version_of_a_rule_is_not_superseded(rule: str, outline: str) -> None:
    assert measure(make_ruled(rule, outline), {}, {}).superseded == ()


def test_a_set_by_another_version_is_the_same_set_otherwise() -> None:
    older = make_ruled("staged-1", OUTLINE)
    newer = by_rule(older, older.rule.newest)
    assert newer.model_copy(update={"rule": older.rule}) == older
    assert newer == make_ruled("staged-2", OUTLINE)
    assert by_rule(newer, newer.rule.newest) is newer


def shipped(profile: str, version: str) -> Scorecard:
    """Score *Not met* to every control of the shipped set in stages."""
    place = folder("frameworks")
    framework = Framework.model_validate(read_yaml(place / "pscrf" / "1.0.yaml"))
    framework = by_rule(framework, framework.rule.model_copy(update={"version": version}))
    target = Profile.model_validate(read_yaml(place / "profiles" / f"{profile}.yaml"))
    asked = target.targets[framework.ref]
    everywhere = dict.fromkeys(framework.outcomes, asked.requirements[OutcomeId("1.1")])
    if version == "1":  # what revision 1 of the profiles asked for
        asked = asked.model_copy(update={"requirements": everywhere, "no_target": ()})
    answers = dict.fromkeys(map(str, framework.indicators), "not-met (Not begun)")
    return score(
        {framework.ref: framework},
        make_settings(),
        make_state(answers, framework=framework.ref),
        targets={framework.ref: asked},
        themes=ThemeSet.model_validate(read_yaml(place / "themes" / "five-themes.yaml")),
        on=TODAY,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("profile", "of", "by_version_1"),
    [("pscrf-baseline", 30, 47), ("pscrf-target", 73, 4), ("pscrf-advanced", 77, 0)],
)
def test_not_met_to_every_control_meets_no_stage(profile: str, of: int, by_version_1: int) -> None:
    """Version 1 found 47 sub-categories at baseline, because they have no control for it.

    The one baseline control of 13.3 asks for a service that ended.
    """
    new, old = shipped(profile, "2"), shipped(profile, "1")
    assert sum(each.meets_target is not None for each in new.outcomes) == of
    assert not any(each.meets_target for each in new.outcomes)
    assert {each.suggested for each in new.outcomes} == {"none"}
    assert sum(each.meets_target is True for each in old.outcomes) == by_version_1
    figures = [(each.theme, each.scope, each.meets, each.of, each.level) for each in new.themes]
    (found,) = old.superseded
    assert figures == [(e.theme, e.scope, e.meets, e.of, e.level) for e in found.themes]


# What is wrong in a file


def test_a_version_of_a_rule_that_is_not_known_is_named() -> None:
    data = framework_data(OUTLINE, "staged-3")
    (problem,) = check_framework(Framework.model_validate(data))
    assert str(problem) == (
        'made@1: "3" is not a version of the rule staged known here. Use one of: 1, 2. '
        "A newer cyberassess may know it."
    )


def test_a_target_that_cannot_be_told_from_none_is_refused() -> None:
    profile = make_profile({"X.a": "first", "X.b": "first"})
    (problem,) = check_target(make_ruled("staged", OUTLINE), profile)
    assert problem.where == "profile goal, made@1, X.b"
    assert str(problem).endswith(
        "X.b: The outcome has no statement for first or for a stage below it. "
        "List it under no_target, or ask for a higher stage."
    )
    assert check_target(make_ruled("staged-1", OUTLINE), profile) == []
    assert (
        check_target(
            make_ruled("staged", OUTLINE), make_profile({"X.a": "third", "X.b": "second"})
        )
        == []
    )
