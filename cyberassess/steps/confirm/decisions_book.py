"""The decisions workbook: everything that waits for the officer, and what came back.

Rows are known by their *Ref*, sheets and columns by what stands in them, wherever they are. A cell
that holds something is read, or known as ours, or reported.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cyberassess.books.guard import Book
from cyberassess.books.questionnaire.places import Place
from cyberassess.books.table_book import Column, Kind, TableSheet, write_tables
from cyberassess.books.tables import Row, about_of, read_tables
from cyberassess.domain.record.recorded import Source
from cyberassess.errors import Problem, WorkbookError, counted
from cyberassess.opening.intake import TEXTS, texts_mark

REF = "Ref"
SUBJECT = "What it is about"
NOW = "What stands now"
KNOWN = "What else is known"
DECISION = "Your decision"
REASON = "Your reason"
AS_THE_RULE = "As the rule says"
"""Chosen in place of a level, so that one choice can be filled down."""
OWNER, DUE = "Who will do it", "By when"
ABOUT = "About this file"
ABOUT_LINE = "Leave this sheet as it is."
START = "Start"
DECIDED_BY = "Decided by"
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


GAPS = "Gaps without an action"
SHEETS: Mapping[str, tuple[str, str]] = {
    "Conflicts": (
        "People differ: which answer is right?",
        "Until you decide, the less favourable answer counts. A reason is needed.",
    ),
    "Shared services": (
        "Answers of shared services: do they hold here?",
        "Choose Yes to take the answer over. With No, or nothing, it does not count here.",
    ),
    "Last year": (
        "Answers of last year: are they still so?",
        "Choose Yes to take the answer over. With No, or nothing, it does not count.",
    ),
    "Missing reasons": (
        "Answers that lack a reason",
        "Write the reason the person gives you. Without one the answer does not count.",
    ),
    "Columns left out": (
        "Most of a column does not apply: may it count all the same?",
        "Choose Yes and say why. Without your acceptance the column does not count.",
    ),
    "Determinations": (
        "Which level do you confirm?",
        "Choose “As the rule says” and fill it down; choose a level and give a reason where you "
        "see it differently.",
    ),
    GAPS: (
        "What will be done about it?",
        "Write the action under “Your decision”. Who does it and by when may follow later.",
    ),
}
"""Title and line of each sheet, by its name."""
_EARLIER = ("The rule suggests; you confirm. A reason is needed where you see it differently.",)
"""Lines of workbooks that earlier versions wrote."""
_TITLE = "Decisions for {organisation}, {period}"
_NOTHING = "Nothing waits."


def _columns(
    offered: tuple[tuple[str, ...], ...] = (), *, is_chosen: bool = True, is_plan: bool = True
) -> tuple[Column, ...]:
    columns = (
        Column(REF, 110, is_input=False),
        Column(SUBJECT, 290, is_input=False),
        Column(NOW, 360, is_input=False),
        Column(KNOWN, 330, is_input=False),
        Column(DECISION, 260 if is_plan else 175, by_row=offered, is_input=is_chosen),
        Column(REASON, 250, takes_links=True),
    )
    return (*columns, Column(OWNER, 140), Column(DUE, 110, is_date=True)) if is_plan else columns


KIND = Kind(
    _columns(),
    needed=(REF, DECISION, REASON),
    once=(REF,),
    unread=f'It was not recorded. Write it under "{DECISION}" or "{REASON}" beside its row.',
    refused="It was not recorded.",
    titles=(_TITLE, ABOUT, *(title for title, _ in SHEETS.values())),
    lines=(
        ABOUT_LINE,
        *(f"{{count}} {noun} for {{name}}." for noun in ("decision", "decisions")),
        *(line for _, line in SHEETS.values()),
        *_EARLIER,
    ),
    texts=(
        *(text for pair in _START for text in pair),
        *SHEETS,
        *("decision", "decisions", _NOTHING),
    ),
    name="Decisions workbook",
    about=("Kind", "Assessment", "Head", "Organisation", "Period", "Rows", "Written by", TEXTS),
    said=(DECIDED_BY,),
)


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """Things of one kind to decide."""

    name: str
    """One of ``SHEETS``."""
    offered: tuple[tuple[str, ...], ...]
    """What each row may choose; all empty where only words are asked for."""
    rows: tuple[tuple[str, ...], ...]
    """Of each thing its ref, what it is about, what stands now, and what else is known."""


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
    facts = (Column("", 160, is_input=False), Column("What it says", 700, is_input=False))
    total = sum(len(each.rows) for each in what.sheets)
    title = _TITLE.format(organisation=what.organisation, period=what.period)
    lines = list(_START)
    lines += [
        (each.name, counted(len(each.rows), "decision") if each.rows else _NOTHING)
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
    values = (KIND.name, what.assessment, what.head, what.organisation, what.period, str(total))
    texts = texts_mark(row for sheet in what.sheets for row in sheet.rows)
    about = tuple(zip(KIND.about, (*values, f"cyberassess {what.tool}", texts), strict=True))
    sheets = [_sheet(each) for each in what.sheets if each.rows]
    write_tables(
        path,
        [start, *sheets, TableSheet(ABOUT, ABOUT, ABOUT_LINE, facts, about)],
        marking=what.marking,
        footer=f"{what.organisation} {what.period} - decisions",
        created=created,
    )


def _sheet(sheet: DecisionSheet) -> TableSheet:
    is_plan = sheet.name == GAPS
    is_chosen = is_plan or any(sheet.offered)
    columns = _columns(sheet.offered, is_chosen=is_chosen, is_plan=is_plan)
    empty = [""] * (len(columns) - len(sheet.rows[0]))
    rows = tuple((*each, *empty) for each in sheet.rows)
    return TableSheet(sheet.name, *SHEETS[sheet.name], columns, rows)


@dataclass(frozen=True, slots=True)
class Decided:
    """One row that came back."""

    ref: str
    decision: str
    reason: str
    subject: str
    """As it stands in the file."""
    source: Source
    """The cell of the decision; of the reason, or the ref, where there is none."""
    where: str
    """The same, for messages."""
    shown: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What we wrote to be read, as it stands in the file, with its cell for messages; by heading,
    where it holds something."""
    owner: str = ""
    """Who will do what was decided, where it is an action; and by when."""
    due: str = ""


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
    texts: str = ""
    """What stands for the texts it was written with; empty where it does not say."""


def is_decisions(book: Book) -> bool:
    """Say whether a workbook is one of these."""
    return about_of(book, KIND) is not None


def read_decisions(book: Book, name: str, sha256: str) -> DecisionsReturn:
    """Read a decisions workbook.

    Raises:
        WorkbookError: where it no longer says which assessment it belongs to.
    """
    came = read_tables(book, name, KIND)
    missing = [each for each in _NARROW if not came.about.get(each)]
    if missing:
        message = f'The sheet "{ABOUT}" no longer says: {", ".join(missing)}.'
        hint = "Nothing was stored. Write a new one: cyberassess decisions."
        raise WorkbookError.because("about-changed", name, message, hint)
    source = Source("workbook", sha256, name, saved=book.saved)
    decided_by = ""
    if DECIDED_BY in came.said:
        sheet, cell = came.said[DECIDED_BY]
        decided_by, problem = Place(name, sheet.sheet, source).line_in(cell)
        came.problems += [problem] if problem else []
    rows = [_decided(each, source, came.problems) for each in came.rows]
    return DecisionsReturn(
        came.about["Assessment"],
        came.about["Head"],
        came.about.get("Organisation", ""),
        came.about.get("Period", ""),
        decided_by,
        tuple(each for each in rows if each is not None),
        tuple(came.problems),
        came.about.get(TEXTS, ""),
    )


def _decided(row: Row, source: Source, problems: list[Problem]) -> Decided | None:
    """Give what was decided in a row, or say why it cannot be recorded."""
    place, (first, *_) = Place(row.place.file, row.place.sheet, source), (*row.said, row.key)
    texts: dict[str, str] = {}
    for heading in (DECISION, REASON, OWNER, DUE):
        if heading in row.cells:
            texts[heading], problem = place.text_in(row.cells[heading])
            if problem is not None:
                problems.append(problem)
                return None
    return Decided(
        " ".join(row.ref.split()),
        texts.get(DECISION, ""),
        texts.get(REASON, ""),
        row.text(SUBJECT),
        place.source_of(first),
        place.of(first),
        {
            each: (row.text(each), place.of(row.cells[each]))
            for each in (NOW, KNOWN)
            if each in row.cells
        },
        texts.get(OWNER, ""),
        texts.get(DUE, ""),
    )
