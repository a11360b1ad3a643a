"""Tables that come back: workbooks of a declared kind, and tables that people keep themselves.

Tables are found by their headings, rows by what stands under the first of these, facts by their
label, never by where they are. A cell that holds something is taken, or known as ours, or
reported with its address.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.books import wording
from cyberassess.books.brought import WORKBOOKS, read_rows
from cyberassess.books.guard import Book, Cell, Reader, Sheet
from cyberassess.books.row_texts import (
    date_in,
    hidden,
    joined,
    quoted,
    seen_otherwise,
    unsaid_links,
    words_of,
)
from cyberassess.books.table_book import Column, Kind
from cyberassess.domain.characters import unfit_in
from cyberassess.domain.sets.typed_words import Choice
from cyberassess.errors import AssessmentError, FrameworkError, Problem, at_most, closest, counted
from cyberassess.opening.choices import read_as, read_listed
from cyberassess.opening.files_for_people import unsafe_cell
from cyberassess.sources import tables

_UNTOUCHED = "Nothing was written."


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet of a file, for messages; the lines of a file that has no sheets."""

    file: str
    sheet: str
    lines: Mapping[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Name the sheet."""
        return f'{self.file}, sheet "{self.sheet}"' if self.sheet else self.file

    def of(self, cell: Cell) -> str:
        """Name a cell."""
        return self.lines.get(cell.row) or f"{self}, cell {cell.address}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that came back."""

    place: Place
    cells: Mapping[str, Cell]
    """Keyed by heading; empty cells are left out."""
    key: Cell
    said: tuple[Cell, ...]
    """What people wrote in it."""
    headings: Collection[str]
    """Those of its table."""

    @property
    def where(self) -> str:
        """The cell it is known by, for messages."""
        return self.place.of(self.key)

    @property
    def ref(self) -> str:
        """What it is known by."""
        return self.key.text.strip()

    def text(self, heading: str) -> str:
        """Give what stands under a heading, empty where nothing does."""
        cell = self.cells.get(heading)
        return cell.text.strip() if cell else ""


@dataclass(slots=True)
class Came:
    """What came back in a workbook of a declared kind."""

    about: dict[str, str] = field(default_factory=dict)
    """What its sheet about the file says, by label."""
    said: dict[str, tuple[Place, Cell]] = field(default_factory=dict)
    """What people wrote beside a label elsewhere."""
    has_table: bool = False
    rows: list[Row] = field(default_factory=list)
    repeated: list[Row] = field(default_factory=list)
    """Rows that stand there twice with different words: none of them is taken."""
    reference: list[tuple[Place, Mapping[str, Cell]]] = field(default_factory=list)
    """Rows of a table that is there to be read alone, by heading."""
    problems: list[Problem] = field(default_factory=list)
    """In reading order; then rows that say different things."""
    is_refused: bool = False
    """Whether a row or a column of it could not be taken."""
    saved: str = ""
    """The time of saving inside it, ISO 8601 in UTC; empty where there is none."""


def about_of(book: Book, kind: Kind) -> Sheet | None:
    """Give the sheet that says it is of this kind."""
    for sheet in book.sheets:
        labels = {cell.row for cell in sheet.cells if wording.fold(cell.text[:_LONGEST]) == "kind"}
        rows = _rows_of(sheet) if labels else {}
        for number in sorted(labels & rows.keys()):
            label, value = _labelled(rows[number], ("Kind",))
            if label and value and wording.fold(value.text) == wording.fold(kind.name):
                return sheet
    return None


def read_table(path: Path, kind: Kind, book: Book | None = None) -> Came:
    """Read a spreadsheet people keep themselves, as a workbook, CSV or YAML.

    Args:
        book: what it holds, where it was opened already.

    Raises:
        AssessmentError: where it has not the headings, cannot be read, or is to be taken as a
            whole and cannot be.
        WorkbookError: where a workbook cannot be read.
    """
    lines: dict[int, str] = {}
    if book is None and path.suffix.lower() in WORKBOOKS:
        with Reader() as reader:
            book = reader.read(path)
    elif book is None:
        fields = tuple(
            tables.Field(tables.fold(each), tuple(map(tables.fold, kind.headings_for(each))))
            for each in kind.needed
        )
        try:
            rows, _ = read_rows(path, fields)
        except FrameworkError as cause:
            raise AssessmentError(*cause.problems) from cause
        lines = {number: row.place for number, row in enumerate(rows, start=1)}
        cells = (
            Cell(number, column, "m" if each.flaw == _NO_TEXT["m"][1] else "s", each.text)
            for number, row in enumerate(rows, start=1)
            for column, each in row.cells.items()
        )
        book = Book((Sheet("", False, (), (), tuple(cells)),), "")
    came = read_tables(book, path.name, kind, lines)
    if not came.has_table and not any(e.code == "headings-missing" for e in came.problems):
        wanted = " and ".join(f'"{each}"' for each in kind.needed)
        message = f"No row has the heading{'s' if kind.needed[1:] else ''} {wanted}."
        if first := _first_row(book):
            message += f" The first row says: {first}."
        hint = f"The headings are: {', '.join(e.heading for e in kind.columns)}. {_UNTOUCHED}"
        raise AssessmentError.because("no-headings", path.name, message, hint)
    if not came.has_table or (kind.is_whole and came.is_refused):
        raise AssessmentError(*came.problems)
    return came


def _first_row(book: Book) -> str:
    """Quote what stands in the first row of the first sheet that holds anything."""
    rows = next(filter(None, map(_rows_of, book.sheets)), {})
    cells = rows[min(rows)] if rows else {}
    return ", ".join(quoted(cells[column].text) for column in sorted(cells)[:_FEW])


def read_tables(book: Book, name: str, kind: Kind, lines: Mapping[int, str] | None = None) -> Came:
    """Read every sheet of a workbook of this kind.

    Args:
        lines: names of the rows, where it was no workbook.
    """
    came = Came(saved=book.saved)
    about = about_of(book, kind) if kind.name else None
    sheets = [_Sheet(e, Place(name, e.name, lines or {}), kind, came) for e in book.sheets]
    for sheet in sheets:
        sheet.read(sheet.sheet is about)
    said = words_of(_said(came))
    for each in sheets:
        where, unread = str(each.place), kind.unread
        came.problems += unsaid_links(each.sheet, where, said, unread, each.passed)
    for heading in kind.once:
        came.rows = without_repeats(came, kind, [row.text(heading) for row in came.rows])
    if book.extras:
        message = f"Not looked at: {', '.join(book.extras[:_FEW])}."
        hint = "If it says something that matters, write it into the table."
        came.problems.append(Problem.note("not-looked-at", name, message, hint))
    came.problems = list(at_most(list(dict.fromkeys(came.problems)), name))
    return came


def _said(came: Came) -> Iterator[str]:
    """Give every text that was taken, and every message."""
    yield from (cell.text for row in came.rows for cell in row.cells.values())
    yield from (each.message for each in came.problems)


def without_repeats(came: Came, kind: Kind, keys: Sequence[str]) -> list[Row]:
    """Give the rows, each once; of those that say different things all are reported.

    Args:
        came: the rows; what is reported is added to it.
        keys: of each row, what no other may share; rows with an empty one are let be.
    """
    by_key: dict[str, list[Row]] = {}
    for row, key in zip(came.rows, keys, strict=True):
        if row.said and key:
            by_key.setdefault(wording.fold(key), []).append(row)
    out: list[Row] = []
    for several in by_key.values():
        if not several[1:] or len({_words(each, kind) for each in several}) == 1:
            out += several[1:]
            continue
        out += several
        came.repeated += several
        came.is_refused = True
        for row in several:
            others = ", ".join(each.where for each in several[:_FEW] if each is not row)
            called = quoted(row.key.text)
            message = f"The row of {called} stands in the file more than once, with other words"
            hint = f"{kind.refused} Keep the right row and delete the other."
            problem = Problem("repeated-ref", row.where, f"{message}: at {others} too.", hint)
            came.problems.append(problem)
    gone = {id(each) for each in out}
    return [row for row in came.rows if id(row) not in gone]


def _words(row: Row, kind: Kind) -> tuple[str, ...]:
    """Give what a row says, apart from what we wrote in it."""
    return tuple(
        wording.fold(row.text(each.heading))
        for each in kind.columns
        if each.is_input or each.heading in kind.once
    )


_FEW = 5
_LOOKED_UP = 50
"""For how many headings the nearest known one is looked up; it takes its time."""
_LONGEST = 100
"""How much of a text is looked at where a heading or a label is looked for."""
_NAMED = 20
"""How many cells of a sheet that is not ours are named one by one."""
_DIGITS = "0123456789,"
_NO_TEXT = {
    "f": ("formula", "is a formula"),
    "e": ("broken-value", "shows a fault of the spreadsheet"),
    "m": ("flawed-cell", "holds several values where one text belongs"),
}


def not_text(cell: Cell) -> tuple[str, str]:
    """Say why a cell holds no text that can be taken: a code and words; both empty if it does."""
    return _NO_TEXT.get(cell.kind, ("", ""))


def _rows_of(sheet: Sheet) -> dict[int, dict[int, Cell]]:
    """Give the cells that hold a value, by row and column."""
    rows: dict[int, dict[int, Cell]] = {}
    for cell in sheet.cells:
        if cell.kind and cell.text.strip():
            rows.setdefault(cell.row, {})[cell.column] = cell
    return rows


def _labelled(row: Mapping[int, Cell], labels: Sequence[str]) -> tuple[str, Cell | None]:
    """Give the label of a row, and the next cell to its right."""
    known = {wording.fold(each): each for each in labels}
    cells = [row[column] for column in sorted(row)] if known else []
    for at, cell in enumerate(cells):
        if label := known.get(wording.fold(cell.text[:_LONGEST])):
            return label, next(iter(cells[at + 1 :]), None)
    return "", None


class _Sheet:
    """One sheet being read."""

    def __init__(self, sheet: Sheet, place: Place, kind: Kind, came: Came) -> None:
        self.sheet, self.place, self.kind, self.came = sheet, place, kind, came
        self.rows = _rows_of(sheet)
        self.struck: dict[int, dict[int, Cell]] = {}
        for each in sheet.cells:
            if each.struck:
                self.struck.setdefault(each.row, {})[each.column] = each.ours
        self.wanted = {tables.fold(each.heading): each.heading for each in kind.columns}
        inputs = (each.heading for each in kind.columns if each.is_input)
        self.others = {
            tables.fold(each): column.heading for column in kind.columns for each in column.also
        }
        self.columns = {each.heading: each for each in kind.columns}
        self.read_from = {*kind.needed, *kind.once, *inputs}
        self.looks = {each.heading: each.ours for each in kind.columns if each.ours}
        self.ours = set(self._title_and_line())
        self.passed: set[int] = set()
        """Columns that were passed over and named as a whole."""

    def say(self, code: str, where: Cell | str, message: str, hint: str) -> None:
        place = where if isinstance(where, str) else self.place.of(where)
        self.came.problems.append(Problem(code, place, message, hint))

    def refuse(self, code: str, where: Cell | str, message: str, hint: str = "") -> None:
        """Report what keeps a row or a column from being taken."""
        self.came.is_refused = True
        self.say(code, where, message, f"{hint} {self.kind.refused}".strip())

    def strange(self, cells: Iterable[Cell]) -> None:
        """Report the cells that are not ours, one by one as long as they are few."""
        found = [each for each in cells if not self._is_ours(each)]
        for cell in found[:_NAMED]:
            what = f"{quoted(cell.text)} stands where nothing is read."
            self.say("unexpected-text", cell, what, self.kind.unread)
        if left := found[_NAMED:]:
            ends = f"from {left[0].address} to {left[-1].address}"
            message = f"{counted(len(left), 'more cell')} hold something here, {ends}."
            self.say("unexpected-text", str(self.place), message, self.kind.unread)

    def _title_and_line(self) -> Iterator[Cell]:
        numbers = sorted(self.rows)[: tables.HEADINGS_WITHIN]
        cells = (self.rows[number][n] for number in numbers for n in sorted(self.rows[number]))
        title = next((each for each in cells if wording.fits(each.text, self.kind.titles)), None)
        row = self.rows.get(title.row + 1 if title else _SECOND, {})
        line = row.get(title.column if title else min(row, default=0))
        lines = (*self.kind.lines, *(f"{each} {{marking}}" for each in self.kind.lines))
        if title:
            yield title
        if line and wording.fits(line.text, lines):
            yield line

    def _is_ours(self, cell: Cell) -> bool:
        return cell in self.ours or wording.fits(cell.text.lstrip(_DIGITS), self.kind.texts)

    def read(self, is_about: bool) -> None:  # noqa: FBT001 - one caller, one line
        for cell in self.sheet.cells:
            if cell.comment:
                message = f"There is a note on this cell: {quoted(cell.comment)}."
                self.say("comment", cell, message, self.kind.unread)
            self.came.problems += seen_otherwise(cell, self.place.of(cell))
        for text in self.sheet.drawn:
            message = f"There is a text box or shape here that says {quoted(text)}."
            self.say("drawn-text", str(self.place), message, self.kind.unread)
        self.came.problems += hidden(self.sheet, str(self.place))
        numbers = sorted(self.rows)
        at = next((n for n in numbers if self._has(n, self.kind.needed)), 0)
        listed = next((n for n in numbers if self._has(n, self.kind.reference)), 0)
        if at:
            self._around(numbers[: numbers.index(at)])
            self._table(at, numbers[numbers.index(at) + 1 :])
        elif listed and self.kind.reference:
            self._around(numbers[: numbers.index(listed)])
            self._reference(listed, numbers[numbers.index(listed) + 1 :])
        elif is_about:
            self._facts(self.kind.about, self.came.about)
        elif not self._lost(numbers):
            self._around(numbers)

    def _has(self, number: int, headings: Collection[str]) -> bool:
        row = self.rows[number]
        if len(row) < len(headings):
            return False
        found = {tables.fold(cell.text[:_LONGEST]) for cell in row.values()}
        return all(
            found.intersection(map(tables.fold, self.kind.headings_for(each))) for each in headings
        )

    def _facts(self, labels: Sequence[str], found: dict[str, str]) -> None:
        strange: list[Cell] = []
        for row in self.rows.values():
            label, value = _labelled(row, labels)
            if label and value:
                found.setdefault(label, value.text.strip())
            known = {wording.fold(label)}
            strange += [
                c for c in row.values() if c is not value and wording.fold(c.text) not in known
            ]
        self.strange(strange)

    def _around(self, numbers: Sequence[int]) -> None:
        """Read rows that belong to no table."""
        strange: list[Cell] = []
        for number in numbers:
            row = self.rows[number]
            label, value = _labelled(row, self.kind.said)
            if label and value:
                self.came.said.setdefault(label, (self.place, value))
            strange += [
                c
                for c in row.values()
                if c is not value and wording.fold(c.text) != wording.fold(label)
            ]
        self.strange(strange)

    def _lost(self, numbers: Sequence[int]) -> bool:
        """Report a table that lost one of its headings; nothing of it is taken."""
        for number in numbers:
            found = {tables.fold(c.text[:_LONGEST]): c for c in self.rows[number].values()}
            known = self.wanted.keys() | self.others.keys()
            if len(found.keys() & known) < _LEAST:
                continue
            gone = [quoted(e) for e in self.kind.needed if not self._has(number, (e,))]
            other = [c for folded, c in found.items() if folded not in known]
            shown = "; ".join(f"{c.address} says {quoted(c.text)}" for c in other[:_FEW])
            message = f"This row of headings lacks {' and '.join(gone)}"
            message += f": {shown}." if shown else "."
            below = sum(n > number for n in numbers)
            hint = f"Nothing in the {counted(below, 'row')} below was taken. Put the heading back."
            self.came.is_refused = True
            self.say("headings-missing", next(iter(found.values())), message, hint)
            self._around(numbers[: numbers.index(number)])
            return True
        return False

    def _reference(self, at: int, numbers: Sequence[int]) -> None:
        """Pass over a table that is there to be read; what stands beside it is reported."""
        known = {tables.fold(each) for each in self.kind.reference}
        ours = {n for n, cell in self.rows[at].items() if tables.fold(cell.text) in known}
        named = {n: cell.text.strip() for n, cell in self.rows[at].items() if n in ours}
        self.came.reference += [
            (self.place, {named[n]: row[n] for n in sorted(row.keys() & ours)})
            for row in (self.rows[n] | self.struck.get(n, {}) for n in numbers)
        ]
        rows = [self.rows[number] for number in (at, *numbers)]
        whole = [{n: c for n, c in row.items() if n in ours} for row in rows]
        self.strange(
            cell
            for row, here in zip(rows, whole, strict=True)
            for column, cell in row.items()
            if column not in ours or len(here) < _LEAST
        )

    def _headings(self, at: int, numbers: Sequence[int]) -> dict[int, str]:
        """Give the columns' headings, ours before what people's own tables call them."""
        columns: dict[int, str] = {}
        below = Counter(column for number in numbers for column in self.rows[number])
        found = {tables.fold(cell.text) for cell in self.rows[at].values()}
        named = {(self.wanted | self.others).get(each) for each in found}
        left = [each for each in self.wanted.values() if each not in named]
        strangers: list[Cell] = []
        for column, cell in sorted(self.rows[at].items()):
            folded = tables.fold(cell.text)
            other = self.others.get(folded, "")
            other = other if tables.fold(other) not in found else ""
            heading = self.wanted.get(folded, other)
            if not heading or heading in columns.values():
                few = len(self.came.problems) + len(strangers) < _LOOKED_UP
                near = closest(cell.text[:_LONGEST], left) if few else ""
                if near or folded in {*self.wanted, *self.others}:
                    self._unknown(cell, below[column], near)
                else:
                    strangers.append(cell)
                continue
            columns[column] = heading
            if folded not in self.wanted:
                message = f'The heading {quoted(cell.text)} was read as "{heading}".'
                hint = "If something else stands under it, rename the heading."
                where = self.place.of(cell)
                self.came.problems.append(Problem.note("heading-read", where, message, hint))
        self._passed_over(strangers, below)
        self.passed = {cell.column for cell in strangers}
        return columns

    def _table(self, at: int, numbers: Sequence[int]) -> None:
        columns = self._headings(at, numbers)
        self.came.has_table = True
        over = set(self.rows[at])
        refs: dict[int, str] = {}
        for number in numbers:
            row = self.rows[number]
            self.strange(cell for column, cell in sorted(row.items()) if column not in over)
            struck = self.struck.get(number, {})
            ours = {n for n, h in columns.items() if not self.columns[h].is_input}
            row |= {n: struck[n] for n in ours & struck.keys()}
            cells = {columns[n]: cell for n, cell in sorted(row.items()) if n in columns}
            if all(
                tables.fold(c.text[:_LONGEST]) in map(tables.fold, self.kind.headings_for(h))
                for h, c in cells.items()
            ):
                continue
            self.strange(c for h, c in cells.items() if not self._looks_ours(h, c))
            made = self._row(cells, columns.values())
            if self.kind.needed[0] in cells:
                refs[number] = cells[self.kind.needed[0]].text.strip()
            self.came.rows += [made] if made else []
        inputs = {each.heading for each in self.kind.columns if each.is_input}
        answered = [column for column, heading in columns.items() if heading in inputs]
        self.came.problems += joined(self.sheet, str(self.place), refs, answered)

    def _looks_ours(self, heading: str, cell: Cell) -> bool:
        look = self.looks.get(heading)
        return not look or all(wording.fits(each, (look,)) for each in cell.text.splitlines())

    def _unknown(self, cell: Cell, below: int, near: str) -> None:
        """Name a heading that may be one of ours, so that a whole table is not taken."""
        held = f" Filled cells under it: {below:,}." if below else ""
        message = f"{quoted(cell.text)} is not a heading here, or stands there twice.{held}"
        became = self.kind.refused if self.kind.is_whole else "Nothing under it was read."
        hint = f"{near} The headings are: {', '.join(self.wanted.values())}. {became}"
        self.came.is_refused = True
        self.say("unknown-heading", cell, message, hint.strip())

    def _passed_over(self, cells: Sequence[Cell], below: Mapping[int, int]) -> None:
        """Name the headings that are none of ours."""
        if not cells:
            return
        held = sum(below[each.column] for each in cells)
        shown = ", ".join(quoted(each.text) for each in cells[:_NAMED])
        if left := len(cells[_NAMED:]):
            shown += f" and {counted(left, 'more heading')}"
        are = "are no headings here" if cells[1:] else "is no heading here"
        message = f"{shown} {are}. Filled cells below: {held:,}."
        hint = f"The headings are: {', '.join(self.wanted.values())}. Nothing under it was read."
        self.say("unknown-heading", cells[0], message, hint)

    def _typed(self, column: Column, cell: Cell) -> Cell:
        """Give a cell with what it means where people write, and say what was read into it."""
        if not column.is_input:
            return cell
        if column.takes_links:
            return cell._replace(text=cell.whole, plain=cell.held)
        if cell.whole != cell.text:
            found = f"A link to {cell.link} lies on this cell."
            self.say("link", cell, found, self.kind.unread)
        if column.is_date:
            return cell._replace(text=date_in(cell))
        if not column.choices:
            return cell
        offered = [Choice(each, each) for each in column.choices]
        read = read_listed(cell.text, offered, column.words)
        if read.choice is None or read.is_exact:
            return cell
        self.came.problems.append(read_as(self.place.of(cell), cell.text, read.choice.label))
        return cell._replace(text=read.choice.label)

    def _row(self, cells: Mapping[str, Cell], headings: Collection[str]) -> Row | None:
        """Give a row, or say why it cannot be taken."""
        kept: dict[str, Cell] = {}
        for heading, cell in cells.items():
            code, flaw = not_text(cell) if heading in self.read_from else ("", "")
            if not flaw and self.kind.is_plain:
                unfit = unfit_in(cell.text.strip(), lines=True)
                code, flaw = "unseen-character", unfit and f"holds the character {unfit}"
                cell = cell._replace(text=unsafe_cell(cell.text.strip()))  # noqa: PLW2901
            if not flaw:
                kept[heading] = self._typed(self.columns[heading], cell)
                continue
            what = f"{quoted(cell.text)} {flaw}."
            self.refuse(code, cell, what, "Type the value itself.")
        if len(kept) < len(cells) and not self.kind.takes_half:
            return None
        key = kept.get(self.kind.needed[0])
        if key is None:
            first = next(iter(cells.values()))
            held = "; ".join(quoted(each.text) for each in cells.values())
            message = f"The row has no {self.kind.needed[0]}, and holds: {held}."
            self.refuse("no-key", first, message)
            return None
        inputs = [e.heading for e in self.kind.columns if e.is_input and e.heading in kept]
        return Row(self.place, kept, key, tuple(kept[each] for each in inputs), headings)


_SECOND = 2
"""The row our line stands in, where its title is gone."""
_LEAST = 2
"""How many headings make a row of headings that lost one."""
