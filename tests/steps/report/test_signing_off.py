"""What is open when somebody signs off: said, wanted in words, and printed."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from cyberassess.domain.record import happened, registers
from cyberassess.domain.record.approval import OpenKind, OpenPoint
from cyberassess.errors import AssessmentError
from cyberassess.opening.writing import writing
from cyberassess.steps.confirm.confirming import confirm
from cyberassess.steps.plan.planning import Wanted as WantedAction
from cyberassess.steps.plan.planning import add_action
from cyberassess.steps.report.approving import approve, signed, signed_json
from cyberassess.steps.report.documents import report_findings, report_full, report_soa
from cyberassess.steps.report.printing import Wanted, report_board, report_theme
from tests.steps.council import Rows, begin, fill_in, ledger_bytes, send_to, take

HTML = Wanted(suffix=".html")
WHY = "The audit committee meets before the last returns are due."
DONE: Rows = {
    "A1.a.N.1": "Does not happen",
    "A1.a.N.2": "Does not happen",
    "A1.a.M.1": "True",
    "A1.a.H.1": "True",
    "A1.b.N.1": "Does not happen",
    "A1.b.H.1": "True",
    "B1.a.N.1/housing": "Does not happen",
    "B1.a.N.2/housing": "Does not happen",
    "B1.a.M.1/housing": "True",
    "B1.a.H.1/housing": "True",
    "B1.b.N.1/housing": "Happens",
    "B1.b.H.1/housing": "True",
    "B1.b.H.2/housing": "True",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return begin(tmp_path / "northport-2026", people=[])


def answer(folder: Path, rows: Rows) -> None:
    blank = send_to(folder)["Sam Reid"]
    take(folder, fill_in(blank, folder.parent / "sam.xlsx", rows))


def kinds(points: Iterable[OpenPoint]) -> list[OpenKind]:
    return [each.kind for each in points]


def test_everything_that_is_open_is_counted(folder: Path) -> None:
    found = signed(folder).open
    assert found[0] == OpenPoint(OpenKind.ANSWERS, 14, 14)
    assert str(found[0]) == "14 of 14 statements not answered"
    assert found[1] == OpenPoint(OpenKind.CONFIRMATIONS, 4, 4)
    answer(folder, {"A1.a.N.1": "Does not happen"})
    after = signed(folder).open
    assert after[0] == OpenPoint(OpenKind.ANSWERS, 13, 14)
    assert str(after[-1]) == "1 of 1 return not signed, or no longer"


def test_it_is_refused_without_a_word_and_nothing_is_recorded(folder: Path) -> None:
    with pytest.raises(AssessmentError, match="14 of 14 statements not answered") as refused:
        approve(folder, name="Ada Moss", role="SIRO")
    assert "--as-it-stands" in str(refused.value)
    with pytest.raises(AssessmentError, match="reason"):
        approve(folder, name="Ada Moss", role="SIRO", as_it_stands=True)
    with pytest.raises(AssessmentError, match="--as-it-stands"):
        approve(folder, name="Ada Moss", role="SIRO", reason=WHY)
    assert not signed(folder).approvals


def test_a_refusal_does_not_even_record_changed_settings(folder: Path) -> None:
    path = folder / "assessment.yaml"
    path.write_text(path.read_text("utf-8").replace('"2026"', '"2026-27"'), "utf-8")
    before = ledger_bytes(folder)
    with pytest.raises(AssessmentError, match="Nothing was recorded"):
        approve(folder, name="Ada Moss", role="SIRO")
    assert ledger_bytes(folder) == before


def confirm_all(folder: Path) -> None:
    for outcome in ("A1.a", "A1.b", "B1.a", "B1.b"):
        confirm(folder, outcome)


def test_gaps_and_unsigned_returns_are_only_said(folder: Path) -> None:
    answer(folder, {**DONE, "B1.a.H.1/housing": "Not true"})
    confirm_all(folder)
    found = signed(folder).open
    assert kinds(found) == [OpenKind.GAPS, OpenKind.RETURNS]
    assert not any(each.needs_reason for each in found)
    (approval,) = approve(folder, name="Ada Moss", role="SIRO").approvals
    assert approval.open == found
    assert approval.reason == ""
    add_action(folder, "B1.a/housing", WantedAction(title="Mend it"))
    assert kinds(signed(folder).open) == [OpenKind.RETURNS]


def test_what_was_open_and_why_stands_in_the_record_and_on_every_document(folder: Path) -> None:
    found = approve(folder, name="Ada Moss", role="SIRO", as_it_stands=True, reason=WHY)
    (approval,) = found.approvals
    assert (approval.reason, approval.open) == (WHY, found.open)
    told = signed_json(found)["approvals"][0]
    assert told["open"][0] == {"kind": "answers", "count": 14, "of": 14, "needs_reason": True}
    assert told["reason"] == WHY
    for report in (report_full, report_findings, report_soa, report_board, report_theme):
        text = report(folder, HTML).path.read_text("utf-8")
        assert WHY in text
        assert "14 of 14 statements not answered" in text
        assert "version 1, approved as it stands (14 answers, 4 results open)" in text
    text = report_board(folder, HTML, edition="open").path.read_text("utf-8")
    assert "14 of 14 statements not answered" in text
    assert WHY not in text, "a reason may name somebody"


def test_an_old_approval_says_that_what_was_open_was_not_recorded(folder: Path) -> None:
    fingerprint = signed(folder).version.fingerprint
    approval = registers.Approval(name="Ada Moss", role="SIRO", fingerprint=fingerprint)
    with writing(folder, "approve") as session:
        session.write([happened.put(("1",), approval)])
    found = signed(folder)
    assert found.approvals[0].open is None
    assert signed_json(found)["approvals"][0]["open"] is None
    text = report_full(folder, HTML).path.read_text("utf-8")
    assert "What was open then was not recorded" in text
    assert "approved as it stands" not in text


def test_two_who_differ_are_open_and_need_a_reason(tmp_path: Path) -> None:
    folder = begin(tmp_path / "northport-2026")
    blanks = send_to(folder)
    for name, said in (("Kim Lee", "Happens"), ("Alex Moor", "Does not happen")):
        take(folder, fill_in(blanks[name], tmp_path / f"{name}.xlsx", {"B1.a.N.1/housing": said}))
    assert "1 of 14 statements in conflict" in [str(each) for each in signed(folder).open]
    with pytest.raises(AssessmentError, match="1 of 14 statements in conflict"):
        approve(folder, name="Ada Moss", role="SIRO")
