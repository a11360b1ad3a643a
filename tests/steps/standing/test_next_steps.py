"""What ``status`` says is to be done next."""

import datetime
from pathlib import Path

import pytest

from cyberassess.domain.assessment import ScopeId, StatementKey
from cyberassess.domain.record.evidence import Facts
from cyberassess.domain.sets.framework import FrameworkRef, IndicatorId
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.conflicts import Conflict
from cyberassess.steps.confirm.confirming import confirm
from cyberassess.steps.evidence.evidencing import add
from cyberassess.steps.plan.planning import Wanted, add_action
from cyberassess.steps.standing.menu import words_of
from cyberassess.steps.standing.standing import PersonStatus, Step, next_steps, status
from tests.steps.council import EARLY, LATER, begin, fill_in, send_to, take

SAMS = {"A1.b.N.1": "Does not happen", "A1.b.H.1": "True"}
EXPIRED = [{"title": "Cyber Essentials", "valid_until": "2020-01-01"}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a workspace whose officer answered one outcome and did not sign."""
    folder = begin(tmp_path / "northport-2026", certificates=EXPIRED)
    sent = send_to(folder)
    take(folder, fill_in(sent["Sam Reid"], tmp_path / "sam.xlsx", SAMS, saved=EARLY))
    return folder


def step(folder: Path, word: str) -> str:
    return " / ".join(each for each in status(folder).next_steps if word in each)


def test_an_unsigned_file_and_an_expired_certificate_are_named(folder: Path) -> None:
    assert "signed by Sam Reid" in step(folder, "signed")
    assert step(folder, "certificate").endswith(": Cyber Essentials")


def test_a_confirmation_that_lapsed_is_named(folder: Path, tmp_path: Path) -> None:
    confirm(folder, "A1.b")
    assert step(folder, "again, since answers changed") == ""
    (blank,) = (folder / "questionnaires/sent").glob("*Sam*")
    changed = {"A1.b.N.1": "Happens", "A1.b.H.1": "True"}
    take(folder, fill_in(blank, tmp_path / "sam2.xlsx", changed, saved=LATER))
    assert "(A1.b/organisation): cyberassess confirm" in step(folder, "since answers changed")


def test_documents_out_of_date_are_named_until_replaced(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    shows = "Lists every account removed in March, with dates."
    old = Facts(shows=shows, valid_until="2020-01-01")
    add(folder, [tmp_path / "a.txt"], old, supports=["A1.b"])
    assert "Ask for 1 document anew, out of date (EV-001)" in step(folder, "anew")
    add(folder, [tmp_path / "b.txt"], Facts(shows=shows, replaces="EV-001"))
    assert step(folder, "anew") == ""


def test_actions_past_their_date_are_named_until_done(folder: Path) -> None:
    yesterday = datetime.date(2020, 1, 1).isoformat()
    for number in range(5):
        add_action(folder, "A1.a", Wanted(title=f"Step {number}", due=yesterday))
    add_action(folder, "A1.a", Wanted(title="Over", due=yesterday, status="done"))
    assert "5 actions past the date (ACT-001, ACT-002, ACT-003 and 2 more)" in step(folder, "past")


def test_many_conflicts_are_decided_in_one_workbook(folder: Path) -> None:
    assessment = open_assessment(folder)
    key = StatementKey(FrameworkRef("council@1"), ScopeId("housing"), IndicatorId("B1.a.N.1"))
    one = Conflict(key, "It happens.", ())

    def said(count: int) -> Step:
        return next_steps(assessment, [], [one] * count, assessment.on)[0]

    assert said(3).text == "Decide 3 conflicts"
    assert said(3).command.startswith("cyberassess resolve B1.a.N.1/housing")
    assert said(4).text.startswith("Decide 4 conflicts in one workbook")
    assert said(4).command == "cyberassess decisions"


def test_a_name_that_looks_like_a_command_is_none(folder: Path) -> None:
    name = "Kim: cyberassess forget p2"
    kim = PersonStatus("p2", name, 1, 1, "2026-03-01", "2026-03-02", "", 0)
    assessment = open_assessment(folder)
    (step,) = (e for e in next_steps(assessment, [kim], [], assessment.on) if name in e.text)
    assert (step.text.startswith("Have the last sheet signed by"), words_of(step)) == (True, [])
