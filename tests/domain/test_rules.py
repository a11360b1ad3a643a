"""The rules staged, all-met and in-place, what decides them, and what stands in the way."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from cyberassess.disk.strict_yaml import read_model
from cyberassess.domain import rules
from cyberassess.domain.result.scoring import OutcomeScore, determine
from cyberassess.domain.rules.kind import MET_HEADS, Kind
from cyberassess.domain.rules.known import RULES
from cyberassess.domain.rules.staged import STAGED, STAGED_1
from cyberassess.domain.sets.framework import Framework, IndicatorId, LevelId, OutcomeId
from tests.domain.builder import (
    Written,
    framework_data,
    make_framework,
    make_ruled,
    make_settings,
    make_state,
    make_target,
)

OUT = "out (None here)"
Answers = dict[str, Written]

STAGES = "X X\n  X.a organisation board F.1 F.2 S.1 S.2 T.1"
"""Two controls of the first stage, two of the second, one of the third."""
ALL_STAGES: Answers = dict.fromkeys(("F.1", "F.2", "S.1", "S.2", "T.1"), "yes")

READY = "X X\n  X.a organisation board R.1 R.2 R.3"
ALL_READY: Answers = dict.fromkeys(("R.1", "R.2", "R.3"), "yes")

PLACED = "X X\n  X.a organisation board P.1 P.2 P.3"
ALL_PLACED: Answers = dict.fromkeys(("P.1", "P.2", "P.3"), "yes")


def one(rule: str, outline: str, answers: Mapping[str, Written]) -> OutcomeScore:
    """Determine the outcome ``X.a``; answers are keyed by the end of the statement's id."""
    framework = make_ruled(rule, outline)
    state = make_state({f"X.a.{name}": written for name, written in answers.items()})
    (found,) = determine(framework, make_settings(), state)
    return found


def span(found: OutcomeScore) -> tuple[LevelId | None, LevelId | None, LevelId | None]:
    return found.worst, found.suggested, found.best


def short(statements: tuple[IndicatorId, ...]) -> list[str]:
    return [each.removeprefix("X.a.") for each in statements]


def gap(found: OutcomeScore, level: str) -> list[str]:
    return short(found.gap_to(LevelId(level)).statements)


ALL = [kind for versions in RULES.values() for kind in versions]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: f"{kind.id}-{kind.version}")
def test_a_kind_of_rule_says_all_that_is_asked_of_it(kind: Kind) -> None:
    assert kind in RULES[kind.id]
    assert len(kind.heads) == len(MET_HEADS) + kind.has_middle
    assert kind.note.endswith(".")
    assert kind.band.endswith("?")
    assert all(not text or text.endswith(".") for text in (kind.limit, kind.scale))


def test_no_rule_is_named_outside_its_own_file() -> None:
    """Whoever needs to know something of a rule asks its kind."""
    package = Path(rules.__file__).parents[2]
    files = {each: each.read_text("utf-8") for each in package.rglob("*.py")}
    for name in RULES:
        where = [path for path, text in files.items() if f'"{name}"' in text]
        assert where == [Path(rules.__file__).with_name(f"{name.replace('-', '_')}.py")]


def test_a_control_set_names_its_rule() -> None:
    assert make_ruled("staged", STAGES).rule.kind is STAGED
    assert make_ruled("staged-2", STAGES).rule.kind is STAGED
    assert make_ruled("staged-1", STAGES).rule.kind is STAGED_1
    assert make_framework().rule.kind is RULES["caf-table"][0]


def test_a_set_that_names_no_version_has_the_first() -> None:
    data = framework_data(STAGES, "staged")
    del data["rule"]["version"]
    assert Framework.model_validate(data).rule.kind is STAGED_1


def test_a_rule_is_named_with_its_version_where_it_has_had_several() -> None:
    named = [make_ruled(each, STAGES).rule.name for each in ("staged-1", "staged")]
    assert named == ["staged-1", "staged-2"]
    assert make_ruled("all-met", READY).rule.name == "all-met"


def test_a_rule_the_engine_does_not_know_is_refused() -> None:
    data = framework_data(STAGES, "staged")
    data["rule"]["id"] = "planet"
    problems = read_model(json.dumps(data).encode(), "set.yaml", Framework)[1]
    assert [str(each) for each in problems] == [
        f'set.yaml, line 1: "planet" is not allowed for rule > id. Use one of: {", ".join(RULES)}.'
    ]


# Stages


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "third"),
        ({"T.1": "no"}, "second"),
        ({"S.2": "no"}, "first"),
        ({"F.1": "no"}, "none"),
        ({"F.1": "no", "S.1": "no", "T.1": "no"}, "none"),
        ({"S.1": "partly"}, "first"),
        ({"F.2": "partly"}, "none"),
    ],
)
def test_a_stage_is_reached_when_its_controls_and_those_below_count(
    changes: Answers, level: str
) -> None:
    found = one("staged", STAGES, ALL_STAGES | changes)
    assert span(found) == (level, level, level)
    assert found.complete


@pytest.mark.parametrize(
    ("changes", "worst", "best"),
    [
        ({"T.1": "-"}, "second", "third"),
        ({"S.1": "-"}, "first", "third"),
        ({"S.1": "-", "T.1": "no"}, "first", "second"),
        ({"F.1": "dont-know"}, "none", "third"),
        ({"F.1": "out"}, "none", "third"),
        ({"F.1": "-", "F.2": "no"}, "none", "none"),
    ],
)
def test_an_open_control_leaves_the_stage_open(changes: Answers, worst: str, best: str) -> None:
    found = one("staged", STAGES, ALL_STAGES | changes)
    assert span(found) == (worst, worst if worst == best else None, best)
    assert not found.complete


ONLY_SECOND = "X X\n  X.a organisation board S.1"


@pytest.mark.parametrize(("rule", "reached"), [("staged-1", "second"), ("staged", "first")])
def test_a_stage_with_no_control_that_applies_is_passed(rule: str, reached: str) -> None:
    """Since version 2 it is never the level either."""
    assert one(rule, STAGES, ALL_STAGES | {"S.1": OUT, "S.2": OUT}).suggested == "third"
    assert one(rule, STAGES, ALL_STAGES | {"F.1": OUT, "F.2": OUT}).suggested == "third"
    found = one(rule, STAGES, ALL_STAGES | {"S.1": OUT, "S.2": OUT, "T.1": "no"})
    assert found.suggested == reached


@pytest.mark.parametrize(
    ("rule", "low", "high"), [("staged-1", "first", "third"), ("staged", "none", "second")]
)
def test_a_stage_without_controls_of_its_own_is_passed(rule: str, low: str, high: str) -> None:
    assert one(rule, ONLY_SECOND, {"S.1": "yes"}).suggested == high
    assert one(rule, ONLY_SECOND, {"S.1": "no"}).suggested == low
    assert span(one(rule, ONLY_SECOND, {})) == (low, None, high)


@pytest.mark.parametrize(
    ("rule", "outline"), [("staged", STAGES), ("all-met", READY), ("in-place", PLACED)]
)
def test_an_outcome_nothing_of_which_applies_is_not_applicable(rule: str, outline: str) -> None:
    statements = [each.removeprefix("X.a.") for each in make_ruled(rule, outline).indicators]
    found = one(rule, outline, dict.fromkeys(statements, OUT))
    assert found.not_applicable
    assert found.complete
    assert span(found) == (None, None, None)
    assert found.unaccepted == ()
    assert found.deciding == ()


@pytest.mark.parametrize(
    ("rule", "outline"), [("staged", STAGES), ("all-met", READY), ("in-place", PLACED)]
)
def test_an_outcome_nobody_answered_has_no_determination(rule: str, outline: str) -> None:
    found = one(rule, outline, {})
    scale = found.asked.framework.scale
    assert span(found) == (scale[0].id, None, scale[-1].id)
    assert not found.complete
    assert not found.not_applicable


@pytest.mark.parametrize(("rule", "level"), [("staged-1", "third"), ("staged", "second")])
def test_the_highest_stage_has_controls_of_its_own_since_version_2(rule: str, level: str) -> None:
    framework = make_ruled(rule, ONLY_SECOND)
    assert framework.highest_for(framework.outcomes[OutcomeId("X.a")]) == level
    assert one(rule, ONLY_SECOND, {}).highest == level
    assert one(rule, ONLY_SECOND, {"S.1": OUT}).highest == level


def test_the_highest_stage_here_is_the_highest_that_applies() -> None:
    found = one("staged", STAGES, ALL_STAGES | {"T.1": OUT})
    assert found.reachable == ("first", "second")
    assert (found.suggested, found.highest) == ("second", "second")


@pytest.mark.parametrize(
    ("changes", "wanted", "asked", "meets"),
    [
        ({}, "second", "second", True),
        ({"S.1": OUT, "S.2": OUT}, "second", "first", True),
        ({"S.1": OUT, "S.2": OUT, "F.1": "no"}, "second", "first", False),
        ({"F.1": OUT, "F.2": OUT}, "first", None, None),
        ({"F.1": OUT, "F.2": OUT, "S.1": "no"}, "first", None, None),
        ({"S.1": OUT, "S.2": OUT, "T.1": OUT}, "third", "first", True),
        ({}, "none", None, None),
        (dict.fromkeys(ALL_STAGES, OUT), "second", None, None),
    ],
)
def test_a_target_asks_for_the_highest_stage_up_to_it_that_applies(
    changes: Answers,
    wanted: str,
    asked: str | None,
    meets: bool | None,  # noqa: FBT001 - a value of the table above
) -> None:
    """An organisation to which a stage does not apply can meet its target all the same."""
    framework = make_ruled("staged", STAGES)
    answers = {f"X.a.{name}": each for name, each in (ALL_STAGES | changes).items()}
    target = make_target({"X.a": wanted})
    (found,) = determine(framework, make_settings(), make_state(answers), target)
    assert (found.target, found.meets_target) == (asked, meets)
    (found,) = determine(make_ruled("staged-1", STAGES), make_settings(), make_state({}), target)
    assert found.target == wanted


# All met


@pytest.mark.parametrize(
    ("changes", "worst", "best"),
    [
        ({}, "ready", "ready"),
        ({"R.2": "no"}, "not-ready", "not-ready"),
        ({"R.2": "partly"}, "not-ready", "not-ready"),
        ({"R.2": OUT}, "ready", "ready"),
        ({"R.2": "-"}, "not-ready", "ready"),
        ({"R.2": "dont-know"}, "not-ready", "ready"),
        ({"R.1": OUT, "R.2": "-"}, "not-ready", "ready"),
        ({"R.1": "no", "R.2": "-"}, "not-ready", "not-ready"),
    ],
)
def test_an_outcome_is_ready_when_every_requirement_that_applies_is_met(
    changes: Answers, worst: str, best: str
) -> None:
    found = one("all-met", READY, ALL_READY | changes)
    assert span(found) == (worst, worst if worst == best else None, best)


# In place


@pytest.mark.parametrize(
    ("answers", "worst", "best"),
    [
        (("yes", "yes", "yes"), "present", "present"),
        (("yes", "yes", "no"), "partial", "partial"),
        (("yes", "yes", "partly"), "partial", "partial"),
        (("partly", "no", "no"), "partial", "partial"),
        (("yes", "no", "no"), "partial", "partial"),
        (("partly", "partly", "partly"), "partial", "partial"),
        (("no", "no", "no"), "absent", "absent"),
        (("yes", OUT, OUT), "present", "present"),
        (("no", OUT, OUT), "absent", "absent"),
        (("yes", "yes", "-"), "partial", "present"),
        (("no", "no", "-"), "absent", "partial"),
        (("partly", "no", "-"), "partial", "partial"),
        (("partly", "-", "-"), "partial", "partial"),
        (("yes", "no", "dont-know"), "partial", "partial"),
        (("-", "-", OUT), "absent", "present"),
    ],
)
def test_in_place_is_all_not_in_place_none_and_partly_the_rest(
    answers: tuple[str, str, str], worst: str, best: str
) -> None:
    found = one("in-place", PLACED, dict(zip(ALL_PLACED, answers, strict=True)))
    assert span(found) == (worst, worst if worst == best else None, best)


def test_an_outcome_of_one_point_is_what_its_point_is() -> None:
    single = "X X\n  X.a organisation board P.1"
    found = {each: one("in-place", single, {"P.1": each}) for each in ("yes", "partly", "no")}
    assert {answer: each.suggested for answer, each in found.items()} == {
        "yes": "present",
        "partly": "partial",
        "no": "absent",
    }


@pytest.mark.parametrize(
    ("rule", "outline", "level"), [("all-met", READY, "ready"), ("in-place", PLACED, "present")]
)
def test_the_highest_level_is_that_of_the_statements(rule: str, outline: str, level: str) -> None:
    framework = make_ruled(rule, outline)
    assert framework.highest_for(framework.outcomes[OutcomeId("X.a")]) == level


# People who differ: the answer that gives the lower determination counts


@pytest.mark.parametrize(
    ("rule", "outline", "answers", "level"),
    [
        ("staged", STAGES, ALL_STAGES | {"S.1": ["yes", "no"]}, "first"),
        ("staged", STAGES, ALL_STAGES | {"S.1": ["partly", OUT]}, "first"),
        ("all-met", READY, ALL_READY | {"R.1": ["yes", "no"]}, "not-ready"),
        ("all-met", READY, ALL_READY | {"R.1": [OUT, "no"]}, "not-ready"),
        ("in-place", PLACED, ALL_PLACED | {"P.1": ["yes", "partly"]}, "partial"),
        ("in-place", PLACED, dict.fromkeys(ALL_PLACED, "no") | {"P.1": ["yes", OUT]}, "absent"),
        (
            "in-place",
            PLACED,
            dict.fromkeys(ALL_PLACED, "no") | {"P.1": ["partly", "no"]},
            "absent",
        ),
        ("in-place", PLACED, ALL_PLACED | {"P.1": ["partly", OUT]}, "partial"),
    ],
)
def test_while_people_differ_the_lower_determination_counts(
    rule: str, outline: str, answers: Answers, level: str
) -> None:
    found = one(rule, outline, answers)
    assert found.suggested == level
    assert len(found.conflicts) == 1


def test_partly_against_does_not_apply_counts_as_what_lowers_the_outcome() -> None:
    """Left out, nothing is in place; partly, the outcome would be partly in place."""
    answers = dict.fromkeys(ALL_PLACED, "no") | {"P.1": ["partly", OUT]}
    assert one("in-place", PLACED, answers).suggested == "absent"


@pytest.mark.parametrize(
    ("rule", "outline", "favourable", "level"),
    [
        ("staged", STAGES, "F.1", "first"),
        ("staged-1", STAGES, "F.1", "third"),
        ("all-met", READY, "R.1", "ready"),
        ("in-place", PLACED, "P.1", "present"),
    ],
)
def test_an_outcome_does_not_drop_out_while_one_person_says_that_it_applies(
    rule: str, outline: str, favourable: str, level: str
) -> None:
    statements = [each.removeprefix("X.a.") for each in make_ruled(rule, outline).indicators]
    answers: Answers = dict.fromkeys(statements, OUT)
    assert one(rule, outline, answers | {favourable: [OUT, "yes"]}).suggested == level
    lowest = make_ruled(rule, outline).scale[0].id
    assert one(rule, outline, answers | {favourable: [OUT, "no"]}).suggested == lowest


# What stands in the way


def test_all_stages_up_to_the_wanted_one_stand_in_the_way() -> None:
    found = one("staged", STAGES, ALL_STAGES | {"F.2": "no", "S.1": "-", "T.1": "partly"})
    assert gap(found, "none") == []
    assert gap(found, "first") == ["F.2"]
    assert gap(found, "second") == ["F.2", "S.1"]
    assert gap(found, "third") == ["F.2", "S.1", "T.1"]


def test_controls_that_do_not_apply_stand_in_nobodys_way() -> None:
    found = one("staged", STAGES, ALL_STAGES | {"F.2": OUT, "S.1": "no"})
    assert gap(found, "second") == ["S.1"]
    found = one("all-met", READY, {"R.1": OUT, "R.2": "no", "R.3": "-"})
    assert gap(found, "ready") == ["R.2", "R.3"]


def test_nothing_stands_in_the_way_of_a_stage_without_controls_that_apply() -> None:
    found = one("staged", STAGES, ALL_STAGES | {"F.1": OUT, "F.2": OUT, "S.1": "no"})
    assert found.suggested == "none"
    assert gap(found, "first") == []
    assert gap(found, "second") == ["S.1"]
    assert short(found.deciding) == ["S.1"]


def test_every_point_short_of_in_place_stands_in_its_way() -> None:
    found = one("in-place", PLACED, {"P.1": "yes", "P.2": "partly", "P.3": "no"})
    assert gap(found, "present") == ["P.2", "P.3"]


@pytest.mark.parametrize(
    ("rule", "outline", "answers", "level"),
    [
        ("staged", STAGES, ALL_STAGES, "third"),
        ("staged", STAGES, ALL_STAGES | {"T.1": "no"}, "second"),
        ("all-met", READY, ALL_READY, "ready"),
        ("in-place", PLACED, ALL_PLACED, "present"),
        ("in-place", PLACED, {"P.1": "yes", "P.2": "no", "P.3": "no"}, "partial"),
    ],
    ids=["third", "second", "ready", "present", "partial"],
)
def test_nothing_stands_in_the_way_of_a_level_that_is_reached(
    rule: str, outline: str, answers: Answers, level: str
) -> None:
    found = one(rule, outline, answers)
    assert found.suggested == level
    assert gap(found, level) == []


def test_one_point_is_enough_to_be_partly_in_place() -> None:
    found = one("in-place", PLACED, dict.fromkeys(ALL_PLACED, "no"))
    assert len(gap(found, "partial")) == 1


# What decided


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["T.1"]),
        ({"T.1": "no"}, ["S.1", "S.2", "T.1"]),
        ({"S.2": "no", "T.1": "no"}, ["F.1", "F.2", "S.2"]),
        ({"F.1": "no", "S.1": "no"}, ["F.1"]),
        ({"F.1": "-"}, ["F.1"]),
    ],
)
def test_the_stage_reached_and_what_kept_it_from_the_next_decided(
    changes: Answers, expected: list[str]
) -> None:
    assert short(one("staged", STAGES, ALL_STAGES | changes).deciding) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["R.1", "R.2", "R.3"]),
        ({"R.2": "no"}, ["R.2"]),
        ({"R.2": "no", "R.3": "-"}, ["R.2", "R.3"]),
    ],
)
def test_what_is_not_met_decided_or_else_everything(changes: Answers, expected: list[str]) -> None:
    assert short(one("all-met", READY, ALL_READY | changes).deciding) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["P.1", "P.2", "P.3"]),
        ({"P.2": "partly", "P.3": "no"}, ["P.2", "P.3"]),
        (dict.fromkeys(ALL_PLACED, "no"), ["P.1", "P.2", "P.3"]),
    ],
)
def test_points_short_of_in_place_decided_or_else_every_point(
    changes: Answers, expected: list[str]
) -> None:
    assert short(one("in-place", PLACED, ALL_PLACED | changes).deciding) == expected


# The table, beside them


def test_the_rules_with_stages_and_without_know_no_level_by_name() -> None:
    renamed: Framework = make_ruled("staged", STAGES)
    levels = [each.model_copy(update={"title": "?"}) for each in renamed.levels]
    again = renamed.model_copy(update={"levels": tuple(levels)})
    state = make_state({f"X.a.{name}": written for name, written in ALL_STAGES.items()})
    assert determine(again, make_settings(), state)[0].suggested == "third"
    assert make_framework().scale == make_framework().levels
