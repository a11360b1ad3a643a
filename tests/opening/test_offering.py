"""Answers given elsewhere are offered, and count only once they are confirmed."""

import hashlib
import re
from pathlib import Path

import pytest

from cyberassess.domain.assessment import PersonId, StatementKey
from cyberassess.domain.people.questions import ConfirmReply, Offer, OfferKind
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.offering import offers_for
from cyberassess.opening.recording import Voice, plan
from cyberassess.opening.writing import writing
from cyberassess.steps.send.sending import send
from tests.steps.council import (
    HOUSING,
    KIM,
    Rows,
    answers,
    begin,
    fill_in,
    ledger_bytes,
    send_to,
    take,
)

IDENTITY = {"id": "identity", "kind": "shared-service", "title": "Identity and laptops"}
SCOPES = [
    {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
    HOUSING | {"inherits": ["identity"]},
    IDENTITY | {"covers": ["B1.a"]},
]


@pytest.fixture
def sharing(tmp_path: Path) -> Path:
    """Give a workspace whose identity service has answered two statements."""
    folder = begin(tmp_path / "northport-2026", scopes=SCOPES, people=[KIM])
    blank = send_to(folder)["Sam Reid"]
    rows = {"B1.a.N.1/identity": "Does not happen", "B1.a.M.1/identity": "True"}
    take(folder, fill_in(blank, tmp_path / "sam.xlsx", rows))
    return folder


def offers(folder: Path) -> dict[str, Offer]:
    found = offers_for(open_assessment(folder))
    return {f"{key.indicator}/{key.scope}": each[0] for key, each in found.items()}


def confirm(folder: Path, name: str, person: str = "p2") -> int:
    with writing(folder, "test") as session:
        assessment = session.assessment
        offer = offers(folder)[name]
        statement, _, scope = name.partition("/")
        key = next(
            k for k in offers_for(assessment) if (k.indicator, k.scope) == (statement, scope)
        )
        reply = ConfirmReply((StatementKey(*key),), offer, Source("prompt"))
        made = plan(assessment, Voice(PersonId(person), PersonId(person), time=""), [reply])
        session.write(made.events)
        return made.stored


def counted(folder: Path, statement: str) -> str | None:
    card = open_assessment(folder).card
    return next(
        standing.answer
        for each in card.outcomes
        for name, standing in each.by_statement.items()
        if name == statement
    )


def test_a_shared_services_answers_are_offered_to_the_system_that_uses_it(sharing: Path) -> None:
    found = offers(sharing)
    # H.2 repeats M.1, so both are offered
    assert set(found) == {"B1.a.N.1/housing", "B1.a.M.1/housing", "B1.a.H.2/housing"}
    offer = found["B1.a.M.1/housing"]
    assert (offer.kind, offer.label, offer.origin) == (
        OfferKind.INHERITED,
        "True",
        "Identity and laptops",
    )
    assert not offer.confirmed


def test_an_inherited_answer_counts_once_confirmed_and_confirming_again_changes_nothing(
    sharing: Path,
) -> None:
    assert counted(sharing, "B1.a.M.1") is None
    assert confirm(sharing, "B1.a.M.1/housing") == 1
    assert counted(sharing, "B1.a.M.1") == "true"
    assert offers(sharing)["B1.a.M.1/housing"].confirmed
    assert confirm(sharing, "B1.a.M.1/housing") == 0


@pytest.fixture
def two_years(tmp_path: Path) -> Path:
    """Give this year's workspace beside last year's, in which Kim answered two statements."""
    before = begin(tmp_path / "northport-2025", period="2025", people=[KIM])
    blank = send_to(before, "Kim Lee")["Kim Lee"]
    rows: Rows = {
        "B1.a.N.1/housing": "Does not happen",
        "B1.a.H.1/housing": ("Otherwise", "By hand."),
    }
    take(before, fill_in(blank, tmp_path / "kim.xlsx", rows))
    return begin(tmp_path / "northport-2026", people=[KIM], previous="../northport-2025")


def test_last_years_answers_are_offered_with_reason_and_origin(two_years: Path) -> None:
    found = offers(two_years)
    assert set(found) == {"B1.a.N.1/housing", "B1.a.H.1/housing"}
    offer = found["B1.a.H.1/housing"]
    assert (offer.kind, offer.label, offer.reason, offer.origin) == (
        OfferKind.EARLIER,
        "Otherwise",
        "By hand.",
        "Northport Council, 2025",
    )
    assert counted(two_years, "B1.a.H.1") is None


def test_confirming_an_earlier_answer_makes_it_this_persons(two_years: Path) -> None:
    confirm(two_years, "B1.a.H.1/housing")
    assert answers(two_years) == {("Kim Lee", "B1.a.H.1/housing"): ("other-means", "By hand.")}


def test_an_assessment_without_an_earlier_one_has_no_offers(tmp_path: Path) -> None:
    workspace = begin(tmp_path / "northport-2026")
    assert open_assessment(workspace).previous is None
    assert offers(workspace) == {}


def test_an_earlier_assessment_that_cannot_be_read_is_a_note(two_years: Path) -> None:
    (two_years.parent / "northport-2025" / "assessment.yaml").unlink()
    assessment = open_assessment(two_years)
    before, problem = assessment.previous, assessment.about_previous
    assert before is None
    assert problem is not None
    assert "../northport-2025" in problem.message
    assert offers(two_years) == {}


def test_send_refuses_where_last_year_cannot_be_read_and_says_so(two_years: Path) -> None:
    (two_years.parent / "northport-2025").rename(two_years.parent / "elsewhere")
    before = ledger_bytes(two_years)
    with pytest.raises(AssessmentError, match=r"Last year cannot be read.*--without-last-year"):
        send(two_years)
    assert ledger_bytes(two_years) == before
    (sent, *_) = send(two_years, without_last_year=True)
    assert sent.earlier == 0


def test_send_counts_the_questions_with_an_earlier_answer(two_years: Path) -> None:
    assert sum(each.earlier or 0 for each in send(two_years)) > 0


def test_another_assessment_in_the_place_of_last_years_is_never_used(two_years: Path) -> None:
    send(two_years)
    last = two_years.parent / "northport-2025"
    last.rename(two_years.parent / "kept")
    begin(last, period="2024")
    assessment = open_assessment(two_years)
    before, problem = assessment.previous, assessment.about_previous
    assert before is None
    assert "that of Northport Council for 2024 now" in str(problem)


def test_the_assessment_itself_is_not_last_year(two_years: Path) -> None:
    path = two_years / "assessment.yaml"
    path.write_text(path.read_text("utf-8").replace("../northport-2025", "."), "utf-8")
    assessment = open_assessment(two_years)
    before, problem = assessment.previous, assessment.about_previous
    assert before is None
    assert "is this assessment itself" in str(problem)


def test_another_organisations_is_said(two_years: Path) -> None:
    path = two_years / "assessment.yaml"
    text = path.read_text("utf-8").replace('organisation: "Northport', 'organisation: "Southport')
    path.write_text(text, "utf-8")
    assessment = open_assessment(two_years)
    before, problem = assessment.previous, assessment.about_previous
    assert before is not None
    assert "of Northport Council, not of Southport Council" in str(problem)


def test_another_control_set_last_year_offers_nothing(tmp_path: Path) -> None:
    begin(tmp_path / "old", "other@1", people=[KIM])
    folder = begin(tmp_path / "new", people=[KIM], previous="../old")
    assert offers(folder) == {}


def test_an_answer_the_newer_control_set_does_not_know_is_not_offered(two_years: Path) -> None:
    path = two_years / "frameworks" / "made" / "1.yaml"
    text = path.read_text().replace('"other-means"', '"by-hand"')
    path.write_text(text)
    settings = two_years / "assessment.yaml"
    old = settings.read_text()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    settings.write_text(re.sub(r'sha256: "[0-9a-f]{64}"', f'sha256: "{digest}"', old))
    assert set(offers(two_years)) == {"B1.a.N.1/housing"}
