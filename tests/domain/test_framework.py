"""Invariants of control sets, profiles and theme sets, each with one thing deliberately wrong."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from cyberassess.domain.sets.checks import check_framework, check_target, check_themes
from cyberassess.domain.sets.framework import Framework, IndicatorId, LevelId, OutcomeId
from cyberassess.errors import Problem
from tests.domain.builder import (
    REF,
    Data,
    framework_data,
    make_framework,
    make_profile,
    make_themes,
)

OUTLINE = """
X Governance
  X1 Leadership
    X1.a organisation board N.1 M.1 H.1 H.2=M.1
    X1.b system it-security N.1 H.1
Y Protection
  Y1.a system it-security N.1 M.1 H.1
"""


def said(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(each.code, each.where, each.message) for each in problems]


def broken(change: Callable[[Data], None], outline: str = OUTLINE) -> list[Problem]:
    data = framework_data(outline)
    change(data)
    return check_framework(Framework.model_validate(data))


def outcome(data: Data, number: int = 0) -> Data:
    found: Data = data["groups"][0]["groups"][0]["outcomes"][number]
    return found


def test_a_sound_framework_has_no_problems() -> None:
    assert check_framework(make_framework(OUTLINE)) == []


def test_a_level_names_a_declared_answer_set() -> None:
    problems = broken(lambda data: data["levels"][1].update(answers="clam"))
    assert said(problems) == [
        ("unknown-answer-set", "level middle", '"clam" is not one of the answer sets.')
    ]
    assert problems[0].hint == "Did you mean claim?"


def test_an_outcome_names_a_declared_scope_kind() -> None:
    problems = broken(lambda data: outcome(data).update(scope_kind="planet"))
    assert said(problems) == [
        ("unknown-scope-kind", "X1.a", '"planet" is not one of the scope kinds.')
    ]
    assert problems[0].hint == "Use one of: organisation, system, cloud-service."


def test_an_outcome_is_owned_by_a_role_that_is_known() -> None:
    problems = broken(lambda data: outcome(data).update(owner_role="wizard"))
    assert said(problems) == [
        ("unknown-role", "X1.a", '"wizard" is not a role that can own an outcome.')
    ]
    assert "it-security" in problems[0].hint


def test_a_statement_names_a_declared_level() -> None:
    def change(data: Data) -> None:
        outcome(data)["indicators"][0]["level"] = "sideways"
        data["counts"]["by_level"]["low"] -= 1

    problems = broken(change)
    assert said(problems) == [
        ("unknown-level", "X1.a.N.1", '"sideways" is not a level that statements can have.')
    ]
    assert problems[0].hint == "Use one of: low, middle, high."


def test_a_statement_names_a_level_that_has_answers() -> None:
    def change(data: Data) -> None:
        data["levels"].append({"id": "top", "title": "Top", "letter": "T"})
        outcome(data)["indicators"][0]["level"] = "top"
        data["counts"]["by_level"]["low"] -= 1

    assert said(broken(change)) == [
        ("unknown-level", "X1.a.N.1", '"top" is not a level that statements can have.')
    ]


def test_two_outcomes_have_two_ids() -> None:
    def change(data: Data) -> None:
        outcome(data, 1)["id"] = "X1.a"

    assert ("repeated-id", "X1.a", "Two outcomes have this id.") in said(broken(change))


def test_two_statements_have_two_ids_even_in_different_outcomes() -> None:
    def change(data: Data) -> None:
        outcome(data, 1)["indicators"][0]["id"] = "X1.a.N.1"

    assert ("repeated-id", "X1.a.N.1", "Two statements have this id.") in said(broken(change))


def test_same_as_names_a_statement_that_stands_before() -> None:
    def change(data: Data) -> None:
        outcome(data)["indicators"][1]["same_as"] = "X1.a.N.2"

    problems = broken(change, OUTLINE.replace("=M.1", ""))
    assert said(problems) == [
        (
            "unknown-same-as",
            "X1.a.M.1",
            '"X1.a.N.2" is no statement that stands before this one.',
        )
    ]
    assert problems[0].hint == "Did you mean X1.a.N.1?"


def test_same_as_names_the_first_and_not_another_repetition() -> None:
    def change(data: Data) -> None:
        first = outcome(data)["indicators"][1]
        outcome(data)["indicators"][2] |= {"same_as": "X1.a.H.2", "text": first["text"]}
        outcome(data)["indicators"].reverse()
        outcome(data)["indicators"].insert(0, outcome(data)["indicators"].pop(2))

    # now M.1, H.2 (repeats M.1), H.1 (repeats H.2), N.1
    problems = broken(change)
    assert said(problems) == [
        ("chained-same-as", "X1.a.H.1", '"X1.a.H.2" is itself a repetition.')
    ]
    assert problems[0].hint == "Name the first of them: X1.a.M.1."


def test_same_as_has_the_very_same_text() -> None:
    def change(data: Data) -> None:
        outcome(data)["indicators"][3]["text"] += " Nearly."

    assert said(broken(change)) == [
        ("different-same-as", "X1.a.H.2", "The text differs from X1.a.M.1, which it repeats.")
    ]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (("outcomes",), "The file has 3 entries under outcomes; the publisher has 1,000."),
        (("indicators",), "The file has 9 entries under statements; the publisher has 1,000."),
        (
            ("groups", "principle"),
            "The file has 1 entry under groups of kind principle; the publisher has 1,000.",
        ),
        (
            ("groups", "chapter"),
            "The file has 0 entries under groups of kind chapter; the publisher has 1,000.",
        ),
        (
            ("by_level", "middle"),
            "The file has 2 entries under statements of level middle; the publisher has 1,000.",
        ),
        (
            ("by_level", "top"),
            "The file has 0 entries under statements of level top; the publisher has 1,000.",
        ),
    ],
)
def test_the_counts_are_the_publishers(where: tuple[str, ...], message: str) -> None:
    def change(data: Data) -> None:
        place = data["counts"]
        for each in where[:-1]:
            place = place[each]
        place[where[-1]] = "1000"

    assert said(broken(change)) == [("wrong-count", "made@1", message)]


def test_every_fault_is_named_not_only_the_first() -> None:
    def change(data: Data) -> None:
        data["counts"]["outcomes"] = 4
        outcome(data)["scope_kind"] = "planet"
        outcome(data, 1)["scope_kind"] = "moon"

    assert [each.where for each in broken(change)] == ["X1.a", "X1.b", "made@1"]


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Framework.model_validate(framework_data(OUTLINE) | {"colour": "red"})


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "²", ""])
def test_a_count_is_a_whole_number(text: str) -> None:
    with pytest.raises(ValidationError, match="revision"):
        make_framework(OUTLINE, revision=text)


def test_outcomes_stand_in_the_publishers_order_with_their_groups() -> None:
    framework = make_framework(OUTLINE)
    assert [
        ([group.id for group in each.groups], each.outcome.id) for each in framework.located
    ] == [(["X", "X1"], "X1.a"), (["X", "X1"], "X1.b"), (["Y"], "Y1.a")]
    assert list(framework.outcomes) == ["X1.a", "X1.b", "Y1.a"]
    assert framework.ref == REF


def test_groups_and_levels_are_counted() -> None:
    framework = make_framework(OUTLINE)
    assert framework.count_groups() == {"objective": 2, "principle": 1}
    assert framework.count_levels() == {"low": 3, "middle": 2, "high": 4}


def test_a_level_is_known_by_its_rank() -> None:
    framework = make_framework(OUTLINE)
    assert framework.ranks == {"low": 0, "middle": 1, "high": 2}
    assert framework.level(LevelId("middle")).title == "Middle"
    with pytest.raises(KeyError):
        framework.level(LevelId("top"))


def test_leaders_gather_the_statements_that_say_the_same() -> None:
    leaders = make_framework(OUTLINE).leaders
    assert leaders[IndicatorId("X1.a.M.1")] == ("X1.a.M.1", "X1.a.H.2")
    assert leaders[IndicatorId("X1.a.H.1")] == ("X1.a.H.1",)
    assert "X1.a.H.2" not in leaders
    assert sum(len(each) for each in leaders.values()) == 9


def test_the_highest_level_of_an_outcome_is_the_highest_with_a_statement() -> None:
    framework = make_framework("X Governance\n  X.a system board N.1 M.1\n  X.b system hr N.1 H.1")
    outcomes = framework.outcomes
    assert framework.highest_for(outcomes[OutcomeId("X.a")]) == "middle"
    assert framework.highest_for(outcomes[OutcomeId("X.b")]) == "high"


def test_choices_belong_to_the_level_of_the_statement() -> None:
    framework = make_framework(OUTLINE)
    sign = framework.indicators[IndicatorId("X1.a.N.1")][1]
    claim = framework.indicators[IndicatorId("X1.a.H.1")][1]
    assert framework.answers_for(sign).by_code("happens") is not None
    assert framework.answers_for(sign).by_code("true") is None
    assert framework.answers_for(claim).by_code("true") is not None


def test_a_column_holds_the_statements_of_its_level() -> None:
    found = make_framework(OUTLINE).outcomes[OutcomeId("X1.a")]
    assert [each.id for each in found.at_level(LevelId("high"))] == ["X1.a.H.1", "X1.a.H.2"]


FULL = {"X1.a": "middle", "X1.b": "high", "Y1.a": "high"}


def test_a_profile_that_fits_has_no_problems() -> None:
    framework = make_framework(OUTLINE)
    assert check_target(framework, make_profile(FULL)) == []
    assert check_target(framework, make_profile({"X1.a": "high"}, ["X1.b", "Y1.a"])) == []


def test_a_profile_covers_the_framework() -> None:
    problems = check_target(make_framework(OUTLINE, version="2"), make_profile(FULL))
    assert said(problems) == [("no-target", "profile goal", "It sets no target for made@2.")]
    assert problems[0].hint == "It covers: made@1."


def test_a_profile_that_covers_nothing_says_so() -> None:
    profile = make_profile(FULL).model_copy(update={"targets": {}})
    assert check_target(make_framework(OUTLINE), profile)[0].hint == "It covers: no framework."


@pytest.mark.parametrize("listed", ["requirements", "no_target"])
def test_a_profile_names_outcomes_of_the_framework(listed: str) -> None:
    profile = (
        make_profile(FULL | {"X1.c": "high"})
        if listed == "requirements"
        else make_profile(FULL, ["X1.c"])
    )
    problems = check_target(make_framework(OUTLINE), profile)
    assert said(problems) == [
        ("unknown-outcome", "profile goal, made@1", '"X1.c" is not an outcome of made@1.')
    ]
    assert problems[0].hint.startswith("Did you mean X1.")


def test_a_profile_names_levels_of_the_framework() -> None:
    problems = check_target(make_framework(OUTLINE), make_profile(FULL | {"X1.a": "top"}))
    assert said(problems) == [
        ("unknown-level", "profile goal, made@1, X1.a", '"top" is not a level of made@1.')
    ]
    assert problems[0].hint == "Use one of: low, middle, high."


def test_a_profile_asks_only_for_levels_the_outcome_has() -> None:
    problems = check_target(make_framework(OUTLINE), make_profile(FULL | {"X1.b": "middle"}))
    assert said(problems) == [
        (
            "unreachable-level",
            "profile goal, made@1, X1.b",
            "The outcome has no statement for middle.",
        )
    ]


def test_a_profile_says_something_of_every_outcome() -> None:
    problems = check_target(make_framework(OUTLINE), make_profile({"X1.a": "high"}))
    assert said(problems) == [
        ("missing-outcome", "profile goal, made@1", "Nothing is said about X1.b, Y1.a.")
    ]
    assert problems[0].hint == "Give each a level, or list it under no_target."


def test_a_profile_says_one_thing_of_an_outcome() -> None:
    problems = check_target(make_framework(OUTLINE), make_profile(FULL, ["Y1.a"]))
    assert said(problems) == [
        (
            "two-targets",
            "profile goal, made@1",
            "Y1.a stands under requirements and under no_target.",
        )
    ]
    assert problems[0].hint == "Keep one of them."


PLACED = {"X1.a": "people", "X1.b": "pipes", "Y1.a": "pipes"}


def test_a_theme_set_that_fits_has_no_problems() -> None:
    assert check_themes(make_framework(OUTLINE), make_themes(PLACED, secondary="people")) == []


def test_a_theme_set_covers_the_framework() -> None:
    problems = check_themes(make_framework(OUTLINE, version="2"), make_themes(PLACED))
    assert said(problems) == [
        ("no-themes", "themes two, made@2", "No outcome of it is placed in a theme.")
    ]
    assert problems[0].hint == "The file covers: made@1."


def test_a_theme_set_that_covers_nothing_says_so() -> None:
    themes = make_themes(PLACED).model_copy(update={"outcomes": {}})
    hint = check_themes(make_framework(OUTLINE), themes)[0].hint
    assert hint == "The file covers: no framework."


def test_a_theme_set_places_outcomes_of_the_framework() -> None:
    problems = check_themes(make_framework(OUTLINE), make_themes(PLACED | {"Z9.z": "pipes"}))
    assert said(problems) == [
        ("unknown-outcome", "themes two, made@1", '"Z9.z" is not an outcome of made@1.')
    ]


def test_a_theme_set_places_outcomes_in_its_own_themes() -> None:
    problems = check_themes(make_framework(OUTLINE), make_themes(PLACED | {"X1.a": "moon"}))
    assert said(problems) == [
        ("unknown-theme", "themes two, made@1, X1.a", '"moon" is not one of the themes.')
    ]
    assert problems[0].hint == "Use one of: pipes, people."


def test_the_headline_is_one_of_the_themes() -> None:
    themes = make_themes(PLACED).model_copy(update={"headline": "moon"})
    problems = check_themes(make_framework(OUTLINE), themes)
    assert said(problems) == [
        ("unknown-theme", "themes two, headline", '"moon" is not one of the themes.')
    ]


def test_a_secondary_theme_is_one_of_the_themes() -> None:
    problems = check_themes(make_framework(OUTLINE), make_themes(PLACED, secondary="moon"))
    assert [each.code for each in problems] == ["unknown-theme"] * 3


def test_a_theme_set_places_every_outcome() -> None:
    problems = check_themes(make_framework(OUTLINE), make_themes({"X1.b": "pipes"}))
    assert said(problems) == [
        ("missing-outcome", "themes two, made@1", "No theme is given for X1.a, Y1.a.")
    ]


def test_a_theme_is_found_by_its_id() -> None:
    themes = make_themes(PLACED)
    assert themes.theme("people").title == "people"
    with pytest.raises(KeyError, match="moon"):
        themes.theme("moon")


# Conditions and permissions

RULED = """
X Rules
  X1 Scope
    X.c organisation board C.1
  X2 Controls
    X.a organisation board R.1?X.c.C.1 R.2~
"""


def ruled(change: Callable[[Data], None]) -> list[Problem]:
    data = framework_data(RULED, "all-met")
    change(data)
    return check_framework(Framework.model_validate(data))


def test_conditions_and_requirements_stand_in_outcomes_of_their_own() -> None:
    def change(data: Data) -> None:
        scope, controls = (each["outcomes"][0] for each in data["groups"][0]["groups"])
        scope["indicators"].append(controls["indicators"].pop())

    found = ruled(change)[0]
    assert (found.code, found.where) == ("mixed-conditions", "X.c")
    assert found.hint == "Put X.c.C.1 into an outcome of their own."


def test_an_outcome_holds_more_than_permissions() -> None:
    def change(data: Data) -> None:
        data["groups"][0]["groups"][1]["outcomes"][0]["indicators"][0]["kind"] = "permission"

    assert [(e.code, e.where) for e in ruled(change)] == [("only-permissions", "X.a")]


def test_a_condition_is_asked_of_the_same_kind_of_scope() -> None:
    def change(data: Data) -> None:
        data["groups"][0]["groups"][1]["outcomes"][0]["scope_kind"] = "system"

    (found,) = ruled(change)
    assert (found.code, found.where) == ("other-scope-condition", "X.a.R.1")
    assert "X.c.C.1 is asked for each organisation, this statement for each system" in str(found)


def test_a_key_action_names_a_standard_that_is_declared() -> None:
    def change(data: Data) -> None:
        data["standards"] = [{"id": "ce", "title": "CE"}]
        data["key_actions"] = [
            {"id": "1", "title": "Do it", "standard": "cf", "number": "1"},
            {"id": "1", "title": "Do it again"},
        ]

    assert [(e.code, e.where) for e in ruled(change)] == [
        ("repeated-id", "1"),
        ("unknown-standard", "key action 1"),
    ]
