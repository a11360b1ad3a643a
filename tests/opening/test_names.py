"""One grammar for what people type, whatever command or workbook it is typed into."""

from pathlib import Path

import pytest

from cyberassess.errors import AssessmentError, hearing
from cyberassess.opening.asks import asks_text, read_asks
from cyberassess.opening.assessment import Assessment, open_assessment
from cyberassess.opening.names import find_level, find_person, find_scope, typed_date
from cyberassess.opening.outcomes import (
    find_outcomes,
    find_statements,
    one_or_all,
    one_outcome,
    supported,
)
from tests.steps import council
from tests.steps.council import ALEX, HOUSING, KIM, REVENUES, begin

IDENTITY = {"id": "identity", "kind": "shared-service", "title": "Identity"}
SCOPES = [
    {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
    HOUSING | {"inherits": ["identity"]},
    REVENUES | {"title": "Revenues, benefits"},
    IDENTITY,
]
NAMESAKE = {"id": "p4", "name": "Alex Moor", "email": "alex@ward.example"}


@pytest.fixture
def made(tmp_path: Path) -> Assessment:
    return open_assessment(
        begin(tmp_path / "northport-2026", scopes=SCOPES, people=[KIM, ALEX, NAMESAKE])
    )


def refusal(cause: AssessmentError) -> str:
    (problem,) = cause.problems
    assert problem.hint.endswith("Nothing was changed.")
    return f"{problem.message} {problem.hint}".removesuffix(" Nothing was changed.")


@pytest.mark.parametrize(
    ("typed", "scopes"),
    [
        ("B1.a", ["housing", "revenues", "identity"]),
        ("b1.A / all", ["housing", "revenues", "identity"]),
        ("B1.a/housing", ["housing"]),
        ("B1.a/Housing management", ["housing"]),
        (" 1:b1.a/housing-Management ", ["housing"]),
        ("B1.a/Revenues, benefits", ["revenues"]),
        ("A1.a/Northport Council", ["organisation"]),
    ],
)
def test_an_outcome_goes_by_id_and_its_scope_by_id_or_title(
    made: Assessment, typed: str, scopes: list[str]
) -> None:
    assert [each.scope for each in find_outcomes(made, typed)] == scopes
    assert [each.scope for each in find_outcomes(made, "B1.a", scope="housing")] == ["housing"]


def test_a_statement_goes_by_the_same_names(made: Assessment) -> None:
    (found,) = find_statements(made, "1:b1.a.n.1/Housing management")
    assert found == ("made@1", "housing", "B1.a.N.1")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("B1.aa", '"B1.aa" is not an outcome of this assessment. Did you mean B1.a?'),
        ("zzz", '"zzz" is not an outcome of this assessment. They run from A1.a to B1.b.'),
        ("B1.a/Huosing", '"Huosing" is not a scope B1.a is assessed for. Did you mean housing?'),
        ("A1.a/x", '"x" is not a scope A1.a is assessed for. There are: organisation.'),
        ("3:A1.a", "There is 1 control set. The number before the colon counts them: made@1."),
        ("B1.a.N.1/housing", "It is a statement of B1.a. Name the outcome."),
        ("b1", "It is a group of 2 outcomes. Name one of: B1.a, B1.b."),
        (
            "A1.a and A1.b",
            '"A1.a and A1.b" is not an outcome of this assessment. They run from A1.a to B1.b.',
        ),
        ("", '"" is not an outcome of this assessment. They run from A1.a to B1.b.'),
    ],
)
def test_what_means_nothing_is_said_with_the_nearest_and_what_is_allowed(
    made: Assessment, typed: str, said: str
) -> None:
    for find in (find_outcomes, one_or_all, one_outcome):
        with pytest.raises(AssessmentError) as caught:
            find(made, typed)
        assert refusal(caught.value) == said


def test_the_span_of_names_is_the_publishers_whatever_is_asked_of_systems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    last = council.OUTLINE.replace("B1.b system", "B1.b organisation")
    monkeypatch.setattr(council, "OUTLINE", last)
    folder = begin(tmp_path / "northport-2026", scopes=SCOPES, people=[KIM])
    with pytest.raises(AssessmentError, match=r"They run from A1\.a to B1\.b\."):
        one_outcome(open_assessment(folder), "zzz")


def test_several_scopes_are_asked_for_by_name(made: Assessment) -> None:
    with pytest.raises(AssessmentError) as caught:
        one_outcome(made, "B1.a")
    assert refusal(caught.value) == (
        "It is assessed for 2 scopes. Name one of: B1.a/housing, B1.a/revenues."
    )
    with pytest.raises(AssessmentError, match=r"B1\.a/identity, B1\.a/all"):
        one_or_all(made, "B1.a")
    assert one_outcome(made, "B1.a/Housing management").key.scope == "housing"


def test_evidence_may_name_a_page_and_a_title_with_a_comma(made: Assessment) -> None:
    found = supported(made, ["B1.a/Revenues, benefits, page 4, left", "A1.a, page 1/2", "A1.b"])
    assert [(each.outcome.outcome, each.outcome.scope, each.place) for each in found] == [
        ("B1.a", "revenues", "page 4, left"),
        ("A1.a", "organisation", "page 1/2"),
        ("A1.b", "organisation", ""),
    ]
    with pytest.raises(AssessmentError) as caught:
        supported(made, ["B1.a/nowhere, page 4", "B1.a, page 4"])
    assert [each.code for each in caught.value.problems] == ["unknown-scope", "which-scope"]


@pytest.mark.parametrize("typed", ["housing", "Housing management", " HOUSING-management "])
def test_a_scope_goes_by_id_or_title(made: Assessment, typed: str) -> None:
    assert find_scope(made.contents.settings, typed).id == "housing"


@pytest.mark.parametrize("typed", ["!!!", "", "\u0416\u0438\u043b\u044c\u0451"])
def test_a_scope_that_is_none_is_not_guessed(made: Assessment, typed: str) -> None:
    with pytest.raises(AssessmentError) as caught:
        find_scope(made.contents.settings, typed, where="--scope")
    assert refusal(caught.value) == (
        f'"{typed}" is not a system or service of this assessment. '
        "There are: organisation, housing, revenues, identity."
    )


@pytest.mark.parametrize("typed", ["kim  LEE", "Kim.Lee@northport.example", "P2"])
def test_a_person_goes_by_name_address_or_id(made: Assessment, typed: str) -> None:
    assert find_person(made, typed).id == "p2"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Kim", '"Kim" is nobody in assessment.yaml. Did you mean Kim Lee?'),
        ("Kim Leigh", '"Kim Leigh" is nobody in assessment.yaml. Did you mean Kim Lee?'),
        (
            "Bo Wu",
            '"Bo Wu" is nobody in assessment.yaml. '
            "There are: Sam Reid, Kim Lee, Alex Moor, Alex Moor.",
        ),
        (
            "alex moor",
            '"alex moor" may be one of 2 people in assessment.yaml. '
            "Name one of: p3 (Alex Moor), p4 (alex@ward.example).",
        ),
    ],
)
def test_nobody_and_two_of_a_name_are_said(made: Assessment, typed: str, said: str) -> None:
    with pytest.raises(AssessmentError) as caught:
        find_person(made, typed)
    assert refusal(caught.value) == said


def test_a_level_goes_by_id_or_title(made: Assessment) -> None:
    (framework,) = made.frameworks.values()
    for level in framework.scale:
        assert find_level(framework.scale, level.id.upper(), "") == level
        assert find_level(framework.scale, f" {level.title} ", "") == level
    with pytest.raises(AssessmentError, match=r'"splendid" is not a level here\. Choose one of'):
        find_level(framework.scale, "splendid", "--level")


def test_what_a_date_was_read_as_is_said_once_and_a_wrong_one_refused() -> None:
    with hearing() as heard:
        assert typed_date("31 March 2027", "--due") == "2027-03-31"
        assert heard == []
        assert typed_date("March 2027", "--due", period=True) == "2027-03-31"
        assert typed_date("March 2027", "--due", period=True) == "2027-03-31"
    assert [str(each) for each in heard] == ['--due: "March 2027" was read as 31 March 2027.']
    with pytest.raises(AssessmentError) as caught:
        typed_date("30/02/2027", "--due")
    assert "February 2027 has the days 1 to 28." in refusal(caught.value)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("b1.A/Housing management", "B1.a@housing"),
        ("B1.a@Housing Management; Service@housing", "B1.a@housing; service@housing"),
        ("B1.a/all", "B1.a"),
        ("service, b1/housing, A1.a", "service, A1.a; B1@housing"),
        ("Everything@housing except b1.B", "everything@housing except B1.b"),
    ],
)
def test_what_somebody_is_asked_is_read_with_the_same_names(
    made: Assessment, typed: str, text: str
) -> None:
    (person,) = (each for each in made.contents.settings.people if each.name == "Kim Lee")
    answers = read_asks(typed, "cell D4", made)
    assert asks_text(person.model_validate(person.model_dump() | {"answers": answers})) == text


def test_what_nobody_can_be_asked_is_said_at_its_cell(made: Assessment) -> None:
    with pytest.raises(AssessmentError) as caught:
        read_asks("servce@housing", "cell D4", made)
    assert str(caught.value.problems[0]).startswith(
        'cell D4: "servce" is not an outcome, a group or a role. Did you mean service?'
    )
