"""Determinations, by published cases and at every boundary."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from cyberassess.disk.resources import folder
from cyberassess.domain.record.hashes import text_field
from cyberassess.domain.record.ledger import fold
from cyberassess.domain.result.findings import findings
from cyberassess.domain.result.scoring import OutcomeScore, determine, score
from cyberassess.domain.rules.caf_table import by_caf_table
from cyberassess.domain.rules.kind import Counted
from cyberassess.domain.sets.framework import CountsAs, Framework, IndicatorId, LevelId
from tests.domain.builder import (
    GOOD,
    ONE,
    REF,
    TODAY,
    Data,
    Written,
    answer_event,
    framework_data,
    make_framework,
    make_settings,
    make_state,
    make_target,
    make_themes,
    measure,
    read_yaml,
    segment,
)

CASES = Path(__file__).resolve().parents[1] / "cases"


# Cases: one outcome, written in YAML


def cases() -> list[tuple[str, Data]]:
    """Give every case with the id of its framework, in the order of files and lines."""
    return [
        (path.parent.name, case)
        for path in sorted(CASES.glob("*/*.yaml"))
        for case in read_yaml(path)
    ]


@cache
def published(framework: str, version: str = "") -> Data:
    """Give a framework at a version, the earliest if none is named."""
    place = folder("frameworks") / framework
    path = place / f"{version}.yaml" if version else min(place.glob("*.yaml"))
    data: Data = read_yaml(path)
    return data


def one_outcome(framework: str, columns: Mapping[str, list[Written]]) -> Framework:
    """Give the published framework with one outcome, which has these columns, for its groups."""
    data = published(framework)
    outcome: Data = framework_data("X X\n  X.a organisation board N.1")["groups"][0]
    outcome["outcomes"][0]["indicators"] = [
        {"id": f"{level['id']} {number}", "level": level["id"], "text": "Text."}
        for level in data["levels"]
        for number, _ in enumerate(columns.get(level["id"], []), start=1)
    ]
    outcome["outcomes"][0]["scope_kind"] = "organisation"
    return Framework.model_validate(data | {"groups": [outcome]})


@pytest.mark.parametrize(
    ("name", "case"),
    [each for each in cases() if "outcome" not in each[1]],
    ids=[case["name"] for _, case in cases() if "outcome" not in case],
)
def test_a_case_has_its_expected_determination(name: str, case: Data) -> None:
    framework = one_outcome(name, case["answers"])
    answers = {
        f"{level} {number}": written
        for level, column in case["answers"].items()
        for number, written in enumerate(column, start=1)
    }
    state = make_state(answers, framework=framework.ref)
    (found,) = determine(framework, make_settings(), state)
    expected = case["expected"]
    if isinstance(expected, str):  # certain, and nothing else to say
        expected = dict.fromkeys(("suggested", "best", "worst"), expected)
        expected |= {"complete": "yes", "not_applicable": "no", "unaccepted": [], "conflicts": []}
    assert {each: _say(getattr(found, each)) for each in expected} == expected, case["comment"]


@cache
def whole(framework: str, version: str) -> Framework:
    return Framework.model_validate(published(framework, version))


@pytest.mark.parametrize(
    ("name", "case"),
    [each for each in cases() if "outcome" in each[1]],
    ids=[case["name"] for _, case in cases() if "outcome" in case],
)
def test_a_case_on_published_statements_has_its_expected_determination(
    name: str, case: Data
) -> None:
    """A case that names an outcome is answered on the publisher's own statements."""
    framework = whole(name, case.get("version", ""))
    assert set(case["answers"]) <= set(framework.indicators)
    scored = [e for e in framework.indicators if e not in framework.conditions]
    answers = {e: _fitting(framework, e, case["otherwise"]) for e in scored} | case["answers"]
    card = score(
        {framework.ref: framework},
        make_settings(),
        make_state(answers, framework=framework.ref),
        targets={},
        themes=make_themes({}),
        on=TODAY,
    )
    (found,) = [each for each in card.outcomes if each.key.outcome == case["outcome"]]
    given = case["expected"]
    expected: Data = given if isinstance(given, dict) else {"suggested": given}
    said = {
        each: _say(getattr(found, each))
        for each in expected
        if each not in ("is_ready", "failed_by")
    }
    for verdict in card.verdicts:
        said |= {each: _say(getattr(verdict, each)) for each in expected if each not in said}
    assert said == expected, case["comment"]


def _fitting(framework: Framework, statement: IndicatorId, code: str) -> str:
    """Give an answer, or the one that counts alike where a statement has answers of its own."""
    choices = framework.answers_for(framework.indicators[statement][1])
    if code == "-" or choices.by_code(code):
        return code
    meant = next(found for each in framework.answer_sets if (found := each.by_code(code)))
    return next(each.code for each in choices.answers if each.counts_as is meant.counts_as)


def _say(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return {True: "yes", False: "no", None: "none"}.get(value, value)  # type: ignore[call-overload]


def test_the_cases_cover_the_whole_table() -> None:
    table = read_yaml(CASES / "ncsc-caf" / "rule-table.yaml")
    assert len({case["name"] for case in table}) == 27
    expected = [case["expected"] for case in table]
    assert {each: expected.count(each) for each in expected} == {
        "achieved": 3,
        "partially-achieved": 2,
        "not-achieved": 22,
    }


def test_every_case_has_a_name_of_its_own_and_says_what_settles_it() -> None:
    names = [case["name"] for _, case in cases()]
    assert len(set(names)) == len(names)
    needed = {"name", "answers", "expected", "comment"}
    named = {"outcome", "otherwise"}
    assert all(
        set(case) - {"version"} == (needed | named if "outcome" in case else needed)
        for _, case in cases()
    )


def test_every_rule_of_a_published_set_has_cases() -> None:
    sets = map(read_yaml, folder("frameworks").glob("*/*.yaml"))
    used = {each["rule"]["id"] for each in sets if "rule" in each}
    assert used == {Framework.model_validate(published(name)).rule.id for name, _ in cases()}


# Determinations


def one(answers: Mapping[str, Written], outline: str = ONE) -> OutcomeScore:
    framework = make_framework(outline)
    (found,) = determine(
        framework, make_settings(), make_state(answers), make_target({"X.a": "high"})
    )
    return found


def test_level_names_come_from_the_framework() -> None:
    assert one(GOOD).suggested == "high"
    assert one(GOOD | {"X.a.H.1": "not-true"}).suggested == "middle"
    assert one(GOOD | {"X.a.N.1": "happens"}).suggested == "low"


def test_four_levels_score_by_the_same_table() -> None:
    data = framework_data("X X\n  X.a organisation board N.1 M.1 H.1")
    data["levels"].append(data["levels"][2] | {"id": "top", "letter": "T", "code": "T"})
    indicators = data["groups"][0]["outcomes"][0]["indicators"]
    indicators.append({"id": "X.a.T.1", "level": "top", "text": "Text."})
    framework = Framework.model_validate(data)
    answers: dict[str, Written] = {"X.a.N.1": "never", "X.a.M.1": "true", "X.a.H.1": "not-true"}
    for written, level in (("true", "top"), ("not-true", "middle")):
        state = make_state(answers | {"X.a.T.1": written})
        assert determine(framework, make_settings(), state)[0].suggested == level


def test_the_determination_meets_the_target_from_its_rank_upwards() -> None:
    found = one(GOOD)
    assert [dataclasses.replace(found, suggested=each).meets_target for each in LEVELS] == [
        False,
        False,
        True,
    ]
    assert dataclasses.replace(found, target=None).meets_target is None


LEVELS = [LevelId("low"), LevelId("middle"), LevelId("high")]


def test_no_determination_is_not_met() -> None:
    found = one({})
    assert found.determination is None
    assert found.rank is None
    assert found.meets_target is False


def test_not_applicable_neither_meets_nor_misses_a_target() -> None:
    found = one(dict.fromkeys(GOOD, "out (None here)"))
    assert found.not_applicable
    assert found.meets_target is None


def test_a_confirmed_determination_goes_before_the_suggested_one() -> None:
    found = dataclasses.replace(one(GOOD), confirmed=LevelId("low"))
    assert (found.determination, found.rank, found.meets_target) == ("low", 0, False)


def test_an_outcome_is_determined_in_every_scope_it_applies_to() -> None:
    framework = make_framework(ONE.replace("organisation", "system"))
    settings = make_settings("housing system", "payroll system", "identity shared-service")
    state = make_state({f"housing/{k}": v for k, v in GOOD.items()})
    found = determine(framework, settings, state)
    assert [(e.key.scope, e.suggested, e.target) for e in found] == [
        ("housing", "high", None),
        ("payroll", None, None),
    ]


def test_answers_of_another_scope_or_framework_do_not_count() -> None:
    framework = make_framework()
    events = [answer_event(k, str(v), scope="housing") for k, v in GOOD.items()] + [
        answer_event(k, str(v), framework="made@2") for k, v in GOOD.items()
    ]
    (found,) = determine(framework, make_settings(), fold([segment(1, *events)]))
    assert len(found.counting(CountsAs.UNANSWERED)) == 6


def test_an_answer_the_framework_does_not_know_counts_as_none() -> None:
    found = one(GOOD | {"X.a.H.1": "perhaps"})
    standing = found.by_statement[IndicatorId("X.a.H.1")]
    assert (standing.answer, standing.counts_as) == (None, CountsAs.UNANSWERED)
    assert [each.answer for each in standing.given] == ["perhaps"]
    assert found.suggested is None


def test_standings_say_what_counts_and_why() -> None:
    found = one(
        {"X.a.H.1": "other-means", "X.a.H.2": ["true", "not-true"], "X.a.M.1": "dont-know"}
    )
    standings = {k.removeprefix("X.a."): v for k, v in found.by_statement.items()}
    assert standings["H.1"].lacks_reason
    assert standings["H.1"].answer == "other-means"
    assert standings["H.2"].in_conflict
    assert standings["H.2"].answer is None
    assert standings["H.2"].counts_as is CountsAs.NOT_MET
    assert standings["M.1"].answer == "dont-know"
    assert standings["M.2"].given == ()
    assert found.conflicts == ("X.a.H.2",)


def test_one_person_on_two_branches_is_in_conflict_like_two_people() -> None:
    start = segment(1)
    left = segment(2, answer_event("X.a.H.1", "true"), on=[start])
    right = segment(2, answer_event("X.a.H.1", "not-true"), on=[start])
    (found,) = determine(make_framework(), make_settings(), fold([start, left, right]))
    assert found.conflicts == ("X.a.H.1",)


def test_one_answer_with_two_reasons_is_no_conflict() -> None:
    found = one({"X.a.H.1": ["other-means (By hand)", "other-means (By robot)"]})
    assert found.conflicts == ()
    assert found.by_statement[IndicatorId("X.a.H.1")].counts_as is CountsAs.MET


def test_one_reason_is_enough_for_two_people_with_the_same_answer() -> None:
    found = one({"X.a.H.1": ["other-means", "other-means (By robot)"]})
    assert not found.by_statement[IndicatorId("X.a.H.1")].lacks_reason


# Conflicts that were settled


def settled(new: str, *answers: tuple[str, str]) -> Data:
    event: Data = {"type": "resolution", "framework": REF, "scope": "organisation"}
    event |= {"indicator": "X.a.H.1", "new": new, "reason": text_field("We looked.", "salt")}
    return event | {"settled": [list(each) for each in answers]}


def resolved(*events: Data, given: Written = ("true", "not-true")) -> OutcomeScore:
    state = make_state(GOOD | {"X.a.H.1": given}, *events)
    return determine(make_framework(), make_settings(), state)[0]


@pytest.mark.parametrize(
    ("answer", "level"), [("true", "high"), ("not-true", "middle"), ("other-means", "high")]
)
def test_a_settled_conflict_counts_as_settled(answer: str, level: str) -> None:
    found = resolved(settled(answer, ("p1", "true"), ("p2", "not-true")))
    standing = found.by_statement[IndicatorId("X.a.H.1")]
    assert found.suggested == level
    assert found.conflicts == ()
    assert standing.answer == answer
    assert standing.resolution is not None
    assert standing.resolution.reason == "We looked."


def test_a_settlement_is_superseded_when_somebody_answers_differently() -> None:
    settlement = settled("true", ("p1", "true"), ("p2", "not-true"))
    newer = answer_event("X.a.H.1", "dont-know", person="p3")
    found = resolved(settlement, newer)
    assert found.conflicts == ("X.a.H.1",)
    assert found.suggested == "middle"


def test_a_settlement_stands_when_somebody_gives_the_same_answer_again() -> None:
    settlement = settled("true", ("p1", "true"), ("p2", "not-true"))
    found = resolved(settlement, answer_event("X.a.H.1", "not-true", person="p2"))
    assert found.conflicts == ()


def test_a_settlement_is_superseded_when_one_of_its_answers_is_withdrawn() -> None:
    settlement = settled("true", ("p1", "true"), ("p2", "not-true"), ("p3", "true"))
    three: Written = ("true", "not-true", "true")
    assert resolved(settlement, given=three).conflicts == ()
    found = resolved(settlement, answer_event("X.a.H.1", None, person="p3"), given=three)
    assert found.conflicts == ("X.a.H.1",)


def test_a_settlement_is_superseded_when_people_come_to_agree() -> None:
    settlement = settled("true", ("p1", "true"), ("p2", "not-true"))
    found = resolved(settlement, answer_event("X.a.H.1", "not-true", person="p1"))
    assert found.conflicts == ()
    assert found.suggested == "middle"


# Acceptance of a column more than half left out

_HIGH = (2,)


@pytest.mark.parametrize(("is_accepted", "level"), [(False, 0), (True, 2)])
def test_an_accepted_column_may_be_more_than_half_left_out(
    *, is_accepted: bool, level: int
) -> None:
    counts = [CountsAs.NOT_MET, CountsAs.MET, CountsAs.LEFT_OUT, CountsAs.LEFT_OUT]
    table = by_caf_table(
        Counted(make_framework().scale, [0, 2, 2, 2], counts, _HIGH if is_accepted else ())
    )
    assert (table.suggested, table.best, table.worst) == (level, level, level)
    assert table.unaccepted == (() if is_accepted else _HIGH)


def test_an_accepted_column_with_nothing_left_is_never_all_true() -> None:
    counts = [CountsAs.NOT_MET, CountsAs.LEFT_OUT]
    table = by_caf_table(Counted(make_framework().scale, [0, 2], counts, _HIGH))
    assert table.suggested == 0


# What decided, and what stands in the way


def gap(answers: Mapping[str, Written], level: str) -> tuple[list[str], list[str]]:
    found = one(answers).gap_to(LevelId(level))
    assert found.statements == (*found.warnings, *found.missing)
    return (
        [each.removeprefix("X.a.") for each in found.warnings],
        [each.removeprefix("X.a.") for each in found.missing],
    )


def test_nothing_stands_in_the_way_of_a_level_that_is_reached() -> None:
    assert gap(GOOD, "high") == ([], [])


def test_warning_signs_and_the_missing_statements_stand_in_the_way() -> None:
    answers = GOOD | {"X.a.N.1": "happens", "X.a.N.2": "-", "X.a.H.1": "not-true", "X.a.H.2": "-"}
    assert gap(answers, "high") == (["N.1", "N.2"], ["H.1", "H.2"])


def test_of_the_columns_that_lead_to_a_level_the_shortest_is_named() -> None:
    answers = GOOD | {"X.a.M.1": "not-true", "X.a.M.2": "not-true", "X.a.H.1": "not-true"}
    assert gap(answers, "middle") == ([], ["H.1"])
    assert gap(answers | {"X.a.H.2": "-"}, "middle") == ([], ["M.1", "M.2"])


def test_a_column_with_nothing_left_leads_nowhere() -> None:
    """Such a column is never all true, so the way to the level leads through another one."""
    answers = GOOD | dict.fromkeys(("X.a.M.1", "X.a.M.2"), "out (None here)")
    answers |= {"X.a.H.1": "not-true"}
    assert one(answers).suggested == "low"
    assert gap(answers, "middle") == ([], ["H.1"])


def test_a_level_without_a_column_of_its_own_leads_through_a_higher_one() -> None:
    found = one({"X.a.N.1": "never"}, "X X\n  X.a organisation board N.1 H.1")
    assert found.gap_to(LevelId("middle")) == ((), ("X.a.H.1",))


def test_an_outcome_with_warning_signs_only_has_no_other_gap() -> None:
    found = one({}, "X X\n  X.a organisation board N.1")
    assert found.gap_to(LevelId("high")) == (("X.a.N.1",), ())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"X.a.N.2": "happens"}, ["N.2"]),
        ({}, ["H.1", "H.2"]),
        ({"X.a.H.2": "not-true"}, ["M.1", "M.2", "H.2"]),
        ({"X.a.H.2": "not-true", "X.a.M.1": "-"}, ["M.1"]),
        (dict.fromkeys(GOOD, "out (None here)"), []),
    ],
    ids=["warning", "highest", "between", "lowest", "not-applicable"],
)
def test_the_statements_that_decided_are_named(
    changes: dict[str, Written], expected: list[str]
) -> None:
    assert [e.removeprefix("X.a.") for e in one(GOOD | changes).deciding] == expected


def test_findings_are_outcomes_below_their_target() -> None:
    framework = make_framework(
        "X X\n  X.a organisation board N.1 H.1\n  X.b organisation hr N.1 H.1\n"
        "  X.c organisation hr N.1 H.1\n  X.d organisation hr N.1 H.1"
    )
    answers: dict[str, Written] = {
        "X.a.N.1": "never",
        "X.a.H.1": "true",
        "X.b.N.1": "happens",
        "X.b.H.1": "not-true",
        "X.d.N.1": "out (None)",
        "X.d.H.1": "out (None)",
    }
    requirements = {"X.a": "high", "X.b": "high", "X.d": "high"}
    card = measure(framework, answers, requirements)
    (found,) = findings(card)
    assert found.score.key.outcome == "X.b"
    assert found.gap.statements == ("X.b.N.1", "X.b.H.1")
    assert found.steps == 2
