"""Correcting what is recorded about evidence: what was recorded before stays in the ledger."""

from pathlib import Path

import pytest

from cyberassess.domain.record.evidence import ITEM, Facts
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.evidence.correcting import correct
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.pack.packing import PackWanted, pack
from tests.steps.council import ledger_bytes

SHOWS = "Lists every account removed in March, with dates."


@pytest.fixture
def folder(workspace: Path, tmp_path: Path) -> Path:
    """Give a workspace with a file, a newer one in its place, and a sighting."""
    (tmp_path / "leavers.csv").write_text("Morgan Hale\n")
    (tmp_path / "newer.csv").write_text("Robin Frost\n")
    add(workspace, [tmp_path / "leavers.csv"], Facts(shows=SHOWS), supports=["A1.a"])
    add(workspace, [tmp_path / "newer.csv"], Facts(shows=SHOWS, replaces="EV-001"))
    sighted = Facts(
        title="Policy", shows=SHOWS, link="https://a", sighted_on="2026-03-04", sighted_by="Sam"
    )
    add(workspace, [], sighted, supports=["A1.b"])
    return workspace


def test_what_is_given_is_recorded_and_the_rest_stays(folder: Path) -> None:
    item, changed = correct(folder, "ev-001", Facts(personal_data="yes", dated="31/03/2026"))
    assert changed == ("date of the document", "personal data")
    assert (item.facts.personal_data, item.facts.dated) == ("yes", "2026-03-31")
    assert (item.facts.shows, item.name, item.size) == (SHOWS, "leavers.csv", 12)
    history = open_assessment(folder).state.record_history[ITEM, (item.id,)]
    assert [each.fields.get("personal_data", "") for each in history] == ["", "yes"]


def test_what_is_recorded_already_changes_nothing(folder: Path) -> None:
    correct(folder, "EV-001", Facts(owner="Sam Reid"))
    before = ledger_bytes(folder)
    _, changed = correct(folder, "EV-001", Facts(owner="Sam Reid"))
    assert changed == ()
    assert ledger_bytes(folder) == before


def test_what_turned_out_to_be_personal_is_withheld(folder: Path, tmp_path: Path) -> None:
    correct(folder, "EV-001", Facts(personal_data="yes"))
    wanted = PackWanted(output=tmp_path / "pack.zip", redact=True, report=False)
    made = pack(folder, wanted)
    assert made.withheld == ("EV-001",)
    assert b"Morgan Hale" not in made.path.read_bytes()


@pytest.mark.parametrize(
    ("reference", "facts", "code"),
    [
        ("EV-009", Facts(owner="Sam"), "unknown-item"),
        ("EV-001", Facts(shows="see attached"), "shows-nothing"),
        ("EV-001", Facts(dated="soon"), "not-a-date"),
        ("EV-001", Facts(personal_data="perhaps"), "not-allowed"),
        ("EV-001", Facts(link="https://b"), "not-sighted"),
        ("EV-001", Facts(replaces="EV-001"), "replaces-itself"),
        ("EV-001", Facts(replaces="EV-002"), "replaces-itself"),
    ],
)
def test_what_cannot_be_recorded_is_said_and_nothing_changes(
    reference: str, facts: Facts, code: str, folder: Path
) -> None:
    before = ledger_bytes(folder)
    with pytest.raises(AssessmentError) as caught:
        correct(folder, reference, facts)
    assert [each.code for each in caught.value.problems] == [code]
    assert "Nothing was" in str(caught.value)
    assert ledger_bytes(folder) == before


def test_a_sighting_may_move_and_an_item_replace_another(folder: Path) -> None:
    item, changed = correct(folder, "EV-003", Facts(link="https://b", replaces="EV-002"))
    assert changed == ("sighted at", "what it replaces")
    assert item.facts.link == "https://b"
    register = open_assessment(folder).evidence
    assert register.find("EV-002")[0].replaced_by
