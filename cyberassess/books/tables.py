"""Tables that people bring as a workbook, CSV or YAML."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cyberassess.disk.files import read_plain, write_whole
from cyberassess.errors import FrameworkError, Problem, Severity
from cyberassess.opening.assessment import Assessment, now
from cyberassess.opening.files_for_people import csv_bytes, moment, saving
from cyberassess.sources import tables
from cyberassess.sources.tables import Cell, Row, cell_of

if TYPE_CHECKING:
    from cyberassess.books.table_book import TableSheet


_UNTOUCHED = "Nothing was written."
YAML = (".yaml", ".yml")
_CSV = (".csv", ".tsv", ".txt")


def read_rows(
    path: Path, fields: tuple[tables.Field, ...]
) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """Read a table of any kind; notes say what was not looked at."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return _read_sheet(path, fields)
    if suffix not in (*YAML, *_CSV):
        message = f'"{path.suffix or path.name}" is not a kind of file that is read here.'
        hint = f"Save the table as .csv, .xlsx or .yaml. {_UNTOUCHED}"
        raise FrameworkError(Problem("unknown-kind", path.name, message, hint))
    data = bytes_of(path)
    if suffix in YAML:
        rows, problems = tables.read_yaml(data, path.name, (fields[0].name, fields[-1].name))
    else:
        rows, problems = tables.read_csv(data, path.name, fields)
    if problems:
        raise FrameworkError(*problems)
    return rows, ()


def bytes_of(path: Path) -> bytes:
    """Give the bytes of a file; raises ``FrameworkError`` where it cannot be read or is empty."""
    try:
        data = read_plain(path)
    except OSError as cause:
        message = f"The file cannot be read: {cause.strerror or 'it cannot be opened'}."
        hint = f"Check the name and that you may read it. {_UNTOUCHED}"
        raise FrameworkError(Problem("not-readable", str(path), message, hint)) from cause
    if not data.strip():
        hint = f"It may still be syncing: wait and try again. {_UNTOUCHED}"
        raise FrameworkError(Problem("empty-file", path.name, "The file is empty.", hint))
    return data


_MERGED = 20
"""How many merged ranges of a sheet are named."""
_FLAWS = {"f": "is a formula", "e": "shows a fault of the spreadsheet", "d": "is a date"}


def _read_sheet(
    path: Path, fields: tuple[tables.Field, ...]
) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    from cyberassess.books.guard import Reader, Sheet

    def rows_of(sheet: Sheet) -> Iterator[Row]:
        place = f'{path.name}, sheet "{sheet.name}"'
        rows: dict[int, dict[int, Cell]] = {}
        for cell in sheet.cells:
            flaw = _FLAWS.get(cell.kind, "")
            if cell.row in sheet.hidden_rows:
                flaw = "stands in a hidden row"
            elif cell.column in sheet.hidden_columns:
                flaw = "stands in a hidden column"
            if cell.text.strip():
                made = cell_of(f"{place}, cell {cell.address}", cell.text, flaw)
                rows.setdefault(cell.row, {})[cell.column] = made
        for number, cells in sorted(rows.items()):
            yield Row(f"{place}, row {number}", cells)

    with Reader() as reader:
        book = reader.read(path)
    notes = tuple(
        Problem(
            "hidden-sheet",
            f'{path.name}, sheet "{sheet.name}"',
            "The sheet is hidden and was not read.",
            "Unhide it if what you mean stands there.",
            Severity.NOTE,
        )
        for sheet in book.sheets
        if sheet.is_hidden and sheet.cells
    )
    notes += tuple(
        Problem(
            "merged-cells",
            f'{path.name}, sheet "{sheet.name}", cells {each.address}',
            "These cells were merged into one.",
            "Each row was read from its own cells, and merging empties all cells but the first.",
            Severity.NOTE,
        )
        for sheet in book.sheets
        for each in sheet.merged[:_MERGED]
        if not sheet.is_hidden and each.top < each.bottom
    )
    found = {each.name: tuple(rows_of(each)) for each in book.sheets if not each.is_hidden}
    fitting = [
        name for name, rows in found.items() if tables.heading_row(rows, fields) is not None
    ]
    if len(fitting) > 1:
        shown = ", ".join(f'"{each}"' for each in fitting)
        message = f"Several sheets have the headings: {shown}."
        hint = f"Keep one of them in the file, or hide the others. {_UNTOUCHED}"
        raise FrameworkError(Problem("several-sheets", path.name, message, hint))
    chosen = fitting[:1] or [name for name, rows in found.items() if rows][:1]
    return (found[chosen[0]] if chosen else ()), notes


def write_table(assessment: Assessment, path: Path, sheet: "TableSheet") -> None:
    """Write one table, as CSV where the path says so, else as a workbook.

    Raises:
        AssessmentError: where it cannot be written.
    """
    from cyberassess.books.table_book import write_tables

    hint = "Close it where it is open, or choose another folder. Nothing was changed."
    with saving(path, hint=hint, make_folder=False):
        if path.suffix.lower() == ".csv":
            headings = [each.heading for each in sheet.columns]
            write_whole(path, csv_bytes([headings, *sheet.rows]))
            return
        marking = assessment.contents.settings.marking.filled
        write_tables(path, [sheet], marking=marking, footer=sheet.title, created=moment(now()))
