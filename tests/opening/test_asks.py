"""What somebody is asked, in figures; whom it could be shared with; how roles are called."""

from pathlib import Path

import pytest

from cyberassess.domain.sets.roles import OWNER_ROLES, owner_role
from cyberassess.errors import hearing
from cyberassess.opening.asks import LONG, load_of, read_asks, shares_of
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.people.people import add_person
from cyberassess.steps.people.systems import add_system
from cyberassess.steps.send.sending import send, to_send


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    wanted = NewAssessment(
        "Larkmoor Council",
        "2026",
        ("ncsc-caf@3.2",),
        ("govassure-baseline",),
        systems=("Housing management", "Revenues"),
        officer="Ann Lee",
    )
    return new(tmp_path / "larkmoor", wanted).folder


def asked_as(folder: Path, name: str) -> set[tuple[str, str]]:
    assessment = open_assessment(folder)
    person = next(e for e in assessment.contents.settings.everybody if e.name == name)
    portion = assessment.contents.portions.get(person.id, ())
    return {(each.outcome.owner_role, each.scope.id) for each in portion}


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("HR", "hr"),
        ("Human Resources", "hr"),
        ("information governance", "information-governance"),
        ("Information  Governance", "information-governance"),
        ("IT_Operations", "it-operations"),
        ("Head of service", "service"),
        ("Third party", "supplier"),
        ("IT", "IT"),
        ("Wizards ", "Wizards"),
    ],
)
def test_a_role_is_known_in_any_case_and_spelling(text: str, role: str) -> None:
    assert owner_role(text) == role


def test_a_role_by_another_name_is_what_is_stored(folder: Path) -> None:
    added = add_person(folder, "Priya Shah <p@x.example>:Human Resources, Information Governance")
    (asks,) = added.person.answers
    assert asks.owner_roles == ("hr", "information-governance")
    assert {role for role, _ in asked_as(folder, "Priya Shah")} <= {"hr", "information-governance"}
    assert added.load.questions
    assert not added.problems


def test_a_system_alone_means_the_outcomes_of_its_service(folder: Path) -> None:
    added = add_person(folder, "Helen Stobart <h@x.example>@Housing management")
    assert asked_as(folder, "Helen Stobart") == {("service", "housing-management")}
    assert 0 < added.load.minutes <= LONG
    read = read_asks("@Housing management", "", open_assessment(folder))
    assert read == [{"scope": "housing-management", "owner_roles": ["service"]}]
    everything = read_asks("everything@Housing management", "", open_assessment(folder))
    assert everything == [{"scope": "housing-management"}]


def test_a_shared_service_alone_means_all_it_is_asked(folder: Path) -> None:
    add_system(folder, "Identity", kind="shared-service", covers=["B2"])
    add_system(folder, "Payroll", inherits=["identity"])
    added = add_person(folder, "Iris Poe <i@x.example>@Identity")
    assert added.person.answers[0].owner_roles == ()
    assert {scope for _, scope in asked_as(folder, "Iris Poe")} == {"identity"}


def test_whoever_is_asked_nothing_is_said_at_once_and_where_letters_go_out(folder: Path) -> None:
    added = add_person(folder, "Tom Ley <t@x.example>:supplier@Housing management")
    (problem,) = added.problems
    assert problem.code == "asked-nothing"
    assert "No outcome of Housing management is for supplier" in problem.message
    assert "it-security (" in problem.message
    with hearing() as heard:
        send(folder)
    assert [each.where for each in heard if each.code == "asked-nothing"] == ["Tom Ley"]


def test_more_than_is_asked_at_once_is_said_with_how_to_share_it(folder: Path) -> None:
    added = add_person(folder, "Dev Malhotra <d@x.example>:it-operations")
    (problem,) = added.problems
    assert problem.code == "asked-much"
    assert f"about {added.load.minutes} minutes" in problem.message
    assert 'people hand-over --scope revenues --from "Dev Malhotra" --to NAME' in problem.hint


def test_shares_add_up_to_the_whole(folder: Path) -> None:
    assessment = open_assessment(folder)
    officer = assessment.contents.settings.officer
    whole = load_of(assessment, officer)
    shares = shares_of(assessment, officer)
    assert sum(each.load.questions for each in shares) == whole.questions
    assert [each.load.questions for each in shares] == sorted(
        (each.load.questions for each in shares), reverse=True
    )


def test_in_one_place_it_is_shared_by_the_groups_that_part_it(folder: Path) -> None:
    add_person(folder, "Ada Ox <a@x.example>:it-security@Revenues")
    assessment = open_assessment(folder)
    person = assessment.contents.settings.people[-1]
    shares = shares_of(assessment, person)
    assert len(shares) > 1
    assert all(each.option in assessment_groups(assessment) for each in shares)


def assessment_groups(assessment: Assessment) -> set[str]:
    (framework,) = assessment.frameworks.values()
    return {group.id for each in framework.located for group in each.groups}


def test_what_would_be_sent_is_what_is_sent(folder: Path) -> None:
    add_person(folder, "Priya Shah <p@x.example>:hr")
    before = sorted(folder.rglob("*"))
    would = to_send(open_assessment(folder))
    assert sorted(folder.rglob("*")) == before
    sent = send(folder)
    assert [(e.person.name, e.load.questions, e.load.minutes) for e in would] == [
        (e.person.name, e.questions, e.minutes) for e in sent
    ]


def test_no_other_name_means_two_roles() -> None:
    assert {owner_role(each) for each in OWNER_ROLES} == set(OWNER_ROLES)
