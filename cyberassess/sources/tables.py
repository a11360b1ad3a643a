"""Tables people keep in CSV and YAML files: rows of cells, each with its place.

The columns are found by their headings. Where two columns could be meant, the one that holds
known values is taken; where that does not decide, nothing is.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cyberassess.disk import strict_yaml
from cyberassess.domain.characters import unfit_in
from cyberassess.errors import FrameworkError, Problem

MOST_BYTES = 8_000_000
HEADINGS_WITHIN = 30
"""The headings stand in one of so many first rows."""
_DELIMITERS = (",", ";", "\t")
_UNTOUCHED = "Nothing was written."


class Cell(NamedTuple):
    """A cell that holds something."""

    place: str
    """File and line, or file, sheet and cell."""
    text: str
    flaw: str = ""
    """Why its value cannot be relied on; empty where it can."""


def cell_of(place: str, text: str, flaw: str = "") -> Cell:
    """Give a cell of a table; one that holds what nobody sees cannot be relied on."""
    unfit = unfit_in(text.strip(), lines=True)
    return Cell(place, text.strip(), flaw or (unfit and f"holds the character {unfit}"))


class Row(NamedTuple):
    """A row that holds something."""

    place: str
    cells: Mapping[int, Cell]
    """Keyed by column, counted from one; empty cells are left out."""


class Field(NamedTuple):
    """A column that is looked for."""

    name: str
    headings: tuple[str, ...]
    """Folded, the plainest first."""
    known: frozenset[str] = frozenset()
    """Folded values that tell the column from another with a fitting heading."""


class Table(NamedTuple):
    """What stands under the headings."""

    columns: Mapping[str, int]
    """Keyed by the name of the field."""
    rows: tuple[Row, ...]
    above: tuple[Row, ...]
    """Rows over the headings, which nobody reads."""


def fold(text: str) -> str:
    """Give a heading or a level as it is compared: lower case, words only."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


_JOINED = re.compile(
    r"(?P<id>\w[^\s:\uff1a]*)\s*(?:[:\uff1a]|\s[-\u2010-\u2015]\s)\s*(?P<text>\S.*)", re.DOTALL
)
"""The id of something and its words in one cell, with a colon or a dash between them."""
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")


def id_of(text: str) -> str:
    """Give an id as it is compared: lower case, with plain hyphens, and no words after it."""
    found = _JOINED.fullmatch(text.strip())
    named = found["id"] if found else text.strip().rstrip(":")
    return named.translate(_DASHES).casefold()


def id_and_text(text: str) -> tuple[str, str] | None:
    """Give an id and the words after it (``GV.OC-01: Our aim``); ``None`` without both."""
    found = _JOINED.fullmatch(text.strip())
    return (found["id"], found["text"]) if found else None


def holds_known(rows: Sequence[Row], fields: Sequence[Field]) -> bool:
    """Say whether a table holds a value that tells its columns."""
    table, _ = find_table(rows, "", fields)
    return table is not None and any(
        fold(id_of(cell.text)) in field.known
        for field in fields
        for row in table.rows
        if (cell := row.cells.get(table.columns[field.name]))
    )


def one_table(sheets: Sequence[Sequence[Row]], fields: Sequence[Field]) -> tuple[Row, ...]:
    """Give several sheets as one table, where each has the same headings and other known values.

    A publisher's list may go over several sheets; of two lists of the same things nothing says
    which is meant, and none is given.
    """
    rows: list[Row] = []
    passed: set[str] = set()
    headings: list[dict[int, str]] = []
    for each in sheets:
        at, (table, _) = heading_row(each, fields), find_table(each, "", fields)
        if at is None or table is None:
            return ()
        named = {
            folded
            for field in fields
            for row in table.rows
            if (cell := row.cells.get(table.columns[field.name]))
            and (folded := fold(id_of(cell.text))) in field.known
        }
        headings.append({number: fold(cell.text) for number, cell in each[at].cells.items()})
        if not named or named & passed or headings[-1] != headings[0]:
            return ()
        passed |= named
        rows += each[at + 1 :] if rows else each
    return tuple(rows)


def with_mapping(fields: Sequence[Field], mapping: Sequence[str]) -> tuple[Field, ...]:
    """Give the columns that are looked for, some by the headings somebody names for them.

    Args:
        mapping: each ``COLUMN=ROLE``: a heading of the table, and the name of a field.

    Raises:
        FrameworkError: where one does not say that.
    """
    said: dict[str, str] = {}
    names = [each.name for each in fields]
    for each in mapping:
        heading, _, role = each.rpartition("=")
        if not heading.strip() or fold(role) not in names:
            message = f'"{each}" does not say which column is what.'
            hint = f"Write COLUMN=ROLE; the roles are: {', '.join(names)}. {_UNTOUCHED}"
            raise FrameworkError.because("no-role", "--map", message, hint)
        if said.setdefault(fold(role), fold(heading)) != fold(heading):
            message, hint = f'Two columns are named for "{fold(role)}".', f"Name one. {_UNTOUCHED}"
            raise FrameworkError.because("two-columns", "--map", message, hint)
    return tuple(
        each._replace(headings=(said[each.name],)) if each.name in said else each
        for each in fields
    )


def heading_row(rows: Sequence[Row], fields: Sequence[Field]) -> int | None:
    """Give the index of the first row that has a heading for every field."""
    for index, row in enumerate(rows[:HEADINGS_WITHIN]):
        found = {fold(cell.text) for cell in row.cells.values()}
        if all(found.intersection(field.headings) for field in fields):
            return index
    return None


def find_table(
    rows: Sequence[Row], name: str, fields: Sequence[Field]
) -> tuple[Table | None, tuple[Problem, ...]]:
    """Find the headings and the column of each field."""
    if not rows:
        return None, (
            Problem("empty-file", name, "The file holds no rows.", f"Name another. {_UNTOUCHED}"),
        )
    at = heading_row(rows, fields)
    if at is None:
        return None, (_no_headings(max(rows[:HEADINGS_WITHIN], key=_width), fields),)
    problems: list[Problem] = []
    columns: dict[str, int] = {}
    below = tuple(row for row in rows[at + 1 :] if _texts(row) != _texts(rows[at]))
    for field in fields:
        fitting = [n for n, cell in rows[at].cells.items() if fold(cell.text) in field.headings]
        column = _decide(fitting, below, field)
        if column is None:
            shown = ", ".join(f'"{rows[at].cells[n].text}"' for n in fitting)
            problems.append(
                Problem(
                    "two-columns",
                    rows[at].place,
                    f"Several columns could hold the {field.name}: {shown}.",
                    f"Keep one of these headings and rename the others. {_UNTOUCHED}",
                )
            )
        else:
            columns[field.name] = column
    if problems:
        return None, tuple(problems)
    return Table(columns, below, tuple(rows[:at])), ()


def _decide(fitting: list[int], rows: Sequence[Row], field: Field) -> int | None:
    if len(fitting) == 1:
        return fitting[0]
    holding = [
        column
        for column in fitting
        if any(column in row.cells and fold(row.cells[column].text) in field.known for row in rows)
    ]
    return holding[0] if len(holding) == 1 else None


def _texts(row: Row) -> set[str]:
    return {cell.text for cell in row.cells.values()}


def _width(row: Row) -> int:
    return len(row.cells)


def _no_headings(first: Row, fields: Sequence[Field]) -> Problem:
    present = {fold(cell.text) for cell in first.cells.values()}
    missing = [field for field in fields if not present.intersection(field.headings)]
    shown = ", ".join(f'"{cell.text}"' for cell in list(first.cells.values())[:8])
    allowed = "; ".join(
        f"the {each.name}: {', '.join(each.headings[:6])}" for each in missing or fields
    )
    return Problem(
        "no-headings",
        first.place,
        f"No row has the headings that are needed. This one holds: {shown}.",
        f"Give these columns a heading, {allowed}; or say which column it is with --map "
        f'"COLUMN={(missing or fields)[0].name}". {_UNTOUCHED}',
    )


def read_csv(
    data: bytes, name: str, fields: Sequence[Field]
) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """Read CSV; commas, semicolons and tabs are told apart by the headings they give."""
    text, problems = _decoded(data, name)
    if problems:
        return (), problems
    found = [_parsed(text, name, delimiter) for delimiter in _DELIMITERS]
    right = (each for each in found if heading_row(each[0], fields) is not None)
    widest = max(found, key=lambda each: _width(each[0][0]) if each[0] else 0)
    return next(right, None) or (widest if found[0][0] else found[0])


def _decoded(data: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    if len(data) > MOST_BYTES:
        message = f"The file has {len(data):,} bytes."
        hint = f"The most is {MOST_BYTES:,}. {_UNTOUCHED}"
        return "", (Problem("too-large", name, message, hint),)
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as cause:
        line = data.count(b"\n", 0, cause.start) + 1
        return "", (
            Problem(
                "not-utf-8",
                f"{name}, line {line}",
                "The file is not in UTF-8.",
                f'In Excel, save it as "CSV UTF-8". {_UNTOUCHED}',
            ),
        )
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return "", (
            Problem(
                "not-text",
                f"{name}, line {line}",
                "A character stands here that no text holds.",
                f"Save the table as CSV again, or as .xlsx. {_UNTOUCHED}",
            ),
        )
    return text, ()


def _parsed(text: str, name: str, delimiter: str) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for values in reader:
            place = f"{name}, line {line}"
            cells = {n: cell_of(place, v) for n, v in enumerate(values, 1) if v.strip()}
            if cells:
                rows.append(Row(place, cells))
            line = reader.line_num + 1
    except csv.Error:
        return tuple(rows), (
            Problem(
                "not-csv",
                f"{name}, line {line}",
                "The quotation marks in the row that begins here do not match.",
                f"Close them, or save the table as CSV again. {_UNTOUCHED}",
            ),
        )
    return tuple(rows), ()


_ENTRIES = ("requirements", "outcomes", "targets")
_NONE = "no_target"


def read_yaml(
    data: bytes, name: str, headings: tuple[str, str]
) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """Read YAML: values by key, or a list of entries with keys; headings name the two columns.

    Either may stand under ``requirements``, ``outcomes`` or ``targets``, with a list under
    ``no_target`` beside it.
    """
    document = strict_yaml.read_text(data, name)
    if document.problems:
        return (), document.problems
    value = document.value
    path: tuple[str, ...] = ()
    rows: list[Row] = []
    if isinstance(value, dict):
        keys = [key for key in _ENTRIES if isinstance(value.get(key), dict | list)]
        if len(keys) == 1 and not set(value) - {keys[0], _NONE}:
            listed = value.get(_NONE, [])
            value, path = value[keys[0]], (keys[0],)
            if isinstance(listed, list):
                rows = [
                    _entry(name, document, (_NONE, n), {1: each}) for n, each in enumerate(listed)
                ]
    if isinstance(value, dict) and value:
        pairs = [_entry(name, document, (*path, k), {1: k, 2: v}) for k, v in value.items()]
        start = Row(name, {1: Cell(name, headings[0]), 2: Cell(name, headings[1])})
        return (start, *pairs, *rows), ()
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        names = list(dict.fromkeys(key for each in value for key in each))
        start = Row(name, {n: Cell(name, key) for n, key in enumerate(names, 1)})
        numbers = {key: n for n, key in enumerate(names, 1)}
        entries = [
            _entry(name, document, (*path, n), {numbers[k]: v for k, v in each.items()})
            for n, each in enumerate(value)
        ]
        column = next((n for k, n in numbers.items() if fold(k) == headings[0]), 1)
        moved = [Row(row.place, {column: row.cells[1]}) for row in rows if 1 in row.cells]
        return (start, *entries, *moved), ()
    return (), (
        Problem(
            "wrong-shape",
            f"{name}, line 1",
            "The file is neither values by key nor a list of entries.",
            f'Write one line each, for example A1.a: "achieved". {_UNTOUCHED}',
        ),
    )


def _entry(
    name: str,
    document: strict_yaml.Document,
    path: tuple[str | int, ...],
    values: Mapping[int, Any],  # NOTE: text trees of a file
) -> Row:
    place = f"{name}, line {document.lines.get(path, 1)}"
    cells: dict[int, Cell] = {}
    for column, value in values.items():
        if not isinstance(value, str):
            flaw = "holds several values where one text belongs"
            cells[column] = Cell(place, "…", flaw)
        elif value.strip():
            cells[column] = cell_of(place, value)
    return Row(place, cells)
