"""A column sorted by itself never puts what somebody wrote under something else."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from cyberassess.errors import AssessmentError, Severity
from cyberassess.opening.assessment import open_assessment
from cyberassess.opening.intake import ReceivedFile
from cyberassess.steps.confirm import deciding
from cyberassess.steps.people.tables import (
    export_people,
    export_systems,
    import_people,
    import_systems,
)
from cyberassess.steps.plan.plan_book import export_plan, import_plan
from cyberassess.steps.plan.planning import Wanted, add_action
from cyberassess.steps.receive.receiving import receive
from cyberassess.steps.review.reviewing import receive_review, send_review
from tests.steps.council import (
    HOUSING,
    KIM,
    REVENUES,
    Rows,
    answers,
    begin,
    events,
    fill_in,
    ledger_bytes,
    send_to,
    take,
)

KIMS: Rows = {
    "B1.a.N.1/housing": "Happens",
    "B1.a.N.2/housing": "Does not happen",
    "B1.a.M.1/housing": "True",
    "B1.a.why/housing": ("", "We check it each month."),
    "B1.b.N.1/housing": "Does not happen",
    "B1.b.H.1/housing": "Not true",
}


def reverse(path: Path, heading: str, sheet_name: str = "", *, swap: bool = False) -> Path:
    """Turn one column of a sheet round, all others staying, as a sorted column does.

    Args:
        path: the workbook.
        heading: of the column.
        sheet_name: the first sheet with such a heading where it is empty.
        swap: only the first two values.
    """
    book = openpyxl.load_workbook(path)
    sheet, cells = next(
        found
        for each in book.worksheets
        if sheet_name in ("", each.title)
        for found in [(each, column_of(each, heading))]
        if found[1]
    )
    filled = [(row, column) for row, column in cells if sheet.cell(row, column).value]
    filled = filled[:2] if swap else filled
    values = [sheet.cell(*each).value for each in filled]
    for place, value in zip(filled, reversed(values), strict=True):
        sheet.cell(*place).value = value
    book.save(path)
    return path


def column_of(sheet: Worksheet, heading: str) -> list[tuple[int, int]]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == heading:
                assert cell.column is not None
                return [(each, cell.column) for each in range(cell.row + 1, sheet.max_row + 1)]
    return []


def one(folder: Path, path: Path) -> ReceivedFile:
    (result,) = receive(folder, [path])
    return result


def test_refs_that_were_turned_round_store_nothing_of_the_rows_that_moved(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = reverse(fill_in(blank["Kim"], tmp_path / "kim.xlsx", KIMS), "Ref")
    found = one(workspace, path)
    moved = [each for each in found.problems if each.code == "row-moved"]
    assert len(moved) >= len(KIMS) - 1
    assert all(each.severity is Severity.PROBLEM for each in moved)
    assert all("Nothing in this row was stored." in each.hint for each in moved)
    assert all("Undo that" in each.hint for each in moved)
    typed = {place: said for (_, place), (said, _) in answers(workspace).items()}
    right = {"B1.a.N.1/housing": "happens", "B1.a.N.2/housing": "never",
             "B1.a.M.1/housing": "true", "B1.b.N.1/housing": "never",
             "B1.b.H.1/housing": "not-true"}  # fmt: skip
    assert typed.items() <= right.items()
    assert not events(workspace, "rationale")
    assert "rows-missing" not in [each.code for each in found.problems]


def test_an_explanation_is_held_back_beside_rows_that_moved(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = reverse(fill_in(blank["Kim"], tmp_path / "kim.xlsx", KIMS), "Ref", swap=True)
    found = one(workspace, path)
    held = [each for each in found.problems if "stands beside other" in each.message]
    assert [each for each in held if "We check it each month." in each.message]
    assert not events(workspace, "rationale")


def test_the_same_file_put_right_is_stored_whole(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    path = fill_in(blank["Kim"], tmp_path / "kim.xlsx", KIMS)
    one(workspace, reverse(path, "Ref"))
    take(workspace, reverse(path, "Ref"))
    assert answers(workspace)["Kim Lee", "B1.a.N.1/housing"] == ("happens", "")
    assert events(workspace, "rationale")


def test_decisions_under_another_rows_subject_are_not_recorded(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", {
        "B1.a.N.1/housing": "Happens", "B1.a.M.1/housing": "True"}))  # fmt: skip
    take(workspace, fill_in(blank["Alex"], tmp_path / "alex.xlsx", {
        "B1.a.N.1/housing": "Does not happen", "B1.a.M.1/housing": "Not true"}))  # fmt: skip
    path = tmp_path / "decisions.xlsx"
    deciding.write(workspace, output=path)
    book = openpyxl.load_workbook(path)
    typed = 0
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows():
            if str(row[0].value).endswith(" differ"):
                row[4].value = "Happens" if ".N." in str(row[0].value) else "True"
                row[5].value = "Seen."
                typed += 1
    assert typed == 3
    book.save(path)
    found = one(workspace, reverse(path, "Ref", swap=True))
    codes = [each.code for each in found.problems]
    assert codes.count("row-moved") >= 2
    assert set(codes) == {"row-moved"}
    assert found.stored == typed - len(codes)


def test_a_review_under_another_claim_is_not_stored(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", KIMS))
    path = send_review(workspace, "Nadia Okafor, Assurer").path
    book = openpyxl.load_workbook(path)
    for row, column in column_of(book["Review"], "Comment"):
        book["Review"].cell(row, column).value = "Seen."
    book.save(path)
    found = receive_review(workspace, reverse(path, "Ref", "Review"))
    assert found.stored == 0
    assert {each.code for each in found.problems} == {"claim-changed"}


def test_a_plan_is_not_put_under_another_outcome(
    workspace: Path, blank: dict[str, Path], tmp_path: Path
) -> None:
    take(workspace, fill_in(blank["Kim"], tmp_path / "kim.xlsx", KIMS))
    add_action(workspace, "B1.a", Wanted(title="Review leavers"))
    path = export_plan(workspace, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Plan"]
    for row, column in column_of(sheet, "What will be done"):
        if sheet.cell(row, 2).value:
            sheet.cell(row, column).value = f"For {sheet.cell(row, 2).value}"
    book.save(path)
    before = ledger_bytes(workspace)
    found = import_plan(workspace, reverse(path, "Outcome", swap=True))
    assert [each.code for each in found.problems][:2] == ["row-moved"] * 2
    assert ledger_bytes(workspace).items() >= before.items()
    for event in events(workspace, "action"):
        told = str(event["new"]["title"]["text"])
        assert told == "Review leavers" or told.startswith(f"For {event['new']['outcome']}")


@pytest.mark.parametrize("heading", ["Id", "Name"])
def test_people_keep_their_ids(workspace: Path, tmp_path: Path, heading: str) -> None:
    path = reverse(export_people(workspace, tmp_path / "people.xlsx"), heading)
    before = open_assessment(workspace).contents.sha256
    with pytest.raises(AssessmentError, match="The row has the ref p"):
        import_people(workspace, path)
    assert open_assessment(workspace).contents.sha256 == before


def test_systems_keep_their_ids(tmp_path: Path) -> None:
    whole = {"id": "organisation", "kind": "organisation", "title": "Northport Council"}
    folder = begin(tmp_path / "two", scopes=[whole, HOUSING, REVENUES], people=[KIM])
    send_to(folder)
    path = reverse(export_systems(folder, tmp_path / "systems.xlsx"), "Id")
    with pytest.raises(AssessmentError, match="The row has the ref"):
        import_systems(folder, path)
