"""The decisions workbook: everything that waits for the officer, and what came back.

Rows are known by their *Ref*, sheets and columns by what stands in them, wherever they are. A cell
that holds something is read, or known as ours, or reported.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.books.guard import Book, Cell, Sheet
from cyberassess.books.questionnaire.rows import Place
from cyberassess.books.row_texts import joined, quoted
from cyberassess.books.table_book import Column, TableSheet, write_tables
from cyberassess.books.wording import fold
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import Problem, Severity, WorkbookError, at_most, counted

REF = "Ref"
SUBJECT = "What it is about"
NOW = "What stands now"
DECISION = "Your decision"
REASON = "Your reason"
HEADINGS = (REF, SUBJECT, NOW, DECISION, REASON)
KIND = "Decisions workbook"
ABOUT = "About this file"
ABOUT_LINE = "Leave this sheet as it is."
START = "Start"
DECIDED_BY = "Decided by"
_SAYS = "What it says"
_ABOUT_LABELS = ("Kind", "Assessment", "Head", "Organisation", "Period", "Rows", "Written by")
_NARROW = ("Kind", "Assessment", "Head")
_START = (
    ("What this is", "Everything in this assessment that waits for a person to decide."),
    ("What to do", "Decide in the yellow cells of the next sheets. Leave open what you like."),
    ("Your reason", "It is printed in the report, beside your decision."),
    ("When done", "Save the file under any name, then: cyberassess decisions receive FILE"),
    ("Whose they are", "If it is not you who stands beside “Decided by”, write your name there."),
    ("What happens", "Each decision is recorded by itself. What has changed meanwhile is not "
                     "applied, and you are told."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One thing to decide."""

    ref: str
    subject: str
    now: str


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """Things of one kind to decide."""

    name: str
    title: str
    line: str
    choices: tuple[str, ...]
    """Empty where only a reason is asked for."""
    rows: tuple[DecisionRow, ...]


@dataclass(frozen=True, slots=True)
class DecisionsBook:
    """What the workbook holds."""

    assessment: str
    head: str
    organisation: str
    period: str
    officer: str
    marking: str
    tool: str
    sheets: tuple[DecisionSheet, ...]


def write_decisions(path: Path, what: DecisionsBook, *, created: datetime.datetime) -> None:
    """Write the workbook; the same input gives the same bytes.

    Raises:
        OSError: where it cannot be written.
    """
    facts = (Column("", 160, is_input=False), Column(_SAYS, 700, is_input=False))
    total = sum(len(each.rows) for each in what.sheets)
    title = f"Decisions for {what.organisation}, {what.period}"
    lines = list(_START)
    lines += [
        (each.name, counted(len(each.rows), "decision") if each.rows else "Nothing waits.")
        for each in what.sheets
    ]
    lines.append((DECIDED_BY, what.officer))
    start = TableSheet(
        START,
        title,
        f"{counted(total, 'decision')} for {what.officer}.",
        facts,
        tuple(lines),
        to_change=(DECIDED_BY,),
    )
    values = (KIND, what.assessment, what.head, what.organisation, what.period, str(total))
    about = tuple(zip(_ABOUT_LABELS, (*values, f"cyberassess {what.tool}"), strict=True))
    sheets = [_sheet(each) for each in what.sheets if each.rows]
    write_tables(
        path,
        [start, *sheets, TableSheet(ABOUT, ABOUT, ABOUT_LINE, facts, about)],
        marking=what.marking,
        footer=f"{what.organisation} {what.period} - decisions",
        created=created,
    )


def _sheet(sheet: DecisionSheet) -> TableSheet:
    columns = (
        Column(REF, 110, is_input=False),
        Column(SUBJECT, 310, is_input=False),
        Column(NOW, 350, is_input=False),
        Column(DECISION, 175, sheet.choices, is_input=bool(sheet.choices)),
        Column(REASON, 290),
    )
    rows = tuple((each.ref, each.subject, each.now, "", "") for each in sheet.rows)
    return TableSheet(sheet.name, sheet.title, sheet.line, columns, rows)


@dataclass(frozen=True, slots=True)
class Decided:
    """One row that came back with something in its yellow cells."""

    ref: str
    decision: str
    reason: str
    subject: str
    """As it stands in the file."""
    source: Source
    """The cell of the decision, or of the reason where there is none."""
    where: str
    """The same, for messages."""
    now: str = ""
    """What stood when it was written, as it stands in the file."""


@dataclass(frozen=True, slots=True)
class DecisionsReturn:
    """What came back."""

    assessment: str
    head: str
    organisation: str
    period: str
    decided_by: str
    """Empty where nobody wrote a name."""
    rows: tuple[Decided, ...]
    problems: tuple[Problem, ...]
    """Cells that could not be read, in reading order."""


def is_decisions(book: Book) -> bool:
    """Say whether a workbook is one of these."""
    return any(_about_values(sheet).get("Kind") == KIND for sheet in book.sheets)


def _about_values(sheet: Sheet) -> dict[str, str]:
    values: dict[str, str] = {}
    labels = {fold(each): each for each in _ABOUT_LABELS}
    by_row: dict[int, list[Cell]] = {}
    for cell in sheet.cells:
        by_row.setdefault(cell.row, []).append(cell)
    for cells in by_row.values():
        first, *others = sorted(cells, key=lambda each: each.column)
        if fold(first.text) in labels and others:
            values.setdefault(labels[fold(first.text)], others[0].text.strip())
    return values


def read_decisions(book: Book, name: str, sha256: str) -> DecisionsReturn:
    """Read a decisions workbook.

    Raises:
        WorkbookError: where it no longer says which assessment it belongs to.
    """
    about = next(e for e in book.sheets if _about_values(e).get("Kind") == KIND)
    values = _about_values(about)
    missing = [each for each in _NARROW if not values.get(each)]
    if missing:
        message = f'The sheet "{ABOUT}" no longer says: {", ".join(missing)}.'
        hint = "Nothing was stored. Write a new one: cyberassess decisions."
        raise WorkbookError(Problem("about-changed", name, message, hint))
    reading = _Reading(name, Source("workbook", sha256, name, saved=book.saved))
    for sheet in book.sheets:
        reading.sheet(sheet, is_about=sheet is about)
    if book.extras:
        message = f"Not looked at: {', '.join(book.extras[:5])}."
        hint = "If it says something that matters, type it into a yellow cell."
        reading.problems.append(Problem("not-looked-at", name, message, hint, Severity.NOTE))
    return DecisionsReturn(
        values["Assessment"],
        values["Head"],
        values.get("Organisation", ""),
        values.get("Period", ""),
        reading.decided_by,
        tuple(reading.without_repeats()),
        at_most(reading.problems, name),
    )


@dataclass
class _Reading:
    """One file under way."""

    name: str
    source: Source
    rows: list[Decided] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    decided_by: str = ""

    def sheet(self, sheet: Sheet, *, is_about: bool) -> None:
        place = Place(self.name, sheet.name, self.source)
        self.problems += [_comment(place, cell) for cell in sheet.cells if cell.comment]
        by_row: dict[int, dict[int, Cell]] = {}
        for cell in sheet.cells:
            if cell.kind and cell.text.strip():
                by_row.setdefault(cell.row, {})[cell.column] = cell
        if is_about:
            self._about(place, by_row)
            return
        ours = any(_headings(each) or _is_by(each) for each in by_row.values())
        columns: dict[str, int] = {}
        for number in sorted(by_row):
            row = by_row[number]
            if not columns:
                columns = _headings(row)
                if not columns:
                    self._other(place, row, ours=ours)
            elif _headings(row) != columns:
                self._row(place, row, columns)
        self._joined(place, sheet, by_row, columns)

    def _joined(
        self,
        place: Place,
        sheet: Sheet,
        by_row: Mapping[int, Mapping[int, Cell]],
        columns: Mapping[str, int],
    ) -> None:
        """Report cells that were joined over decisions."""
        if columns:
            at = columns[REF]
            refs = {number: row[at].text for number, row in by_row.items() if at in row}
            yours = (columns[DECISION], columns[REASON])
            self.problems += joined(sheet, place.sheet_name, refs, yours)

    def _about(self, place: Place, by_row: Mapping[int, Mapping[int, Cell]]) -> None:
        known = {fold(each) for each in (*_ABOUT_LABELS, ABOUT, ABOUT_LINE, _SAYS)}
        for row in by_row.values():
            cells = [row[column] for column in sorted(row)]
            is_label = fold(cells[0].text) in {fold(each) for each in _ABOUT_LABELS}
            for cell in cells[2:] if is_label else cells:
                if not fold(cell.text).startswith(tuple(known)):
                    self.problems.append(_unexpected(place, cell))

    def _other(self, place: Place, row: Mapping[int, Cell], *, ours: bool) -> None:
        """Take a row that stands over the headings, or on a sheet without any."""
        cells = [row[column] for column in sorted(row)]
        if _is_by(row):
            for cell in cells[1:]:
                text, problem = place.line_in(cell)
                self.decided_by = self.decided_by or text
                self.problems += [problem] if problem else []
            return
        strange = [each for each in cells if not (ours and _is_ours(each, row))]
        self.problems += [_unexpected(place, each) for each in strange]

    def _row(self, place: Place, row: Mapping[int, Cell], columns: Mapping[str, int]) -> None:
        found = {name: row[column] for name, column in columns.items() if column in row}
        inside = set(columns.values())
        outside = [cell for column, cell in sorted(row.items()) if column not in inside]
        self.problems += [_unexpected(place, cell) for cell in outside]
        yours = [found[name] for name in (DECISION, REASON) if name in found]
        ref = found.get(REF)
        if not yours:
            return
        if ref is None or ref.kind != "s":
            self.problems += [_unexpected(place, cell) for cell in yours]
            return
        texts: dict[str, str] = {}
        for name in (DECISION, REASON):
            if name not in found:
                continue
            text, problem = place.text_in(found[name])
            if problem is not None:
                self.problems.append(problem)
                return
            texts[name] = text
        subject = found[SUBJECT].text if SUBJECT in found else ""
        self.rows.append(
            Decided(
                " ".join(ref.text.split()),
                texts.get(DECISION, ""),
                texts.get(REASON, ""),
                subject,
                place.source_of(yours[0]),
                place.of(yours[0]),
                found[NOW].text if NOW in found else "",
            )
        )

    def without_repeats(self) -> list[Decided]:
        """Give the rows; those under one ref that say different things are all reported."""
        by_ref: dict[str, list[Decided]] = {}
        for each in self.rows:
            by_ref.setdefault(each.ref, []).append(each)
        kept: list[Decided] = []
        for ref, several in by_ref.items():
            if len({(fold(e.decision), e.reason) for e in several}) == 1:
                kept.append(several[0])
                continue
            places = " and ".join(each.where for each in several)
            message = f'The ref "{ref}" has different decisions at {places}.'
            hint = "None of them was recorded. Delete the wrong row and receive it again."
            self.problems.append(Problem("repeated-ref", several[0].where, message, hint))
        return kept


def _headings(row: Mapping[int, Cell]) -> dict[str, int]:
    """Give the columns of a row of headings; nothing for another row."""
    wanted = {fold(each): each for each in HEADINGS}
    columns = {wanted[fold(c.text)]: n for n, c in row.items() if fold(c.text) in wanted}
    return columns if {REF, DECISION, REASON} <= columns.keys() else {}


def _is_by(row: Mapping[int, Cell]) -> bool:
    """Say whether a row of the first sheet names who decides."""
    return fold(row[min(row)].text) == fold(DECIDED_BY)


_OURS = frozenset(
    fold(each) for each in (_SAYS, DECIDED_BY, *(text for line in _START for text in line))
)
_ABOVE = 2


def _is_ours(cell: Cell, row: Mapping[int, Cell]) -> bool:
    """Say whether a cell of the first sheet, or over the headings, is what we wrote there."""
    if fold(cell.text) in _OURS or (cell.row <= _ABOVE and cell.column == 1):
        return True
    # NOTE: a line of the first sheet that says how much waits, with the sheet's name before it
    return cell.column <= _ABOVE and any(_says_count(fold(each.text)) for each in row.values())


def _says_count(folded: str) -> bool:
    first, _, last = folded.partition(" ")
    is_number = first.replace(",", "").isdigit()
    return folded == "nothing waits." or (is_number and last in {"decision", "decisions"})


def _unexpected(place: Place, cell: Cell) -> Problem:
    return Problem(
        "unexpected-text",
        place.of(cell),
        f"{quoted(cell.text)} stands where no decision is expected.",
        f'It was not recorded. Write it under "{DECISION}" or "{REASON}" beside its row.',
    )


def _comment(place: Place, cell: Cell) -> Problem:
    return Problem(
        "comment",
        place.of(cell),
        f"There is a note on this cell: {quoted(cell.comment)}.",
        f'Notes are not recorded. If it is your reason, write it under "{REASON}".',
    )
