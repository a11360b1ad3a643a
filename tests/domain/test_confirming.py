"""Which levels can be confirmed, what disputes an outcome, and which way an override moves it."""

import pytest

from cyberassess.domain.record.evidence import Support, register_of
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.record.standing import favour
from cyberassess.domain.result.confirming import (
    Direction,
    OverrideKind,
    choices,
    disputes,
    left_out,
    overrides,
    waits,
)
from cyberassess.domain.result.scoring import OutcomeScore, determine, score
from cyberassess.domain.sets.framework import CountsAs, Framework
from tests.domain.builder import (
    GOOD,
    REF,
    TODAY,
    Data,
    Written,
    answer_events,
    make_framework,
    make_ruled,
    make_settings,
    make_themes,
    record_event,
    segment,
    text_event,
)

NOTHING = Support((), ())
WIDE = "X Governance\n  X.a organisation board N.1 N.2 M.1 M.2 H.1 H.2 H.3"


def outcome(
    answers: dict[str, Written], *events: Data, framework: Framework | None = None
) -> OutcomeScore:
    state = fold([segment(1, *answer_events(answers), *events)])
    (found,) = determine(framework or make_framework(), make_settings(), state)
    return found


def determination(level: str, suggested: str) -> Data:
    fields = {"level": level, "suggested": suggested, "reason": "R"}
    return record_event("determination", [REF, "organisation", "X.a"], fields)


def found_overrides(
    answers: dict[str, Written], *events: Data, framework: Framework | None = None
) -> list[tuple[OverrideKind, Direction]]:
    framework = framework or make_framework()
    settings, frameworks = make_settings(), {framework.ref: framework}
    state = fold([segment(1, *answer_events(answers), *events)])
    themes = make_themes({"X.a": "pipes"})
    card = score(frameworks, settings, state, targets={}, themes=themes, on=TODAY)
    return [(e.kind, e.direction) for e in overrides(frameworks, settings, state, card)]


def test_levels_without_a_statement_cannot_be_confirmed() -> None:
    narrow = make_framework("X Governance\n  X.a organisation board N.1 H.1")
    assert [e.id for e in choices(outcome({}, framework=narrow))] == ["low", "high"]
    assert [e.id for e in choices(outcome({}))] == ["low", "middle", "high"]


@pytest.mark.parametrize(
    ("rule", "stages"), [("staged-1", "none first second third"), ("staged", "none first third")]
)
def test_every_stage_a_control_applies_to_can_be_confirmed(rule: str, stages: str) -> None:
    """By version 1 every stage could, also one without a control."""
    staged = make_ruled(rule, "X Governance\n  X.a organisation board F.1 T.1")
    assert [e.id for e in choices(outcome({}, framework=staged))] == stages.split()


def test_nothing_waits_where_nothing_applies() -> None:
    assert waits(outcome(GOOD))
    assert not waits(outcome(GOOD, determination("high", "high")))
    assert not waits(outcome(dict.fromkeys(GOOD, "out (None here)")))


def test_an_undisputed_outcome_is_complete_and_proven() -> None:
    named = text_event("evidence", "X.a", "Leavers", valid_until="2026-12-31")
    proven = register_of(fold([segment(1, named)]))
    found = outcome(GOOD)
    assert disputes(found, proven.support([found.key]), TODAY) == ()
    assert disputes(found, NOTHING, TODAY) == ("no evidence is offered",)


def test_the_lowest_level_needs_no_evidence() -> None:
    assert disputes(outcome(GOOD | {"X.a.N.1": "happens"}), NOTHING, TODAY) == ()


@pytest.mark.parametrize(
    ("answers", "events", "why"),
    [
        (GOOD | {"X.a.N.1": "-"}, [], "the rule gives no determination yet"),
        (GOOD | {"X.a.N.1": "happens", "X.a.N.2": "-"}, [], "not every statement is answered"),
        (GOOD | {"X.a.N.1": ["never", "happens"]}, [], "people differ"),
        (GOOD | {"X.a.H.1": "other-means"}, [], "a reason is missing"),
        (GOOD, [determination("low", "low")], "it was confirmed before"),
    ],
)
def test_what_disputes_an_outcome_is_said(
    answers: dict[str, Written], events: list[Data], why: str
) -> None:
    found = disputes(outcome(answers, *events), NOTHING, TODAY)
    assert any(each.startswith(why) for each in found), found


@pytest.mark.parametrize(
    ("answers", "event", "direction"),
    [
        (GOOD, determination("middle", "high"), Direction.LOWERED),
        (GOOD | {"X.a.N.1": "happens"}, determination("middle", "low"), Direction.RAISED),
        (GOOD | {"X.a.N.1": "-"}, determination("middle", ""), Direction.DECIDED),
    ],
)
def test_a_determination_against_the_rule_has_a_direction(
    answers: dict[str, Written], event: Data, direction: Direction
) -> None:
    assert found_overrides(answers, event) == [(OverrideKind.DETERMINATION, direction)]


def test_a_confirmed_suggestion_is_no_override() -> None:
    assert found_overrides(GOOD, determination("high", "high")) == []
    assert found_overrides(GOOD, determination("middle", "low")) == [], "it has lapsed"


@pytest.mark.parametrize(
    ("answer", "direction"),
    [("never", Direction.RAISED), ("happens", Direction.NEITHER)],
)
def test_settling_is_compared_with_what_counted_before(answer: str, direction: Direction) -> None:
    settled: Data = {
        "type": "resolution", "framework": REF, "scope": "organisation", "indicator": "X.a.N.1",
        "new": answer, "settled": [["p1", "never"], ["p2", "happens"]],
    }  # fmt: skip
    answers = GOOD | {"X.a.N.1": ["never", "happens"]}
    assert found_overrides(answers, settled) == [(OverrideKind.ANSWER, direction)]


def test_settling_may_lower_a_result() -> None:
    """Left out was taken as the least favourable of a warning sign's answers by nobody."""
    settled: Data = {
        "type": "resolution", "framework": REF, "scope": "organisation", "indicator": "X.a.H.1",
        "new": "not-true", "settled": [["p1", "true"], ["p2", "out"]],
    }  # fmt: skip
    answers = GOOD | {"X.a.H.1": ["true", "out (None)"]}
    assert found_overrides(answers, settled) == [(OverrideKind.ANSWER, Direction.LOWERED)]


def test_an_accepted_column_is_listed_while_the_same_statements_are_left_out() -> None:
    wide = make_framework(WIDE)
    answers = GOOD | {"X.a.H.2": "out (No)", "X.a.H.3": "out (No)"}
    level = wide.level(next(e.id for e in wide.scale if e.id == "high"))
    assert left_out(outcome(answers, framework=wide), level) == ["X.a.H.2", "X.a.H.3"]

    def accepted(*out: str) -> Data:
        key = [REF, "organisation", "X.a", "high"]
        return record_event("acceptance", key, {"left_out": list(out), "reason": "R"})

    right = accepted("X.a.H.2", "X.a.H.3")
    assert found_overrides(answers, right, framework=wide) == [
        (OverrideKind.COLUMN, Direction.RAISED)
    ]
    assert found_overrides(answers, accepted("X.a.H.2"), framework=wide) == []


def test_unanswered_is_the_least_favourable() -> None:
    for warns in (True, False):
        ranks = [favour(each, is_warning=warns) for each in CountsAs]
        assert favour(CountsAs.UNANSWERED, is_warning=warns) == min(ranks)
    assert favour(CountsAs.NOT_MET, is_warning=True) > favour(CountsAs.MET, is_warning=True)
