"""Sign-off: a draft until somebody approves, approved until something changes."""

from pathlib import Path

import pytest

from cyberassess.domain.record import happened, registers
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.writing import writing
from cyberassess.steps.report.approving import Signed, approve, signed, signed_json
from cyberassess.steps.report.documents import report_full
from cyberassess.steps.report.printing import Wanted, prepare
from tests.steps.council import begin

WANTED = Wanted(suffix=".html")


@pytest.fixture
def council(tmp_path: Path) -> Path:
    return begin(tmp_path / "northport-2026")


def approve_so(folder: Path, *, name: str, role: str) -> Signed:
    """Approve the council's assessment, in which everything is open."""
    return approve(folder, name=name, role=role, as_it_stands=True, reason="As agreed.")


def add_action(folder: Path, title: str) -> None:
    with writing(folder, "plan") as session:
        session.write([happened.put(("ACT-001",), registers.Action(title=title))])


def test_documents_are_drafts_until_somebody_approves(council: Path) -> None:
    assert signed(council).version.is_draft
    page = report_full(council, WANTED)
    assert page.status == "version 1, DRAFT"
    assert "version 1 · DRAFT" in page.path.read_text("utf-8")
    found = approve_so(council, name="Ada Moss", role="Director of resources")
    assert (found.version.number, found.version.is_draft) == (1, False)
    text = report_full(council, WANTED).path.read_text("utf-8")
    assert "DRAFT" not in text
    assert "Ada Moss, Director of resources" in text


def test_approving_does_not_change_the_date_or_the_fingerprint(council: Path) -> None:
    before = open_assessment(council)
    approve_so(council, name="Ada Moss", role="SIRO")
    after = open_assessment(council)
    assert (after.on, after.fingerprint) == (before.on, before.fingerprint)


def test_a_later_change_is_a_draft_again_and_the_signed_version_prints_as_it_was(
    council: Path, tmp_path: Path
) -> None:
    approve_so(council, name="Ada Moss", role="SIRO")
    first = report_full(council, Wanted(tmp_path / "a.html", suffix=".html")).path.read_bytes()
    add_action(council, "Buy a safe")
    found = signed(council)
    assert (found.version.number, found.version.is_draft) == (2, True)
    assert report_full(council, WANTED).status == "version 2, DRAFT"
    again = report_full(council, Wanted(tmp_path / "b.html", suffix=".html", version=1))
    assert again.path.read_bytes() == first
    approve_so(council, name="Ada Moss", role="SIRO")
    assert [each.version for each in signed(council).approvals] == [1, 2]


def test_nobody_approves_twice(council: Path) -> None:
    approve_so(council, name="Ada Moss", role="SIRO")
    with pytest.raises(AssessmentError, match="approved already, by Ada Moss"):
        approve_so(council, name="Bo Lin", role="SIRO")


@pytest.mark.parametrize(
    ("name", "role", "said"),
    [
        ("", "SIRO", "No name was given"),
        ("Ada Moss", "  ", "No role was given"),
        ("A" * 121, "SIRO", "does not do"),
        ("Ada\x07", "SIRO", "does not do"),
    ],
)
def test_an_approval_needs_a_name_and_a_role(
    council: Path, name: str, role: str, said: str
) -> None:
    with pytest.raises(AssessmentError, match=said):
        approve_so(council, name=name, role=role)
    assert not signed(council).approvals


def test_edited_settings_are_a_draft_before_they_are_recorded(council: Path) -> None:
    approve_so(council, name="Ada Moss", role="SIRO")
    path = council / "assessment.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('period: "2026"', 'period: "2026-27"'), "utf-8")
    assert signed(council).version.is_draft
    with pytest.raises(AssessmentError, match="1 value changed since version 1"):
        prepare(council, version=1)
    path.write_text(text, "utf-8")
    assert not signed(council).version.is_draft


def test_a_version_is_printed_again_where_only_last_year_lies_elsewhere(council: Path) -> None:
    approve_so(council, name="Ada Moss", role="SIRO")
    path = council / "assessment.yaml"
    path.write_text(f'{path.read_text("utf-8")}previous: "../archive/northport"\n', "utf-8")
    basis, _, _ = prepare(council, version=1)
    assert basis.version.number == 1


def test_settings_edited_before_approving_are_part_of_what_is_approved(council: Path) -> None:
    path = council / "assessment.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('period: "2026"', 'period: "2026-27"'), "utf-8")
    assert not approve_so(council, name="Ada Moss", role="SIRO").version.is_draft
    assert not signed(council).version.is_draft


def test_a_version_nobody_approved_cannot_be_printed(council: Path) -> None:
    with pytest.raises(AssessmentError, match="No version was approved yet"):
        prepare(council, version=1)
    approve_so(council, name="Ada Moss", role="SIRO")
    with pytest.raises(AssessmentError, match="Approved versions: 1"):
        prepare(council, version=7)


def test_json_says_version_status_and_approvals(council: Path) -> None:
    assert signed_json(signed(council))["status"] == "draft"
    found = signed_json(approve_so(council, name="Ada Moss", role="SIRO"))
    assert (found["version"], found["status"]) == (1, "approved")
    assert found["approvals"][0]["name"] == "Ada Moss"
    assert found["approvals"][0]["fingerprint"] == found["fingerprint"]
