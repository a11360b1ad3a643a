"""The plan: what stands in the way, what will be done, by command and from a workbook."""

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from cyberassess.domain.record.plan import Cost, Progress, actions_of
from cyberassess.errors import AssessmentError
from cyberassess.opening.assessment import open_assessment
from cyberassess.steps.begin.setup import NewAssessment, new
from cyberassess.steps.plan.plan_book import export_plan, import_plan
from cyberassess.steps.plan.planning import (
    Wanted,
    add_action,
    others,
    path_to_target,
    set_action,
    unplanned,
)
from tests.steps.council import Rows, events, ledger_bytes, received_from_kim

KIMS: Rows = {
    "B1.a.N.1/housing": "Happens",
    "B1.a.N.2/housing": "Does not happen",
    "B1.a.M.1/housing": "True",
    "B1.a.H.1/housing": "Not true",
}
DO = Wanted(title="Review leavers", owner="kim lee", due="31/01/2027", cost="low", priority="1")


@pytest.fixture(scope="module")
def _made(sent_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return received_from_kim(sent_workspace, tmp_path_factory.mktemp("made"), KIMS)


@pytest.fixture
def short(_made: Path, workspace: Path) -> Path:
    """Give a workspace in which B1.a falls short of its target."""
    shutil.rmtree(workspace)
    return Path(shutil.copytree(_made, workspace))


def test_the_path_is_the_least_that_must_change(short: Path) -> None:
    steps = {e.finding.score.key.outcome: e for e in path_to_target(open_assessment(short))}
    assert steps["B1.a"].finding.gap.statements == ("B1.a.N.1", "B1.a.H.1")  # type: ignore[index]
    assert "B1.b" not in steps  # it has no target
    assert len(unplanned(tuple(steps.values()))) == len(steps)


def test_an_action_is_recorded_with_owner_date_and_cost(short: Path) -> None:
    action = add_action(short, "B1.a", DO)
    assert (action.ref, action.owner, str(action.due)) == ("ACT-001", "p2", "2027-01-31")
    assert (action.cost, action.progress, action.priority) == (Cost.LOW, Progress.PLANNED, 1)
    steps = {e.finding.score.key.outcome: e for e in path_to_target(open_assessment(short))}
    assert [each.ref for each in steps["B1.a"].actions] == ["ACT-001"]  # type: ignore[index]
    assert add_action(short, "B1.b", Wanted(title="Tidy up")).ref == "ACT-002"
    assert [each.ref for each in others(open_assessment(short))] == ["ACT-002"]


def test_a_change_keeps_what_was_not_said(short: Path) -> None:
    add_action(short, "B1.a", DO)
    changed = set_action(short, "act-001", Wanted(status="under way", owner="The service desk"))
    assert (changed.progress, changed.owner) == (Progress.UNDER_WAY, "The service desk")
    assert changed.title == "Review leavers"
    before = ledger_bytes(short)
    set_action(short, "ACT-001", Wanted(status="under way"))
    assert ledger_bytes(short) == before


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(title=" "), "Nothing was given"),
        (Wanted(title="x", cost="huge"), "none, low, medium, high"),
        (Wanted(title="x", status="soon"), "planned, under way, done, dropped"),
        (Wanted(title="x", priority="9"), "1, 2, 3"),
        (Wanted(title="x", due="soon"), "Write it like 31 March"),
        (Wanted(title="x", status="dropped"), "needs a reason"),
    ],
)
def test_what_is_not_allowed_is_named_and_nothing_is_recorded(
    short: Path, wanted: Wanted, said: str
) -> None:
    with pytest.raises(AssessmentError, match=said):
        add_action(short, "B1.a", wanted)
    assert not events(short, "action")


def test_an_unknown_action_or_outcome_is_named(short: Path) -> None:
    with pytest.raises(AssessmentError, match="There are: none"):
        set_action(short, "ACT-001", Wanted(cost="low"))
    add_action(short, "B1.a", DO)
    with pytest.raises(AssessmentError, match="Did you mean ACT-001"):
        set_action(short, "ACT-01", Wanted(cost="low"))
    with pytest.raises(AssessmentError, match="is not an outcome"):
        add_action(short, "B9.x", DO)


def row(sheet: Worksheet, ref: str) -> int:
    return next(n for n in range(5, sheet.max_row + 1) if sheet.cell(n, 2).value == ref)


def edit(path: Path, change: Callable[[Worksheet], None]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book["Plan"])
    book.save(path)
    return path


def test_the_plan_comes_back_from_its_workbook(short: Path) -> None:
    add_action(short, "B1.a", DO)
    path = export_plan(short)
    assert import_plan(short, path).unchanged == 1

    def change(sheet: Worksheet) -> None:
        at = row(sheet, "B1.a/housing")
        sheet.cell(at, 11).value = "done"
        other = row(sheet, "A1.a")
        sheet.cell(other, 6).value = "Write a statement"
        sheet.cell(other, 7).value = "Sam Reid"

    edit(path, change)
    before = ledger_bytes(short)
    rehearsed = import_plan(short, path, dry_run=True)
    assert (rehearsed.added, rehearsed.changed) == (["ACT-002"], ["ACT-001"])
    assert ledger_bytes(short) == before
    found = import_plan(short, path)
    assert (found.added, found.changed, found.problems) == (["ACT-002"], ["ACT-001"], [])
    again = import_plan(short, path)
    assert (again.added, again.changed, again.unchanged) == ([], [], 2)


def test_rows_that_cannot_be_taken_in_are_named_and_the_rest_is_stored(short: Path) -> None:
    path = export_plan(short)

    def change(sheet: Worksheet) -> None:
        at = row(sheet, "B1.a/housing")
        sheet.cell(at, 6).value = "Review leavers"
        sheet.cell(at, 20).value = "A note"
        bad = row(sheet, "A1.a")
        sheet.cell(bad, 6).value = "Something"
        sheet.cell(bad, 9).value = "huge"
        worse = row(sheet, "A1.b")
        sheet.cell(worse, 7).value = "Sam Reid"
        last = sheet.max_row + 1
        sheet.cell(last + 2, 1).value = "Close it"
        sheet.cell(last + 2, 2).value = "B1.b"
        sheet.cell(last, 2).value = "B9.x"
        sheet.cell(last, 6).value = "x"
        sheet.cell(last + 1, 1).value = "ACT-077"
        sheet.cell(last + 1, 2).value = "A1.b"
        sheet.cell(last + 1, 6).value = "=1+1"

    found = import_plan(short, edit(path, change))
    assert found.added == ["ACT-001"]
    assert sorted(each.code for each in found.problems) == [
        "formula", "no-action", "not-allowed", "unexpected-text", "unknown-action",
        "unknown-outcome",
    ]  # fmt: skip
    (typed,) = [each for each in found.problems if each.code == "unknown-action"]
    assert typed.where.split("cell ")[1].startswith("A"), "where it was typed"
    (huge,) = [each for each in found.problems if each.code == "not-allowed"]
    assert huge.where.split("cell ")[1].startswith("I"), "where it was typed"
    assert 'under "What will be done"' in typed.hint


def test_words_typed_over_ours_are_named(short: Path) -> None:
    add_action(short, "B1.a", DO)

    def change(sheet: Worksheet) -> None:
        at = row(sheet, "B1.a/housing")
        sheet.cell(at, 4).value = "Nearly there"
        sheet.cell(at, 5).value = f"{sheet.cell(at, 5).value}\nAnd the weather"

    found = import_plan(short, edit(export_plan(short), change))
    assert [each.code for each in found.problems] == ["unexpected-text"] * 2
    assert found.unchanged == 1


def test_one_action_twice_in_the_file_is_named(short: Path) -> None:
    add_action(short, "B1.a", DO)
    path = export_plan(short)

    def change(sheet: Worksheet) -> None:
        at, last = row(sheet, "B1.a/housing"), sheet.max_row + 1
        for column in range(1, 14):
            sheet.cell(last, column).value = sheet.cell(at, column).value
        sheet.cell(last, 6).value = "Another"

    found = import_plan(short, edit(path, change))
    assert [each.code for each in found.problems] == ["repeated-ref"] * 2
    assert (found.added, found.changed, found.unchanged) == ([], [], 0)


def test_one_action_twice_in_the_same_words_is_taken_once(short: Path) -> None:
    path = export_plan(short)

    def change(sheet: Worksheet) -> None:
        at, last = row(sheet, "B1.a/housing"), sheet.max_row + 1
        sheet.cell(at, 6).value = "Review leavers"
        for column in range(1, 14):
            sheet.cell(last, column).value = sheet.cell(at, column).value

    edit(path, change)
    found = import_plan(short, path)
    assert (found.added, found.problems) == (["ACT-001"], [])
    edit(path, lambda sheet: setattr(sheet.cell(sheet.max_row, 7), "value", "Sam Reid"))
    again = import_plan(short, path)
    assert [each.code for each in again.problems] == ["repeated-ref"] * 2
    assert again.changed == []


def test_a_plan_is_csv_too_and_is_not_written_over(short: Path, tmp_path: Path) -> None:
    add_action(short, "B1.a", Wanted(title="=SUM(1)"))
    path = export_plan(short, tmp_path / "plan.csv")
    assert "'=SUM(1)" in path.read_text(encoding="utf-8-sig")
    with pytest.raises(AssessmentError, match="There is a file of this name"):
        export_plan(short, path)
    with pytest.raises(AssessmentError, match="cannot be written"):
        export_plan(short, tmp_path / "nowhere" / "plan.csv")
    bare = tmp_path / "bare.csv"
    bare.write_text("a,b\n1,2\n")
    with pytest.raises(AssessmentError, match="No row has the headings"):
        import_plan(short, bare)


def test_an_action_covers_the_places_it_names_by_command_and_in_the_workbook(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "lab"
    systems = ("Housing", "Revenues", "Adult care")
    new(
        folder,
        NewAssessment("Lab", "2026", ("ncsc-caf@3.2",), ("govassure-baseline",), systems=systems),
    )
    made = add_action(folder, "C1.c/housing", Wanted(title="Watch", also="Adult care; revenues"))
    assert made.also == ("adult-care", "revenues")
    steps = {e.finding.score.key: e for e in path_to_target(open_assessment(folder))}
    planned = [key.scope for key, step in steps.items() if step.is_planned]
    assert planned == ["housing", "revenues", "adult-care"]
    path = export_plan(folder)
    assert import_plan(folder, path).unchanged == 1

    def change(sheet: Worksheet) -> None:
        heads = [each.value for each in sheet[4]]
        at = heads.index("Also covers") + 1
        assert sheet.cell(row(sheet, "C1.c/housing"), at).value == "Adult care; Revenues"
        sheet.cell(row(sheet, "C1.c/housing"), at).value = "Revenues"

    assert import_plan(folder, edit(path, change)).changed == ["ACT-001"]
    (action,) = actions_of(open_assessment(folder).state)
    assert action.also == ("revenues",)
    assert not set_action(folder, "ACT-001", Wanted(also="")).also
    with pytest.raises(AssessmentError, match=r"not a place in which C1\.c is assessed"):
        set_action(folder, "ACT-001", Wanted(also="Museum"))
