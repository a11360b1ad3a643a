"""Scopes of outcomes, who is asked what, and what settings may say."""

import pytest
from pydantic import ValidationError

from cyberassess.domain.assessment import (
    Person,
    Settings,
    all_asked,
    assign,
    check_settings,
    outcome_key,
    scopes_of,
    statement_key,
)
from cyberassess.domain.sets.framework import Framework, OutcomeId
from cyberassess.domain.sets.roles import OWNER_ROLES
from cyberassess.errors import Problem
from tests.domain.builder import REF, Data, key, make_framework, make_settings

OUTLINE = """
X Governance
  X1 Leadership
    X1.a organisation board N.1 H.1
    X1.b organisation it-security N.1 H.1
Y Protection
  Y1.a system it-security N.1 H.1
  Y1.b system service N.1 H.1
"""
FRAMEWORK = make_framework(OUTLINE)


def scopes(settings: Settings, outcome: str, framework: Framework = FRAMEWORK) -> list[str]:
    return [each.id for each in scopes_of(framework.outcomes[OutcomeId(outcome)], settings)]


def portions(settings: Settings) -> dict[str, list[str]]:
    return {
        person: [f"{each.scope.id}/{each.outcome.id}" for each in asked]
        for person, asked in assign({REF: FRAMEWORK}, settings).items()
    }


def answering(*assignments: Data) -> list[Data]:
    return [{"id": "p2", "answers": list(assignments)}]


def test_without_systems_everything_belongs_to_the_organisation() -> None:
    assert scopes(make_settings(), "X1.a") == ["organisation"]
    assert scopes(make_settings(), "Y1.a") == ["organisation"]


def test_with_systems_the_scope_kind_decides() -> None:
    settings = make_settings("housing system", "payroll system")
    assert scopes(settings, "X1.a") == ["organisation"]
    assert scopes(settings, "Y1.a") == ["housing", "payroll"]


def test_a_shared_service_is_never_scored() -> None:
    alone = make_settings("identity shared-service")
    assert scopes(alone, "Y1.a") == ["organisation"]
    assert scopes(make_settings("identity shared-service", "housing system"), "Y1.a") == [
        "housing"
    ]


def test_a_cloud_service_does_not_take_the_place_of_a_system() -> None:
    """With no system given, every outcome belongs to the organisation (DESIGN, section 5)."""
    assert scopes(make_settings("post cloud-service"), "Y1.a") == ["organisation"]


def test_the_organisation_is_a_scope_even_where_it_is_not_listed() -> None:
    settings = make_settings("housing system")
    assert [each.id for each in settings.all_scopes] == ["organisation", "housing"]
    assert settings.all_scopes[0].title == "Northport Council"


def test_the_organisation_keeps_the_title_it_is_listed_with() -> None:
    settings = make_settings("organisation organisation", "housing system")
    assert [each.title for each in settings.all_scopes] == ["Organisation", "Housing"]


def test_people_and_scopes_are_found_by_id() -> None:
    settings = make_settings("housing system", people=[{"id": "p2"}])
    officer, second = settings.person("p1"), settings.person("p2")
    assert officer is settings.officer
    assert second in settings.people
    assert settings.person("p9") is None
    housing = settings.scope("housing")
    assert housing in settings.scopes
    assert settings.scope("moon") is None


def test_outcomes_are_asked_by_scope_then_in_the_publishers_order() -> None:
    settings = make_settings("housing system", "payroll system")
    asked = [(e.scope.id, e.outcome.id) for e in all_asked({REF: FRAMEWORK}, settings)]
    assert asked == [
        ("organisation", "X1.a"),
        ("organisation", "X1.b"),
        ("housing", "Y1.a"),
        ("housing", "Y1.b"),
        ("payroll", "Y1.a"),
        ("payroll", "Y1.b"),
    ]


def test_keys_name_framework_scope_and_what_is_asked() -> None:
    asked = list(all_asked({REF: FRAMEWORK}, make_settings("housing system")))[-1]
    assert outcome_key(asked) == (REF, "housing", "Y1.b")
    assert statement_key(asked, asked.outcome.indicators[0]) == key("Y1.b.N.1", "housing")


def test_the_officer_gets_everything_nobody_covers() -> None:
    assert portions(make_settings()) == {
        "p1": ["organisation/X1.a", "organisation/X1.b", "organisation/Y1.a", "organisation/Y1.b"]
    }


def test_people_who_are_asked_nothing_are_left_out() -> None:
    assert list(portions(make_settings(people=[{"id": "p2"}]))) == ["p1"]


def test_an_officer_whom_others_relieve_of_everything_is_left_out() -> None:
    assert list(portions(make_settings(people=answering({})))) == ["p2"]


def test_an_empty_assignment_means_everything() -> None:
    assert len(portions(make_settings("housing system", people=answering({})))["p2"]) == 4


@pytest.mark.parametrize(
    ("assignment", "taken"),
    [
        ({"scope": "housing"}, ["housing/Y1.a", "housing/Y1.b"]),
        (
            {"owner_roles": ["it-security"]},
            ["organisation/X1.b", "housing/Y1.a", "payroll/Y1.a"],
        ),
        ({"owner_roles": ["board", "service"], "scope": "payroll"}, ["payroll/Y1.b"]),
        ({"outcomes": ["Y1.a"]}, ["housing/Y1.a", "payroll/Y1.a"]),
        ({"outcomes": ["X1"]}, ["organisation/X1.a", "organisation/X1.b"]),
        ({"outcomes": ["X"]}, ["organisation/X1.a", "organisation/X1.b"]),
        ({"outcomes": ["X1.a", "Y"], "owner_roles": ["board"]}, ["organisation/X1.a"]),
    ],
    ids=["scope", "role", "role-and-scope", "outcome", "group", "outer-group", "both"],
)
def test_an_assignment_takes_its_part_and_the_officer_the_rest(
    assignment: Data, taken: list[str]
) -> None:
    found = portions(
        make_settings("housing system", "payroll system", people=answering(assignment))
    )
    assert found["p2"] == taken
    assert set(found["p1"]).isdisjoint(taken)
    assert len(found["p1"]) + len(taken) == 6


def test_several_assignments_of_one_person_add_up_without_repeating() -> None:
    people = answering({"outcomes": ["X1.a"]}, {"outcomes": ["X1"]})
    assert portions(make_settings(people=people))["p2"] == [
        "organisation/X1.a",
        "organisation/X1.b",
    ]


def test_several_people_may_be_asked_the_same() -> None:
    people = [*answering({"outcomes": ["X1.a"]}), {"id": "p3", "answers": [{"scope": None}]}]
    found = portions(make_settings(people=people))
    assert found["p2"] == ["organisation/X1.a"]
    assert len(found["p3"]) == 4
    assert "p1" not in found


def test_the_officer_may_be_assigned_questions_beside_others() -> None:
    officer: Data = {"answers": [{"outcomes": ["X1.a"]}]}
    found = portions(make_settings(officer=officer, people=answering({})))
    assert list(found) == ["p1", "p2"]
    assert found["p1"] == ["organisation/X1.a"]


def said(settings: Settings) -> list[tuple[str, str, str, str]]:
    found: list[Problem] = check_settings(settings, {REF: FRAMEWORK})
    return [(each.code, each.where, each.message, each.hint) for each in found]


def scope(**fields: object) -> Data:
    return {"id": "housing", "kind": "system", "title": "Housing"} | fields


def test_sound_settings_have_no_problems() -> None:
    settings = make_settings(
        people=answering({"scope": "housing", "owner_roles": ["service"], "outcomes": ["Y"]}),
        scopes=[
            scope(owner="p2", inherits=["identity"]),
            {"id": "identity", "kind": "shared-service", "title": "Identity"},
            {"id": "organisation", "kind": "organisation", "title": "Us"},
        ],
    )
    assert said(settings) == []


@pytest.mark.parametrize(
    ("changes", "place", "repeated"),
    [
        ({"people": [{"id": "p1", "name": "Twin"}]}, "people", "p1"),
        ({"scopes": [scope(), scope(), scope()]}, "scopes", "housing"),
    ],
)
def test_ids_are_not_used_twice(changes: Data, place: str, repeated: str) -> None:
    assert said(Settings.model_validate(_data() | changes)) == [
        (
            "repeated-id",
            f"assessment.yaml, {place}",
            f'"{repeated}" stands there more than once.',
            "Give each entry an id of its own.",
        )
    ]


def _data() -> Data:
    data: Data = make_settings().model_dump(by_alias=True)
    return data


def test_a_framework_version_is_pinned_once() -> None:
    pinned = _data()["frameworks"][0]
    settings = Settings.model_validate(_data() | {"frameworks": [pinned, pinned]})
    assert [each[:3] for each in said(settings)] == [
        (
            "repeated-id",
            "assessment.yaml, frameworks",
            '"made@1" stands there more than once.',
        )
    ]


def test_a_scope_has_a_known_kind() -> None:
    assert said(make_settings("moon planet")) == [
        (
            "unknown-kind",
            "assessment.yaml, scopes, moon",
            '"planet" is not a kind of scope.',
            "Use one of: cloud-service, organisation, shared-service, system.",
        )
    ]


@pytest.mark.parametrize("written", ["council organisation", "organisation system"])
def test_the_scope_organisation_and_its_kind_belong_together(written: str) -> None:
    assert [each[:2] for each in said(make_settings(written))] == [
        ("organisation-scope", f"assessment.yaml, scopes, {written.split(maxsplit=1)[0]}")
    ]


def test_a_scope_is_not_called_all() -> None:
    """``all`` is reserved for figures over every scope."""
    found = said(make_settings("all system"))
    assert [each[1] for each in found] == ["assessment.yaml, scopes, all"]


def test_the_owner_of_a_scope_is_somebody() -> None:
    assert said(make_settings(scopes=[scope(owner="p9")])) == [
        (
            "unknown-person",
            "assessment.yaml, scopes, housing",
            '"p9" is nobody\'s id.',
            "Use one of: p1.",
        )
    ]


def test_a_scope_inherits_from_a_scope() -> None:
    shared = {"id": "identity", "kind": "shared-service", "title": "Identity"}
    assert said(make_settings(scopes=[scope(inherits=["identiy"]), shared])) == [
        (
            "unknown-scope",
            "assessment.yaml, scopes, housing",
            '"identiy" is not a scope\'s id.',
            "Did you mean identity?",
        )
    ]


@pytest.mark.parametrize(
    ("assignment", "code", "message", "hint"),
    [
        (
            {"scope": "housng"},
            "unknown-scope",
            '"housng" is not a scope\'s id.',
            "Did you mean housing?",
        ),
        (
            {"scope": "xyz"},
            "unknown-scope",
            '"xyz" is not a scope\'s id.',
            "Use one of: organisation, housing.",
        ),
        (
            {"owner_roles": ["cleaner"]},
            "unknown-role",
            '"cleaner" is not a role that owns questions here.',
            f"Use one of: {', '.join(OWNER_ROLES)}.",
        ),
        (
            {"outcomes": ["X1.c"]},
            "unknown-outcome",
            '"X1.c" is not an outcome or a group.',
            "Did you mean X1.b?",
        ),
    ],
)
def test_an_assignment_names_what_is_there(
    assignment: Data, code: str, message: str, hint: str
) -> None:
    settings = make_settings("housing system", people=answering(assignment))
    assert said(settings) == [(code, "assessment.yaml, people, p2", message, hint)]


def test_outcomes_are_not_judged_before_frameworks_are_known() -> None:
    people = answering({"owner_roles": ["audit"], "outcomes": ["X9"]})
    assert check_settings(make_settings(people=people), {}) == []


def test_only_the_first_five_keys_are_required() -> None:
    data = _data()
    first = ("schema", "organisation", "period", "officer", "frameworks")
    settings = Settings.model_validate({each: data[each] for each in first})
    assert settings.marking.filled == "OFFICIAL-SENSITIVE"
    for each in first:
        with pytest.raises(ValidationError, match=each):
            Settings.model_validate({other: data[other] for other in first if other != each})


def test_a_person_has_a_name() -> None:
    with pytest.raises(ValidationError, match="name"):
        Person.model_validate({"id": "p1", "name": ""})
