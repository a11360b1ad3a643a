"""Tables people bring, as a workbook, CSV or YAML: the same rows, each with its place."""

from collections.abc import Iterator
from pathlib import Path

from cyberassess.books.guard import Reader, Sheet
from cyberassess.disk.files import read_plain
from cyberassess.errors import FrameworkError, Problem
from cyberassess.sources import tables

_UNTOUCHED = "Nothing was written."
WORKBOOKS = (".xlsx", ".ods")
YAML = (".yaml", ".yml")
_CSV = (".csv", ".tsv", ".txt")


def read_rows(
    path: Path, fields: tuple[tables.Field, ...]
) -> tuple[tuple[tables.Row, ...], tuple[Problem, ...]]:
    """Read a table of any kind; notes say what was not looked at."""
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS:
        return _read_sheet(path, fields)
    if suffix not in (*YAML, *_CSV):
        message = f'"{path.suffix or path.name}" is not a kind of file that is read here.'
        hint = f"Save the table as .csv, .xlsx, .ods or .yaml. {_UNTOUCHED}"
        raise FrameworkError.because("unknown-kind", path.name, message, hint)
    data = bytes_of(path)
    if suffix in YAML:
        rows, problems = tables.read_yaml(data, path.name, (fields[0].name, fields[-1].name))
    else:
        rows, problems = tables.read_csv(data, path.name, fields)
    if problems:
        raise FrameworkError(*problems)
    return rows, ()


def bytes_of(path: Path) -> bytes:
    """Give the bytes of a file that is no workbook by its name.

    Raises:
        FrameworkError: where it cannot be read, is empty, or is a workbook after all.
    """
    try:
        data = read_plain(path)
    except OSError as cause:
        message = f"The file cannot be read: {cause.strerror or 'it cannot be opened'}."
        hint = f"Check the name and that you may read it. {_UNTOUCHED}"
        raise FrameworkError.because("not-readable", str(path), message, hint) from cause
    if not data.strip():
        hint = f"It may still be syncing: wait and try again. {_UNTOUCHED}"
        raise FrameworkError.because("empty-file", path.name, "The file is empty.", hint)
    what = next((said for mark, said in _BEGINS.items() if data.startswith(mark)), "")
    if what and path.suffix.lower() not in WORKBOOKS:
        message = f"By what is in it, this is {what}."
        hint = f"Save its sheet as .xlsx or as CSV UTF-8. {_UNTOUCHED}"
        raise FrameworkError.because("other-kind", path.name, message, hint)
    return data


_BEGINS = {
    b"PK\x03\x04": "a workbook, or another ZIP file",
    b"\xd0\xcf\x11\xe0": "a workbook of Excel 97 to 2003, or one with a password",
    b"%PDF": "a PDF",
}
"""What the first bytes of a file say it is."""
_MERGED = 20
"""How many merged ranges of a sheet are named."""
_FLAWS = {"f": "is a formula", "e": "shows a fault of the spreadsheet", "d": "is a date"}


def _read_sheet(
    path: Path, fields: tuple[tables.Field, ...]
) -> tuple[tuple[tables.Row, ...], tuple[Problem, ...]]:
    def rows_of(sheet: Sheet) -> Iterator[tables.Row]:
        place = f'{path.name}, sheet "{sheet.name}"'
        rows: dict[int, dict[int, tables.Cell]] = {}
        for cell in sheet.cells:
            flaw = _FLAWS.get(cell.kind, "")
            if cell.row in sheet.hidden_rows:
                flaw = "stands in a hidden row"
            elif cell.column in sheet.hidden_columns:
                flaw = "stands in a hidden column"
            flaw = flaw or ("is struck through" if cell.struck else "")
            if cell.ours.text.strip():
                made = tables.cell_of(f"{place}, cell {cell.address}", cell.ours.text, flaw)
                rows.setdefault(cell.row, {})[cell.column] = made
        for number, cells in sorted(rows.items()):
            yield tables.Row(f"{place}, row {number}", cells)

    with Reader() as reader:
        book = reader.read(path)
    notes = tuple(
        Problem.note(
            "hidden-sheet",
            f'{path.name}, sheet "{sheet.name}"',
            "The sheet is hidden and was not read.",
            "Unhide it if what you mean stands there.",
        )
        for sheet in book.sheets
        if sheet.is_hidden and sheet.cells
    )
    notes += tuple(
        Problem.note(
            "merged-cells",
            f'{path.name}, sheet "{sheet.name}", cells {each.address}',
            "These cells were merged into one.",
            "Each row was read from its own cells, and merging empties all cells but the first.",
        )
        for sheet in book.sheets
        for each in sheet.merged[:_MERGED]
        if not sheet.is_hidden and each.top < each.bottom
    )
    found = {each.name: tuple(rows_of(each)) for each in book.sheets if not each.is_hidden}
    fitting = [
        name for name, rows in found.items() if tables.heading_row(rows, fields) is not None
    ]
    fitting = [e for e in fitting if tables.holds_known(found[e], fields)] or fitting
    if len(fitting) > 1:
        shown = ", ".join(f'"{each}"' for each in fitting)
        if whole := tables.one_table([found[each] for each in fitting], fields):
            note = Problem.note("sheets-joined", path.name, f"Read as one table: {shown}.")
            return whole, (*notes, note)
        message = f"Several sheets have the headings: {shown}."
        hint = f"Keep one of them in the file, or hide the others. {_UNTOUCHED}"
        raise FrameworkError.because("several-sheets", path.name, message, hint)
    return found[fitting[0]] if fitting else max(found.values(), key=len, default=()), notes
