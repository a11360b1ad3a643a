"""The assurer's workbook: each claim beside empty columns, and what came back in them.

The claims are facts: they are compared, cell by cell, with what was sent, so that a determination
is never taken for an answer to something else.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberassess.books.guard import Book, Cell, Sheet
from cyberassess.books.row_texts import joined
from cyberassess.books.table_book import Column, TableSheet, write_tables
from cyberassess.domain.record.reviewing import METHODS, QUALITIES, RISKS
from cyberassess.errors import Problem, Severity, WorkbookError, at_most

REF = "Ref"
DETERMINATION = "Your determination"
QUALITY = "Evidence quality"
METHOD = "Method"
SAMPLE = "Sample"
COMMENT = "Comment"
RECOMMENDATION = "Recommendation"
RISK = "Risk"
INPUTS = (DETERMINATION, QUALITY, METHOD, SAMPLE, COMMENT, RECOMMENDATION, RISK)
CLAIMS = ("Outcome", "Where", "Target", "Claimed", "Why", "Evidence")
KIND = "Assurer's workbook"
ABOUT = "About this file"
_ABOUT_LABELS = ("Kind", "Assessment", "Person", "Ledger head", "Organisation", "Period")
LONGEST = 32_767


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One outcome in one scope, as it is shown to the assurer."""

    ref: str
    outcome: str
    where: str
    target: str
    claimed: str
    why: str
    evidence: str
    given: Mapping[str, str]
    """What this assurer said before, keyed by heading."""

    @property
    def claims(self) -> tuple[str, ...]:
        """The texts under ``CLAIMS``."""
        return (self.outcome, self.where, self.target, self.claimed, self.why, self.evidence)


@dataclass(frozen=True, slots=True)
class ReviewBook:
    """What the workbook holds."""

    assessment: str
    person: str
    name: str
    """The assurer's name and role."""
    head: str
    organisation: str
    period: str
    marking: str
    determinations: tuple[str, ...]
    """The words that may be chosen."""
    claims: tuple[tuple[str, tuple[ClaimRow, ...]], ...]
    """For each control set, its short title and its rows."""
    answers: tuple[tuple[str, str, str, str, str, str], ...]
    """Ref, statement, answer, why it counts so, reason, by whom: for reference."""


_START = (
    ("What this is", "The organisation's own assessment, for you to check independently."),
    (
        "What to do",
        "On the sheets Review, give your own determination beside each claim you look at. "
        "Say how good the evidence was and how you assessed it. Leave the rest empty.",
    ),
    ("Please leave", "The claims as they are: a row whose claim was changed is not taken in."),
    ("Sheet Answers", "Every statement, its answer and who gave it, for reference."),
    ("Your words", "They are stored as you write them and printed beside the claim."),
    ("When done", "Save the file under any name and send it back. It is kept byte for byte."),
)


def write_review_book(path: Path, what: ReviewBook, *, created: datetime.datetime) -> None:
    """Write an assurer's workbook; the same input gives the same bytes.

    Raises:
        OSError: where it cannot be written.
    """
    facts = (Column("", 200, is_input=False), Column("What it says", 800, is_input=False))
    title = f"Independent review of {what.organisation}, {what.period}"
    start = TableSheet("Start", title, f"For {what.name}.", facts, _START)
    sheets = [start]
    for number, (name, rows) in enumerate(what.claims, start=1):
        label = "Review" if len(what.claims) == 1 else f"Review {number}"
        sheets.append(_review_sheet(label, name, rows, what.determinations))
    columns = tuple(
        Column(heading, width, is_input=False)
        for heading, width in (
            (REF, 140), ("Statement", 470), ("Answer", 165), ("Why it counts so", 320),
            ("Reason", 320), ("By", 145),
        )
    )  # fmt: skip
    sheets.append(TableSheet("Answers", "Every answer", "For reference.", columns, what.answers))
    values = (KIND, what.assessment, what.person, what.head, what.organisation, what.period)
    about = tuple(zip(_ABOUT_LABELS, values, strict=True))
    sheets.append(TableSheet(ABOUT, ABOUT, "Leave this sheet as it is.", facts, about))
    write_tables(
        path,
        sheets,
        marking=what.marking,
        footer=f"{what.organisation} {what.period} - review by {what.name}",
        created=created,
    )


def _review_sheet(
    label: str, name: str, rows: Sequence[ClaimRow], determinations: tuple[str, ...]
) -> TableSheet:
    widths = (200, 130, 100, 100, 330, 250)
    columns = (
        Column(REF, 110, is_input=False),
        *(Column(c, w, is_input=False) for c, w in zip(CLAIMS, widths, strict=True)),
        Column(DETERMINATION, 150, determinations),
        Column(QUALITY, 110, QUALITIES),
        Column(METHOD, 120, METHODS),
        Column(SAMPLE, 150),
        Column(COMMENT, 280),
        Column(RECOMMENDATION, 260),
        Column(RISK, 80, RISKS),
    )
    return TableSheet(
        label,
        f"Review: {name}",
        "Claims on the left, your view in the yellow columns. Several methods: examine, test.",
        columns,
        tuple((row.ref, *row.claims, *(row.given.get(h, "") for h in INPUTS)) for row in rows),
        is_wide=True,
    )


@dataclass(frozen=True, slots=True)
class About:
    """Whose workbook it is."""

    assessment: str
    person: str
    head: str
    organisation: str
    period: str


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """One row that came back."""

    ref: str
    sheet: str
    place: str
    """Sheet and cell of the ref, for messages."""
    cells: Mapping[str, Cell]
    """Keyed by heading; empty cells are left out."""


@dataclass(frozen=True, slots=True)
class ReviewReturn:
    """What came back."""

    about: About
    rows: tuple[ReviewedRow, ...]
    problems: tuple[Problem, ...]
    """Cells that hold something nobody reads, in reading order."""


def read_review_book(book: Book, name: str) -> ReviewReturn:
    """Read an assurer's workbook; sheets and columns are found by what stands in them.

    Raises:
        WorkbookError: where it is none of ours.
    """
    about = _about(book, name)
    rows: list[ReviewedRow] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for sheet in book.sheets:
        header = _header(sheet)
        if header is None:
            problems += _strangers(sheet, name)
            continue
        at, columns = header
        found, more = _rows(sheet, name, at, columns)
        problems += more
        for row in found:
            if row.ref in seen:
                problems.append(
                    Problem(
                        "repeated-ref",
                        row.place,
                        f'The ref "{row.ref}" stands here and at {seen[row.ref]}.',
                        "Only the first was read. Delete one of the rows and receive it again.",
                    )
                )
            else:
                seen[row.ref] = row.place
                rows.append(row)
    return ReviewReturn(about, tuple(rows), at_most(problems, name))


def _about(book: Book, name: str) -> About:
    for sheet in book.sheets:
        values: dict[str, str] = {}
        by_row: dict[int, dict[int, str]] = {}
        for cell in sheet.cells:
            by_row.setdefault(cell.row, {})[cell.column] = cell.text.strip()
        for cells in by_row.values():
            if cells.get(1) in _ABOUT_LABELS:
                values[cells[1]] = cells.get(2, "")
        if values.get("Kind") == KIND:
            return About(*(values.get(label, "") for label in _ABOUT_LABELS[1:]))
    raise WorkbookError(
        Problem(
            "not-a-review",
            name,
            "This is not an assurer's workbook of ours.",
            "Nothing was stored from it. Send the one that `review send` wrote, filled in.",
        )
    )


def _header(sheet: Sheet) -> tuple[int, dict[int, str]] | None:
    by_row: dict[int, dict[int, str]] = {}
    for cell in sheet.cells:
        by_row.setdefault(cell.row, {})[cell.column] = " ".join(cell.text.split())
    for row in sorted(by_row):
        headings = by_row[row]
        if REF in headings.values() and DETERMINATION in headings.values():
            return row, {n: h for n, h in headings.items() if h in (REF, *CLAIMS, *INPUTS)}
    return None


_ABOVE = 3
"""Rows of our own over the headings."""


def _rows(
    sheet: Sheet, name: str, at: int, columns: Mapping[int, str]
) -> tuple[list[ReviewedRow], list[Problem]]:
    problems: list[Problem] = []
    place = f'{name}, sheet "{sheet.name}"'
    by_row: dict[int, list[Cell]] = {}
    for cell in sheet.cells:
        if cell.row > at:
            by_row.setdefault(cell.row, []).append(cell)
        elif cell.row < at and (cell.column > 1 or cell.row > _ABOVE):
            problems.append(_unread(place, cell))
        if cell.comment:
            problems.append(
                Problem(
                    "comment",
                    f"{place}, cell {cell.address}",
                    f'A comment stands here: "{cell.comment[:200]}".',
                    "It was not stored. Write it under Comment; the file is kept.",
                )
            )
    rows: list[ReviewedRow] = []
    for number in sorted(by_row):
        cells = {columns[c.column]: c for c in by_row[number] if c.column in columns}
        ref = cells.get(REF)
        outside = [c for c in by_row[number] if c.column not in columns and c.text.strip()]
        problems += [_unread(place, cell) for cell in outside]
        said = [c for h, c in cells.items() if h in INPUTS and c.text.strip()]
        if ref is None or not ref.text.strip():
            problems += [_unread(place, cell) for cell in said]
            continue
        given = {h: c for h, c in cells.items() if c.text.strip()}
        rows.append(
            ReviewedRow(ref.text.strip(), sheet.name, f"{place}, cell {ref.address}", given)
        )
    refs = {
        cell.row: cell.text.strip()
        for cells in by_row.values()
        for cell in cells
        if columns.get(cell.column) == REF and cell.text.strip()
    }
    inputs = [column for column, heading in columns.items() if heading in INPUTS]
    return rows, [*problems, *joined(sheet, place, refs, inputs)]


def _unread(place: str, cell: Cell) -> Problem:
    return Problem(
        "stray-cell",
        f"{place}, cell {cell.address}",
        f'"{cell.text[:80]}" stands where nothing is read.',
        "It was not stored. Write it under Comment; the file is kept.",
    )


_OURS = {"Start", "Answers", ABOUT}


def _strangers(sheet: Sheet, name: str) -> list[Problem]:
    if sheet.name in _OURS or not sheet.cells:
        return []
    return [
        Problem(
            "extra-sheet",
            f'{name}, sheet "{sheet.name}"',
            f"The sheet is not ours and holds {len(sheet.cells)} cells.",
            "They were not stored; the file is kept.",
            Severity.PROBLEM,
        )
    ]
