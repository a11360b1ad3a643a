"""The decisions workbook: what waits is in it, every decision is recorded or reported, once."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from cyberassess.domain.assessment import PersonId
from cyberassess.errors import ReportError
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.conflicts import conflicts
from cyberassess.opening.intake import ReceivedFile
from cyberassess.opening.outcomes import one_outcome
from cyberassess.steps.care.verifying import verify
from cyberassess.steps.confirm.confirming import confirm
from cyberassess.steps.confirm.deciding import write
from cyberassess.steps.confirm.waiting import Kind, waiting, with_known
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.settle.resolving import resolve
from cyberassess.steps.standing.standing import status
from cyberassess.steps.standing.tracing import traces
from cyberassess.terminal.fitting import came_lines
from tests.steps import council
from tests.steps.council import (
    ALEX,
    HOUSING,
    KIM,
    answers,
    begin,
    codes,
    events,
    fill_in,
    ledger_bytes,
    send_to,
    take,
)

Typed = Mapping[str, tuple[str | int | bool, str]]
"""What is typed, keyed by ref: decision and reason."""
SCOPES = [
    {"id": "organisation", "kind": "organisation", "title": "Northport Council"},
    HOUSING | {"inherits": ["identity"]},
    {"id": "identity", "kind": "shared-service", "title": "Identity", "covers": ["B1.b"]},
]
DECISION, REASON_AT = 4, 5
"""Columns, counted from none."""
DIFFER, CONFIRM = "B1.a.N.1/housing differ", "A1.b confirm"
FROM, REASON = "B1.b.H.1/housing from identity", "B1.a.H.1/housing reason p2"
COLUMN = "A1.a column high"


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        wide = council.OUTLINE.replace("board N.1 N.2 M.1 H.1", "board N.1 M.1 H.1 H.2 H.3")
        patch.setattr(council, "OUTLINE", wide)
        place = tmp_path_factory.mktemp("deciding")
        folder = begin(place / "northport-2026", scopes=SCOPES, people=[KIM, ALEX])
        sent = send_to(folder)
        sams: dict[str, str | tuple[str, str]] = {
            "A1.a.N.1": "Does not happen", "A1.a.M.1": "True", "A1.a.H.1": "True",
            "A1.a.H.2": ("Does not apply", "No such thing"),
            "A1.a.H.3": ("Does not apply", "No such thing"),
            "A1.b.N.1": "Does not happen", "A1.b.H.1": "True",
            "B1.b.H.1/identity": "True", "B1.b.N.1/identity": "Does not happen",
        }  # fmt: skip
        take(folder, fill_in(sent["Sam Reid"], place / "sam.xlsx", sams))
        kims = {"B1.a.N.1/housing": "Happens", "B1.a.H.1/housing": "Otherwise"}
        take(folder, fill_in(sent["Kim Lee"], place / "kim.xlsx", kims))
        alexs = {"B1.a.N.1/housing": "Does not happen"}
        take(folder, fill_in(sent["Alex Moor"], place / "alex.xlsx", alexs))
        write(folder, output=folder / "decisions.xlsx")
    return folder


@pytest.fixture
def folder(_made: Path, tmp_path: Path) -> Path:
    """Give a workspace in which something of every kind waits, and its workbook."""
    import shutil

    return Path(shutil.copytree(_made, tmp_path / "northport-2026"))


def decide(folder: Path, typed: Typed, *, decided_by: str = "", name: str = "done.xlsx") -> Path:
    """Fill in the decisions workbook as the officer would."""
    book = openpyxl.load_workbook(folder / "decisions.xlsx")
    left = dict(typed)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=1):
            if row[0].value == "Decided by" and decided_by:
                row[1].value = decided_by
            if row[0].value in left:
                decision, reason = left.pop(str(row[0].value))
                row[DECISION].value = decision or None
                row[REASON_AT].value = reason or None
    assert not left, f"not in the workbook: {list(left)}"
    path = folder / name
    book.save(path)
    return path


def record(folder: Path, typed: Typed, **more: str) -> ReceivedFile:
    (result,) = receive(folder, [decide(folder, typed, **more)])
    return result


def words(lines: Iterable[str]) -> str:
    return " ".join(" ".join(lines).split())


def kinds(folder: Path) -> dict[str, Kind]:
    return {each.ref: each.kind for each in waiting(open_assessment(folder))}


def test_everything_that_waits_is_in_it(folder: Path) -> None:
    found = kinds(folder)
    assert found[DIFFER] is Kind.CONFLICT
    assert found[FROM] is Kind.INHERITED
    assert found[REASON] is Kind.REASON
    assert found[COLUMN] is Kind.COLUMN
    assert found[CONFIRM] is Kind.DETERMINATION
    book = openpyxl.load_workbook(folder / "decisions.xlsx")
    refs = [
        str(row[0].value)
        for sheet in book.worksheets[1:-1]
        for row in sheet.iter_rows(min_row=5)
        if row[0].value
    ]
    assert sorted(refs) == sorted(found)
    assert len(set(refs)) == len(refs)
    assert book.sheetnames[0] == "Start"
    assert book.sheetnames[-1] == "About this file"
    for sheet in book.worksheets:
        assert sheet.sheet_state == "visible"
        assert not any(each.hidden for each in sheet.column_dimensions.values())
        assert not sheet.protection.sheet


ALL: Typed = {
    DIFFER: ("Happens", "Seen in the log."),
    FROM: ("Yes", ""),
    REASON: ("", "By hand, every week."),
    COLUMN: ("Yes", "We run no servers."),
    CONFIRM: ("High", ""),
    "A1.a confirm": ("Middle", "One of three is too thin a proof."),
}


def test_every_decision_is_recorded_with_its_cell(folder: Path) -> None:
    result = record(folder, ALL)
    assert result.problems == []
    assert (result.stored, result.unchanged, result.person) == (6, 0, "Sam Reid")
    assessment = open_assessment(folder)
    assert conflicts(assessment) == []
    assert answers(folder)["Kim Lee", "B1.a.H.1/housing"] == (
        "other-means",
        "By hand, every week.",
    )
    assert one_outcome(assessment, "A1.b").confirmed == "high"
    score = one_outcome(assessment, "A1.a")
    assert (score.suggested, score.confirmed) == ("high", "middle")
    assert len(events(folder, "inheritance")) == 1
    sources = [
        e["source"] for e in events(folder) if e.get("source", {}).get("name") == "done.xlsx"
    ]
    assert len({(each["sheet"], each["cell"]) for each in sources}) == 6


def test_the_chain_names_the_cell_of_a_decision(folder: Path) -> None:
    record(folder, ALL)
    assessment = open_assessment(folder)
    found = next(traces(assessment, [one_outcome(assessment, "B1.a/housing")]))
    step = next(each for each in found.statements if each.id == "B1.a.N.1").steps[-1]
    assert (step.what, step.reason) == ("decided as Happens", "Seen in the log.")
    assert (step.source.name, step.source.sheet) == ("done.xlsx", "Conflicts")


def test_the_receipt_names_every_decision_and_the_screen_the_first_of_many(folder: Path) -> None:
    result = record(folder, ALL)
    receipt = (folder / result.receipt).read_text("utf-8")
    assert [each for each in result.changed if f"  {each}\n" not in receipt] == []
    assert " and 4 more, which the receipt names" in words(came_lines(result, 2))
    assert "more" not in words(came_lines(result))


def test_what_stands_now_is_not_said_again_beside_it(folder: Path) -> None:
    assessment = open_assessment(folder)
    rows = {row[0]: row[2:] for row in with_known(assessment, waiting(assessment))}
    assert "No evidence is offered." in rows[CONFIRM][0]
    assert "No evidence is offered." not in rows[CONFIRM][1]
    assert "No evidence is offered." in rows[DIFFER][1]


def test_it_is_nobodys_questionnaire_that_came_back(folder: Path) -> None:
    asked = [PersonId(each.id) for each in status(folder).people]
    before = [open_assessment(folder).state.returned(each) for each in asked]
    record(folder, {DIFFER: ("Happens", "Seen.")}, decided_by="Alex Moor")
    record(folder, {CONFIRM: ("High", "")}, name="more.xlsx")
    assert [open_assessment(folder).state.returned(each) for each in asked] == before


def test_receiving_it_twice_changes_nothing(folder: Path) -> None:
    path = decide(folder, ALL)
    receive(folder, [path])
    before = ledger_bytes(folder)
    (again,) = receive(folder, [path])
    assert ledger_bytes(folder) == before
    assert (again.stored, again.unchanged, again.problems) == (0, 6, [])


def test_a_dry_run_changes_nothing(folder: Path) -> None:
    path, before = decide(folder, ALL), ledger_bytes(folder)
    (result,) = receive(folder, [path], dry_run=True)
    assert (result.stored, result.problems) == (6, [])
    assert ledger_bytes(folder) == before


def test_an_empty_workbook_decides_nothing(folder: Path) -> None:
    (result,) = receive(folder, [folder / "decisions.xlsx"])
    assert (result.stored, result.problems, result.refused) == (0, [], False)


def test_what_changed_since_is_reported_and_not_applied(folder: Path) -> None:
    path = decide(folder, ALL)
    resolve(folder, "B1.a.N.1/housing", answer="never", reason="Asked them.")
    confirm(folder, "A1.b", level="low", reason="No longer so.")
    (result,) = receive(folder, [path])
    assert codes([result]) == ["stale", "stale"]
    assert (result.stored, one_outcome(open_assessment(folder), "A1.b").confirmed) == (4, "low")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({DIFFER: ("Perhaps", "R")}, "not-allowed"),
        ({DIFFER: ("I don't know", "R")}, "not-allowed"),
        ({DIFFER: ("Happens", "")}, "no-reason"),
        ({DIFFER: ("", "Seen in the log.")}, "no-decision"),
        ({DIFFER: (1, "R")}, "not-allowed"),
        ({FROM: ("x", "")}, "not-allowed"),
        ({DIFFER: ("=1+1", "R")}, "formula"),
        ({CONFIRM: ("Low", "")}, "no-reason"),
        ({CONFIRM: ("Middle", "R")}, "not-allowed"),
        ({COLUMN: ("Yes", "")}, "no-reason"),
        ({CONFIRM: ("High", "x" * 10_001)}, "too-long"),
    ],
)
def test_what_cannot_be_recorded_is_reported_with_its_cell(
    typed: Typed, code: str, folder: Path
) -> None:
    result = record(folder, typed)
    assert codes([result]) == [code]
    assert result.stored == 0
    assert "cell " in result.problems[0].where
    assert kinds(folder) == {each.ref: each.kind for each in waiting(open_assessment(folder))}


@pytest.mark.parametrize("typed", ["Y", "yes, still", "TRUE"])
def test_what_obviously_means_yes_is_taken_and_said_back(typed: str, folder: Path) -> None:
    result = record(folder, {FROM: (typed, "")})
    assert (result.stored, codes([result])) == (1, ["answer-read"])
    assert result.problems[0].message == f'"{typed}" was read as "Yes".'
    assert events(folder, "inheritance")[-1]["read"] == typed
    assert verify(folder).problems == ()


def test_no_leaves_an_offer_and_a_column_as_they_are(folder: Path) -> None:
    result = record(folder, {FROM: ("No", ""), COLUMN: ("no", "Too much.")})
    assert (result.stored, result.unchanged) == (0, 2)
    assert codes([result]) == ["reason-not-kept"]
    assert {FROM, COLUMN} <= kinds(folder).keys()


def test_words_beside_a_yes_are_kept_and_those_without_a_place_are_said(folder: Path) -> None:
    typed: Typed = {FROM: ("Yes", "Seen it."), REASON: ("Yes", "By hand, every week.")}
    result = record(folder, typed)
    assert result.stored == 2
    assert codes([result]) == ["unexpected-text"]
    (taken,) = events(folder, "inheritance")
    assert taken["new"]["words"]["text"] == "Seen it."


def test_a_level_that_follows_from_the_same_workbook_needs_no_reason(folder: Path) -> None:
    """The column is accepted first, so that the rule suggests High when High is confirmed."""
    result = record(folder, {COLUMN: ("Yes", "No servers."), "A1.a confirm": ("High", "")})
    assert (result.stored, result.problems) == (2, [])


def test_somebody_else_may_decide_by_name(folder: Path) -> None:
    result = record(folder, {CONFIRM: ("High", "")}, decided_by="Lee Marsh")
    assert result.person == "Lee Marsh"
    assessment = open_assessment(folder)
    found = one_outcome(assessment, "A1.b").confirmation
    assert found is not None
    assert assessment.name_of(found.person) == "Lee Marsh"


def test_everything_else_that_was_written_is_reported(folder: Path) -> None:
    path = decide(folder, {})
    book = openpyxl.load_workbook(path)
    book["Start"]["F20"] = "Ask me on Monday"
    book["Conflicts"]["H6"] = "a remark beside"
    book["Conflicts"]["D60"] = "Happens"
    book["Conflicts"]["A1"].comment = Comment("Well?", "Sam")
    book.create_sheet("Mine")["A3"] = "My own notes"
    book["About this file"]["D3"] = "?"
    book.save(path)
    (result,) = receive(folder, [path])
    found = codes([result])
    assert sorted(found) == ["comment", "no-key", *["unexpected-text"] * 4]
    assert result.stored == 0


def test_a_ref_that_was_changed_or_copied_is_reported(folder: Path) -> None:
    path = decide(folder, {DIFFER: ("Happens", "R")})
    book = openpyxl.load_workbook(path)
    sheet = book["Conflicts"]
    for column, text in enumerate([DIFFER, "", "", "Does not happen", "S"], start=1):
        sheet.cell(30, column, text)
    sheet.cell(31, 1, "B9.z confirm")
    sheet.cell(31, 4, "High")
    book.save(path)
    (result,) = receive(folder, [path])
    assert sorted(codes([result])) == ["repeated-ref", "repeated-ref", "unknown-ref"]
    assert result.stored == 0


def test_a_changed_subject_is_noted_and_the_decision_taken(folder: Path) -> None:
    path = decide(folder, {CONFIRM: ("High", "")})
    book = openpyxl.load_workbook(path)
    for row in book["Determinations"].iter_rows():
        if row[0].value == CONFIRM:
            row[1].value = "Something else"
    book.save(path)
    (result,) = receive(folder, [path])
    assert (codes([result]), result.stored) == (["subject-changed"], 1)


def test_a_workbook_of_another_assessment_or_state_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    path = decide(folder, ALL)
    other = begin(tmp_path / "other")
    (result,) = receive(other, [path])
    assert (result.refused, codes([result])) == (True, ["another-assessment"])
    for cell, value, code in (("B7", "f" * 64, "unknown-head"), ("B6", None, "about-changed")):
        book = openpyxl.load_workbook(path)
        assert book["About this file"]["A7"].value == "Head"
        book["About this file"][cell] = value
        book.save(folder / "changed.xlsx")
        (result,) = receive(folder, [folder / "changed.xlsx"])
        assert (result.refused, codes([result])) == (True, [code])


def test_it_never_writes_over_a_file_unasked(folder: Path) -> None:
    with pytest.raises(ReportError, match="There is a file of this name already"):
        write(folder, output=folder / "decisions.xlsx")
    write(folder, output=folder / "decisions.xlsx", force=True)
    first, second = write(folder), write(folder)
    assert first.path != second.path
    assert first.counts["Conflicts"] == 1
    with pytest.raises(ReportError, match="cannot be written"):
        write(folder, output=folder / "assessment.yaml" / "x.xlsx")


def test_a_confirmation_that_lapsed_waits_again(folder: Path) -> None:
    confirm(folder, "A1.b")
    assert CONFIRM not in kinds(folder)
    path = next((folder / "questionnaires/sent").glob("*Sam*"))
    take(folder, fill_in(path, folder / "s.xlsx", {"A1.b.H.1": "Not true"}, saved=council.LATER))
    again = next(e for e in waiting(open_assessment(folder)) if e.ref == CONFIRM)
    assert "Confirmed before as High, on other answers." in again.now


def as_the_rule(folder: Path) -> ReceivedFile:
    return record(folder, {CONFIRM: ("As the rule says", "")})


def test_as_the_rule_says_is_a_choice_and_needs_no_reason(folder: Path) -> None:
    score = one_outcome(open_assessment(folder), "A1.b")
    assert as_the_rule(folder).problems == []
    after = one_outcome(open_assessment(folder), "A1.b")
    assert after.confirmed == score.suggested is not None
    assert events(folder, "determination")[-1]["read"] == "As the rule says"
    assert verify(folder).problems == ()


def test_what_the_rule_says_after_the_other_decisions_is_recorded_and_said(folder: Path) -> None:
    result = record(
        folder,
        {"A1.a confirm": ("as the rule says", ""), COLUMN: ("Yes", "The two do not apply here.")},
    )
    (said,) = [each for each in result.problems if each.code == "rule-moved"]
    score = one_outcome(open_assessment(folder), "A1.a")
    assert score.confirmed == score.suggested
    assert score.asked.framework.title_of(score.confirmed or "") in said.message


def test_each_row_offers_the_levels_of_its_own_outcome_alone(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "decisions.xlsx")
    sheet = book["Determinations"]
    offered = {
        str(cell.value): rule.formula1
        for rule in sheet.data_validations.dataValidation
        for at in rule.sqref.ranges
        for cell in (sheet.cell(number, 1) for number in range(at.min_row, at.max_row + 1))
    }
    waits = {each.ref: each for each in waiting(open_assessment(folder))}
    assert offered[CONFIRM] == f'"{",".join(waits[CONFIRM].choices)}"'
    assert "As the rule says" in offered[CONFIRM]
    assert all("As the rule says" in each for each in offered.values()), "it is filled down"


def test_what_the_rule_does_not_decide_yet_is_left_open_where_all_are_filled_down(
    folder: Path,
) -> None:
    waits = waiting(open_assessment(folder))
    levels = [each for each in waits if each.kind is Kind.DETERMINATION]
    undecided = [each.ref for each in levels if not each.basis[0]]
    assert undecided
    result = record(folder, {each.ref: ("As the rule says", "") for each in levels})
    left = [each for each in result.problems if each.code == "no-level-yet"]
    assert [each.severity.value for each in left] == ["note"] * len(undecided)
    assert result.stored == len(levels) - len(undecided)
    assert set(undecided) <= kinds(folder).keys()


def test_a_conflict_says_who_when_in_which_cell_and_whose_duty_it_is(folder: Path) -> None:
    found = next(e for e in waiting(open_assessment(folder)) if e.ref == DIFFER)
    assert "Kim Lee: Happens (" in found.now
    assert "kim.xlsx, " in found.now
    assert ", cell " in found.now
    assert "It is asked of Kim Lee and Alex Moor." in found.now


def test_what_has_no_action_waits_for_one(folder: Path) -> None:
    gaps = [e.ref for e in waiting(open_assessment(folder)) if e.kind is Kind.GAP]
    assert gaps
    book = openpyxl.load_workbook(folder / "decisions.xlsx")
    row = next(row for row in book["Gaps without an action"] if row[0].value == gaps[0])
    row[DECISION].value = "Write it down"
    row[6].value, row[7].value = "Sam Reid", "31/03/2027"
    book.save(folder / "done.xlsx")
    (result,) = receive(folder, [folder / "done.xlsx"])
    assert result.stored == 1
    said = events(folder, "action")[-1]
    assert said["source"]["cell"] == row[DECISION].coordinate
    assert gaps[0] not in kinds(folder)
    (again,) = receive(folder, [folder / "done.xlsx"])
    assert again.stored == 0


def test_an_action_with_a_date_that_is_none_is_kept_and_the_date_named(folder: Path) -> None:
    gap = next(e.ref for e in waiting(open_assessment(folder)) if e.kind is Kind.GAP)
    book = openpyxl.load_workbook(folder / "decisions.xlsx")
    row = next(row for row in book["Gaps without an action"] if row[0].value == gap)
    row[DECISION].value, row[7].value = "Write it down", "soonish"
    book.save(folder / "done.xlsx")
    (result,) = receive(folder, [folder / "done.xlsx"])
    assert result.stored == 1
    assert any("soonish" in e.message and "without it" in (e.hint or "") for e in result.problems)


def test_words_typed_over_what_is_known_are_reported(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "decisions.xlsx")
    row = next(row for row in book["Determinations"] if row[0].value == CONFIRM)
    row[3].value = "See the minutes of 3 May"
    book.save(folder / "done.xlsx")
    (result,) = receive(folder, [folder / "done.xlsx"])
    assert any("minutes of 3 May" in each.message for each in result.problems)


def test_what_waits_longest_stands_first(folder: Path) -> None:
    found = waiting(open_assessment(folder))
    for kind in Kind:
        since = [each.since or "~" for each in found if each.kind is kind]
        assert since == sorted(since)


def test_a_strangers_workbook_is_said_to_be_no_workbook_of_decisions(folder: Path) -> None:
    openpyxl.Workbook().save(folder / "other.xlsx")
    (result,) = receive(folder, [folder / "other.xlsx"], wanted="decisions")
    (problem,) = result.problems
    assert problem.message.startswith("This is not one of our workbooks of decisions.")
    assert "`decisions` wrote" in (problem.hint or "")
