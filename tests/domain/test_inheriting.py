"""Answers taken over from shared services, confirmed determinations, accepted columns."""

from collections.abc import Mapping
from typing import Any

import pytest

from cyberassess.domain.assessment import Settings, all_asked, check_settings
from cyberassess.domain.people.inheriting import confirmed_by_source, inheritable, overrides
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.result.scoring import OutcomeScore, determine
from cyberassess.domain.sets.framework import IndicatorId
from tests.domain.builder import (
    GOOD,
    REF,
    Written,
    answer_events,
    make_framework,
    make_settings,
    make_state,
    record_event,
    segment,
)

OUTLINE = "X Governance\n  X1 Access\n    X.a system board N.1 N.2 M.1 M.2 H.1 H.2"
FRAMEWORK = make_framework(OUTLINE)


def sharing(
    *, covers: tuple[str, ...] = (), inherits: tuple[str, ...] = ("identity",)
) -> Settings:
    """Give settings with one system that uses shared services."""
    scopes: list[dict[str, Any]] = [
        {"id": "housing", "kind": "system", "title": "Housing", "inherits": list(inherits)},
        {"id": "identity", "kind": "shared-service", "title": "Identity", "covers": list(covers)},
        {"id": "backup", "kind": "shared-service", "title": "Backup"},
    ]
    return make_settings(scopes=scopes)


def confirm(statement: str, answer: str, source: str = "identity") -> dict[str, Any]:
    return record_event("inheritance", [REF, "housing", statement, source], {"answer": answer})


CONFIRMED = [confirm(statement, str(answer)) for statement, answer in GOOD.items()]
SHARED: dict[str, Written] = {f"identity/{name}": answer for name, answer in GOOD.items()}


def housing(answers: Mapping[str, Written], *events: dict[str, Any]) -> OutcomeScore:
    (found,) = determine(FRAMEWORK, sharing(), make_state(answers, *events))
    return found


def test_a_shared_service_is_asked_and_never_scored() -> None:
    asked = [each.scope.id for each in all_asked({REF: FRAMEWORK}, sharing())]
    assert asked == ["housing", "identity"]
    assert housing(SHARED).key.scope == "housing"


@pytest.mark.parametrize(("covers", "asked"), [(("X1",), 2), (("X.a",), 2), ((), 2), (("Y",), 1)])
def test_a_shared_service_is_asked_what_it_covers(covers: tuple[str, ...], asked: int) -> None:
    assert len(list(all_asked({REF: FRAMEWORK}, sharing(covers=covers)))) == asked


def test_a_shared_services_answers_count_only_once_they_are_confirmed() -> None:
    assert housing(SHARED).suggested is None
    assert housing(SHARED, *CONFIRMED).suggested == "high"


def test_an_inherited_answer_says_where_it_comes_from() -> None:
    standing = housing(SHARED, *CONFIRMED).by_statement[IndicatorId("X.a.H.1")]
    assert [each.inherited_from for each in standing.given] == ["identity"]


def test_a_confirmation_lapses_when_the_shared_services_answer_changes() -> None:
    changed = SHARED | {"identity/X.a.H.1": "not-true"}
    found = housing(changed, *CONFIRMED)
    assert found.by_statement[IndicatorId("X.a.H.1")].answer is None
    assert found.suggested is None


def test_an_own_answer_overrides_visibly() -> None:
    answers = SHARED | {"housing/X.a.H.1": "not-true"}
    assert housing(answers, *CONFIRMED).suggested == "middle"
    (override,) = overrides(FRAMEWORK, sharing(), make_state(answers, *CONFIRMED))
    assert (override.statement.indicator, override.inherited) == ("X.a.H.1", "true")


def test_an_equal_answer_of_its_own_overrides_nothing() -> None:
    answers = SHARED | {"housing/X.a.H.1": "true"}
    assert not overrides(FRAMEWORK, sharing(), make_state(answers, *CONFIRMED))


def test_dont_know_overrides_nothing() -> None:
    assert housing(SHARED | {"housing/X.a.H.1": "dont-know"}, *CONFIRMED).suggested == "high"


def test_two_shared_services_that_differ_are_a_conflict() -> None:
    settings = sharing(inherits=("identity", "backup"))
    answers = SHARED | {"backup/X.a.H.1": "not-true"}
    events = [*CONFIRMED, confirm("X.a.H.1", "not-true", "backup")]
    (found,) = determine(FRAMEWORK, settings, make_state(answers, *events))
    assert found.conflicts == ("X.a.H.1",)
    assert found.suggested == "middle"


def test_an_open_difference_inside_the_shared_service_is_not_offered() -> None:
    answers = SHARED | {"identity/X.a.H.1": ["true", "not-true"]}
    offered = inheritable(FRAMEWORK, sharing(), make_state(answers))
    assert "X.a.H.1" not in [each.statement.indicator for each in offered]


def test_a_difference_settled_in_the_shared_service_is_offered_with_its_reason() -> None:
    answers = SHARED | {"identity/X.a.H.1": ["true", "not-true"]}
    settlement = {
        "type": "resolution",
        "framework": REF,
        "scope": "identity",
        "indicator": "X.a.H.1",
        "new": "true",
        "reason": {"digest": "0" * 64, "text": "Seen.", "salt": "x"},
        "settled": [["p1", "true"], ["p2", "not-true"]],
    }
    offered = inheritable(FRAMEWORK, sharing(), make_state(answers, settlement))
    found = next(each for each in offered if each.statement.indicator == "X.a.H.1")
    assert (found.given.answer, found.given.reason) == ("true", "Seen.")


def test_confirmed_answers_are_counted_for_each_shared_service() -> None:
    state = make_state(SHARED, *CONFIRMED[:2])
    assert confirmed_by_source(FRAMEWORK, sharing(), state) == {("housing", "identity"): (2, 6)}


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ({"kind": "system", "inherits": ["b"]}, "not-a-source"),
        ({"kind": "system", "covers": ["X1"]}, "covers-nothing"),
        ({"id": "a", "kind": "shared-service", "title": "A", "covers": ["X9"]}, "unknown-outcome"),
        (
            {"id": "a", "kind": "shared-service", "title": "A", "inherits": ["c"]},
            "source-inherits",
        ),
    ],
)
def test_sharing_that_does_not_fit_is_named(scope: dict[str, Any], code: str) -> None:
    others = [
        {"id": "b", "kind": "system", "title": "B"},
        {"id": "c", "kind": "shared-service", "title": "C"},
    ]
    settings = make_settings(scopes=[{"id": "a", "title": "A"} | scope, *others])
    assert [each.code for each in check_settings(settings, {REF: FRAMEWORK})] == [code]


# Confirmed determinations


def determination(level: str, suggested: str) -> dict[str, Any]:
    fields = {"level": level, "suggested": suggested, "reason": "Judged."}
    return record_event("determination", [REF, "housing", "X.a"], fields)


OWN: dict[str, Written] = {f"housing/{name}": answer for name, answer in GOOD.items()}


def test_a_confirmed_determination_stands_before_the_suggested_one() -> None:
    found = housing(OWN, determination("middle", "high"))
    assert (found.suggested, found.confirmed, found.determination) == ("high", "middle", "middle")
    assert not found.has_lapsed


def test_a_confirmation_lapses_when_the_suggestion_changes() -> None:
    found = housing(OWN | {"housing/X.a.N.1": "happens"}, determination("high", "high"))
    assert (found.confirmed, found.determination, found.has_lapsed) == (None, "low", True)


def test_an_outcome_without_a_suggestion_may_be_confirmed() -> None:
    found = housing({"housing/X.a.H.1": "true"}, determination("low", ""))
    assert (found.suggested, found.determination) == (None, "low")


def test_a_level_that_is_none_confirms_nothing() -> None:
    assert housing(OWN, determination("splendid", "high")).confirmed is None


# Accepted columns


TWO_OUT = "X Governance\n  X.a system board N.1 M.1 H.1 H.2 H.3"


def acceptance(*left_out: str) -> dict[str, Any]:
    return record_event(
        "acceptance", [REF, "housing", "X.a", "high"], {"left_out": list(left_out), "reason": "x"}
    )


@pytest.mark.parametrize(
    ("left_out", "level"),
    [(("X.a.H.1", "X.a.H.2"), "high"), (("X.a.H.1",), "middle"), ((), "middle")],
)
def test_a_column_mostly_left_out_counts_once_these_statements_were_accepted(
    left_out: tuple[str, ...], level: str
) -> None:
    answers = {
        "housing/X.a.N.1": "never",
        "housing/X.a.M.1": "true",
        "housing/X.a.H.1": "out (why)",
        "housing/X.a.H.2": "out (why)",
        "housing/X.a.H.3": "true",
    }
    other = record_event("acceptance", [REF, "organisation", "X.a", "high"], {"left_out": []})
    state = fold([segment(1, *answer_events(answers), acceptance(*left_out), other)])
    (found,) = determine(make_framework(TWO_OUT), sharing(), state)
    assert found.suggested == level
