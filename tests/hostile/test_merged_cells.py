"""Cells merged over answers, rows that are gone, and files with endless remarks are all said."""

import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from cyberassess.errors import MOST_REMARKS, Severity
from cyberassess.opening.intake import ReceivedFile
from cyberassess.steps.receive.receiving import receive
from tests.books.odd import changed
from tests.steps.council import answers, fill_in

KIMS = {"B1.a.N.1/housing": "Happens", "B1.a.N.2/housing": "Does not happen"}


@pytest.fixture
def path(blank: dict[str, Path], tmp_path: Path) -> Path:
    """Give a filled-in workbook."""
    return fill_in(blank["Kim"], tmp_path / "kim.xlsx", KIMS)


def one(folder: Path, path: Path) -> ReceivedFile:
    (result,) = receive(folder, [path])
    return result


def place_of(path: Path, ref: str) -> tuple[str, int]:
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows(max_col=1):
            if row[0].value == ref:
                return sheet.title, row[0].row
    raise AssertionError(ref)


@pytest.mark.parametrize(
    ("columns", "rows", "said"),
    [("CC", 1, "C{0}:C{1}"), ("DD", 1, "D{0}:D{1}"), ("CD", 0, "C{0}:D{1}"),
     ("AD", 0, "A{0}:D{1}")],
)  # fmt: skip
def test_every_range_over_answers_is_named_with_its_refs(
    workspace: Path, path: Path, columns: str, rows: int, said: str
) -> None:
    title, row = place_of(path, "B1.a.N.1/housing")
    book = openpyxl.load_workbook(path)
    address = said.format(row, row + rows)
    assert address == f"{columns[0]}{row}:{columns[1]}{row + rows}"
    book[title].merge_cells(address)
    book.save(path)
    found = one(workspace, path)
    (merged,) = [each for each in found.problems if each.code == "merged-cells"]
    assert merged.where.endswith(f'sheet "{title}", cells {address}')
    assert "B1.a.N.1/housing" in merged.message
    assert ("B1.a.N.2/housing" in merged.message) == bool(rows)
    assert merged.severity is Severity.PROBLEM


def test_a_value_below_merged_cells_is_read(workspace: Path, path: Path) -> None:
    title, row = place_of(path, "B1.a.N.1/housing")
    sheet = openpyxl.load_workbook(path).sheetnames.index(title) + 1
    name = f"xl/worksheets/sheet{sheet}.xml"

    def merge(parts: dict[str, bytes]) -> None:
        cells = f'<mergeCells count="1"><mergeCell ref="C{row}:C{row + 1}"/></mergeCells>'
        parts[name] = parts[name].replace(b"</sheetData>", b"</sheetData>" + cells.encode())

    path.write_bytes(changed(path, merge))
    found = one(workspace, path)
    assert "merged-cells" in [each.code for each in found.problems]
    assert answers(workspace)["Kim Lee", "B1.a.N.2/housing"][0] == "never"


def test_questions_that_are_gone_are_named(workspace: Path, path: Path) -> None:
    title, row = place_of(path, "B1.a.N.2/housing")
    book = openpyxl.load_workbook(path)
    book[title].delete_rows(row)
    book.save(path)
    (gone,) = [each for each in one(workspace, path).problems if each.code == "rows-missing"]
    assert gone.message.startswith("1 question of the ")
    assert gone.message.endswith("Gone: B1.a.N.2/housing.")


@pytest.mark.parametrize("kind", ["s", "n", "b", "e", "d", "str"])
@pytest.mark.parametrize("value", ["<v/>", "<v></v>", "<v> </v>", ""])
def test_a_cell_of_any_kind_without_a_value_is_empty(
    workspace: Path, path: Path, kind: str, value: str
) -> None:
    title, row = place_of(path, "B1.a.M.1/housing")
    sheet = openpyxl.load_workbook(path).sheetnames.index(title) + 1
    name = f"xl/worksheets/sheet{sheet}.xml"

    def empty(parts: dict[str, bytes]) -> None:
        cell = rf'<c r="C{row}"[^>]*?(/>|>.*?</c>)'.encode()
        new = f'<c r="C{row}" t="{kind}">{value}</c>'.encode()
        parts[name], count = re.subn(cell, new, parts[name])
        assert count == 1

    path.write_bytes(changed(path, empty))
    found = one(workspace, path)
    assert not found.refused
    assert found.problems == []
    assert found.stored == len(KIMS)


def test_remarks_without_end_are_counted(workspace: Path, path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    for row in range(200, 2200):
        sheet.cell(row, 1).value = "x"
        sheet.cell(row, 3).comment = Comment("why?", "Kim")
    book.save(path)
    found = one(workspace, path)
    assert found.stored == len(KIMS)
    assert len(found.problems) == MOST_REMARKS + 1
    assert found.problems[-1].code == "more-remarks"
    assert f"{4000 - MOST_REMARKS:,} more" in found.problems[-1].message
